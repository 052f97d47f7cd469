"""Are recordings found over HTTP by everything that can be asked, with the wrong field named, and no number written down?"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from recordings.custody import AuditQuery
from recordings.record import SpeechFacts
from recordings.retention import DAY_S, RetentionRule
from tests.adapters.conftest import COORDINATOR, SUPERVISOR, Api, error_of
from tests.library.conftest import NUMBER, Archive
from tests.library.some_recordings import BEGAN, call_id, stored

FACTS = SpeechFacts(0.4, 0.3, 0.3, 0.8, 0.0, 1, 2, 3.5)
MESSAGE = f"{call_id(4)}-voicemail"


def at(seconds: float) -> str:
    return datetime.fromtimestamp(BEGAN + seconds, UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture
def some(archive: Archive) -> Archive:
    """Four recordings, each other in some way."""
    for one in (
        stored(1, caller_who=archive.known.who(NUMBER)),
        stored(2, queues=("ventas",), operators=("1006",), mode="forced", number="900100202"),
        stored(3, facts=FACTS, length_s=600.0),
        stored(4, id=MESSAGE, kind="voicemail", facts=None, queues=(), operators=()),
    ):
        archive.open.shelves.enter(one)
    archive.open.shelves.note_outcome(call_id(2), "sold", "1006", BEGAN)
    return archive


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"from": at(120)}, [4, 3, 2]),
        ({"to": at(120)}, [1]),
        ({"from": at(100), "to": at(185)}, [3, 2]),
        ({"queue": "ventas"}, [2]),
        ({"operator": "1006"}, [2]),
        ({"number": "900100202"}, [2]),
        ({"caller": NUMBER}, [1]),
        ({"caller": "600999999"}, []),
        ({"disposition": "sold"}, [2]),
        ({"min_length_s": 100}, [3]),
        ({"max_length_s": 31}, [1]),
        ({"kind": "voicemail"}, [4]),
        ({"mode": "forced"}, [2]),
        ({"min_silence": 0.5}, [3]),
        ({"max_silence": 0.5}, [2, 1]),
        ({"min_over_talk": 0.2, "max_over_talk": 0.4}, [3]),
        ({"call": call_id(3)}, [3]),
        ({"held": False, "queue": "soporte"}, [3, 1]),
        ({"held": True}, []),
        ({"queue": "soporte", "operator": "1005", "min_length_s": 100}, [3]),
    ],
)
async def test_all_that_is_asked_must_fit(api: Api, some: Archive, asked: dict[str, Any], found: list[int]) -> None:
    ids = [MESSAGE if nth == 4 else call_id(nth) for nth in found]
    by_address = await api.ask(SUPERVISOR, "GET", "/recordings", params=asked)
    by_body = await api.ask(SUPERVISOR, "POST", "/recordings/search", json=asked)
    for answer in (by_address, by_body):
        assert answer.status_code == 200, answer.text
        assert [one["id"] for one in answer.json()["items"]] == ids
        assert (answer.json()["total"], answer.json()["next"]) == (len(ids), None)


async def test_pages_go_on_where_the_one_before_ended(api: Api, some: Archive) -> None:
    first = (await api.ask(SUPERVISOR, "GET", "/recordings?limit=3")).json()
    some.open.shelves.enter(stored(9))  # meanwhile a newer one comes
    second = (await api.ask(SUPERVISOR, "GET", "/recordings", params={"limit": 3, "after": first["next"]})).json()
    assert [one["id"] for one in first["items"] + second["items"]] == [MESSAGE, call_id(3), call_id(2), call_id(1)]
    assert (first["total"], second["next"]) == (4, None)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-11-18T10:00:00"}, "to"),
        ({"min_length_s": -1}, "min_length_s"),
        ({"max_silence": 1.5}, "max_silence"),
        ({"min_over_talk": "nan"}, "min_over_talk"),
        ({"kind": "fax"}, "kind"),
        ({"mode": "secret"}, "mode"),
        ({"caller": "anonymous"}, "caller"),
        ({"caller": "12"}, "caller"),
        ({"customer": "xyz"}, "customer"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"after": "x' OR 1=1"}, "after"),
        ({"queue": ""}, "queue"),
        ({"queue": "a\nb"}, "queue"),
        ({"colour": "red"}, "colour"),
        ({"since": at(0)}, "since"),
    ],
)
async def test_a_wrong_filter_is_named(api: Api, some: Archive, asked: dict[str, Any], field: str) -> None:
    assert error_of(await api.ask(SUPERVISOR, "GET", "/recordings", params=asked)) == (422, "bad_field", field)
    by_body = await api.ask(SUPERVISOR, "POST", "/recordings/search", json=asked)
    assert error_of(by_body) == (422, "bad_field", field)


async def test_one_recording_is_shown_with_everything_about_it(api: Api, some: Archive) -> None:
    some.rules = [RetentionRule(30, "soporte")]
    shown = (await api.ask(COORDINATOR, "GET", f"/recordings/{call_id(1)}")).json()
    assert shown["started"] == at(60.125).replace("125000", "125")
    assert shown["segments"][0] == {
        "stage": "talk",
        "from_s": 0.0,
        "to_s": 20.5,
        "operator": "1005",
        "queue": "soporte",
        "other": None,
    }
    assert (shown["muted"], shown["facts"]["over_talk"], shown["caller"]) == ([[3.0, 4.5]], 0.05, "******789")
    assert shown["expires"] == at(60.125 + 30 * DAY_S).replace("125000", "125")
    assert shown["customer"] == some.known.who(NUMBER)
    by_hash = await api.ask(COORDINATOR, "GET", "/recordings", params={"customer": shown["customer"]})
    assert [one["id"] for one in by_hash.json()["items"]] == [call_id(1)]
    assert "key" not in shown


async def test_the_wave_form_is_told_side_by_side(api: Api, some: Archive) -> None:
    shown = (await api.ask(SUPERVISOR, "GET", f"/recordings/{call_id(1)}/peaks")).json()
    assert shown["left"] == [[1, -1]] * 4
    assert shown["right"] == [[2, -2]] * 4
    assert shown["step_s"] == 31.0 / 4


async def test_no_number_that_is_searched_for_is_written_down(
    api: Api, some: Archive, tmp_path: Any, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await api.ask(SUPERVISOR, "POST", "/recordings/search", json={"caller": NUMBER})
    await api.ask(SUPERVISOR, "POST", "/exports", json={"caller": NUMBER})
    said = capsys.readouterr()
    assert NUMBER not in said.out + said.err + caplog.text.replace("httpx", "")
    assert not any(NUMBER.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    (entry,) = some.open.library.audit.entries(AuditQuery(act="exported"))
    assert NUMBER not in json.dumps(dict(entry.detail))
    assert entry.detail["customer"] == some.known.who(NUMBER)


async def test_while_the_catalogue_is_away_the_answer_says_so(api: Api, some: Archive, tmp_path: Any) -> None:
    some.open.database.close()
    (tmp_path / "centralita.db").rename(tmp_path / "elsewhere.db")
    (tmp_path / "centralita.db").mkdir()
    assert error_of(await api.ask(SUPERVISOR, "GET", "/recordings"))[:2] == (503, "library_away")


async def test_openapi_tells_of_every_filter_and_answer(api: Api, some: Archive) -> None:
    told = (await api.http.get("/api/v1/openapi.json")).json()
    names = {one["name"] for one in told["paths"]["/api/v1/recordings"]["get"]["parameters"]}
    assert {"from", "to", "caller", "min_silence", "after"} <= names
    assert {"get"} <= set(told["paths"]["/api/v1/listen/{token}"])
    for name in ("ShownRecording", "ErasureAnswer", "AuditPage", "Peaks"):
        assert name in told["components"]["schemas"]

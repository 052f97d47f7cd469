"""Are coaches' notes where they belong, and holds stronger than whatever would remove a recording?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from recordings.retention import DAY_S, RetentionRule
from tests.adapters.conftest import COORDINATOR, SUPERVISOR, Api, error_of
from tests.contract.centre import CALL
from tests.library.conftest import Archive
from tests.library.some_recordings import call_id

ONE = f"/recordings/{call_id(1)}"


def live(archive: Archive, **changed: Any) -> None:
    """The call goes on, on the board."""
    started = (
        datetime.fromtimestamp(archive.centre.now_s - 60, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
    archive.centre.board.put_call(
        replace(CALL, id=call_id(1), stage="talking", queue="soporte", operator="1005", started=started, **changed)
    )


async def test_a_note_on_a_live_call_stands_on_its_recording_at_that_moment(api: Api, archive: Archive) -> None:
    live(archive)
    made = await api.ask(SUPERVISOR, "POST", f"/calls/{call_id(1)}/marks", json={"text": "Well asked\nand calm"})
    assert made.status_code == 201
    archive.keep(1, started_at=archive.centre.now_s - 20, length_s=30.0)
    (note,) = (await api.ask(SUPERVISOR, "GET", ONE)).json()["notes"]
    assert (note["at_s"], note["by"], note["text"]) == (20.0, SUPERVISOR, "Well asked\nand calm")
    assert (await api.ask(SUPERVISOR, "GET", "/recordings?text=WELL ÁSKED")).json()["total"] == 1
    assert archive.acts() == ["mark_made"]


async def test_a_note_may_be_about_an_earlier_moment_of_the_call_and_no_other(api: Api, archive: Archive) -> None:
    live(archive)
    path, now_s = f"/calls/{call_id(1)}/marks", archive.centre.now_s
    for at, status in ((now_s - 30, 201), (now_s + 1, 422), (now_s - 61, 422)):
        body = {"text": "x", "at": datetime.fromtimestamp(at, UTC).isoformat()}
        assert (await api.ask(SUPERVISOR, "POST", path, json=body)).status_code == status
    assert error_of(await api.ask(SUPERVISOR, "POST", "/calls/nothing/marks", json={"text": "x"}))[:2] == (
        404,
        "not_found",
    )


async def test_a_note_on_a_recording_stands_at_its_offset(api: Api, archive: Archive) -> None:
    archive.keep(1, length_s=30.0)
    for at_s, text in ((12.5, "second"), (3, "first")):
        assert (await api.ask(SUPERVISOR, "POST", f"{ONE}/marks", json={"at_s": at_s, "text": text})).status_code == 201
    shown = (await api.ask(COORDINATOR, "GET", ONE)).json()
    assert [(note["at_s"], note["text"]) for note in shown["notes"]] == [(3.0, "first"), (12.5, "second")]
    assert shown["marks"] == 2
    late = await api.ask(SUPERVISOR, "POST", f"{ONE}/marks", json={"at_s": 30.1, "text": "x"})
    assert error_of(late) == (422, "bad_field", "at_s")


async def test_a_note_is_removed_by_its_author_or_a_coordinator(api: Api, archive: Archive) -> None:
    archive.keep(1, queues=("soporte", "ventas"))
    ids = []
    for _ in range(2):
        ids.append((await api.ask(SUPERVISOR, "POST", f"{ONE}/marks", json={"at_s": 1, "text": "x"})).json()["id"])
    assert error_of(await api.ask("2002", "DELETE", f"/marks/{ids[0]}"))[:2] == (403, "forbidden")
    assert (await api.ask(SUPERVISOR, "DELETE", f"/marks/{ids[0]}")).status_code == 204
    assert (await api.ask(COORDINATOR, "DELETE", f"/marks/{ids[1]}")).status_code == 204
    assert error_of(await api.ask(SUPERVISOR, "DELETE", f"/marks/{ids[0]}"))[:2] == (404, "not_found")
    assert (await api.ask(SUPERVISOR, "GET", ONE)).json()["notes"] == []


@pytest.mark.parametrize("text", ["", "x" * 1001, "a\x00b", "a\x1b[2Jb", "a\rb", "a\u2028b", 7, None])
async def test_a_note_is_plain_text_of_some_length(api: Api, archive: Archive, text: Any) -> None:
    archive.keep()
    refused = await api.ask(SUPERVISOR, "POST", f"{ONE}/marks", json={"at_s": 1, "text": text})
    assert error_of(refused) == (422, "bad_field", "text")


async def test_a_held_recording_outlives_its_time_until_it_is_released(api: Api, archive: Archive) -> None:
    archive.keep()
    archive.rules = [RetentionRule(1)]
    held = await api.ask(COORDINATOR, "PUT", f"{ONE}/hold", json={"why": "a lawsuit"})
    assert (held.status_code, held.json()["why"]) == (200, "a lawsuit")
    later = archive.centre.now_s + 400 * DAY_S
    assert archive.open.removal.expire(later).removed == 0
    shown = (await api.ask(SUPERVISOR, "GET", ONE)).json()
    assert (shown["held"], shown["holds"][0]["by"], shown["holds"][0]["released"]) == (True, COORDINATOR, None)
    assert (await api.ask(COORDINATOR, "DELETE", f"{ONE}/hold")).status_code == 204
    assert error_of(await api.ask(COORDINATOR, "DELETE", f"{ONE}/hold"))[:2] == (404, "not_found")
    assert archive.open.removal.expire(later).removed == 1
    assert archive.objects() == []
    assert archive.acts() == ["held", "released", "expired"]
    assert error_of(await api.ask(COORDINATOR, "PUT", f"{ONE}/hold", json={"why": "late"}))[:2] == (404, "not_found")

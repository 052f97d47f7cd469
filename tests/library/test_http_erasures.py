"""Is one customer gone from everywhere after an erasure, does a certificate prove it, and is whoever reads the audit told all?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ari_app.adapters.sealed_store import SealedStore
from ari_app.erasing import Unfinished, certificate_key
from ari_app.keeping.ports import StoreRefuses
from recordings.certificate import Erased, canonical, is_genuine
from recordings.custody import AuditQuery
from tests.adapters.conftest import COORDINATOR, SUPERVISOR, TOKEN_KEY, Api, error_of
from tests.library.conftest import NUMBER, Archive
from tests.library.some_recordings import call_id


class Place:
    """A place beside the library that can be away."""

    name = "elsewhere"

    def __init__(self) -> None:
        self.away = True
        self.asked: list[tuple[str, frozenset[str]]] = []

    async def erase(self, who: str, calls: frozenset[str]) -> Erased:
        if self.away:
            raise OSError("not now")
        self.asked.append((who, calls))
        return Erased(3, "notes")


async def test_everything_of_one_customer_goes_and_everything_else_stays(api: Api, archive: Archive) -> None:
    archive.keep(1)
    archive.keep(2, id=f"{call_id(2)}-voicemail", kind="voicemail")
    other = archive.keep(3, caller_who=archive.known.who("600333444"))
    archive.open.shelves.note_outcome(call_id(1), "sold", "1005", 1.0)
    await api.ask(
        SUPERVISOR, "POST", f"/recordings/{call_id(1)}/marks", json={"at_s": 1, "text": "his dog is called Rex"}
    )
    link = (await api.ask(SUPERVISOR, "POST", f"/recordings/{call_id(1)}/links", json={"minutes": 5})).json()
    answer = await api.ask(COORDINATOR, "POST", "/erasures", json={"number": NUMBER})
    assert answer.status_code == 201
    assert answer.json()["certificate"]["removed"] == 2
    assert archive.objects() == [other.key]
    assert list(archive.open.shelves.ids()) == [other.id]
    assert error_of(await api.http.get(link["url"]))[:2] == (410, "link_over")
    database = (archive.folder / "centralita.db").read_bytes() + (archive.folder / "centralita.db-wal").read_bytes()
    assert archive.open.library.custody.forget_calls([call_id(1), call_id(2)]) == 0
    assert NUMBER.encode() not in database


async def test_the_certificate_proves_what_was_removed_without_the_number(api: Api, archive: Archive) -> None:
    one = archive.keep(1)
    made = (await api.ask(COORDINATOR, "POST", "/erasures", json={"number": NUMBER})).json()
    text = canonical(made["certificate"])
    key = certificate_key(TOKEN_KEY)
    assert is_genuine(text, made["sha256"], made["signature"], key)
    assert not is_genuine(text.replace('"removed":1', '"removed":2'), made["sha256"], made["signature"], key)
    assert NUMBER not in json.dumps(made)
    certificate = made["certificate"]
    assert (certificate["customer"], certificate["asked_by"]) == (archive.known.who(NUMBER), COORDINATOR)
    (recordings,) = (place for place in certificate["places"] if place["place"] == "recordings")
    assert recordings["items"] == [
        {"id": one.id, "call": one.call, "audio_sha256": one.audio_sha256, "stored_sha256": one.stored_sha256}
    ]
    assert (await api.ask(COORDINATOR, "GET", f"/erasures/{made['id']}")).json() == made
    assert archive.acts() == ["erasure_asked", "erased", "erasure_done"]


async def test_what_is_held_is_kept_told_and_removed_once_it_is_released(api: Api, archive: Archive) -> None:
    archive.keep(1)
    archive.keep(2)
    await api.ask(COORDINATOR, "PUT", f"/recordings/{call_id(1)}/hold", json={"why": "a lawsuit"})
    made = (await api.ask(COORDINATOR, "POST", "/erasures", json={"number": NUMBER})).json()
    (recordings,) = (place for place in made["certificate"]["places"] if place["place"] == "recordings")
    assert (recordings["count"], recordings["remained"]) == (1, [{"what": call_id(1), "why": "legal hold"}])
    assert archive.open.removal.expire(archive.centre.now_s).removed == 0
    assert list(archive.open.shelves.ids()) == [call_id(1)]
    await api.ask(COORDINATOR, "DELETE", f"/recordings/{call_id(1)}/hold")
    assert archive.open.removal.expire(archive.centre.now_s).removed == 1
    assert archive.objects() == []


async def test_what_the_pipeline_enters_after_the_erasure_is_removed_by_the_next_sweep(
    api: Api, archive: Archive
) -> None:
    archive.keep(1)
    await api.ask(COORDINATOR, "POST", "/erasures", json={"number": NUMBER})
    archive.keep(1)
    archive.keep(5)  # he calls again: a new call
    assert archive.open.removal.expire(archive.centre.now_s).removed == 1
    assert list(archive.open.shelves.ids()) == [call_id(5)]


async def test_an_erasure_that_cannot_be_finished_goes_on_later_also_in_another_life(
    api: Api, archive: Archive, tmp_path: Path
) -> None:
    place = Place()
    archive.erasers = [place]
    archive.open.close()
    archive.opened()
    archive.keep(1)
    api = Api(archive.centre)
    begun = await api.ask(COORDINATOR, "POST", "/erasures", json={"number": NUMBER})
    assert (begun.status_code, begun.json()["state"], begun.json()["waiting_for"]) == (202, "running", ["elsewhere"])
    assert archive.objects() == []  # what could be done is done
    assert await archive.open.library.erasing.resume() == 1
    archive.open.close()
    opened = archive.opened()
    place.away = False
    assert await opened.library.erasing.resume() == 0
    assert await opened.library.erasing.resume() == 0
    assert place.asked == [(archive.known.who(NUMBER), frozenset({call_id(1)}))]
    api = Api(archive.centre)
    done = (await api.ask(COORDINATOR, "GET", f"/erasures/{begun.json()['id']}")).json()
    assert (done["state"], done["certificate"]["removed"]) == ("done", 4)


async def test_asked_again_while_it_waits_it_is_the_same_erasure(api: Api, archive: Archive) -> None:
    place = Place()
    archive.erasers = [place]
    archive.open.close()
    archive.opened()
    api = Api(archive.centre)
    first = await api.ask(COORDINATOR, "POST", "/erasures", json={"number": NUMBER})
    place.away = False
    second = await api.ask(COORDINATOR, "POST", "/erasures", json={"number": NUMBER})
    assert (first.status_code, second.status_code) == (202, 201)
    assert first.json()["id"] == second.json()["id"]
    third = await api.ask(COORDINATOR, "POST", "/erasures", json={"number": NUMBER})
    assert third.json()["certificate"]["removed"] == 3  # the place beside says so each time; of recordings none is left
    assert third.json()["id"] != first.json()["id"]


@pytest.mark.parametrize("body", [{}, {"number": "anonymous"}, {"number": 600111222}, {"number": "12"}])
async def test_a_number_that_is_none_is_named(api: Api, archive: Archive, body: dict[str, object]) -> None:
    assert error_of(await api.ask(COORDINATOR, "POST", "/erasures", json=body)) == (422, "bad_field", "number")


async def test_the_audit_is_read_by_who_what_whose_and_when_page_by_page(api: Api, archive: Archive) -> None:
    archive.keep(1)
    archive.keep(2)
    for nth in (1, 2):
        await api.ask(SUPERVISOR, "GET", f"/recordings/{call_id(nth)}/audio")
        archive.centre.now_s += 10
    await api.ask(COORDINATOR, "PUT", f"/recordings/{call_id(1)}/hold", json={"why": "x"})

    async def read(**asked: str | int) -> list[tuple[str, str]]:
        answer = await api.ask(COORDINATOR, "GET", "/audit", params=asked)
        assert answer.status_code == 200, answer.text
        return [(one["who"], one["act"]) for one in answer.json()["items"]]

    assert await read() == [(COORDINATOR, "held"), (SUPERVISOR, "played"), (SUPERVISOR, "played")]
    assert await read(who=SUPERVISOR, act="played", subject=call_id(1)) == [(SUPERVISOR, "played")]
    entries = archive.open.library.audit.entries(AuditQuery())
    newest = (await api.ask(COORDINATOR, "GET", "/audit?limit=1")).json()
    assert newest["next"] == entries[0].id
    older = (await api.ask(COORDINATOR, "GET", "/audit", params={"limit": 2, "before": newest["next"]})).json()
    assert ([one["id"] for one in older["items"]], older["next"]) == ([entries[1].id, entries[2].id], None)
    moment = newest["items"][0]["at"]
    assert (await read(**{"from": moment}), await read(to=moment)) == (
        [(COORDINATOR, "held")],
        [(SUPERVISOR, "played")] * 2,
    )
    for asked, field in (
        ({"act": "x"}, "act"),
        ({"limit": 1001}, "limit"),
        ({"before": 0}, "before"),
        ({"to": "x"}, "to"),
    ):
        assert error_of(await api.ask(COORDINATOR, "GET", "/audit", params=asked)) == (422, "bad_field", field)


async def test_a_crash_in_the_middle_of_the_recordings_is_made_good_and_the_certificate_names_all(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nth in (1, 2, 3):
        archive.keep(nth)
    who, real, left = archive.known.who(NUMBER) or "", SealedStore.remove, iter([True])

    def crashes(self: SealedStore, recording: str, key: str) -> None:
        real(self, recording, key)
        if not next(left, False):
            raise SystemError("the engine dies after the second object, before its row is gone")

    monkeypatch.setattr(SealedStore, "remove", crashes)
    with pytest.raises(Unfinished):
        await archive.open.library.erasing.erase(who, COORDINATOR, "coordinator")
    monkeypatch.setattr(SealedStore, "remove", real)
    archive.open.close()
    assert await archive.opened().library.erasing.resume() == 0
    assert (archive.objects(), list(archive.open.shelves.ids())) == ([], [])
    done = archive.open.library.audit.entries(AuditQuery(act="erasure_done"))[0].subject
    erasure = archive.open.library.audit.find_erasure(done)
    assert erasure is not None
    assert [item["id"] for item in erasure.done["recordings"].items] == [call_id(3), call_id(2), call_id(1)]


async def test_a_store_that_refuses_one_makes_the_erasure_wait(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = archive.keep(1)
    archive.keep(2)
    api, real = Api(archive.centre), SealedStore.remove

    def refuses(self: SealedStore, recording: str, key: str) -> None:
        if recording == one.id:
            raise StoreRefuses("not now")
        real(self, recording, key)

    monkeypatch.setattr(SealedStore, "remove", refuses)
    waiting = await api.ask(COORDINATOR, "POST", "/erasures", json={"number": NUMBER})
    assert (waiting.status_code, waiting.json()["waiting_for"]) == (202, ["recordings"])
    assert list(archive.open.shelves.ids()) == []  # nobody sees it any more
    monkeypatch.setattr(SealedStore, "remove", real)
    done = await api.ask(COORDINATOR, "POST", "/erasures", json={"number": NUMBER})
    assert (done.json()["id"], done.json()["certificate"]["removed"]) == (waiting.json()["id"], 2)
    await api.http.aclose()

"""The database is away in every way that there is, at the start and later: people are told, nothing is lost, all goes on."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import obstore
import pyrage
import pytest
from obstore.store import LocalStore
from sqlalchemy import text

from ari_app.adapters import catalogue_database
from ari_app.adapters.catalogue_custody import SqlCustody
from ari_app.adapters.catalogue_database import Database
from ari_app.outcome_notes import Outcome
from recordings.record import CatalogueAway, StoredRecording
from tests.adapters.conftest import error_of
from tests.database.acts import act, numbers
from tests.database.centre import Controller, running
from tests.database.outages import Outage, ServerHangs
from tests.database.postgres import Postgres
from tests.library.some_recordings import call_id, stored
from tests.library.sound import opus, sealed

pytestmark = pytest.mark.timeout(180)
ID = call_id(1)
ROUTES: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/recordings", None),
    ("POST", "/recordings/search", {"caller": "600111222"}),
    ("GET", "/recordings/{recording_id}", None),
    ("GET", "/recordings/{recording_id}/peaks", None),
    ("GET", "/recordings/{recording_id}/audio", None),
    ("POST", "/recordings/{recording_id}/links", {"minutes": 5}),
    ("DELETE", "/recordings/{recording_id}/links/{link_id}", None),
    ("GET", "/listen/{token}", None),
    ("POST", "/calls/{call_id}/marks", {"text": "bien"}),
    ("POST", "/recordings/{recording_id}/marks", {"at_s": 1.0, "text": "bien"}),
    ("DELETE", "/marks/{mark_id}", None),
    ("PUT", "/recordings/{recording_id}/hold", {"why": "a lawsuit"}),
    ("DELETE", "/recordings/{recording_id}/hold", None),
    ("POST", "/erasures", {"number": "600111222"}),
    ("GET", "/erasures/{erasure_id}", None),
    ("GET", "/audit", None),
    ("POST", "/exports", {}),
]


def address(path: str) -> str:
    filled = path.replace("{recording_id}", ID).replace("{call_id}", "call-1")
    return (
        filled.replace("{link_id}", "l").replace("{token}", "t").replace("{mark_id}", "m").replace("{erasure_id}", "e")
    )


async def all_routes_refuse(controller: Controller) -> None:
    for method, path, body in ROUTES:
        answer = await controller.api.ask("3001", method, address(path), json=body)
        assert error_of(answer)[:2] == (503, "library_away"), (method, path, answer.text)
        assert int(answer.headers["Retry-After"]) > 0
        assert "database" in answer.json()["error"]["message"]


async def shown_up(controller: Controller) -> bool:
    metrics = (await controller.api.http.get("/metrics")).text
    health = (await controller.api.http.get("/healthz")).json()
    up = "centralita_database_up 1.0" in metrics
    assert (health["status"], health["parts"]["database"] == "ok") == ("ok" if up else "degraded", up)
    return up


async def test_it_starts_with_the_database_away_and_all_goes_on_when_it_is_back(outage: Outage, tmp_path: Path) -> None:
    outage.begin()
    async with running(tmp_path / "state", outage.url) as controller:
        await controller.until(lambda: controller.part.door.wrong)
        assert not await shown_up(controller)
        await all_routes_refuse(controller)
        for number in (1, 2):
            controller.part.notes.note(act(number))
        controller.part.notes.note(Outcome(ID, "sold", "1005", 1.0))
        await controller.until(lambda: controller.part.spool.waiting == 3)
        outage.end()
        await controller.until(lambda: controller.part.spool.waiting == 0)
        assert numbers(controller.entries()) == [1, 2]
        assert await shown_up(controller)
        assert (await controller.api.ask("3001", "GET", "/recordings")).status_code == 200
        controller.part.door.opened().shelves.enter(stored(1))
        assert (await controller.api.ask("3001", "GET", f"/recordings/{ID}")).json()["disposition"] == "sold"


async def test_it_goes_away_later_and_all_goes_on_when_it_is_back(later_outage: Outage, tmp_path: Path) -> None:
    async with running(tmp_path / "state", later_outage.url) as controller:
        controller.part.notes.note(act(1))
        await controller.until(lambda: controller.part.door.up and controller.part.spool.waiting == 0)
        controller.part.door.opened().shelves.enter(stored(1))
        for _ in range(2):
            seen = len(controller.entries())
            later_outage.begin()
            controller.part.notes.note(act(seen + 1))
            await controller.until(lambda: controller.part.door.wrong)
            controller.part.notes.note(act(seen + 2))
            await all_routes_refuse(controller)
            assert not await shown_up(controller)
            assert controller.part.spool.waiting == 2
            later_outage.end()
            await controller.until(lambda: controller.part.door.up and controller.part.spool.waiting == 0)
            assert numbers(controller.entries()) == list(range(1, seen + 3))
            assert await shown_up(controller)
        assert (await controller.api.ask("3001", "GET", f"/recordings/{ID}")).status_code == 200
        assert controller.part.wrong is None


async def test_just_when_it_goes_away_nobody_is_answered_500(later_outage: Outage, tmp_path: Path) -> None:
    if isinstance(later_outage, ServerHangs):
        pytest.skip("whoever asks a server just when it hangs waits until that is known: the test before")
    async with running(tmp_path / "state", later_outage.url) as controller:
        await controller.until(lambda: controller.part.door.up)
        controller.part.door.opened().shelves.enter(stored(1))
        for method, path, body in ROUTES:
            later_outage.begin()
            answer = await controller.api.ask("3001", method, address(path), json=body)
            assert answer.status_code == 503 or answer.status_code < 500, (method, path, answer.text)
            later_outage.end()
            await controller.until(lambda: controller.part.door.up)


async def test_the_routes_that_are_tried_are_all_that_the_library_has(tmp_path: Path) -> None:
    async with running(tmp_path / "state", f"sqlite:///{tmp_path / 'x.db'}") as controller:
        described = controller.centre.app.openapi()["paths"]
    of_the_library = ("recordings", "listen", "marks", "erasures", "audit", "exports")
    found = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in described.items()
        for method in methods
        if path.removeprefix("/api/v1/").split("/")[0] in of_the_library or path.endswith("/marks")
    }
    assert found == {(method, path) for method, path, _ in ROUTES}


def kept(controller: Controller, key: pyrage.x25519.Identity) -> StoredRecording:
    """A recording that can be played."""
    whole = sealed(opus(), key)
    one = stored(
        1,
        audio_sha256=hashlib.sha256(opus()).hexdigest(),
        audio_bytes=len(opus()),
        stored_sha256=hashlib.sha256(whole).hexdigest(),
        stored_bytes=len(whole),
    )
    store = controller.settings.recordings / "stored"
    store.mkdir(parents=True, exist_ok=True)
    obstore.put(LocalStore(store), one.key, whole)
    controller.part.door.opened().shelves.enter(one)
    return one


async def test_nobody_hears_a_byte_while_it_cannot_be_entered_who_listens(later_outage: Outage, tmp_path: Path) -> None:
    """Locked, it can still be read: the recording is found, and refused all the same."""
    key = pyrage.x25519.Identity.generate()
    async with running(tmp_path / "state", later_outage.url, key) as controller:
        await controller.until(lambda: controller.part.door.up)
        one = kept(controller, key)
        later_outage.begin()
        if isinstance(later_outage, ServerHangs):
            await controller.until(lambda: controller.part.door.wrong)
        answer = await controller.api.ask("2001", "GET", f"/recordings/{one.id}/audio")
        assert error_of(answer)[:2] == (503, "library_away")
        later_outage.end()
        await controller.until(lambda: controller.part.door.up)
        assert controller.entries() == []
        async with asyncio.timeout(30):  # a short absence may be seen only after it
            while (heard := await controller.api.ask("2001", "GET", f"/recordings/{one.id}/audio")).status_code == 503:
                await asyncio.sleep(0.05)
        assert heard.content == opus()
        assert [entry.act for entry in controller.entries()] == ["played"]


async def test_whoever_waits_for_the_database_keeps_no_thread_from_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop's own few threads write the journal."""
    lock_is_free = threading.Event()
    mark = SqlCustody.mark

    def waits(self: SqlCustody, *given: Any) -> None:
        assert lock_is_free.wait(60)
        mark(self, *given)

    monkeypatch.setattr(SqlCustody, "mark", waits)
    async with running(tmp_path / "state", f"sqlite:///{tmp_path / 'x.db'}") as controller:
        await controller.until(lambda: controller.part.door.up)
        note = {"json": {"text": "bien"}}
        asking = [
            asyncio.create_task(controller.api.ask("2001", "POST", "/calls/call-1/marks", **note)) for _ in range(40)
        ]
        try:
            for _ in range(40):
                assert await asyncio.wait_for(asyncio.to_thread(lambda: "written"), 30) == "written"
        finally:
            lock_is_free.set()
        assert {answer.status_code for answer in await asyncio.gather(*asking)} == {201}


def test_a_server_that_hangs_in_the_middle_is_left_though_it_never_wakes(
    postgres: Postgres, connected: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_database, "SILENCE_S", 1.0)
    database = connected(postgres.url(postgres.new_database()))
    database.migrate()

    def hang_in_the_middle() -> None:
        with database.writing() as connection:
            postgres.hang()
            connection.execute(text("SELECT 1"))

    at_last = threading.Timer(30.0, postgres.wake)  # so that a failure ends, too
    at_last.start()
    with pytest.raises(CatalogueAway):
        hang_in_the_middle()
    at_last.cancel()
    postgres.wake()
    assert database.has_our_tables()

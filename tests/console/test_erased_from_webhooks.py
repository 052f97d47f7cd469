"""Is what webhooks were told of somebody gone with whatever else the console keeps, with all its parts put together as they are?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert, select

from ari_app.adapters.catalogue_audit import SqlAuditBook
from ari_app.adapters.catalogue_tables import erased_calls, erasing_places
from ari_app.adapters.erasing_places import OtherPlaces
from ari_app.adapters.history_book import HistoryEraser, SqlHistory
from ari_app.erasing import Erasing
from ari_app.new_ids import new_id
from console.centre_files import CentreFiles
from console.webhooks.ended_calls import EndedCalls
from console.webhooks.outbox import Outbox
from console.webhooks.tables import messages
from console.wiring import Around, parts_of
from tests.console.past.conftest import who
from tests.security.console_floor import Floor, KnownByCode, OneController, _settings, close
from tests.security.everything import valdeluna

COORDINATOR = {"Authorization": "Bearer 3001"}
NEW = {"url": "https://crm.example.com/hooks", "events": ["call.ended", "contact.changed"]}


def _ended(call: str) -> dict[str, Any]:
    return {"id": call, "stage": "ended", "shown": {"titular": f"Rosa ({call})"}}


def _about(floor: Floor) -> set[str]:
    with floor.database.reading() as connection:
        return set(connection.scalars(select(messages.c.about)))


async def test_what_was_told_of_the_calls_of_somebody_who_is_erased_by_number(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    async with floor.http() as (_, client):
        assert (await client.post("/api/v1/webhooks", json=NEW, headers=COORDINATOR)).status_code == 201
        outbox = Outbox(new_id, floor.clock.now)
        with floor.database.writing() as connection:
            for call in ("near", "far"):
                outbox.put(connection, "call.ended", _ended(call), call, f"call.ended:{call}")
        assert _about(floor) == {"near", "far"}

        work = asyncio.ensure_future(_erasures_of(floor))
        await _until_registered(floor)
        callers = HistoryEraser(SqlHistory(floor.database))
        erasing = Erasing(
            SqlAuditBook(floor.database),
            (callers, OtherPlaces(floor.database)),
            (callers,),
            b"key",
            new_id,
            floor.clock.now,
        )
        done = await erasing.erase(who("600111221"), "3001", "coordinator")
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    assert "1 messages to webhooks" in done.done["console"].what
    assert _about(floor) == {"far"}


async def _erasures_of(floor: Floor) -> None:
    """What the console does about erasures, as it is wired."""
    controllers, settings = OneController(), _settings(floor.folder)
    centre = CentreFiles(settings.centre, valdeluna(), lambda: None, floor.clock)
    reception = KnownByCode(controllers, floor.clock)
    around = Around(settings, centre, floor.clock, floor.database, floor.mirror, controllers, reception)
    parts = list(parts_of(around))
    works = {name: work for part in parts for name, work in part.works.items()}
    try:
        await works["erasures"]()
    finally:
        await close(parts)


async def _until_registered(floor: Floor) -> None:
    while True:
        with floor.database.reading() as connection:
            if connection.scalar(select(erasing_places.c.name).limit(1)) is not None:
                return
        await asyncio.sleep(0.01)


async def test_what_was_told_of_a_contact_that_is_erased(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    async with floor.http() as (_, client):
        await client.post("/api/v1/webhooks", json=NEW, headers=COORDINATOR)
        ids = [await _made(client, name) for name in ("Rosa", "Luis")]
        assert _about(floor) == set(ids)
        erased = await client.post(f"/api/v1/contacts/{ids[0]}/erase", json={"confirm": "Rosa"}, headers=COORDINATOR)
        assert (erased.status_code, "messages to webhooks" in erased.json()["certificate"]) == (201, True)
        assert _about(floor) == {ids[1]}


async def _made(client: httpx.AsyncClient, name: str) -> str:
    answer = await client.post("/api/v1/contacts", json={"name": name}, headers=COORDINATOR)
    return str(answer.json()["id"])


async def test_a_call_whose_customer_was_erased_before_its_end_was_read_is_not_told(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    async with floor.http() as (_, client):
        await client.post("/api/v1/webhooks", json=NEW, headers=COORDINATOR)
        erasing = Erasing(SqlAuditBook(floor.database), (), (), b"key", new_id, floor.clock.now)
        erasure = (await erasing.erase(who("600111221"), "3001", "coordinator")).id
        with floor.database.writing() as connection:
            connection.execute(insert(erased_calls).values(erasure=erasure, call="near"))
        ended = EndedCalls("redis://127.0.0.1:1/0", "x:", floor.database, Outbox(new_id, floor.clock.now), floor.clock)
        ended._tell([_ended("near"), _ended("far")], "1-1")
    assert _about(floor) == {"far"}

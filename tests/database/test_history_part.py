"""The controller's part that feeds the history: beside the calls, from the journal and from what the board shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pyrage
from sqlalchemy import select

from ari_app.adapters.catalogue_database import Database, sqlite_url
from ari_app.adapters.history_part import HistoryPart, journal_id
from ari_app.adapters.history_tables import calls
from ari_app.contract import CallStatus, timestamp
from tests.database.acts import AT
from tests.database.centre import Controller, HastyClock, running
from tests.database.journals import lived, rows_of
from tests.database.outages import FolderInItsPlace
from tests.database.test_history_entered import entered, expected

SHOWN = CallStatus(
    "call-1", "new", timestamp(AT), None, None, None, "inbound", "******789", "900100200", timestamp(AT), None, None
)


@asynccontextmanager
async def feeding(state: Path, url: str) -> AsyncIterator[tuple[Controller, HistoryPart]]:
    async with running(state, url, pyrage.x25519.Identity.generate()) as controller:
        part = HistoryPart(
            controller.settings, controller.part.door, dict, lambda number: None, HastyClock(), controller.centre.board
        )
        run = asyncio.create_task(part.run())
        try:
            yield controller, part
        finally:
            run.cancel()
            await part.close()


def calls_in(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.scalars(select(calls.c.id).order_by(calls.c.id)))


async def test_the_journal_and_the_calls_come_into_the_history_also_after_an_outage(tmp_path: Path) -> None:
    outage, state = FolderInItsPlace(tmp_path / "db"), tmp_path / "state"
    lived(state / "journal", 3, 60)
    database = Database(sqlite_url(outage.file), patience_s=1.0)
    async with feeding(state, outage.url) as (controller, part):
        controller.centre.board.put_call(SHOWN)
        await controller.until(lambda: controller.part.door.up)
        await controller.until(lambda: calls_in(database) == ["call-1"])
        await controller.until(lambda: entered(database) == expected(state / "journal"))
        outage.begin()
        lived(state / "journal", 4, 60, 1_000_900.0)
        controller.centre.board.put_call(replace(SHOWN, id="call-2"))
        await controller.until(lambda: part.notes.spool.waiting and not controller.part.door.up)
        outage.end()
        await controller.until(lambda: calls_in(database) == ["call-1", "call-2"])
        await controller.until(lambda: entered(database) == expected(state / "journal"))
        await controller.until(lambda: part.wrong is None)
    assert rows_of(state / "journal")
    database.close()


def test_a_journal_keeps_its_name(tmp_path: Path) -> None:
    file = tmp_path / "spool" / "journal-id"
    assert journal_id(file) == journal_id(file) != journal_id(tmp_path / "another" / "journal-id")

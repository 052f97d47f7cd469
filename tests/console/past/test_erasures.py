"""Is what the console keeps of a customer gone when somebody is erased by number, and is the certificate only given then?"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from ari_app.adapters.catalogue_audit import SqlAuditBook
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.catalogue_tables import metadata
from ari_app.adapters.erasing_places import OtherPlaces, StillThere
from ari_app.adapters.history_book import HistoryEraser, SqlHistory
from ari_app.call_notes import CallNote
from ari_app.erasing import Erasing, Unfinished
from ari_app.known_callers import caller_key, hash_of
from ari_app.new_ids import new_id
from console.audit.book import Audit, By
from console.erasures import FollowsErasures
from console.past.notes import Notes
from console.past.tables import call_notes
from console.tickets.customers import TicketsOfContacts
from console.tickets.levels import Levels
from console.tickets.store import NewTicket, Tickets
from console.webhooks.outbox import Outbox
from tests.migrated import migrated

T0 = 1_795_494_121.0
ROSA = "600111222"
WHO = hash_of(caller_key("a key of at least thirty-two characters"), ROSA) or ""
ANA = By("1005", "operator")


class Clock:
    """Stands still; whoever would sleep lets others work."""

    def now(self) -> float:
        """Unix seconds."""
        return T0

    async def sleep(self, seconds: float) -> None:
        """See Clock."""
        await asyncio.sleep(0.001)


class World:
    """The controller's erasing and the console's part in it, over one database."""

    def __init__(self, database: Database) -> None:
        self.database, clock = database, Clock()
        audit, outbox = Audit(database, clock.now), Outbox(new_id, clock.now)
        self.notes = Notes(database, audit, clock.now, lambda number: ())
        levels = Levels({}, ["soporte"])
        self.tickets = Tickets(database, audit, outbox, lambda: levels, clock.now, lambda at: 2026)
        self.of_contacts = TicketsOfContacts(database, lambda number: ())
        self.history = SqlHistory(database)
        self.console = self.another_console()
        callers, self.slept = HistoryEraser(self.history), 0
        places = OtherPlaces(database, self._sleep)
        self.erasing = Erasing(SqlAuditBook(database), (callers, places), (callers,), b"key", new_id, clock.now)

    async def _sleep(self, seconds: float) -> None:
        self.slept += 1
        await asyncio.sleep(0.001)

    def another_console(self) -> FollowsErasures:
        """As a new process makes it."""

        def of_tickets(connection: Connection, who: str, calls: Collection[str]) -> int:
            return self.of_contacts.erased(connection, (), (who,), calls)

        def of_notes(connection: Connection, who: str, calls: Collection[str]) -> int:
            return self.notes.erased(connection, (who,), calls).count

        return FollowsErasures(self.database, {"tickets": of_tickets, "notes of calls": of_notes}, Clock())

    def called(self, call: str, who: str) -> None:
        """A call of which something was noted, and from which a ticket was opened."""
        self.history.note_call(CallNote(call, T0, "inbound", "900100201", "******222", who, T0, T0 + 9))
        self.notes.write(call, f"Rosa, de {call}", ANA)
        self.tickets.open(
            NewTicket(subject=f"Rosa no tiene luz ({call})", queue="soporte", customer=who, call=call), ANA
        )

    def left(self) -> str:
        """All that stands in any table."""
        with self.database.reading() as connection:
            return "\n".join(
                str(row) for table in metadata.sorted_tables for row in connection.execute(select(table)).all()
            )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Of one test."""
    database = migrated(tmp_path / "centralita.db")
    yield World(database)
    database.close()


async def test_tickets_and_notes_of_the_number_go_and_the_certificate_counts_them(world: World) -> None:
    world.called("hers", WHO)
    world.called("another", "f" * 24)
    console = asyncio.ensure_future(world.console.run())
    world.console.register()
    done = await world.erasing.erase(WHO, "3001", "coordinator")
    console.cancel()
    assert done.done["console"].count == 2
    assert done.done["console"].what == "1 notes of calls, 1 tickets"
    assert '"place":"console"' in done.certificate
    left = world.left()
    assert "Rosa no tiene luz (hers)" not in left
    assert "Rosa, de hers" not in left
    assert "Rosa no tiene luz (another)" in left
    with world.database.reading() as connection:
        assert connection.scalars(select(call_notes.c.call)).all() == ["another"]


async def test_no_certificate_is_given_while_the_console_is_away_and_it_goes_on_afterwards(world: World) -> None:
    world.called("hers", WHO)
    world.console.register()
    with pytest.raises(Unfinished) as waits:
        await world.erasing.erase(WHO, "3001", "coordinator")
    assert waits.value.places == ("console",)
    assert world.slept > 1
    assert "Rosa, de hers" in world.left()
    assert world.another_console().follow() == 2
    assert world.another_console().follow() == 0
    assert await world.erasing.resume() == 0
    done = world.erasing._book.find_erasure(waits.value.erasure.id)
    assert done is not None
    assert done.certificate
    assert "Rosa" not in world.left()


async def test_where_no_console_has_ever_run_nothing_is_waited_for(world: World) -> None:
    done = await world.erasing.erase(WHO, "3001", "coordinator")
    assert (world.slept, done.done["console"].count) == (0, 0)


async def test_an_earlier_erasure_of_the_same_customer_is_not_taken_for_this_one(world: World) -> None:
    world.console.register()
    with pytest.raises(Unfinished):
        await world.erasing.erase(WHO, "3001", "coordinator")
    world.console.follow()
    await world.erasing.resume()
    world.called("again", WHO)
    with pytest.raises(Unfinished):
        await world.erasing.erase(WHO, "3001", "coordinator")
    with pytest.raises(StillThere, match="is it running"):
        await OtherPlaces(world.database, world._sleep).erase(WHO, frozenset())
    assert "Rosa, de again" in world.left()

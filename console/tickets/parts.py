"""What are tickets made of? All their parts, put together for the console's one place of wiring."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter

from ari_app.adapters.catalogue_database import Database
from ari_app.centre import Centre
from ari_app.clock import Clock
from ari_app.new_ids import new_id
from console.audit.book import Audit
from console.mirror import Mirror
from console.tickets.callers import Callers
from console.tickets.calls import BoardCalls, Controllers, Customers, NoAnswers, ScriptAnswers
from console.tickets.customers import TicketsOfContacts
from console.tickets.desk import TicketDesk, nobodys
from console.tickets.levels import Levels
from console.tickets.passing_on import PassingOn
from console.tickets.routes import ticket_routes
from console.tickets.search import TicketSearch
from console.tickets.store import Tickets
from console.tickets.watching import Watcher
from console.webhooks.outbox import Outbox


@dataclass(frozen=True, slots=True)
class TicketsPart:
    """``of_contacts`` are the hooks for whoever merges and erases contacts; ``customers`` knows who calls."""

    router: APIRouter
    works: dict[str, Callable[[], Coroutine[Any, Any, None]]]
    of_contacts: TicketsOfContacts
    customers: Customers


async def nobody(number: str) -> str | None:
    """Where there are no contacts."""
    return None


def levels_of(centre: Centre) -> Levels:
    """From ``next_level`` in queues.yaml."""
    following = {queue.name: queue.entry.next_level for queue in centre.queues if queue.entry.next_level is not None}
    return Levels(following, [queue.name for queue in centre.queues])


def open_tickets(
    database: Database,
    audit: Audit,
    outbox: Outbox,
    centre: Callable[[], Centre],
    mirror: Mirror,
    controllers: Controllers,
    clock: Clock,
    who: Callable[[str], str | None],
    contact_of: Callable[[str], Awaitable[str | None]] = nobody,
    answers: ScriptAnswers | None = None,
    spellings: Callable[[str], Iterable[str]] = lambda number: (number, number.removeprefix("+")),
    whos_of: Callable[[str], Collection[str]] = nobodys,
) -> TicketsPart:
    """``centre`` gives the one in force, ``who`` makes the keyed hash of a number (known_callers), ``contact_of`` finds the contact
    with a number; ``spellings``: as what a carrier may send a number that is given in full; ``whos_of``: see TicketDesk."""

    def year(at: float) -> int:
        return datetime.fromtimestamp(at, ZoneInfo(centre().time_zone)).year

    tickets = Tickets(database, audit, outbox, lambda: levels_of(centre()), clock.now, year)
    search, calls = TicketSearch(database), BoardCalls(mirror.board)
    watcher = Watcher(tickets, calls, clock, lambda: mirror.keeper.wrong is None)
    mirror.board.add_sink(watcher.sink)
    passing = PassingOn(tickets, search, calls, calls, controllers, watcher, new_id)
    customers = Callers(controllers, who, contact_of)
    desk = TicketDesk(tickets, search, calls, controllers, passing, customers, answers or NoAnswers(), whos_of)
    hooks = TicketsOfContacts(database, lambda number: filter(None, map(who, spellings(number))))
    return TicketsPart(ticket_routes(desk), {"tickets": watcher.run}, hooks, customers)

"""What do the routes of tickets share? The parts, and which calls and tickets are in whose sight."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from ari_app.adapters.http_errors import Refused
from ari_app.beside import beside
from console.answers import answering_when_away
from console.people import demand
from console.tickets.asking import Asking
from console.tickets.calls import (
    CallNow,
    Calls,
    Controllers,
    Customer,
    Customers,
    NoAnswers,
    ScriptAnswers,
    Unknown,
)
from console.tickets.life import sees
from console.tickets.passing_on import PassingOn
from console.tickets.search import TicketSearch, Wanted
from console.tickets.store import Check, Tickets
from console.tickets.ticket import Ticket


def nobodys(contact: str) -> Collection[str]:
    """Where there are no contacts."""
    return ()


@dataclass(frozen=True, slots=True)
class TicketDesk:
    """The parts. ``customers`` knows who calls, ``answers`` what was noted in scripts; ``whos_of`` gives the keyed hashes under
    which a contact's numbers may be known."""

    tickets: Tickets
    search: TicketSearch
    calls: Calls
    controllers: Controllers
    passing: PassingOn
    customers: Customers = field(default_factory=Unknown)
    answers: ScriptAnswers = field(default_factory=NoAnswers)
    whos_of: Callable[[str], Collection[str]] = nobodys

    async def call_of(self, call: str, who: Asking) -> CallNow:
        """A call that this one may see. Raises Refused (404, 403)."""
        found = self.calls.find(call)
        if found is None:
            raise Refused(404, "not_found", "There is no such call, or it ended more than an hour ago.")
        if who.sees_calls != "all" and who.by.code not in (found.operator, found.consulting, *found.busy):
            demand(who.sees_calls == "team" and await self._controller_shows(call, who))
        return found

    async def _controller_shows(self, call: str, who: Asking) -> bool:
        """Whose team has the call, the controller knows."""
        path = f"/api/v1/calls/{call}"
        answer = await self.controllers.ask("GET", path, None, who.authorization, who.by.address)
        return answer.status == 200

    async def customer_of(self, call: str, who: Asking) -> Customer:
        """Who called. Raises Refused (503)."""
        with answering_when_away():
            return await self.customers.of_call(call, who.authorization, who.by.address)

    async def check_of(self, who: Asking, call: str | None = None) -> Check:
        """Raises Refused (403) for tickets out of sight; ``call``: this one talks with its caller, whose tickets may be seen.

        Raises Refused (404, 403, 503) for the call."""
        customer, linked = Customer(), set[str]()
        if call is not None:
            now = await self.call_of(call, who)
            customer = await self.customer_of(call, who)
            with answering_when_away():
                about = await beside(self.search.find, Wanted(call=call), None)
            linked = {one.ref for one in about.items} | ({now.ticket} if now.ticket else set())

        def check(ticket: Ticket, has_worked: bool) -> None:
            hers = customer.contact is not None and ticket.contact == customer.contact
            hers = hers or (customer.who is not None and ticket.customer == customer.who)
            demand(has_worked or hers or ticket.ref in linked or sees(who.actor, ticket))

        return check

"""What do the routes of past calls share? The stores, whose past it is, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from ari_app.adapters.http_errors import Refused
from ari_app.beside import beside
from ari_app.board import StatusBoard
from ari_app.contract import CallStatus, timestamp
from console.answers import answering_when_away
from console.contacts.book import ContactBook, UnknownContact
from console.contacts.contact import Contact
from console.figures.centre import KnowsCentre
from console.figures.scope import scope_of
from console.past.calls import Earlier, PastCalls
from console.past.notes import CallNote, Notes
from console.past.sight import may_hear, may_note, sees_past
from console.people import Person, demand
from console.tickets.calls import Customers

NOTHING = Earlier([], more=False)


@dataclass(frozen=True, slots=True)
class PastDesk:
    """The parts. ``board`` shows the calls of now, ``customers`` knows who calls, ``hashes`` makes the keyed hashes under which a
    number may be known; ``hears_own``: the centre lets operators hear the own recordings."""

    calls: PastCalls
    notes: Notes
    contacts: ContactBook
    board: StatusBoard
    customers: Customers
    knows: KnowsCentre
    hashes: Callable[[str], Iterable[str]]
    hears_own: Callable[[], bool] = bool

    def status_of(self, call: str) -> CallStatus:
        """Raises Refused (404)."""
        status = self.board.calls.get(call)
        if status is None:
            raise Refused(404, "not_found", "There is no such call, or it ended more than an hour ago.")
        return status

    async def demand_sight(self, call: str, request: Request, person: Person) -> None:
        """Who asks may see the call, now or in the history; one out of sight is not there. Raises Refused: 403, 404, 503."""
        demand(person.may("history"))
        team, status, busy = await self.team_of(person, request), self.board.calls.get(call), self.board.busy_with(call)
        if status is not None and (sees_past(person, status, busy, team) or may_note(person, status, busy, team)):
            return
        with answering_when_away():
            found = await beside(self.calls.call, call)
        if found is None or not scope_of(person, team).covers(found):
            raise Refused(404, "not_found", "There is no such call.")

    async def team_of(self, person: Person, request: Request) -> frozenset[str]:
        """The codes of those whom the person leads. Raises Refused (503)."""
        if person.role != "team_leader":
            return frozenset()
        centre = await self.knows.centre(request.headers.get("authorization", ""))
        return centre.operators_of(person.team)

    async def contact(self, id_: str) -> Contact:
        """Raises Refused (404, 503)."""
        try:
            with answering_when_away():
                return await beside(self.contacts.find, id_)
        except UnknownContact:
            raise Refused(404, "not_found", "There is no such contact.") from None

    async def whos_of_call(self, call: str, request: Request) -> set[str]:
        """Under which hashes its caller may be known: by the number, and by the others of the one contact that has it. What the
        controller does not tell any more stands in the history. Raises Refused (503)."""
        address = request.client.host if request.client else ""
        with answering_when_away():
            customer = await self.customers.of_call(call, request.headers.get("authorization", ""), address)
            who = customer.who or await beside(self.calls.who_called, call)
        whos = {who} if who else set()
        if customer.contact is not None:
            whos |= self.whos_of(await self.contact(customer.contact))
        return whos

    def whos_of(self, contact: Contact) -> set[str]:
        """The hashes of all its numbers."""
        return {who for one in contact.details.numbers for who in self.hashes(one.number)}

    async def told(self, earlier: Earlier, person: Person, team: frozenset[str]) -> dict[str, Any]:
        """As the API shows it. Raises Refused (503)."""
        with answering_when_away():
            notes = await beside(self.notes.of_calls, [one["id"] for one in earlier.calls])
        hears_own = self.hears_own()
        items = [
            _shown(one, notes.get(one["id"], []), one["recording"] is not None and _hears(one, person, team, hears_own))
            for one in earlier.calls
        ]
        return {"items": items, "more": earlier.more}


def _hears(call: dict[str, Any], person: Person, team: frozenset[str], hears_own: bool) -> bool:
    return may_hear(person, frozenset(call["queues"]), frozenset(call["operators"]), team, hears_own)


def _shown(call: dict[str, Any], notes: list[CallNote], recording: bool) -> dict[str, Any]:
    same = ("direction", "number", "queues", "operators", "wait_s", "talk_s", "disposition", "end_reason", "ticket")
    times = {name: _iso(call[name]) for name in ("started", "ended", "answered")}
    noted = [one.as_json() for one in notes]
    return {"call": call["id"], **times, **{name: call[name] for name in same}, "recording": recording, "notes": noted}


def _iso(at: float | None) -> str | None:
    return None if at is None else timestamp(at)

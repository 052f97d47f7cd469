"""What has become of the callers with whom tickets are on their way? Read off the calls' status, after a restart as well."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from ari_app.beside import beside
from ari_app.clock import Clock
from ari_app.contract import CallStatus, StatusEvent
from console.audit.book import SYSTEM, By
from console.tickets.calls import Calls
from console.tickets.life import Act, CallerLeft, DropPassing, EndPassing, NotNow, TakeWithCall
from console.tickets.on_the_way import next_act
from console.tickets.store import NoSuchTicket, Tickets
from console.tickets.ticket import ENGINE, Ticket
from recordings.record import CatalogueAway

log = structlog.get_logger(__name__)
LOOK_EVERY_S: Final = 1.0
AGAIN_S: Final = 5.0


class Watcher:
    """``ready`` tells whether the calls are known now at all: until then nothing is concluded from their absence."""

    def __init__(self, tickets: Tickets, calls: Calls, clock: Clock, ready: Callable[[], bool] = lambda: True) -> None:
        self._tickets = tickets
        self._calls = calls
        self._clock = clock
        self._ready = ready
        self._moving: set[str] = set()
        self._changed = asyncio.Event()

    def sink(self, event: StatusEvent) -> None:
        """Something has changed in the centre (a board sink)."""
        if isinstance(event.body, CallStatus) and event.body.id in self._moving:
            self._changed.set()

    def watch(self, ticket: Ticket) -> None:
        """This one has just been put on its way."""
        moving = ticket.passing or ticket.before
        if moving is not None:
            self._moving.add(moving.call)
            self._changed.set()

    async def run(self) -> None:
        """Until cancelled: let each ticket follow its caller."""
        while True:
            self._changed.clear()
            try:
                await self.look()
            except CatalogueAway as away:
                log.warning("tickets_wait_for_the_database", why=str(away))
                await self._clock.sleep(AGAIN_S)
            await self._until_changed()

    async def look(self) -> None:
        """Once. Raises CatalogueAway."""
        if not self._ready():
            return
        moving = await beside(self._tickets.on_the_way)
        self._moving = {one.call for ticket in moving if (one := ticket.passing or ticket.before) is not None}
        for ticket in moving:
            await self._follow(ticket)

    async def settle(self, ref: str) -> None:
        """Before something else is asked of this ticket: what became of the last time is not waited for. Raises CatalogueAway."""
        if not self._ready():
            return
        for ticket in await beside(self._tickets.on_the_way):
            if ticket.ref == ref and ticket.passing is not None and ticket.passing.asked:
                await self._follow(ticket, patience_s=0.0)

    async def _follow(self, ticket: Ticket, **patience: float) -> None:
        moving = ticket.passing or ticket.before
        assert moving is not None
        act = next_act(ticket, self._calls.find(moving.call), self._tickets.now(), **patience)
        if act is None:
            return
        note = ticket.passing.note if ticket.passing is not None and isinstance(act, EndPassing) else ""
        try:
            what, by = _told(ticket, act)
            await beside(self._tickets.act, ticket.ref, act, ENGINE, by, what, None, note, {"call": moving.call})
        except (NotNow, NoSuchTicket) as overtaken:  # somebody was faster
            log.info("ticket_not_followed", ticket=ticket.ref, why=str(overtaken))

    async def _until_changed(self) -> None:
        waiting = asyncio.ensure_future(self._changed.wait())
        sleeping = asyncio.ensure_future(self._sleep())
        try:
            await asyncio.wait((waiting, sleeping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            sleeping.cancel()

    async def _sleep(self) -> None:
        await self._clock.sleep(LOOK_EVERY_S)


def _told(ticket: Ticket, act: Act) -> tuple[str, By]:
    match act:
        case EndPassing():
            assert ticket.passing is not None
            return "passed", By(ticket.passing.by, ticket.passing.role)
        case DropPassing():
            return "pass_ended", SYSTEM
        case CallerLeft():
            return "", SYSTEM
        case TakeWithCall(operator):
            came_back = ticket.before is not None and ticket.before.by == operator
            return ("came_back" if came_back else "taken"), By(operator, "operator")
        case _:
            raise AssertionError(act)

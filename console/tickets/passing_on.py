"""How is a ticket passed on, with the caller or without, so that nothing is half done?

With the caller there are two worlds, the database and the call. So the intent is written first; then the controller is asked, with
the person's own token; then what it said is written. A no leaves the ticket where it was, with the reason in its history. Where
nobody knows what became of it (no answer, or the console died), the call's own status tells (``watching.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from ari_app.adapters.http_errors import Refused
from ari_app.beside import beside
from console.answers import answering_when_away
from console.tickets.asking import Asking
from console.tickets.calls import CallNow, Calls, Controllers, FreeOperators
from console.tickets.life import BeginPassing, DropPassing, EndPassing, PassingAsked, PassLater, next_level
from console.tickets.search import TicketSearch
from console.tickets.store import Check, Tickets
from console.tickets.ticket import ENGINE, How, Passing, Ticket, To
from console.tickets.watching import Watcher

log = structlog.get_logger(__name__)
CONSULTED_AT_MOST: Final = 3
LANGUAGES: Final = ("es", "en")
NOT_KNOWN: Final = (
    "No controller answered, so it is not known yet whether the caller is being passed on; the ticket shows it within a quarter "
    "of a minute."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: ``to`` None is the next level, ``call`` None the call of this ticket that the person has now."""

    how: How
    to: To | None
    call: str | None
    note: str


class PassingOn:
    """``new_id`` makes ids for intents."""

    def __init__(
        self,
        tickets: Tickets,
        search: TicketSearch,
        calls: Calls,
        free: FreeOperators,
        controllers: Controllers,
        watcher: Watcher,
        new_id: Callable[[], str],
    ) -> None:
        self._tickets = tickets
        self._search = search
        self._calls = calls
        self._free = free
        self._controllers = controllers
        self._watcher = watcher
        self._new_id = new_id

    async def pass_on(self, ref: str, asked: Asked, asker: Asking, check: Check) -> Ticket:
        """The ticket after it. Raises Refused (409 and what else the controller answers, 503), NoSuchTicket, NotNow, NotYours, and
        what ``check`` raises."""
        with answering_when_away():
            if asked.how == "later":
                ticket = await self._later(ref, asked, asker, check)
            else:
                ticket = await self._with_caller(ref, asked, asker, check)
            await self._keep_stories(ticket, asker)
        return ticket

    async def _later(self, ref: str, asked: Asked, asker: Asking, check: Check) -> Ticket:
        detail = {"how": "later", **_said(asked.to)}
        act = PassLater(asked.to)
        return await beside(self._tickets.act, ref, act, asker.actor, asker.by, "passed", check, asked.note, detail)

    async def _with_caller(self, ref: str, asked: Asked, asker: Asking, check: Check) -> Ticket:
        await self._watcher.settle(ref)
        known = await beside(self._search.show, ref)
        call = self._call(asked, asker, [row["call"] for row in known.calls])
        to = asked.to or To(next_level(known.ticket.queue, self._tickets.levels()))
        targets = [to] if asked.how == "cold" or to.operator is not None else self._consultable(to, asker)
        for target in targets[:-1]:
            try:
                return await self._try(ref, replace(asked, to=target), call, asker, check)
            except Refused as refused:
                if refused.status != 409:
                    raise
        return await self._try(ref, replace(asked, to=targets[-1]), call, asker, check)

    def _call(self, asked: Asked, asker: Asking, linked: Sequence[str]) -> CallNow:
        ids = [asked.call] if asked.call is not None else list(reversed(linked))
        found = [call for call in map(self._calls.find, ids) if call is not None and call.up]
        mine = [call for call in found if asker.actor.leads or call.operator == asker.actor.code]
        if mine:
            return mine[0]
        if found:
            raise Refused(
                403, "forbidden", f"{found[0].operator or 'Nobody'} talks with this caller; pass it on for later."
            )
        raise Refused(409, "no_call", "The caller is not on the line any more; pass it on for later.")

    def _consultable(self, to: To, asker: Asking) -> list[To]:
        assert to.queue is not None
        free = [To(to.queue, code) for code in self._free.of_queue(to.queue) if code != asker.actor.code]
        if not free:
            raise Refused(
                409, "nobody_free", f"Nobody of {to.queue} is free now; transfer the caller, or pass it on for later."
            )
        return free[:CONSULTED_AT_MOST]

    async def _try(self, ref: str, asked: Asked, call: CallNow, asker: Asking, check: Check) -> Ticket:
        assert asked.to is not None
        intent = Passing(
            self._new_id(),
            asked.how,
            asked.to,
            asker.by.code,
            asker.by.role,
            self._tickets.now(),
            call.id,
            asked.note,
        )
        detail = {"how": asked.how, "call": call.id, **_said(asked.to)}
        begin = BeginPassing(intent)
        await beside(self._tickets.act, ref, begin, asker.actor, asker.by, "pass_asked", check, "", detail)
        try:
            answer = await self._controllers.ask(
                "POST",
                f"/api/v1/calls/{call.id}/{'transfer' if asked.how == 'cold' else 'consult'}",
                {"to": _said(asked.to), "ticket": ref},
                asker.authorization,
                asker.by.address,
            )
        except Refused:
            raise Refused(503, "outcome_unknown", NOT_KNOWN, headers={"Retry-After": "15"}) from None
        if answer.status >= 500:
            raise Refused(503, "outcome_unknown", NOT_KNOWN, headers={"Retry-After": "15"})
        if answer.status >= 300:
            raise await self._refused(ref, asker, answer.status, answer.json, detail)
        return await self._agreed(ref, asked, asker, detail)

    async def _agreed(self, ref: str, asked: Asked, asker: Asking, detail: dict[str, Any]) -> Ticket:
        if asked.how == "warm":
            ticket = await beside(self._tickets.act, ref, PassingAsked(), ENGINE, asker.by, "")
        else:
            end = EndPassing()
            ticket = await beside(self._tickets.act, ref, end, ENGINE, asker.by, "passed", None, asked.note, detail)
        self._watcher.watch(ticket)
        return ticket

    async def _refused(self, ref: str, asker: Asking, status: int, said: Any, detail: dict[str, Any]) -> Refused:
        error = said.get("error", {}) if isinstance(said, dict) else {}
        code, why = str(error.get("code", "refused")), str(error.get("message", "The controller refuses."))
        why_not = detail | {"code": code, "why": why}
        await beside(self._tickets.act, ref, DropPassing(), ENGINE, asker.by, "pass_refused", None, "", why_not)
        return Refused(status, code, why)

    async def _keep_stories(self, ticket: Ticket, asker: Asking) -> None:
        """What happened in the calls so far, in words, as far as it is known: the next level may not be allowed to ask for it."""
        known = await beside(self._search.show, ticket.ref)
        for row in known.calls:
            story = {}
            for language in LANGUAGES:
                steps = await self._story(row["call"], language, asker)
                if steps:
                    story[language] = steps
            if story:
                await beside(self._tickets.tell_story, ticket.ref, row["call"], story)

    async def _story(self, call: str, language: str, asker: Asking) -> list[dict[str, Any]]:
        path = f"/api/v1/calls/{call}/why?lang={language}"
        try:
            answer = await self._controllers.ask("GET", path, None, asker.authorization, asker.by.address)
        except Refused:
            return []
        if answer.status != 200 or not isinstance(answer.json, dict):
            return []
        return [{"at": step["at"], "text": step["text"]} for step in answer.json.get("steps", ())]


def _said(to: To | None) -> dict[str, str]:
    if to is None:
        return {}
    return {"operator": to.operator} if to.operator is not None else {"queue": to.queue or ""}

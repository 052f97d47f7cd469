"""Whom does a token speak for? The controller that leads knows; what it said counts for a moment, and is asked again while needed.

While no controller answers, whoever was known stays so: a log-in is ended by a controller, which does not happen then either.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog

from ari_app.accounts import Account
from ari_app.adapters.http_auth import Caller, have_the_same_rights
from ari_app.adapters.http_console import SESSIONS_PATH, TOKENS_AT_ONCE
from ari_app.adapters.http_errors import Refused
from ari_app.clock import Clock
from console.controllers import Controllers
from console.people import Person

log = structlog.get_logger(__name__)
FRESH_S: Final = 2.0
"""A log-in that was ended is out everywhere after twice this at the latest."""
KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    caller: Caller
    person: Person
    asked_at: float
    team: frozenset[str]


class ControllersReception:
    """See people.Reception. Whoever keeps something open for people, whose log-in may be over meanwhile, asks to ``watch`` them."""

    def __init__(self, controllers: Controllers, clock: Clock) -> None:
        self._watchers: list[tuple[Callable[[], Iterable[Caller]], Callable[[], None]]] = []
        self._controllers = controllers
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._token_of: dict[str, str] = {}

    async def person(self, authorization: str) -> Person:
        """See Reception."""
        return (await self._find(authorization)).person

    async def caller(self, authorization: str) -> Caller:
        """The same as the engine's own event streams know people. Raises Refused."""
        return (await self._find(authorization)).caller

    def good(self, caller: Caller) -> bool:
        """Whether what was known of ``caller`` last still lets them in."""
        known = self._known.get(self._token_of.get(caller.session, ""))
        return known is not None and have_the_same_rights(known.caller.account, caller.account)

    def watch(self, watched: Callable[[], Iterable[Caller]], look: Callable[[], None]) -> None:
        """Ask for those who are ``watched`` again and again, and then have ``look`` see whether they are still ``good``."""
        self._watchers.append((watched, look))

    async def run(self) -> None:
        """Ask again for whoever is watched, until cancelled."""
        while True:
            await self._clock.sleep(FRESH_S)
            watched = {one.session for watched, _ in self._watchers for one in watched()}
            tokens = [token for session in watched if (token := self._token_of.get(session)) is not None]
            for start in range(0, len(tokens), TOKENS_AT_ONCE):
                try:
                    await self._ask(tokens[start : start + TOKENS_AT_ONCE])
                except Refused as nobody:
                    log.info("sessions_not_checked", why=nobody.code)
            for _, look in self._watchers:
                look()

    async def _find(self, authorization: str) -> _Known:
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise _unauthorized("token_missing", "Log in, and send the header Authorization: Bearer TOKEN.")
        known = self._known.get(token)
        if known is None or self._clock.now() - known.asked_at > FRESH_S:
            try:
                await self._ask([token])
            except Refused:
                if known is None or known.caller.expires <= self._clock.now():
                    raise
            known = self._known.get(token)
        if known is None:
            raise _unauthorized("token_invalid", "This log-in is over, or not one of ours; log in again.")
        return known

    async def _ask(self, tokens: Sequence[str]) -> None:
        """Raises Refused (503) while no controller answers."""
        answer = await self._controllers.ask("POST", SESSIONS_PATH, {"tokens": list(tokens)})
        if answer.status == 422:  # no token of ours is so long
            people: list[Any] = [None] * len(tokens)
        elif answer.status != 200:
            if answer.status == 503:  # one takes over from another just now
                log.info("controller_not_ready", status=answer.status)
            else:
                log.error("controller_does_not_know_the_console", status=answer.status)
            raise Refused(503, "no_controller", "The controller does not answer the console; its log says why.")
        else:
            people = answer.json["people"]
        for token, said in zip(tokens, people, strict=True):
            self._note(token, said)

    def _note(self, token: str, said: Any) -> None:
        before = self._known.pop(token, None)
        if said is None:
            if before is not None:
                self._token_of.pop(before.caller.session, None)
            return
        account = Account(said["code"], said["name"], said["role"], tuple(said["queues"]), said["team"])
        person = Person(account.code, account.name, account.role, account.queues, account.team)
        caller = Caller(account, said["expires"], said["session"], partial(self._team_of, said["session"]))
        self._known[token] = _Known(caller, person, self._clock.now(), frozenset(said["leads"]))
        self._token_of[said["session"]] = token
        if len(self._known) > KEPT:
            _, oldest = self._known.popitem(last=False)
            self._token_of.pop(oldest.caller.session, None)

    def _team_of(self, session: str) -> frozenset[str]:
        """The operators whom the person leads, as was said last."""
        known = self._known.get(self._token_of.get(session, ""))
        return known.team if known is not None else frozenset()


def _unauthorized(code: str, message: str) -> Refused:
    return Refused(401, code, message, headers={"WWW-Authenticate": "Bearer"})

"""Who sends this request, and may they? Bearer tokens, the limit on failed logins, and what permissions.py comes to here.

Tokens are signed (itsdangerous, HMAC-SHA256) and hold the code, the expiry and an id only: they outlive a controller restart,
and the role is looked up in the accounts at each request, so that a removed account is out at once. What was logged out before its
time is in ``Sessions``.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from itsdangerous import BadData, URLSafeSerializer

from ari_app.accounts import Account, Accounts
from ari_app.adapters.http_errors import Refused
from ari_app.board import StatusBoard
from ari_app.contract import CallStatus, OperatorStatus, QueueStatus, Subject
from ari_app.operator_commands import Asker
from ari_app.permissions import Permission, Reach, reach_of
from ari_app.rates import Rates
from ari_app.sessions import LIFE_S, Sessions
from ari_app.settings import TOKEN_KEY_LENGTH

FAILURES: Final = 5
FAILURES_WINDOW_S: Final = 60.0
CODES_TRIED: Final = 20
BANNED_S: Final = 600.0
SESSION_BYTES: Final = 12
REMEMBERED: Final = 10_000

Now = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends this request, and until when (Unix seconds) their token is good. ``of_team``: the operators whom they lead now."""

    account: Account
    expires: float
    session: str = ""
    of_team: Callable[[], frozenset[str]] = field(default=frozenset, repr=False, compare=False)

    @property
    def team(self) -> frozenset[str] | None:
        """The operators of the team that this person leads; None for whoever leads none."""
        return None if self.account.leads is None else self.of_team()

    def reach(self, permission: Permission) -> Reach | None:
        """How far that permission reaches; None: not at all."""
        return reach_of(self.account.role, permission)

    def may(self, permission: Permission) -> bool:
        """Whether there is anything at all that this person may do so."""
        return self.reach(permission) is not None

    def reaches(self, permission: Permission, *operators: str | None) -> bool:
        """Whether it reaches what one of these operators has. Where it reaches ``queues``, the desk that knows them looks."""
        match self.reach(permission):
            case None:
                return False
            case "own":
                return self.account.code in operators
            case "team":
                return any(one is not None and one in (self.team or ()) for one in operators)
            case "queues" | "all":
                return True


class Tokens:
    """Makes and reads bearer tokens. ``key`` is at least TOKEN_KEY_LENGTH characters; ``now`` is Unix seconds; ``rates`` bounds
    what each log-in may ask."""

    def __init__(
        self, key: str, accounts: Accounts, now: Now, sessions: Sessions | None = None, rates: Rates | None = None
    ) -> None:
        """Raises ValueError if the key is too short to be a secret."""
        if len(key) < TOKEN_KEY_LENGTH:
            raise ValueError(
                f"the token key has {len(key)} characters; give one of at least {TOKEN_KEY_LENGTH}, made at random"
            )
        self._serializer = URLSafeSerializer(key, salt="centralita-api-v1", signer_kwargs={"digest_method": sha256})
        self._accounts = accounts
        self._now = now
        self._rates = rates
        self.sessions = sessions or Sessions(now, LIFE_S)

    def issue(self, account: Account) -> str:
        """A token for ``account``, good for LIFE_S."""
        expires = round(self._now() + LIFE_S, 3)
        return str(self._serializer.dumps([account.code, expires, secrets.token_urlsafe(SESSION_BYTES)]))

    def caller(self, authorization: str) -> Caller:
        """Who an ``Authorization`` header speaks for. Raises Refused (401) for none, a bad, an old or an orphaned token."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthorized("token_missing", "Log in, and send the header Authorization: Bearer TOKEN.")
        caller = self._caller_of(token.strip())
        self._demand_rate(caller.session)
        return caller

    def known(self, token: str) -> Caller | None:
        """Whom a token speaks for now, if anybody; it does not count as a request of theirs."""
        try:
            return self._caller_of(token)
        except Refused:
            return None

    def _caller_of(self, token: str) -> Caller:
        try:
            code, expires, session = self._serializer.loads(token)
        except (BadData, ValueError):  # ValueError: of a version that knew no sessions
            raise _unauthorized("token_invalid", "This token is not one of ours; log in again.") from None
        if expires <= self._now():
            raise _unauthorized("token_expired", "This token is too old; log in again.")
        account = self._accounts.get(code)
        if account is None:
            raise _unauthorized("token_invalid", "This token is not one of ours; log in again.")
        if self.sessions.is_over(code, session, expires):
            raise _unauthorized("token_revoked", "This log-in has been ended; log in again.")
        return Caller(account, expires, session, partial(self._accounts.operators_of, account.leads))

    def good(self, caller: Caller) -> bool:
        """Whether what ``caller`` was let in with is still good."""
        account = self._accounts.get(caller.account.code)
        over = self.sessions.is_over(caller.account.code, caller.session, caller.expires)
        return account is not None and have_the_same_rights(account, caller.account) and not over

    def _demand_rate(self, session: str) -> None:
        wait_s = self._rates.wait_s(session, self._now()) if self._rates is not None else 0.0
        if wait_s:
            retry = {"Retry-After": str(int(wait_s) + 1)}
            raise Refused(429, "too_many_requests", f"Too many requests; wait {int(wait_s) + 1} s.", headers=retry)


def have_the_same_rights(now: Account, before: Account) -> bool:
    """Whether what ``before`` was let in with may go on as it is."""
    return (now.role, now.leads) == (before.role, before.leads)


def _unauthorized(code: str, message: str) -> Refused:
    return Refused(401, code, message, headers={"WWW-Authenticate": "Bearer"})


class FailedLogins:
    """At most FAILURES failed logins for one code from one address within FAILURES_WINDOW_S, even with the right secret
    then. An address that fails with CODES_TRIED codes within that time may not log in at all for BANNED_S: it tries one secret on
    everybody. Remembers REMEMBERED pairs, and as many addresses; the one that failed longest ago goes first."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._failed: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
        self._codes: OrderedDict[str, dict[str, float]] = OrderedDict()
        self._banned: OrderedDict[str, float] = OrderedDict()

    def check(self, code: str, address: str) -> None:
        """Raises Refused (429, Retry-After in seconds) while there were too many."""
        until = self._banned.get(address, 0.0)
        recent = self._recent((code, address))
        if len(recent) >= FAILURES:
            until = max(until, recent[0] + FAILURES_WINDOW_S)
        if until > self._now():
            wait_s = int(until - self._now()) + 1
            raise Refused(
                429,
                "too_many_logins",
                f"Too many failed logins; wait {wait_s} s.",
                headers={"Retry-After": str(wait_s)},
            )

    def failed(self, code: str, address: str) -> bool:
        """Count a failure; True when it was the one for which the address is banned now."""
        self._failed[code, address] = [*self._recent((code, address)), self._now()]
        self._failed.move_to_end((code, address))
        if len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)
        return self._tried(code, address)

    def _tried(self, code: str, address: str) -> bool:
        before = self._codes.pop(address, {})
        tried = {one: at for one, at in before.items() if at > self._now() - FAILURES_WINDOW_S} | {code: self._now()}
        if len(tried) < CODES_TRIED:
            self._codes[address] = tried
            if len(self._codes) > REMEMBERED:
                self._codes.popitem(last=False)
            return False
        self._banned.pop(address, None)
        self._banned[address] = self._now() + BANNED_S
        if len(self._banned) > REMEMBERED:
            self._banned.popitem(last=False)
        return True

    def succeeded(self, code: str, address: str) -> None:
        """Forget the failures."""
        self._failed.pop((code, address), None)

    def _recent(self, key: tuple[str, str]) -> list[float]:
        return [at for at in self._failed.get(key, ()) if at > self._now() - FAILURES_WINDOW_S]


class AuthenticatedRoute(APIRoute):
    """Knows the caller before anything else of the request is read: without a token the answer is 401, whatever is sent."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See APIRoute."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            tokens: Tokens = request.app.state.tokens
            request.state.caller = tokens.caller(request.headers.get("authorization", ""))
            return await inner(request)

        return handler


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def _for_operator(permission: Permission) -> Callable[..., Coroutine[Any, Any, Caller]]:
    async def caller_for_operator(code: str, caller: Annotated[Caller, Depends(_caller)]) -> Caller:
        demand(caller.reaches(permission, code))
        return caller

    return caller_for_operator


_documented = HTTPBearer(auto_error=False, description="The token that POST /api/v1/login gives.")
AskedBy = Annotated[Caller, Depends(_caller)]
"""The argument of a route on an AuthenticatedRoute: who asks."""

AskedToSeeOperator = Annotated[Caller, Depends(_for_operator("see_operators"))]
"""As AskedBy, on a route with ``{code}``: an operator may ask for their own code only, whatever else the request says, a team
leader for those of the team."""

AskedToSetState = Annotated[Caller, Depends(_for_operator("set_states"))]
"""The same, of whom to set the state of."""

needs_token = Depends(_documented)
"""Tells OpenAPI that a route needs a token; AuthenticatedRoute is what demands it."""


def may_see(caller: Caller, subject: Subject) -> bool:
    """Everyone sees the queues; operators and calls as far as the permissions reach. A call is also whose who are consulted."""
    match subject:
        case OperatorStatus():
            return caller.reaches("see_operators", subject.code)
        case CallStatus():
            return caller.reaches("see_calls", subject.operator, subject.consulting)
        case QueueStatus():
            return caller.may("see_queues")


def busy_with(board: StatusBoard, caller: Caller, call: str) -> set[str]:
    """Of the caller and his or her team those who have the call, or write it up still after they have passed it on."""
    return board.busy_with(call) & {*(caller.team or ()), caller.account.code}


def asker_of(board: StatusBoard, caller: Caller) -> Asker:
    """A team leader sees the team, a supervisor of some queues these; whoever has them all, or none named, sees everything."""
    account = caller.account
    if caller.team is not None:
        return Asker(account.code, frozenset(), caller.team)
    some = account.role == "supervisor" and account.queues and not set(account.queues) >= set(board.queues)
    return Asker(account.code, frozenset(account.queues) if some else None)


def demand(allowed: bool) -> None:
    """Raises Refused (403) unless ``allowed``."""
    if not allowed:
        raise forbidden()


def forbidden() -> Refused:
    """403."""
    return Refused(403, "forbidden", "Your role may not see or do this; ask a supervisor.")

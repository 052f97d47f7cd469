"""Who asks the console, and as what? A route says who may: ``AskedBy`` for whom, ``demand`` for what.

The console keeps no accounts: the controller that leads knows who is logged in, and ``Reception`` asks it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from ari_app.adapters.http_auth import demand, needs_token
from ari_app.permissions import Permission, Reach, Role, reach_of

__all__ = ["AskedBy", "Person", "PersonRoute", "Reception", "demand", "needs_token"]


@dataclass(frozen=True, slots=True)
class Person:
    """One who is logged in. ``queues``: those an operator serves, or a supervisor looks after (none: all); ``team``: the one
    that he or she is in, or leads."""

    code: str
    name: str
    role: Role
    queues: tuple[str, ...] = ()
    team: str | None = None

    @property
    def sees_all(self) -> bool:
        """Whether every call of the centre may be seen."""
        return self.reach("see_calls") == "all"

    def reach(self, permission: Permission) -> Reach | None:
        """How far that permission reaches; None: not at all."""
        return reach_of(self.role, permission)

    def may(self, permission: Permission) -> bool:
        """Whether there is anything at all that this person may do so."""
        return self.reach(permission) is not None


class Reception(Protocol):
    """Knows people by their tokens."""

    async def person(self, authorization: str) -> Person:
        """Whom an ``Authorization`` header speaks for. Raises Refused: 401 for nobody, 503 while no controller answers."""


class PersonRoute(APIRoute):
    """Knows the person before anything else of the request is read: without a token the answer is 401, whatever is sent."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See APIRoute."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            reception: Reception = request.app.state.reception
            request.state.person = await reception.person(request.headers.get("authorization", ""))
            return await inner(request)

        return handler


async def _person(request: Request) -> Person:
    person: Person = request.state.person
    return person


AskedBy = Annotated[Person, Depends(_person)]
"""The argument of a route on a PersonRoute: who asks."""

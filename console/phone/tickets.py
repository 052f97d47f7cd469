"""How does a websocket know whose it is? A page can send it no header, and a token in an address ends up in logs: so a ticket.

A ticket is good for one connection within LIFE_S, and stands for a log-in that the console has just checked.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

LIFE_S: Final = 20.0
KEPT: Final = 5_000
"""More than that wait for nobody: the oldest goes."""

Holder = TypeVar("Holder")


@dataclass(frozen=True, slots=True)
class _Ticket(Generic[Holder]):
    holder: Holder
    until: float


class Tickets(Generic[Holder]):
    """``now`` is Unix seconds. Kept in this process alone: a restart makes every page ask for another one."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._open: OrderedDict[str, _Ticket[Holder]] = OrderedDict()

    def give(self, holder: Holder) -> str:
        """A ticket for ``holder``; not to be guessed."""
        self._drop_old()
        ticket = secrets.token_urlsafe(24)
        self._open[ticket] = _Ticket(holder, self._now() + LIFE_S)
        if len(self._open) > KEPT:
            self._open.popitem(last=False)
        return ticket

    def take(self, ticket: str) -> Holder | None:
        """Whose it is, once; None for one that is not ours, too old, or taken."""
        self._drop_old()
        found = self._open.pop(ticket, None)
        return None if found is None else found.holder

    def _drop_old(self) -> None:
        while self._open and next(iter(self._open.values())).until <= self._now():
            self._open.popitem(last=False)

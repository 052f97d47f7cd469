"""What does a ticket need to know of calls and of those who call? Ports, and the few fields of a call's status that count here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ari_app.board import StatusBoard
from ari_app.contract import CallStatus


@dataclass(frozen=True, slots=True)
class CallNow:
    """A call as its status shows it (contract v1): ``caller`` is masked, ``operator`` who talks or talked with the caller, ``busy``
    who has it or writes it up still after passing it on."""

    id: str
    stage: str
    operator: str | None
    queue: str | None
    caller: str
    number: str
    control: str | None = None
    consulting: str | None = None
    ticket: str | None = None
    shown: Mapping[str, str] = field(default_factory=dict)
    busy: frozenset[str] = frozenset()

    @property
    def up(self) -> bool:
        """Whether the caller is still there."""
        return self.stage != "ended"


def call_now(status: CallStatus, busy: Iterable[str] = ()) -> CallNow:
    """What of a call's status counts here."""
    return CallNow(
        status.id,
        status.stage,
        status.operator,
        status.queue,
        status.caller,
        status.number,
        status.control,
        status.consulting,
        status.ticket,
        status.shown,
        frozenset(busy),
    )


class Calls(Protocol):
    """The calls that are up, or have ended within the hour."""

    def find(self, call: str) -> CallNow | None:
        """One of them."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who calls: the contact's id, and the keyed hash of the number."""

    contact: str | None = None
    who: str | None = None


class Customers(Protocol):
    """Knows who called."""

    async def of_call(self, call: str, authorization: str, client: str) -> Customer:
        """Who called, as far as whoever ``authorization`` speaks for may know it; both None where that is nothing. Raises
        CatalogueAway."""


class ScriptAnswers(Protocol):
    """The answers that operators noted in scripts."""

    def of_calls(self, calls: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Each as JSON with at least ``call``, in the order in which they were given. Blocking; raises CatalogueAway."""


class FreeOperators(Protocol):
    """Who could be consulted now?"""

    def of_queue(self, queue: str) -> Sequence[str]:
        """Codes of the queue's operators who are ready and reachable, who has been so longest first."""


class ControllersAnswer(Protocol):
    """What a controller said; ``json`` is None where it said nothing that is JSON."""

    @property
    def status(self) -> int:
        """HTTP's."""

    @property
    def json(self) -> Any:
        """The body's value."""


class Controllers(Protocol):
    """The controller that leads (console.controllers)."""

    async def ask(
        self, method: str, path: str, body: object = None, authorization: str = "", client: str = ""
    ) -> ControllersAnswer:
        """As ``authorization`` from the address ``client``. Raises Refused (503) when none answers: then nobody knows whether it
        was done."""


class BoardCalls:
    """The calls and the free operators that a board shows: Calls and FreeOperators."""

    def __init__(self, board: StatusBoard) -> None:
        self._board = board

    def find(self, call: str) -> CallNow | None:
        """See Calls."""
        status = self._board.calls.get(call)
        return None if status is None else call_now(status, self._board.busy_with(call))

    def of_queue(self, queue: str) -> Sequence[str]:
        """See FreeOperators."""
        free = [
            one
            for one in self._board.operators.values()
            if one.state == "ready" and one.phone == "reachable" and queue in one.serves
        ]
        return [one.code for one in sorted(free, key=lambda one: (one.since, one.code))]


class NoAnswers:
    """Where no scripts are."""

    def of_calls(self, calls: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """See ScriptAnswers."""
        return ()


class Unknown:
    """Where nobody knows who called."""

    async def of_call(self, call: str, authorization: str, client: str) -> Customer:
        """See Customers."""
        return Customer()

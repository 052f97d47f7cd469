"""What does a ticket need to know of calls and of those who call? Ports, and the few fields of a call's status that count here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class CallNow:
    """A call as its status shows it (contract v1): ``caller`` is masked, ``operator`` who talks or talked with the caller."""

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

    @property
    def up(self) -> bool:
        """Whether the caller is still there."""
        return self.stage != "ended"


def call_now(status: Mapping[str, Any]) -> CallNow:
    """From a CallStatus as JSON."""
    names = ("id", "stage", "operator", "queue", "caller", "number", "control", "consulting", "ticket")
    return CallNow(**{name: status.get(name) for name in names}, shown=dict(status.get("shown") or {}))  # type: ignore[arg-type]


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

    async def of_call(self, call: str) -> Customer:
        """Both None where nobody knows. Raises CatalogueAway."""


class ScriptAnswers(Protocol):
    """The answers that operators noted in scripts."""

    def of_calls(self, calls: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Each as JSON with at least ``call``, in the order in which they were given. Blocking; raises CatalogueAway."""


class FreeOperators(Protocol):
    """Who could be consulted now?"""

    def of_queue(self, queue: str) -> Sequence[str]:
        """Codes of the queue's operators who are ready and reachable, who has been so longest first."""


class Controllers(Protocol):
    """The controller that leads."""

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None, authorization: str) -> tuple[int, Any]:
        """Status and JSON (None: none) of its answer to ``path`` under /api/v1. Raises Refused (503) when none answers: then
        nobody knows whether it was done."""


class NoAnswers:
    """Where no scripts are."""

    def of_calls(self, calls: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """See ScriptAnswers."""
        return ()


class Unknown:
    """Where nobody knows who called."""

    async def of_call(self, call: str) -> Customer:
        """See Customers."""
        return Customer()

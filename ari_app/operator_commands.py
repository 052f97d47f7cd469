"""What may be asked about operators, and by whom? The desk carries it out; the HTTP API and phones ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ari_app.commands import WantedState
from ari_app.contract import CallStatus, OperatorStatus


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the ``code``, and the queues within ``sight`` (None: all). An operator asks for no other code than the own.

    ``team``: a team leader sees these operators, and the calls that they have, whatever their queues are (None: no leader).
    """

    code: str
    sight: frozenset[str] | None = None
    team: frozenset[str] | None = None

    def sees_operator(self, code: str, queues: Iterable[str]) -> bool:
        """Whether an operator of these queues is within sight; everybody sees himself or herself."""
        return code == self.code or (self.sees_any(queues) if self.team is None else code in self.team)

    def sees_call(self, operator: str | None, queue: str | None) -> bool:
        """Whether a call that ``operator`` has, or had last, in ``queue`` is within sight; everybody sees the own."""
        if operator == self.code:
            return True
        return self.sees_any([queue] if queue else []) if self.team is None else operator in self.team

    def sees_any(self, queues: Iterable[str]) -> bool:
        """Whether one of these queues is within sight; somebody of no queue is seen by those who see all."""
        return self.sight is None or not self.sight.isdisjoint(queues)


class OutOfSight(ValueError):
    """The operator, the call or the queue is not among those that this supervisor, or team leader, looks after."""


class UnknownQueue(ValueError):
    """There is no such queue, or it is not among the operator's own; the message says which there are."""


class UnknownDisposition(ValueError):
    """The queue does not know this outcome; the message says which it knows."""


class OperatorCommands(Protocol):
    """Every method is immediate and written to the log with who asked. Each raises UnknownOperator (or UnknownCall), OutOfSight,
    and StateRefused for what cannot be now; the message says why."""

    def set_state(
        self, asker: Asker, code: str, wanted: WantedState, reason: str | None, queues: Iterable[str] | None = None
    ) -> OperatorStatus:
        """As CentreCommands.set_operator_state. ``queues`` (with ready): log into these only, an operator among the own.

        Raises UnknownReason, UnknownQueue.
        """
        ...

    def serve(self, asker: Asker, code: str, penalties: Mapping[str, int]) -> OperatorStatus:
        """Move the operator to these queues, with these penalties, until a log-out or a reload. Raises UnknownQueue."""
        ...

    def release(self, asker: Asker, code: str) -> OperatorStatus:
        """Free an operator who is stuck: what is offered is withdrawn, legs are hung up, a wrap-up is over."""
        ...

    def extend_wrap_up(self, asker: Asker, code: str, seconds: float) -> OperatorStatus:
        """More time to write the call up."""
        ...

    def dispose(self, asker: Asker, call: str, disposition: str) -> CallStatus:
        """Note the outcome of a call, also after its end. Raises UnknownDisposition."""
        ...

    def move_call(self, asker: Asker, call: str, queue: str | None, priority: int | None) -> CallStatus:
        """Put a waiting caller into another queue, or give another priority; the time of arrival stays. Raises UnknownQueue."""
        ...

"""What is a ticket, and who is somebody to it? Values only. Times are Unix seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

State = Literal["open", "in_progress", "waiting", "passed", "resolved", "closed", "reopened"]
"""``open`` and ``reopened``: in its queue's work list; ``in_progress``: its owner works on it; ``waiting``: for the customer;
``passed``: on another level's work list, or on the desk of the one it was passed to; ``resolved``: answered; ``closed``: over."""

How = Literal["warm", "cold", "later"]
"""``warm``: the operator consults the next one while the caller waits; ``cold``: the caller is transferred; ``later``: without
the caller."""

UNFINISHED: Final[tuple[State, ...]] = ("open", "passed", "reopened", "in_progress", "waiting")
NOBODYS: Final[tuple[State, ...]] = ("open", "passed", "reopened")
"""Those in which somebody may take it."""

URGENT: Final = 1
NORMAL: Final = 3
LOWEST: Final = 4


@dataclass(frozen=True, slots=True)
class To:
    """Whom it is passed on to: a queue, an operator, or an operator as one of a queue's, whose the ticket is then."""

    queue: str | None = None
    operator: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for none."""
        if self.queue is None and self.operator is None:
            raise ValueError("give a queue or an operator")


@dataclass(frozen=True, slots=True)
class Passing:
    """It is being passed on with the caller: the intent, which is written before the controller is asked. ``asked``: whether the
    controller has said yes; until then nobody knows whether the caller is on the way."""

    id: str
    how: How
    to: To
    by: str
    role: str
    at: float
    call: str
    note: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """Where the ticket stood before it was passed on with the caller: to there it returns with the caller. ``left``: whether the
    caller has been seen to leave the operator who passed it on."""

    call: str
    by: str
    queue: str
    owner: str | None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """A customer's request. ``level`` is that of ``queue``; ``priority`` 1 (urgent) to 4. ``customer`` is the keyed hash of the
    number and ``customer_shown`` the masked one; ``shown`` is what the flow had found out; ``number`` was dialled.

    ``passing`` and ``before`` are set while it is on its way with the caller. ``version`` grows by one with each change.
    """

    ref: str
    subject: str
    state: State
    queue: str
    level: int
    owner: str | None
    opened_by: str
    opened_at: float
    changed_at: float
    priority: int = NORMAL
    due_at: float | None = None
    resolved_at: float | None = None
    closed_at: float | None = None
    contact: str | None = None
    customer: str | None = None
    customer_shown: str = ""
    number: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)
    passing: Passing | None = None
    before: Before | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at a ticket. ``queues``: those an operator serves, or those in a supervisor's sight (None: all)."""

    code: str
    leads: bool
    queues: frozenset[str] | None

    def serves(self, queue: str) -> bool:
        """Whether the work list of ``queue`` is this one's, too."""
        return self.queues is None or queue in self.queues


ENGINE: Final = Actor("system", True, None)
"""What happens to a call moves its ticket."""

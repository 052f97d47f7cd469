"""What has happened, in words that last? Everything that figures, queue_log and a call's story are made of.

The ACD notes a fact for each thing that it decides or learns. They are written to the journal; live and historical
figures are the same fold over them (figures.py), so the two cannot disagree. ``at`` is in seconds of the core's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from queues.effects import Decision
from queues.events import LeftBy
from queues.rules import CallbackFirst, DestinationKind, ExitWhen
from queues.states import OperatorState
from queues.views import QueueCounts

OfferOutcome = Literal[
    "rejected",
    "busy",
    "no_answer",
    "unreachable",
    "failed",
    "answered_elsewhere",
    "caller_left",
    "operator_left",
    "withdrawn",
]


@dataclass(frozen=True, slots=True)
class CallerEntered:
    """A caller (or a callback) has a place in a queue. ``position`` is 1 for the first; ``moved``: from another queue, by its
    exit; ``took_old_place``: rang back in time. ``estimate_s`` is the wait that could have been announced, or None."""

    at: float
    call: str
    queue: str
    position: int
    priority: int
    arrived_at: float
    skills: tuple[tuple[str, int], ...]
    callback: bool
    moved: bool
    took_old_place: bool
    estimate_s: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class PlaceKept:
    """The controller was started anew, and the caller has the place again that he or she had entered. Not counted again."""

    at: float
    call: str
    queue: str
    position: int
    waited_s: float


@dataclass(frozen=True, slots=True)
class RingWidened:
    """The caller has waited long enough for less to be required: ``ring`` counts from 0, ``preferred`` is the step before."""

    at: float
    call: str
    queue: str
    ring: int


@dataclass(frozen=True, slots=True)
class OfferMade:
    """An operator's phone rings, and why this one's."""

    at: float
    call: str
    operator: str
    queue: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class OfferOver:
    """It rings no more, for another reason than being answered. ``rang_s``: for how long it did."""

    at: float
    call: str
    operator: str
    queue: str
    outcome: OfferOutcome
    rang_s: float


@dataclass(frozen=True, slots=True)
class CallConnected:
    """Caller and operator talk. ``waited_s`` is the time in this queue, ringing included; ``rang_s`` the phone's part of it."""

    at: float
    call: str
    operator: str
    queue: str
    waited_s: float
    rang_s: float
    in_service_level: bool
    callback: bool


@dataclass(frozen=True, slots=True)
class CallWasHeld:
    """The caller was put on hold (``held``) or taken back."""

    at: float
    call: str
    operator: str
    queue: str
    held: bool


@dataclass(frozen=True, slots=True)
class ConversationOver:
    """One operator's part in a call is over. ``talked_s`` includes ``held_s``; ``by``: who ended it; ``to``: by a transfer."""

    at: float
    call: str
    operator: str
    queue: str
    by: LeftBy
    waited_s: float
    talked_s: float
    held_s: float
    position: int
    to: str


@dataclass(frozen=True, slots=True)
class CallHandedOver:
    """An attended transfer: ``operator`` talks on."""

    at: float
    call: str
    operator: str
    queue: str


@dataclass(frozen=True, slots=True)
class CallerAbandoned:
    """The caller hung up unserved. ``short``: so soon that it is counted apart."""

    at: float
    call: str
    queue: str
    waited_s: float
    position: int
    first_position: int
    in_service_level: bool
    short: bool


@dataclass(frozen=True, slots=True)
class CallerExited:
    """The caller left the queue another way: by one of its exits, a key, a transfer, a supervisor, a callback that failed.

    ``name`` goes with ``to``, or is the key pressed or whom the transfer was to. ``refused``: never had a place (full,
    empty, closed at entry).
    """

    at: float
    call: str
    queue: str
    cause: ExitWhen | Literal["key", "transfer", "supervisor", "callback_failed", "cancelled"]
    to: DestinationKind | None
    name: str
    waited_s: float
    position: int
    first_position: int
    refused: bool


@dataclass(frozen=True, slots=True)
class CallbackAgreed:
    """The caller hung up to be called back, keeping the place."""

    at: float
    call: str
    queue: str
    first: CallbackFirst
    waited_s: float


@dataclass(frozen=True, slots=True)
class CustomerCalled:
    """A callback is under way: ``attempt`` counts from 1; ``operator`` is kept free for it."""

    at: float
    call: str
    operator: str
    queue: str
    attempt: int


@dataclass(frozen=True, slots=True)
class CustomerNotReached:
    """The attempt came to nothing; the next one comes not before ``next_at``, or None comes."""

    at: float
    call: str
    operator: str
    queue: str
    attempt: int
    next_at: float | None


@dataclass(frozen=True, slots=True)
class OperatorWent:
    """An operator went from one state to another; ``lasted_s``: for how long he or she had been in the old one.

    ``call`` and ``queue`` are those of the state gone to, ``left_queue`` that of the state left.
    """

    at: float
    operator: str
    old: OperatorState
    state: OperatorState
    reason: str | None
    lasted_s: float
    call: str | None
    queue: str | None
    left_queue: str | None


@dataclass(frozen=True, slots=True)
class PhoneChanged:
    """An operator's phone came or went."""

    at: float
    operator: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class MembersChanged:
    """An operator was added to, or taken out of, or got another penalty in a queue (``penalty`` None: taken out)."""

    at: float
    operator: str
    queue: str
    penalty: int | None


@dataclass(frozen=True, slots=True)
class DayStarted:
    """Everything counts from zero; the queues in which somebody is follow (``CountsSet``)."""

    at: float


@dataclass(frozen=True, slots=True)
class CountsSet:
    """The queue's counts go on from ``counts``: a new day, or what an earlier life of the controller knew."""

    at: float
    queue: str
    counts: QueueCounts


CallFact = (
    CallerEntered
    | PlaceKept
    | RingWidened
    | OfferMade
    | OfferOver
    | CallConnected
    | CallWasHeld
    | ConversationOver
    | CallHandedOver
    | CallerAbandoned
    | CallerExited
    | CallbackAgreed
    | CustomerCalled
    | CustomerNotReached
)
"""What a call's story is made of."""

CentreFact = OperatorWent | PhoneChanged | MembersChanged | DayStarted | CountsSet
Fact = CallFact | CentreFact

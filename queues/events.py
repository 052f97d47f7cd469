"""What may the shell tell the ACD? Past tense, one closed union: ``AcdEvent``.

Operators are named by their code, calls by the id of the caller's channel, queues by their name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RefusalCause = Literal["rejected", "busy", "unreachable", "failed"]


@dataclass(frozen=True, slots=True)
class OperatorBecameReady:
    """Log-in, end of a pause, or early end of wrap-up. While ringing or talking it only cancels a remembered wish."""

    operator: str


@dataclass(frozen=True, slots=True)
class OperatorPaused:
    """Wants no calls for now. While ringing or talking it is remembered until the call's wrap-up is over."""

    operator: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class OperatorLoggedOut:
    """Has gone. While ringing the offer is withdrawn; while talking it is remembered until the conversation ends."""

    operator: str


@dataclass(frozen=True, slots=True)
class PhoneBecameReachable:
    """The operator's phone is registered and answers. Until this is told once, a phone counts as unreachable."""

    operator: str


@dataclass(frozen=True, slots=True)
class PhoneBecameUnreachable:
    """The operator's phone is gone. Says nothing of a conversation that goes on: Asterisk is the truth about calls."""

    operator: str


@dataclass(frozen=True, slots=True)
class CallerJoined:
    """A caller entered a queue. ``skills`` are wanted, not demanded (QueueRules.skill_wait_s); higher priority first.

    ``arrived_at`` (same clock as ``now``; later than ``now`` counts as ``now``) gives a caller the old place back after
    a restart of the controller; None means now.
    """

    call: str
    queue: str
    skills: frozenset[str] = frozenset()
    priority: int = 0
    arrived_at: float | None = None


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller hung up or was taken elsewhere: while waiting, while an operator's phone rings, or while talking."""

    call: str


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """The operator's phone answered the offer of this call."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class OfferRefused:
    """The operator's phone did not take the offer of this call. (Nobody answering is the core's own ring timeout.)"""

    call: str
    operator: str
    cause: RefusalCause


@dataclass(frozen=True, slots=True)
class ConversationEnded:
    """The operator, or both, hung up; the caller is gone too."""

    call: str


@dataclass(frozen=True, slots=True)
class ConversationAdopted:
    """After a restart of the controller: this conversation is already going on in Asterisk. Not counted again."""

    call: str
    queue: str
    operator: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The deadline that ``Acd.next_deadline()`` told has come. Harmless when told early or twice."""


AcdEvent = (
    OperatorBecameReady
    | OperatorPaused
    | OperatorLoggedOut
    | PhoneBecameReachable
    | PhoneBecameUnreachable
    | CallerJoined
    | CallerLeft
    | OfferAnswered
    | OfferRefused
    | ConversationEnded
    | ConversationAdopted
    | TimePassed
)

"""What may a supervisor ask for, and how does it reach the conversation? Values; calls/ear.py and calls/three.py carry them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

SupervisionMode = Literal["listen", "whisper", "barge", "take_over"]
"""Hear both; be heard by the operator alone, too; be heard by both; be in the operator's place."""

EarState = Literal["ringing", "waiting", "listening"]
"""The supervisor's phone rings; nobody talks whom to hear (between two calls); somebody is heard."""


@dataclass(frozen=True, slots=True)
class OnCall:
    """A call, from operator to operator, until it is over."""

    call: str


@dataclass(frozen=True, slots=True)
class OnOperator:
    """An operator, from call to call, until the supervisor hangs up."""

    code: str


SupervisionTarget = OnCall | OnOperator


def subject_of(target: SupervisionTarget) -> tuple[Literal["call", "operator"], str]:
    """What the audit calls it."""
    return ("call", target.call) if isinstance(target, OnCall) else ("operator", target.code)


@dataclass(frozen=True, slots=True)
class SuperviseAsked:
    """Asked of a supervision that goes on: from now on this target, in this mode."""

    target: SupervisionTarget
    mode: SupervisionMode


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """Told to a supervision: somebody came, left, or went on hold in what it hears, or may hear."""


class Joining(Protocol):
    """The supervisor's side of ``BargeAsked`` and ``TakeOverAsked``."""

    @property
    def supervisor(self) -> str:
        """Whose code."""
        ...

    @property
    def channel(self) -> str:
        """The channel to the supervisor's phone."""
        ...

    @property
    def gone(self) -> bool:
        """Whether the supervisor has hung up, or does not want to come in any more."""
        ...

    def granted(self, yes: bool) -> None:
        """Whether the channel is with the caller now."""
        ...

    def give_away(self) -> None:
        """The channel is the conversation's from now on; the supervision is over."""
        ...


@dataclass(frozen=True, slots=True)
class BargeAsked:
    """The supervisor's channel comes into the conversation."""

    by: Joining


@dataclass(frozen=True, slots=True)
class UnbargeAsked:
    """The supervisor's channel has left the conversation."""

    by: Joining


@dataclass(frozen=True, slots=True)
class TakeOverAsked:
    """The supervisor's channel comes in the operator's place, who leaves."""

    by: Joining


@dataclass(frozen=True, slots=True)
class SupervisionStatus:
    """One supervision now: ``call`` and ``operator`` are whom it hears, None while it waits for the next call."""

    supervisor: str
    mode: SupervisionMode
    state: EarState
    call: str | None
    operator: str | None
    on: Literal["call", "operator"]
    since: str

"""What does the ACD ask the shell to do? Imperative, one closed union: ``AcdEffect``. Carry them out in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WithdrawCause = Literal["ring_timeout", "caller_left", "operator_logged_out", "stale", "phone_unreachable"]
RankingRule = Literal["longest_idle"]
SkillsVerdict = Literal["none_wanted", "has_them", "waited_long_enough", "nobody_logged_in_has_them"]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """How many logged-in operators of the queue could not be chosen, by reason.

    ``no_skill`` counts those who were ready, and idle for longer than the chosen one, but lack a wanted skill; ``busy``
    are ringing, talking or in wrap-up, for whichever queue; ``unreachable`` are ready with a phone that is not there.
    """

    no_skill: int
    paused: int
    busy: int
    unreachable: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Why this operator: always made, so that any offer can be explained afterwards.

    ``considered`` is the number of operators of the queue logged in; those neither chosen nor passed over were ready
    for a shorter time. ``idle_s`` is the time since the chosen one last became ready, ``waited_s`` since the caller
    arrived. ``skills`` says how the caller's wish for skills was met.
    """

    rule: RankingRule
    chosen: str
    idle_s: float
    waited_s: float
    skills: SkillsVerdict
    considered: int
    passed_over: PassedOver


@dataclass(frozen=True, slots=True)
class OfferCall:
    """Ring this operator's phone for this call. ``ring_timeout_s`` is told for display: the core keeps the deadline."""

    call: str
    operator: str
    queue: str
    ring_timeout_s: float
    decision: Decision


@dataclass(frozen=True, slots=True)
class WithdrawOffer:
    """Stop ringing this operator for this call, or hang up that leg if it has just answered (``stale``)."""

    call: str
    operator: str
    cause: WithdrawCause


@dataclass(frozen=True, slots=True)
class ConnectCall:
    """The answer stands: bridge caller and operator."""

    call: str
    operator: str
    queue: str


AcdEffect = OfferCall | WithdrawOffer | ConnectCall

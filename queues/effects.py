"""What does the ACD ask the shell to do? Imperative, one closed union: ``AcdEffect``. Carry them out in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from queues.rules import Destination, ExitWhen
from queues.strategies import Strategy

WithdrawCause = Literal[
    "ring_timeout",
    "caller_left",
    "operator_logged_out",
    "operator_busy",
    "stale",
    "phone_unreachable",
    "answered_elsewhere",
    "queue_closed",
]
SkillsVerdict = Literal["none_wanted", "has_them", "waited_long_enough", "nobody_logged_in_has_them", "is_the_one"]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """How many logged-in operators of the queue could not be chosen, by reason.

    ``not_fit`` counts those who were ready, and would have been rung before the chosen one, but lack a wanted skill, have
    another penalty than allowed, are not the preferred one, or did not take this call a moment ago; ``busy`` are
    reserved, ringing, talking, in wrap-up or on a call of their own, for whichever queue; ``unreachable`` are ready with a
    phone that is not there.
    """

    not_fit: int
    paused: int
    busy: int
    unreachable: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Why this operator: always made, so that any offer can be explained afterwards.

    ``considered`` is the number of operators of the queue logged in; those neither chosen nor passed over were ready
    and came later in the order. ``rank`` is the chosen one's in that order, ``runners_up`` the next few who would have been.
    ``idle_s`` is the time since the chosen one last became ready, ``waited_s`` since the caller arrived, ``ring`` the step of
    relaxation. ``version`` is that of the rules in force.
    """

    rule: Strategy
    chosen: str
    idle_s: float
    waited_s: float
    skills: SkillsVerdict
    ring: int
    considered: int
    passed_over: PassedOver
    runners_up: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class OfferCall:
    """Ring this operator's phone for this call. ``ring_timeout_s`` is told for display: the core keeps the deadline.

    ``callback``: there is no caller on the line yet; when the operator answers, ``CallCustomer`` follows.
    """

    call: str
    operator: str
    queue: str
    ring_timeout_s: float
    decision: Decision
    callback: bool = False


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


@dataclass(frozen=True, slots=True)
class CallCustomer:
    """It is this callback's turn and ``operator`` is kept free for it: call the customer now.

    Tell CustomerAnswered or CustomerMissed. ``attempt`` counts from 1. ``on_line``: the operator has answered already and hears
    the ringing (operator first); otherwise the operator is offered the call when the customer has answered.
    """

    call: str
    operator: str
    queue: str
    attempt: int
    on_line: bool


@dataclass(frozen=True, slots=True)
class EndCustomerCall:
    """Stop calling the customer, and let go of the operator's leg: the callback was cancelled or the operator has gone."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class MoveCaller:
    """The caller waits in another queue from now on (music, announcements), keeping the time of arrival."""

    call: str
    queue: str
    cause: ExitWhen


@dataclass(frozen=True, slots=True)
class ReleaseCaller:
    """The caller has left the queue unserved and is the shell's: take him or her ``to`` there.

    ``cause`` ``callback_failed``: no further attempt is made; there is nobody on the line.
    """

    call: str
    queue: str
    cause: ExitWhen | Literal["callback_failed"]
    to: Destination


AcdEffect = OfferCall | WithdrawOffer | ConnectCall | CallCustomer | EndCustomerCall | MoveCaller | ReleaseCaller

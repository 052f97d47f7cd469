"""How do the example tests speak to the ACD? One small driver: it keeps the clock and says effects briefly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from queues.acd import Acd
from queues.effects import AcdEffect, ConnectCall, OfferCall, WithdrawOffer
from queues.events import (
    AcdEvent,
    CallerJoined,
    CallerLeft,
    ConversationEnded,
    OfferAnswered,
    OfferRefused,
    OperatorBecameReady,
    PhoneBecameReachable,
    RefusalCause,
    TimePassed,
)
from queues.rules import OperatorProfile, QueueRules, Ring

Brief = tuple[str, ...]

REFUSAL_PAUSE_S = 30.0
SKILL_WAIT_S = 20.0


def after_any_refusal(pause_s: float) -> dict[str, Any]:
    """The same pause, whatever kept the operator from taking the call."""
    kinds = ("no_answer", "reject", "busy", "unreachable")
    return {f"{kind}_pause_s": pause_s for kind in kinds}


def anyone_after(wait_s: float) -> dict[str, Any]:
    """Wanted skills are waited for that long."""
    return {"rings": (Ring(wait_s, anyone=True),)}


PAUSES = after_any_refusal(REFUSAL_PAUSE_S)
SUPPORT = QueueRules("support", ring_timeout_s=15, wrap_up_s=10, max_misses=3, **PAUSES)
SALES = QueueRules("sales", ring_timeout_s=15, wrap_up_s=5, max_misses=3, **PAUSES)


def operator(code: str, *queues: str, skills: Iterable[str] = ()) -> OperatorProfile:
    """An operator of ``support``, unless told of which queues."""
    return OperatorProfile(code, queues or ("support",), dict.fromkeys(skills, 1))


def brief(effects: Iterable[AcdEffect]) -> list[Brief]:
    """Effects in few words: ("offer", call, operator), ("withdraw", call, operator, cause), ("connect", ...)."""
    said: list[Brief] = []
    for effect in effects:
        match effect:
            case OfferCall(call, code):
                said.append(("offer", call, code))
            case WithdrawOffer(call, code, cause):
                said.append(("withdraw", call, code, cause))
            case ConnectCall(call, code):
                said.append(("connect", call, code))
    return said


class FloorManager:
    """Tells a real Acd what happens, at a time that only moves when told to."""

    def __init__(self, *operators: OperatorProfile, queues: Iterable[QueueRules] = (SUPPORT, SALES)) -> None:
        self.acd = Acd(queues, operators)
        self.now = 1000.0

    def tell(self, event: AcdEvent) -> list[Brief]:
        return brief(self.acd.handle(event, self.now))

    def log_in(self, *codes: str) -> list[Brief]:
        said: list[Brief] = []
        for code in codes:
            said += self.tell(PhoneBecameReachable(code))
            said += self.tell(OperatorBecameReady(code))
        return said

    def join(self, call: str, queue: str = "support", skills: Iterable[str] = (), priority: int = 0) -> list[Brief]:
        return self.tell(CallerJoined(call, queue, dict.fromkeys(skills, 1), priority))

    def answer(self, call: str, code: str) -> list[Brief]:
        return self.tell(OfferAnswered(call, code))

    def refuse(self, call: str, code: str, cause: RefusalCause = "rejected") -> list[Brief]:
        return self.tell(OfferRefused(call, code, cause))

    def end(self, call: str) -> list[Brief]:
        return self.tell(ConversationEnded(call))

    def leave(self, call: str) -> list[Brief]:
        return self.tell(CallerLeft(call))

    def talk(self, call: str, code: str, queue: str = "support") -> None:
        """``call`` joins and is answered by ``code``, who must be the one whom it is offered to."""
        assert self.join(call, queue) == [("offer", call, code)]
        assert self.answer(call, code) == [("connect", call, code)]

    def wait(self, seconds: float) -> list[Brief]:
        """Time passes; every deadline on the way is told exactly when it comes."""
        until, said = self.now + seconds, []
        while (deadline := self.acd.next_deadline()) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            said += self.tell(TimePassed())
        self.now = until
        return said

    def state(self, code: str) -> str:
        return self.acd.operator(code).state

    def stage(self, call: str) -> str | None:
        view = self.acd.call(call)
        return view.stage if view else None

"""How would these rules and operators fare with that traffic? The live ACD itself, on a clock that is not waited for.

The simulator plays everybody around the ACD: callers who come, lose patience and talk; operators who begin, answer,
reject and go home. It speaks to the ACD only by its door (events in, effects out, the next deadline, the facts), so that
whatever the ACD can do is simulated by the code that runs live. Nobody here takes a callback.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from math import inf

from queues import events as ev
from queues.acd import Acd
from queues.effects import AcdEffect, ConnectCall, OfferCall, ReleaseCaller, WithdrawOffer
from queues.facts import Fact, OperatorWent
from queues.rules import OperatorProfile, QueueRules
from queues.tally import Tally
from queues.traffic import Caller, Chances, Traffic, callers, presence

_FORGET_EVERY = 1000
Action = Callable[[], None]
Offer = tuple[str, str]
"""A call and the operator whose phone rings for it."""
LONGEST_DRAIN_S = 86_400.0
"""After the last arrival those who are still there are served for so long at most."""


class Simulation:
    """One run. ``advance`` until ``finished``; then ``tally`` has the figures. ``on_fact`` is told every fact as it comes."""

    def __init__(
        self,
        queues: Iterable[QueueRules],
        operators: Iterable[OperatorProfile],
        traffic: Traffic,
        chances: Chances,
        on_fact: Callable[[Fact], None] | None = None,
    ) -> None:
        self.tally = Tally(traffic.start_s + traffic.warm_up_s, traffic.end_s, traffic.interval_s)
        self.events = 0
        self.now = traffic.start_s
        self.finished = False
        self._acd = Acd(queues, operators, chances("acd").random)
        self._traffic = traffic
        self._answering = chances("answering")
        self._on_fact = on_fact
        self._agenda: list[tuple[float, int, Action]] = []
        self._numbers = count()
        self._arrivals = callers(traffic, chances)
        self._names = count(1)
        self._waiting: dict[str, Caller] = {}
        self._talking = 0
        self._ringing: dict[Offer, int] = {}
        self._answered_at_once: deque[tuple[Offer, int]] = deque()
        self._at_work: set[str] = set()
        self._pauses: dict[str, int] = {}
        for at, operator, begins in presence(traffic):
            self._at(at, self._begins(operator) if begins else self._ends(operator))
        self._next_arrival()

    def advance(self, until_s: float) -> None:
        """Go on up to that time on the simulated clock, or to the end if it comes before (at ``inf`` it does)."""
        while not self.finished:
            at = self._agenda[0][0] if self._agenda else inf
            deadline = self._acd.next_deadline()
            due = min(at, inf if deadline is None else max(deadline, self.now))
            if due >= self._traffic.end_s and self._over(due):
                self._finish()
                return
            if due > until_s:
                return
            self.now = due
            if deadline is not None and deadline <= at:
                self._tell(ev.TimePassed())
            else:
                heapq.heappop(self._agenda)[2]()

    def _over(self, due: float) -> bool:
        return not (self._waiting or self._talking) or due > self._traffic.end_s + LONGEST_DRAIN_S

    def _finish(self) -> None:
        self.finished = True
        self.tally.close(max(self.now, self._traffic.end_s))

    def _at(self, at: float, action: Action) -> None:
        heapq.heappush(self._agenda, (at, next(self._numbers), action))

    # -- What the ACD is told, and what it asks for

    def _tell(self, event: ev.AcdEvent) -> None:
        self._carry_out(self._handled(event))
        self._answer_at_once()

    def _answer_at_once(self) -> None:
        while self._answered_at_once:
            offer, number = self._answered_at_once.popleft()
            self._carry_out(self._response(offer, number))

    def _handled(self, event: ev.AcdEvent) -> list[AcdEffect]:
        self.events += 1
        effects = self._acd.handle(event, self.now)
        for fact in self._acd.facts():
            self.tally.take(fact)
            if isinstance(fact, OperatorWent) and fact.state == "paused":
                self._comes_back(fact.operator)
            if self._on_fact is not None:
                self._on_fact(fact)
        if self.events % _FORGET_EVERY == 0:
            self._acd.touched()  # nobody shows views here: forget whose have changed
        return effects

    def _carry_out(self, effects: Iterable[AcdEffect]) -> None:
        for effect in effects:
            match effect:
                case OfferCall(call=call, operator=operator):
                    self._rings((call, operator))
                case WithdrawOffer(call=call, operator=operator):
                    self._ringing.pop((call, operator), None)
                case ConnectCall(call=call, operator=operator):
                    self._ringing.pop((call, operator), None)
                    self._talking += 1
                    self._at(self.now + self._waiting.pop(call).handling_s, self._hangs_up(call))
                case ReleaseCaller(call=call):
                    self._waiting.pop(call, None)
                case _:
                    pass  # moved elsewhere, where he or she waits on; callbacks, which nobody takes

    # -- Callers

    def _next_arrival(self) -> None:
        caller = next(self._arrivals, None)
        if caller is not None:
            self._at(caller.at, self._comes(caller))

    def _comes(self, caller: Caller) -> Action:
        def comes() -> None:
            call = f"call-{next(self._names)}"
            self._waiting[call] = caller
            if caller.patience_s < inf:
                self._at(self.now + caller.patience_s, self._gives_up(call))
            self._next_arrival()
            self._tell(ev.CallerJoined(call=call, queue=caller.queue, skills=caller.skills))

        return comes

    def _gives_up(self, call: str) -> Action:
        def gives_up() -> None:
            if self._waiting.pop(call, None) is not None:
                self._tell(ev.CallerLeft(call=call))

        return gives_up

    def _hangs_up(self, call: str) -> Action:
        def hangs_up() -> None:
            self._talking -= 1
            self._tell(ev.ConversationEnded(call=call))

        return hangs_up

    # -- Operators

    def _begins(self, operator: str) -> Action:
        def begins() -> None:
            self._at_work.add(operator)
            self._tell(ev.PhoneBecameReachable(operator=operator))
            self._tell(ev.OperatorBecameReady(operator=operator))

        return begins

    def _ends(self, operator: str) -> Action:
        def ends() -> None:
            self._at_work.discard(operator)
            self._tell(ev.OperatorLoggedOut(operator=operator))

        return ends

    def _comes_back(self, operator: str) -> None:
        """Whoever is left paused, for having missed too many, is back after a while; a new pause begins that time anew."""
        number = self._pauses[operator] = next(self._numbers)

        def comes_back() -> None:
            paused = self._acd.operator(operator).state == "paused"
            if paused and self._pauses[operator] == number and operator in self._at_work:
                self._tell(ev.OperatorBecameReady(operator=operator))

        self._at(self.now + self._traffic.answering.back_after_s, comes_back)

    def _rings(self, offer: Offer) -> None:
        number = self._ringing[offer] = next(self._numbers)
        delay_s = self._traffic.answering.delay.draw(self._answering)
        if delay_s == 0:
            self._answered_at_once.append((offer, number))
            return

        def answers() -> None:
            self._carry_out(self._response(offer, number))
            self._answer_at_once()

        self._at(self.now + delay_s, answers)

    def _response(self, offer: Offer, number: int) -> list[AcdEffect]:
        """What comes of the operator's taking the call or not; nothing if the phone has stopped ringing meanwhile."""
        if self._ringing.get(offer) != number:
            return []
        del self._ringing[offer]
        call, operator = offer
        if self._answering.random() < self._traffic.answering.refused:
            return self._handled(ev.OfferRefused(call=call, operator=operator, cause="rejected"))
        return self._handled(ev.OfferAnswered(call=call, operator=operator))


def run(simulation: Simulation, step_s: float) -> Iterator[float]:
    """Run it to its end, step by step; yields how many seconds of the simulated time were gone through, for showing."""
    at = simulation.now
    while not simulation.finished:
        simulation.advance(at + step_s)
        yield min(step_s, simulation.now - at) if simulation.finished else step_s
        at += step_s

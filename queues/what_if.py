"""What would other rules have made of that day? The world of a journal (world.py) meets an ACD on a virtual clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from queues import events as ev
from queues import facts as fa
from queues.acd import Acd
from queues.day import Day
from queues.effects import AcdEffect, CallCustomer, ConnectCall, OfferCall
from queues.errors import AcdError
from queues.rules import OperatorProfile, QueueRules
from queues.world import TALK_S, World, without_strangers

SAME_WAIT_S = 1.0
"""Waits that differ by less are the same."""


@dataclass(slots=True)
class Treatment:
    """What became of one caller: ``answered``, ``abandoned``, the exit's cause, or ``waiting`` at the end."""

    outcome: str = "waiting"
    operator: str | None = None
    waited_s: float = 0.0


@dataclass(slots=True)
class Run:
    """One way in which the day went: the figures over all of it, and each caller's treatment. ``strangers`` could not be placed."""

    day: Day = field(default_factory=Day)
    callers: dict[str, Treatment] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)

    def take(self, facts: Iterable[fa.Fact]) -> None:
        """What happened. The figures are of the whole journal, so a new day does not begin them anew."""
        for fact in facts:
            if isinstance(fact, fa.DayStarted | fa.CountsSet):
                continue
            self.day.take(fact)
            self._treat(fact)

    def _treat(self, fact: fa.Fact) -> None:
        match fact:
            case fa.CallerEntered(call=call) | fa.PlaceKept(call=call):
                self.callers.setdefault(call, Treatment())
            case fa.CallConnected(call=call, operator=operator, waited_s=waited_s):
                self._became(call, "answered", waited_s, operator)
            case fa.CallerAbandoned(call=call, waited_s=waited_s):
                self._became(call, "abandoned", waited_s)
            case fa.CallerExited(call=call, cause=cause, to=to, waited_s=waited_s) if to != "queue":
                self._became(call, cause, waited_s)
            case _:
                pass

    def _became(self, call: str, outcome: str, waited_s: float, operator: str | None = None) -> None:
        """Only the first time: a call that is transferred on has been served."""
        known = self.callers.get(call)
        if known is None or known.outcome == "waiting":
            self.callers[call] = Treatment(outcome, operator, waited_s)


def meet(
    world: World,
    queues: Iterable[QueueRules],
    operators: Iterable[OperatorProfile],
    chance: Callable[[], float],
    until: float,
) -> Run:
    """How the day would have gone under these rules, up to ``until``. Raises ValueError for rules that make no sense together."""
    stage = _Stage(world, tuple(queues), tuple(operators), chance)
    stage.play(until)
    stage.run.day.settle(until)
    for call, treatment in stage.run.callers.items():
        if treatment.outcome == "waiting":
            treatment.waited_s = until - world.callers[call].came_at
    return stage.run


Act = Callable[[float], "ev.AcdEvent | None"]
"""What the world does at a time, if it still makes sense then."""


class _Stage:
    def __init__(
        self,
        world: World,
        queues: tuple[QueueRules, ...],
        operators: tuple[OperatorProfile, ...],
        chance: Callable[[], float],
    ) -> None:
        self.run = Run()
        self._world = world
        self._acd = Acd(queues, operators, chance)
        self._rules = {rules.name: rules for rules in queues}
        self._todo: list[tuple[float, int, Act]] = []
        self._turns = count()
        self._attempts: dict[str, int] = {}
        events, self.run.strangers = without_strangers(
            world, self._rules, {profile.code: profile for profile in operators}
        )
        for at, event in events:
            self._at(at, lambda _now, event=event: event)  # type: ignore[misc]
        for call, caller in world.callers.items():
            if caller.joined.queue in self._rules:
                self._invite(call)

    def _at(self, at: float, act: Act) -> None:
        heappush(self._todo, (at, next(self._turns), act))

    def _invite(self, call: str) -> None:
        caller = self._world.callers[call]
        self._at(caller.came_at, lambda _now: caller.joined)
        if caller.leaves is not None:
            after_s, left = caller.leaves
            self._at(caller.came_at + after_s, lambda _now: left if self._waits(call) else None)
        if caller.callback_after_s is not None and caller.callback_first is not None:
            taken = caller.callback_first
            self._at(caller.came_at + caller.callback_after_s, lambda _now: taken if self._waits(call) else None)

    def _waits(self, call: str) -> bool:
        view = self._acd.call(call)
        return view is not None and view.stage in ("waiting", "ringing")

    def play(self, until: float) -> None:
        """Whatever comes first: what the world does, or what the ACD has a deadline for."""
        while True:
            due = self._acd.next_deadline()
            at = self._todo[0][0] if self._todo else float("inf")
            if min(at, float("inf") if due is None else due) > until:
                return
            if due is not None and due < at:
                self._tell(ev.TimePassed(), due)
                continue
            at, _, act = heappop(self._todo)
            if (event := act(at)) is not None:
                self._tell(event, at)

    def _tell(self, event: ev.AcdEvent, now: float) -> None:
        try:
            effects = self._acd.handle(event, now)
        except AcdError:  # e.g. an adopted conversation of an operator who talks under these rules
            effects = []
        facts = self._acd.facts()
        self.run.take(facts)
        if isinstance(event, ev.ConversationAdopted):
            self._at(now + self._world.adopted_s.get(event.call, TALK_S), lambda _at: self._end(event.call))
        for effect in effects:
            self._react(effect, now)
        for fact in facts:
            if isinstance(fact, fa.ConversationOver):
                self._write_up(fact, now)

    def _react(self, effect: AcdEffect, now: float) -> None:
        """What the people do about it."""
        match effect:
            case OfferCall(call, operator):
                self._at(now + self._world.answer_delay_s(operator), lambda _at: self._answer(call, operator, now))
            case ConnectCall(call):
                self._at(now + self._world.talk_s_of(call), lambda _at: self._end(call))
            case CallCustomer(call):
                self._call_back(call, now)
            case _:
                pass

    def _answer(self, call: str, operator: str, since: float) -> ev.AcdEvent | None:
        view = self._acd.operator(operator)
        rings = view.state == "ringing" and view.call == call and view.since == since
        return ev.OfferAnswered(call, operator) if rings else None

    def _end(self, call: str) -> ev.AcdEvent | None:
        view = self._acd.call(call)
        return ev.ConversationEnded(call) if view is not None and view.stage == "talking" else None

    def _call_back(self, call: str, now: float) -> None:
        """As the customer did at this attempt; one who was not called so often then, answers."""
        attempt = self._attempts.get(call, 0)
        self._attempts[call] = attempt + 1
        seen = self._world.customers.get(call, [])
        answers, after_s = seen[attempt] if attempt < len(seen) else (True, 10.0)
        said: ev.AcdEvent = ev.CustomerAnswered(call) if answers else ev.CustomerMissed(call)

        def speak(_now: float) -> ev.AcdEvent | None:
            view = self._acd.call(call)
            return said if view is not None and view.stage == "calling" else None

        self._at(now + after_s, speak)

    def _write_up(self, over: fa.ConversationOver, now: float) -> None:
        """Where wrap-up waits for the outcome of the call, it is noted after a while."""
        if self._rules[over.queue].wrap_up_until_disposition:
            given = ev.DispositionGiven(over.operator)
            self._at(now + self._world.disposition_delay_s(), lambda _now: given)


@dataclass(frozen=True, slots=True)
class Change:
    """One caller who is treated differently."""

    call: str
    came_at: float
    queue: str
    before: Treatment
    after: Treatment

    @property
    def what(self) -> str:
        """``outcome``, ``operator`` or ``wait``: the first that differs."""
        if self.before.outcome != self.after.outcome:
            return "outcome"
        return "operator" if self.before.operator != self.after.operator else "wait"


def changes(world: World, before: Run, after: Run) -> list[Change]:
    """Whom the second run treats differently from the first, in order of arrival."""
    found: list[Change] = []
    for call, caller in sorted(world.callers.items(), key=lambda item: item[1].came_at):
        old, new = before.callers.get(call), after.callers.get(call)
        if old is None or new is None:
            continue
        same = (old.outcome, old.operator) == (new.outcome, new.operator)
        if not same or abs(old.waited_s - new.waited_s) >= SAME_WAIT_S:
            found.append(Change(call, caller.came_at, caller.joined.queue, old, new))
    return found

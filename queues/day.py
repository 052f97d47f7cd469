"""What are a day's figures? One fold over facts: live as they happen, and historical from the journal, so they cannot disagree.

Raw counts and sums are kept; what is made of them (figures.py) is worked out when asked. A figure belongs to the day in which
it was settled: a wait when it ended, a conversation when it was over. Only operators' times are cut at midnight.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from queues import facts as fa
from queues.states import OperatorState
from queues.views import QueueCounts

COUNTS: Final = tuple(count.name for count in fields(QueueCounts))
WAIT_STEPS_S: Final = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0)
"""Upper ends of the histogram's steps; a last one has what is longer."""


@dataclass(slots=True)
class Waits:
    """How long callers waited in one queue: ``steps`` by WAIT_STEPS_S and beyond."""

    number: int = 0
    sum_s: float = 0.0
    max_s: float = 0.0
    steps: list[int] = field(default_factory=lambda: [0] * (len(WAIT_STEPS_S) + 1))

    def add(self, seconds: float) -> None:
        """One more wait."""
        self.number += 1
        self.sum_s += seconds
        self.max_s = max(self.max_s, seconds)
        self.steps[bisect_left(WAIT_STEPS_S, seconds)] += 1


@dataclass(slots=True)
class Estimates:
    """What was estimated at the entry against what happened, of callers who were answered.

    ``within`` fell into the range; ``error_sum_s`` and ``abs_error_sum_s`` are of the wait less the middle of the range.
    """

    number: int = 0
    within: int = 0
    error_sum_s: float = 0.0
    abs_error_sum_s: float = 0.0

    def add(self, estimate_s: tuple[float, float], waited_s: float) -> None:
        """One more caller."""
        low, high = estimate_s
        error_s = waited_s - (low + high) / 2
        self.number += 1
        self.within += low <= waited_s <= high
        self.error_sum_s += error_s
        self.abs_error_sum_s += abs(error_s)


@dataclass(slots=True)
class QueueDay:
    """One queue's day. The counts are those that the ACD keeps; ``exits`` and ``refusals`` count by cause.

    ``talk_s`` is without ``hold_s``; ``handled`` are operators' parts that are over.
    ``offers`` that rang, and how those that were not answered ended.
    """

    offered: int = 0
    answered: int = 0
    answered_in_sl: int = 0
    abandoned: int = 0
    abandoned_in_sl: int = 0
    short_abandoned: int = 0
    exited: int = 0
    refused: int = 0
    callbacks: int = 0
    called_back: int = 0
    answered_waits: Waits = field(default_factory=Waits)
    abandoned_waits: Waits = field(default_factory=Waits)
    exits: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    estimates: Estimates = field(default_factory=Estimates)
    handled: int = 0
    talk_s: float = 0.0
    hold_s: float = 0.0
    wrap_up_s: float = 0.0
    offers: int = 0
    unanswered: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> QueueCounts:
        """As the board shows them."""
        return QueueCounts(**{name: getattr(self, name) for name in COUNTS})

    def go_on_from(self, counts: QueueCounts) -> None:
        """Set the counts."""
        for name in COUNTS:
            setattr(self, name, getattr(counts, name))


@dataclass(slots=True)
class OperatorDay:
    """One operator's day. ``state_s`` are seconds in each state up to the last fact; ``unanswered`` counts offers that ended so."""

    state: OperatorState = "logged_out"
    since: float | None = None
    state_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    paused_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    reason: str | None = None
    offers: int = 0
    answered: int = 0
    handled: int = 0
    talk_s: float = 0.0
    hold_s: float = 0.0
    unanswered: Counter[str] = field(default_factory=Counter)

    def settle(self, at: float) -> None:
        """Count the present state's time up to ``at``."""
        if self.since is not None and at > self.since:
            self.state_s[self.state] += at - self.since
            if self.state == "paused":
                self.paused_s[self.reason or ""] += at - self.since
            self.since = at


class Day:
    """The figures of the day that is going on."""

    def __init__(self) -> None:
        self.queues: dict[str, QueueDay] = {}
        self.operators: dict[str, OperatorDay] = {}
        self.began_at: float | None = None
        self.at: float | None = None
        self._estimates: dict[str, tuple[float, float, float]] = {}

    def queue(self, name: str) -> QueueDay:
        """The day of this queue, empty if nothing happened in it."""
        found = self.queues.get(name)
        if found is None:
            found = self.queues[name] = QueueDay()
        return found

    def operator(self, code: str) -> OperatorDay:
        """The day of this operator."""
        found = self.operators.get(code)
        if found is None:
            found = self.operators[code] = OperatorDay()
        return found

    def settle(self, at: float) -> None:
        """Count the time that goes on in operators' states up to ``at``, for showing."""
        for operator in self.operators.values():
            operator.settle(at)

    def begin_life(self) -> None:
        """The controller begins anew: nobody knows what went on meanwhile. Times end with the last fact."""
        if self.at is not None:
            self.settle(self.at)
        for operator in self.operators.values():
            operator.state, operator.since, operator.reason = "logged_out", None, None
        self._estimates.clear()

    def take_all(self, facts: Iterable[fa.Fact]) -> None:
        """Every one of them, in order."""
        for fact in facts:
            self.take(fact)

    def take(self, fact: fa.Fact) -> None:
        """One more fact."""
        self.at = fact.at
        if self.began_at is None:
            self.began_at = fact.at
        counting = _COUNTING.get(type(fact))
        if counting is not None:
            counting(self, fact)

    def _day_started(self, fact: fa.DayStarted) -> None:
        self.settle(fact.at)
        going_on = {
            code: OperatorDay(state=day.state, since=day.since, reason=day.reason)
            for code, day in self.operators.items()
        }
        self.queues = {name: QueueDay() for name in self.queues}
        self.operators, self.began_at = going_on, fact.at

    def _counts_set(self, fact: fa.CountsSet) -> None:
        self.queue(fact.queue).go_on_from(fact.counts)

    def _operator_went(self, fact: fa.OperatorWent) -> None:
        day = self.operator(fact.operator)
        if day.since is None and self.began_at is not None:  # known only now: since before the first fact of the day
            day.state, day.since, day.reason = fact.old, fact.at - min(fact.lasted_s, fact.at - self.began_at), None
        day.settle(fact.at)
        day.state, day.since, day.reason = fact.state, fact.at, fact.reason
        if fact.old == "wrap_up" and fact.left_queue is not None:
            self.queue(fact.left_queue).wrap_up_s += fact.lasted_s

    def _offer_made(self, fact: fa.OfferMade) -> None:
        self.queue(fact.queue).offers += 1
        self.operator(fact.operator).offers += 1

    def _offer_over(self, fact: fa.OfferOver) -> None:
        self.queue(fact.queue).unanswered[fact.outcome] += 1
        self.operator(fact.operator).unanswered[fact.outcome] += 1

    def _conversation_over(self, fact: fa.ConversationOver) -> None:
        for day in (self.queue(fact.queue), self.operator(fact.operator)):
            day.handled += 1
            day.talk_s += fact.talked_s - fact.held_s
            day.hold_s += fact.held_s

    def _entered(self, fact: fa.CallerEntered) -> None:
        self.queue(fact.queue).offered += 1
        if fact.estimate_s is not None and not fact.callback:
            self._estimates[fact.call] = (*fact.estimate_s, fact.at)

    def _place_kept(self, fact: fa.PlaceKept) -> None:
        """The counts that were restored (CountsSet) are of those who had gone; whoever waits still is added as he or she comes."""
        self.queue(fact.queue).offered += 1

    def _connected(self, fact: fa.CallConnected) -> None:
        day = self.queue(fact.queue)
        day.answered += 1
        day.answered_in_sl += fact.in_service_level
        day.called_back += fact.callback
        day.answered_waits.add(fact.waited_s)
        self.operator(fact.operator).answered += 1
        if (known := self._estimates.pop(fact.call, None)) is not None:
            low, high, since = known
            day.estimates.add((low, high), fact.at - since)

    def _abandoned(self, fact: fa.CallerAbandoned) -> None:
        day = self.queue(fact.queue)
        day.abandoned += 1
        day.abandoned_in_sl += fact.in_service_level
        day.short_abandoned += fact.short
        day.abandoned_waits.add(fact.waited_s)
        self._estimates.pop(fact.call, None)

    def _exited(self, fact: fa.CallerExited) -> None:
        day = self.queue(fact.queue)
        if fact.refused:
            day.refused += 1
            day.refusals[fact.cause] += 1
            return
        day.exited += 1
        day.exits[fact.cause] += 1
        self._estimates.pop(fact.call, None)

    def _callback_agreed(self, fact: fa.CallbackAgreed) -> None:
        self.queue(fact.queue).callbacks += 1
        self._estimates.pop(fact.call, None)


_COUNTING: Final[Mapping[type, Callable[[Day, Any], None]]] = {
    fa.DayStarted: Day._day_started,
    fa.CountsSet: Day._counts_set,
    fa.OperatorWent: Day._operator_went,
    fa.OfferMade: Day._offer_made,
    fa.OfferOver: Day._offer_over,
    fa.ConversationOver: Day._conversation_over,
    fa.CallerEntered: Day._entered,
    fa.PlaceKept: Day._place_kept,
    fa.CallConnected: Day._connected,
    fa.CallerAbandoned: Day._abandoned,
    fa.CallerExited: Day._exited,
    fa.CallbackAgreed: Day._callback_agreed,
}
"""By kind of fact; those that are not here are in no figure. A table and not a match: this runs for every event of the centre."""


def fold(facts: Iterable[fa.Fact]) -> Day:
    """The figures that these facts make."""
    day = Day()
    day.take_all(facts)
    return day

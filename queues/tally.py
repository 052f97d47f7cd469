"""What came of simulated traffic? A fold over the ACD's facts: raw counts and sums by queue and interval.

A caller belongs to the interval in which he or she entered the queue, whenever it ended; operators' time belongs to the
interval in which it passed. The definitions are those of figures.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from math import floor

from queues import facts as fa
from queues.states import OperatorState

ON_CONTACT = frozenset({"talking", "on_hold", "wrap_up"})


@dataclass(slots=True)
class Counts:
    """Raw counts of one queue, and sums in seconds.

    ``delayed`` are those answered or abandoned who had to wait at all; ``exited`` left another way, ``refused`` never had a
    place; ``unserved`` were still there when nobody came to work any more.
    """

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    answered_in_sl: int = 0
    abandoned_in_sl: int = 0
    exited: int = 0
    refused: int = 0
    unserved: int = 0
    delayed: int = 0
    wait_answered_s: float = 0.0
    handled: int = 0
    talk_s: float = 0.0

    def add(self, other: Counts) -> None:
        """Take the other's into these."""
        for one in fields(Counts):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass(slots=True)
class WorkTime:
    """Seconds of operators' time: on contact (talking, on hold, wrap-up), and ready."""

    contact_s: float = 0.0
    ready_s: float = 0.0

    def add(self, other: WorkTime) -> None:
        """Take the other's into these."""
        self.contact_s += other.contact_s
        self.ready_s += other.ready_s


@dataclass(slots=True)
class Tally:
    """The counts between ``begin_s`` and ``end_s``, by intervals of ``interval_s`` counted from 0.

    What came before (the warm-up) or after is not counted.
    """

    begin_s: float
    end_s: float
    interval_s: float
    counts: dict[tuple[str, int], Counts] = field(default_factory=dict)
    work: dict[tuple[str, int], WorkTime] = field(default_factory=dict)
    _entered: dict[str, Counts] = field(default_factory=dict)
    _since: dict[str, tuple[OperatorState, float]] = field(default_factory=dict)

    @property
    def intervals(self) -> range:
        """The numbers of the intervals: number n begins at ``begin_s`` + n ``interval_s``."""
        return range(max(1, -int(-(self.end_s - self.begin_s) // self.interval_s)))

    def queue(self, name: str) -> Counts:
        """A queue's counts, all intervals together."""
        return self._sum(Counts(), (part for (queue, _), part in self.counts.items() if queue == name))

    def time_of(self, operators: Iterable[str]) -> WorkTime:
        """Those operators' time, all intervals together."""
        whole, wanted = WorkTime(), frozenset(operators)
        for (operator, _), part in self.work.items():
            if operator in wanted:
                whole.add(part)
        return whole

    def _sum(self, whole: Counts, parts: Iterable[Counts]) -> Counts:
        for part in parts:
            whole.add(part)
        return whole

    def _at(self, queue: str, at: float) -> Counts | None:
        if not self.begin_s <= at < self.end_s:
            return None
        return self.counts.setdefault((queue, floor((at - self.begin_s) / self.interval_s)), Counts())

    def take(self, fact: fa.Fact) -> None:
        """One more fact, in order."""
        match fact:
            case fa.CallerEntered(at=at, call=call, queue=queue):
                if (counts := self._at(queue, at)) is not None:
                    counts.offered += 1
                    self._entered[call] = counts
                else:
                    self._entered.pop(call, None)
            case fa.OperatorWent(at=at, operator=operator, state=state):
                self._settle(operator, at)
                self._since[operator] = state, at
            case fa.CallerExited(refused=True, at=at, queue=queue):
                if (counts := self._at(queue, at)) is not None:
                    counts.refused += 1
            case fa.CallConnected() | fa.CallerAbandoned() | fa.CallerExited() | fa.ConversationOver():
                if (counts := self._entered.get(fact.call)) is not None:
                    self._of_a_caller(fact, counts)
            case _:
                pass

    def _of_a_caller(
        self, fact: fa.CallConnected | fa.CallerAbandoned | fa.CallerExited | fa.ConversationOver, counts: Counts
    ) -> None:
        match fact:
            case fa.CallConnected(waited_s=waited_s, in_service_level=within):
                counts.answered += 1
                counts.answered_in_sl += within
                counts.wait_answered_s += waited_s
                counts.delayed += waited_s > 0
                return
            case fa.CallerAbandoned(waited_s=waited_s, in_service_level=within):
                counts.abandoned += 1
                counts.abandoned_in_sl += within
                counts.delayed += waited_s > 0
            case fa.CallerExited():
                counts.exited += 1
            case fa.ConversationOver(talked_s=talked_s):
                counts.handled += 1
                counts.talk_s += talked_s
        del self._entered[fact.call]

    def close(self, at: float) -> None:
        """The simulation ended: count the time that goes on, and those who are still there."""
        for operator in self._since:
            self._settle(operator, at)
        for counts in self._entered.values():
            counts.unserved += 1
        self._entered.clear()

    def _settle(self, operator: str, at: float) -> None:
        state, since = self._since.get(operator, ("logged_out", at))
        if state in ON_CONTACT:
            self._spread(operator, since, at, _on_contact)
        elif state == "ready":
            self._spread(operator, since, at, _ready)

    def _spread(self, operator: str, since: float, at: float, put: Callable[[WorkTime, float], None]) -> None:
        since, until = max(since, self.begin_s), min(at, self.end_s)
        while since < until:
            number = floor((since - self.begin_s) / self.interval_s)
            end = min(until, self.begin_s + (number + 1) * self.interval_s)
            put(self.work.setdefault((operator, number), WorkTime()), end - since)
            since = end


def _on_contact(time: WorkTime, seconds: float) -> None:
    time.contact_s += seconds


def _ready(time: WorkTime, seconds: float) -> None:
    time.ready_s += seconds

"""What comes to a centre, and who is there to take it? Callers and operators as the simulator makes them up.

Times are seconds since midnight of the first day; whatever is given by the time of day happens every day again. Chance is
injected, one stream for each thing that is drawn, and everything about a caller is drawn when he or she is made up: so
the same seed sends the same callers to other rules, and what differs is the rules' doing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from math import inf, isfinite, log, sqrt
from operator import attrgetter
from typing import Final, Literal, Protocol

DAY_S: Final = 86_400.0
Kind = Literal["exponential", "lognormal", "fixed"]


class Chance(Protocol):
    """What ``random.Random`` can do and is used here."""

    def random(self) -> float:
        """From 0 up to 1, 1 excluded."""

    def expovariate(self, lambd: float, /) -> float:
        """Exponential with the mean 1/lambd."""

    def lognormvariate(self, mu: float, sigma: float, /) -> float:
        """e to the power of a normal variable."""


Chances = Callable[[str], Chance]
"""From a stream's name, its chance: the same name gives the same numbers again."""


def _require(holds: bool, name: str, must: str) -> None:
    if not holds:
        raise ValueError(f"{name} must {must}")


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something takes: its mean (s), and for ``lognormal`` how it varies (``cv``, standard deviation / mean)."""

    mean_s: float
    kind: Kind = "exponential"
    cv: float = 1.0

    def __post_init__(self) -> None:
        _require(isfinite(self.mean_s) and self.mean_s >= 0, "mean_s", "be a number, 0 or more")
        _require(isfinite(self.cv) and self.cv > 0, "cv", "be a number above 0")

    def draw(self, chance: Chance) -> float:
        """One such time."""
        if self.kind == "fixed" or self.mean_s == 0:
            return self.mean_s
        if self.kind == "exponential":
            return chance.expovariate(1 / self.mean_s)
        variance = log(1 + self.cv**2)
        return chance.lognormvariate(log(self.mean_s) - variance / 2, sqrt(variance))


INSTANTLY: Final = Duration(0.0, "fixed")


@dataclass(frozen=True, slots=True)
class Rate:
    """Callers an hour on average, from one time of day up to another; they come independently (Poisson)."""

    start_s: float
    end_s: float
    calls_per_hour: float

    def __post_init__(self) -> None:
        _require(0 <= self.start_s < self.end_s <= DAY_S, "start_s and end_s", "be times of one day, in order")
        _require(isfinite(self.calls_per_hour) and self.calls_per_hour >= 0, "calls_per_hour", "be 0 or more")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A share of the callers (0 to 1) wants these skills."""

    share: float
    skills: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QueueTraffic:
    """The callers of one queue. ``patience_s``: the mean of an exponential time after which they hang up; None: never."""

    queue: str
    rates: tuple[Rate, ...]
    handling: Duration
    patience_s: float | None = None
    wants: tuple[Wanted, ...] = ()

    def __post_init__(self) -> None:
        _require(self.patience_s is None or self.patience_s > 0, "patience_s", "be above 0")
        _require(sum(wanted.share for wanted in self.wants) <= 1 + 1e-9, "wants", "have shares of 1 together at most")

    @property
    def steady_rate(self) -> float | None:
        """Callers an hour, if it is the same all day long; else None."""
        covered = sum(rate.end_s - rate.start_s for rate in self.rates)
        rates = {rate.calls_per_hour for rate in self.rates}
        return rates.pop() if covered == DAY_S and len(rates) == 1 else None


@dataclass(frozen=True, slots=True)
class Shift:
    """An operator is at work from one time of day to another (DAY_S: midnight), every day."""

    operator: str
    start_s: float = 0.0
    end_s: float = DAY_S

    def __post_init__(self) -> None:
        _require(0 <= self.start_s < self.end_s <= DAY_S, "start_s and end_s", "be times of one day, in order")


@dataclass(frozen=True, slots=True)
class Answering:
    """How operators take what is offered: after ``delay``, or, for the share ``refused`` of the offers, they reject it then.

    Who was paused for missing too many says ready again after ``back_after_s``.
    """

    delay: Duration = INSTANTLY
    refused: float = 0.0
    back_after_s: float = 60.0

    def __post_init__(self) -> None:
        _require(0 <= self.refused < 1, "refused", "be a share, 0 or more and below 1")
        _require(self.back_after_s > 0, "back_after_s", "be above 0")


@dataclass(frozen=True, slots=True)
class Traffic:
    """All that is simulated: from ``start_s`` (of the first day) for ``duration_s``.

    Who comes within the first ``warm_up_s`` is in no figure: a centre that begins empty is not yet what it will be.
    ``interval_s``: figures are kept by such parts of the time.
    """

    queues: tuple[QueueTraffic, ...]
    shifts: tuple[Shift, ...]
    answering: Answering = field(default_factory=Answering)
    start_s: float = 0.0
    duration_s: float = DAY_S
    warm_up_s: float = 0.0
    interval_s: float = 1800.0

    def __post_init__(self) -> None:
        _require(0 <= self.start_s < DAY_S, "start_s", "be a time of day")
        _require(isfinite(self.duration_s) and self.duration_s > 0, "duration_s", "be a number above 0")
        _require(0 <= self.warm_up_s < self.duration_s, "warm_up_s", "be shorter than the whole")
        _require(self.interval_s > 0, "interval_s", "be above 0")

    @property
    def end_s(self) -> float:
        """When the last caller may come."""
        return self.start_s + self.duration_s


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller: when, where to, what is wanted, how long he or she waits at most and will talk."""

    at: float
    queue: str
    skills: Mapping[str, int]
    patience_s: float
    handling_s: float


def callers(traffic: Traffic, chances: Chances) -> Iterator[Caller]:
    """Everybody who comes, in order."""
    streams = [_callers_of(one, traffic, chances) for one in traffic.queues]
    return heapq.merge(*streams, key=attrgetter("at"))


def _callers_of(one: QueueTraffic, traffic: Traffic, chances: Chances) -> Iterator[Caller]:
    arrival, handling, patience, skills = (
        chances(f"{what} {one.queue}") for what in ("arrival", "handling", "patience", "skills")
    )
    for at in _arrivals(one, traffic, arrival):
        yield Caller(
            at,
            one.queue,
            _skills(one.wants, skills) if one.wants else {},
            inf if one.patience_s is None else patience.expovariate(1 / one.patience_s),
            one.handling.draw(handling),
        )


def _arrivals(one: QueueTraffic, traffic: Traffic, chance: Chance) -> Iterator[float]:
    """Piece by piece: a Poisson stream forgets, so that each piece may begin anew."""
    for day in count():
        for rate in sorted(one.rates, key=attrgetter("start_s")):
            at = max(day * DAY_S + rate.start_s, traffic.start_s)
            end = min(day * DAY_S + rate.end_s, traffic.end_s)
            while at < end and rate.calls_per_hour > 0:
                at += chance.expovariate(rate.calls_per_hour / 3600)
                if at < end:
                    yield at
        if (day + 1) * DAY_S >= traffic.end_s:
            return


def _skills(wants: tuple[Wanted, ...], chance: Chance) -> Mapping[str, int]:
    drawn = chance.random()
    for wanted in wants:
        if drawn < wanted.share:
            return wanted.skills
        drawn -= wanted.share
    return {}


def presence(traffic: Traffic) -> Iterator[tuple[float, str, bool]]:
    """When who begins (True) and ends (False) work within the time simulated, in order; ends before beginnings.

    Who works through midnight has no end there, nor who works on when the simulation ends.
    """
    spans: dict[str, list[tuple[float, float]]] = {}
    for shift in sorted(traffic.shifts, key=attrgetter("start_s")):
        spans.setdefault(shift.operator, []).append((shift.start_s, shift.end_s))
    moments: list[tuple[float, bool, str]] = []
    for operator, daily in spans.items():
        for start, end in _joined(daily, traffic.end_s):
            if end > traffic.start_s:
                moments.append((max(start, traffic.start_s), True, operator))
                moments.append((end, False, operator))
    for at, begins, operator in sorted(moments):
        if at < traffic.end_s or (at == traffic.end_s and not begins):
            yield at, operator, begins


def _joined(daily: list[tuple[float, float]], until_s: float) -> list[tuple[float, float]]:
    """The spans of every day up to ``until_s``, those that touch made one."""
    joined: list[tuple[float, float]] = []
    for day in range(int(until_s // DAY_S) + 1):
        for start, end in daily:
            began, ended = start + day * DAY_S, end + day * DAY_S
            if joined and joined[-1][1] >= began:
                joined[-1] = joined[-1][0], max(ended, joined[-1][1])
            else:
                joined.append((began, ended))
    return joined

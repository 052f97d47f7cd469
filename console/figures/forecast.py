"""How many callers will come in the next minutes, and how will they fare? A range, or nothing: never a guess dressed as a number.

What came at this time of this weekday in the weeks before is what is expected: their mean, give or take 1.28 standard deviations
(about four of five times it is within), where arrivals vary at least as much as chance alone makes them (Poisson). With fewer
than ``MIN_WEEKS`` weeks nothing is said of arrivals, and with fewer than ``MIN_HANDLED`` handled calls nothing of service.

Service is Erlang C's (queues/erlang.py) with the operators who are at work now: one skill, nobody hangs up, and nobody serves
another queue meanwhile. Operators who serve other queues, too, will be there less: it is an upper bound then, and said to be one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Final

from queues.erlang import erlang_c

MIN_WEEKS: Final = 3
MIN_HANDLED: Final = 20
SPREAD: Final = 1.28
"""Standard deviations on either side: 80 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Range:
    """``low`` to ``high``, ``expected`` between them."""

    low: float
    expected: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of the next ``minutes``. ``arrivals`` (calls) and ``sl`` (share answered within the service level) are None when that cannot
    be told honestly, and ``why_not`` says why: ``little_history``, ``few_handled`` or ``nobody_at_work``. ``weeks`` were looked at;
    ``shared``: an operator at work serves other queues, too, so that ``sl`` is the most to be hoped for."""

    minutes: int
    weeks: int
    arrivals: Range | None
    aht_s: float | None
    operators: int
    sl: Range | None
    shared: bool
    why_not: str | None


@dataclass(frozen=True, slots=True)
class QueuePast:
    """What a forecast is made of, as of ``at`` (Unix s): how many came in so many minutes at this time of the weeks before, by the
    number of minutes, and how many calls were handled lately in how many seconds."""

    at: float
    came: Mapping[int, Sequence[int]]
    handled: int
    handling_s: float


def forecast(
    minutes: int,
    came: Sequence[int],
    handled: int,
    handling_s: float,
    operators: int,
    shared: bool,
    target_s: float,
) -> Forecast:
    """``came``: how many came in so many minutes at this time of the weeks before; ``handled`` calls took ``handling_s`` seconds
    together; ``operators`` are logged in and not paused; ``target_s``: the service level's T."""
    arrivals = expected_arrivals(came)
    aht_s = handling_s / handled if handled >= MIN_HANDLED and handling_s > 0 else None
    why_not: str | None = None
    if arrivals is None:
        why_not = "little_history"
    elif aht_s is None:
        why_not = "few_handled"
    elif operators < 1:
        why_not = "nobody_at_work"
    level: Range | None = None
    if arrivals is not None and aht_s is not None and operators >= 1:
        per_hour = 60 / minutes
        worst, middle, best = (
            erlang_c(calls_per_hour=calls * per_hour, aht_s=aht_s, operators=operators, target_s=target_s).sl
            for calls in (arrivals.high, arrivals.expected, arrivals.low)
        )
        level = Range(worst, middle, best)
    return Forecast(minutes, len(came), arrivals, aht_s, operators, level, shared, why_not)


def expected_arrivals(came: Sequence[int]) -> Range | None:
    """See the module; whole calls at the ends. None with too few weeks."""
    if len(came) < MIN_WEEKS:
        return None
    mean = sum(came) / len(came)
    variance = sum((one - mean) ** 2 for one in came) / (len(came) - 1)
    deviation = sqrt(max(variance, mean))
    return Range(float(max(0, floor(mean - SPREAD * deviation))), mean, float(ceil(mean + SPREAD * deviation)))

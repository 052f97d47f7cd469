"""How is each figure worked out from the raw counts? Pure functions, each with its one definition."""

from __future__ import annotations

from collections.abc import Collection
from math import sqrt

from queues.views import QueueCounts

MIN_HANDLED = 5


def sl2(counts: QueueCounts) -> float | None:
    """Service level, the second variant of Asterisk's app_queue (``ServicelevelPerf2``), 0 to 1.

    (answered within T + abandoned within T) / (answered + abandoned), or None while nothing was answered or abandoned.
    """
    ended = counts.answered + counts.abandoned
    return (counts.answered_in_sl + counts.abandoned_in_sl) / ended if ended else None


def sl(counts: QueueCounts) -> float | None:
    """Service level, the first variant (``ServicelevelPerf``): answered within T / answered, or None with nobody answered."""
    return counts.answered_in_sl / counts.answered if counts.answered else None


def abandonment(counts: QueueCounts) -> float | None:
    """Abandoned / offered; who takes a callback is not abandoned. None with nobody offered."""
    return counts.abandoned / counts.offered if counts.offered else None


def mean(total: float, number: int) -> float | None:
    """None of nothing."""
    return total / number if number else None


def occupancy(on_contact_s: float, ready_s: float) -> float | None:
    """On contact (talking, on hold, wrap-up) / (on contact + ready); None with neither."""
    return on_contact_s / (on_contact_s + ready_s) if on_contact_s + ready_s > 0 else None


def expected_wait_s(waiting: int, serving: int, handling_s: Collection[float]) -> tuple[float, float] | None:
    """How long a caller who joins now will wait, as (low_s, high_s), or None when that cannot be told honestly.

    With m the mean of ``handling_s`` (talk and wrap-up of the calls handled lately), n = ``serving`` operators
    (logged in and not paused) all busy, and k = ``waiting`` + 1, the caller is served when k of them have finished.
    Operators finish at the rate n / m, so that takes k m/n on average, with a standard deviation of sqrt(k) m/n (an
    Erlang distribution of k stages, taking handling times as exponential). The range is the mean give or take one
    standard deviation: about two callers in three fall within it. None with fewer than ``MIN_HANDLED`` handled calls
    or with nobody serving.

    It knows nothing of skills, priorities, or other queues that the same operators serve: with those the wait is
    longer.
    """
    if len(handling_s) < MIN_HANDLED or serving < 1:
        return None
    stage_s = sum(handling_s) / len(handling_s) / serving
    stages = waiting + 1
    return (stages - sqrt(stages)) * stage_s, (stages + sqrt(stages)) * stage_s

"""How late does the engine hear of what has happened? The greatest lag of late, and a histogram of all lags."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from typing import Final

BOUNDS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds of the histogram's buckets, each included; one more bucket takes what is above."""
RECENT_S: Final = 1.0


class EventLag:
    """``now`` is in seconds of a clock that never goes back."""

    def __init__(self) -> None:
        # Only what may still become the greatest is kept: each lag is less than the one before it.
        self._recent: deque[tuple[float, float]] = deque()
        self._buckets = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def note(self, lag_s: float, now: float) -> None:
        """An event was taken in ``lag_s`` after it happened; below 0 (clocks that are read apart) counts as 0."""
        lag_s = max(lag_s, 0.0)
        self._buckets[bisect_left(BOUNDS_S, lag_s)] += 1
        self.sum_s += lag_s
        while self._recent and self._recent[-1][1] <= lag_s:
            self._recent.pop()
        self._recent.append((now, lag_s))
        self._forget(now)

    def recent_s(self, now: float) -> float:
        """The greatest lag noted within the last second; 0.0 if none was."""
        self._forget(now)
        return self._recent[0][1] if self._recent else 0.0

    def cumulative(self) -> list[tuple[float, int]]:
        """For each bound (the last is infinite) how many lags were not above it."""
        so_far, counts = 0, []
        for bound, number in zip((*BOUNDS_S, float("inf")), self._buckets, strict=True):
            so_far += number
            counts.append((bound, so_far))
        return counts

    def _forget(self, now: float) -> None:
        while self._recent and self._recent[0][0] <= now - RECENT_S:
            self._recent.popleft()

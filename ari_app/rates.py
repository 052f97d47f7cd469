"""May this one ask again so soon? A token bucket for each who asks: so many at once, and so many a second after that. Pure."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

REMEMBERED: Final = 20_000
"""Who asked, at most; whoever has not asked for longest is forgotten first, and may ask as one who never did."""


class Rates:
    """``per_s`` goes on for ever, ``at_once`` after a rest. Times are seconds of any clock that never goes back."""

    def __init__(self, per_s: float, at_once: float, remembered: int = REMEMBERED) -> None:
        if per_s <= 0 or at_once < 1:
            raise ValueError(f"per_s={per_s} and at_once={at_once} would let nobody ask")
        self._per_s = per_s
        self._at_once = at_once
        self._remembered = remembered
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, who: str, now: float) -> float:
        """0 when ``who`` may ask now, which is counted; else after how many seconds."""
        left, at = self._left.pop(who, (self._at_once, now))
        left = min(self._at_once, left + max(0.0, now - at) * self._per_s)
        allowed = left >= 1
        self._left[who] = (left - 1 if allowed else left, now)
        if len(self._left) > self._remembered:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._per_s

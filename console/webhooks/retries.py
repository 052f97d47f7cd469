"""When is a message sent again, and when is it given up? Pure: time and chance are arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MINUTE_S: Final = 60.0
HOUR_S: Final = 3600.0
DELAYS_S: Final = (
    5.0,
    30.0,
    2 * MINUTE_S,
    10 * MINUTE_S,
    30 * MINUTE_S,
    HOUR_S,
    2 * HOUR_S,
    5 * HOUR_S,
    10 * HOUR_S,
    14 * HOUR_S,
    20 * HOUR_S,
    24 * HOUR_S,
)
LONGEST_ASKED_S: Final = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class Schedule:
    """``delays_s[n]`` follows failure ``n + 1``; after one more it is given up: with DELAYS_S after 13 attempts in a little more
    than three days. Each delay is made longer or shorter by up to ``jitter`` of it, so that many do not come at once."""

    delays_s: tuple[float, ...] = DELAYS_S
    jitter: float = 0.2

    def again_at(self, failures: int, now: float, chance: float, asked_s: float | None = None) -> float | None:
        """When to try again after so many ``failures``; None: never. ``chance`` is in 0..1, ``asked_s`` what the receiver asked for
        (Retry-After), which counts if it is longer."""
        if failures > len(self.delays_s):
            return None
        delay_s = self.delays_s[failures - 1] * (1 + self.jitter * (2 * chance - 1))
        return now + max(delay_s, min(asked_s or 0.0, LONGEST_ASKED_S))

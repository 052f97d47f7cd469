"""What time is it? The only place that reads a clock or sleeps; everything else is given it."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> float:
        """Unix seconds; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
        ...


def machine_time() -> float:
    """Unix seconds as the machine has them now, set back or not: only to compare with what it has stamped just before."""
    return time.time()


class SystemClock:
    """The machine's clock, held still while someone sets it back, so that no deadline is passed twice."""

    def __init__(self) -> None:
        self._latest = 0.0

    def now(self) -> float:
        """See Clock.now."""
        self._latest = max(self._latest, time.time())
        return self._latest

    async def sleep(self, seconds: float) -> None:
        """See Clock.sleep."""
        await asyncio.sleep(seconds)

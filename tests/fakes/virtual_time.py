"""An event loop whose time passes only when nobody has anything to do: an hour of ringing takes no time at all."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any

STARTED_S = 1_795_494_121.0  # 2026-11-24T04:22:01Z


class _Selector(selectors.DefaultSelector):
    """Skips waiting: the loop's time moves on instead."""

    passed_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout:
            self.passed_s += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """``time()`` begins at 0 and jumps to the next timer."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return float(self._virtual.passed_s)


class LoopClock:
    """The Clock port over the running loop's time."""

    def now(self) -> float:
        return STARTED_S + asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

"""How does a coroutine wait until something has become true, without polling the clock?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Watch:
    """Wakes whoever waits for a condition over some state; the state's owner calls ``changed()`` after each change.

    Safe to cancel: a waiter that goes away leaves nothing behind.
    """

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()
        self._listeners: list[Callable[[], None]] = []

    def whenever_changed(self, call: Callable[[], None]) -> Callable[[], None]:
        """Call ``call`` after each change. Returns the function that ends it, which may be called twice."""
        self._listeners.append(call)
        return lambda: self._listeners.remove(call) if call in self._listeners else None

    def changed(self) -> None:
        """Let every waiter look again. Costs nothing when nobody waits."""
        for listener in tuple(self._listeners):
            listener()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, true: Callable[[], bool], timeout_s: float) -> bool:
        """Wait for ``true()``; the answer is False if ``timeout_s`` passed first."""
        try:
            async with asyncio.timeout(timeout_s):
                while not true():
                    await self._next_change()
        except TimeoutError:
            return true()
        return True

    async def _next_change(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)

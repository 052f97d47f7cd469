"""How does a test stand in another network, such as a container's? A thread goes there, with an event loop of its own."""

from __future__ import annotations

import asyncio
import ctypes
import os
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

T = TypeVar("T")
_CLONE_NEWNET: Final = 0x40000000


class Inside:
    """The network of the process ``pid``: whatever ``do`` awaits is there, with all the sockets that it opens."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    async def do(self, work: Coroutine[Any, Any, T]) -> T:
        """What ``work`` returns or raises, run there."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))


@asynccontextmanager
async def inside(pid: int) -> AsyncIterator[Inside]:
    """The network of ``pid`` for as long as it is open. Raises OSError."""
    loop, arrived = asyncio.new_event_loop(), asyncio.get_running_loop().create_future()
    here = asyncio.get_running_loop()

    def live_there() -> None:
        try:
            _enter(pid)
        except OSError as refused:
            here.call_soon_threadsafe(arrived.set_exception, refused)
            return
        here.call_soon_threadsafe(arrived.set_result, None)
        loop.run_forever()

    thread = threading.Thread(target=live_there, name=f"inside-{pid}")
    thread.start()
    try:
        await arrived
        yield Inside(loop)
    finally:
        if loop.is_running():
            loop.call_soon_threadsafe(loop.stop)
        await asyncio.to_thread(thread.join)
        loop.close()


def _enter(pid: int) -> None:
    handle = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(handle, _CLONE_NEWNET) != 0:
            raise OSError(error := ctypes.get_errno(), os.strerror(error))
    finally:
        os.close(handle)

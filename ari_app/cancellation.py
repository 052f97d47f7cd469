"""What becomes of a cancellation? It waits for what must not be cut short, and it is never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Do ``work`` wholly, also when whoever awaits it is cancelled meanwhile; then the cancellation goes on.

    The caller's hang-up cancels a call's life wherever it stands. Cut short in a clean-up, it would leave a bridge, or an
    operator who is shown talking for ever. ``work`` must be bounded by itself: every telephony command has its deadline.
    """
    doing = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait({doing})
        if not doing.cancelled():
            doing.exception()  # read, so that nobody warns that it was not
        raise


async def in_time(awaited: Awaitable[T], within_s: float) -> T:
    """What ``awaited`` gives. Raises TimeoutError.

    Instead of asyncio.wait_for, which before Python 3.12 loses a cancellation that comes in the instant in which ``awaited`` is
    done: a caller's life would go on without its caller, for ever.
    """
    async with asyncio.timeout(within_s):
        return await awaited


async def for_ever() -> NoReturn:
    """Wait until cancelled."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError("nobody sets this future")


def end_if_cancelled() -> None:
    """Raises CancelledError in a task that is being cancelled.

    For whoever goes on after an error out of a TaskGroup: before Python 3.13, an error of one of its tasks in the instant of
    the cancellation hides that. The group's own body must be waiting when its tasks fail (``for_ever``): a failure while the group
    is only being left counts as a cancellation for good, there.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError

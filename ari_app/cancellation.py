"""What must not be cut short? A clean-up, or a command that makes something, once it has begun."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Do ``work`` wholly, also when whoever awaits it is cancelled meanwhile; then the cancellation goes on.

    The caller's hang-up cancels a call's life wherever it stands. Cut short in a clean-up, it would leave a bridge, or an
    operator who is shown talking for ever; cut short in a command that makes a leg or a bridge, Asterisk could make it
    after the clean-up had removed it. ``work`` must be bounded by itself: every telephony command has its deadline.
    """
    doing = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait({doing})
        if not doing.cancelled():
            doing.exception()  # read, so that nobody warns that it was not
        raise

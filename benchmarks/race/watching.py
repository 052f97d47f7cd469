"""When can a change be read in Redis? A reader of the stream of events beside the load."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from tests.e2e.stack import Stack


@asynccontextmanager
async def lags_of_changes(stack: Stack) -> AsyncIterator[list[float]]:
    """The times (ms) from each change, as the event says (in whole ms), to its arrival at the reader."""
    lags: list[float] = []
    reader = asyncio.create_task(
        _read(
            Redis.from_url(stack.settings.redis_address, decode_responses=True),
            f"{stack.settings.redis_prefix}events",
            lags,
        )
    )
    try:
        yield lags
        await asyncio.sleep(0.5)
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)


async def _read(redis: Redis, stream: str, lags: list[float]) -> None:
    last = "$"
    async with redis:
        while True:
            told: Any = await redis.xread({stream: last}, block=1000)
            now = time.time()
            entries = told[0][1] if told else []
            lags += [1000 * (now - datetime.fromisoformat(fields["at"]).timestamp()) for _, fields in entries]
            last = entries[-1][0] if entries else last

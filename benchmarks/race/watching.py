"""How late is what is known? A reader of the stream of events in Redis, and the engine's own account of its lag."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from tests.e2e.stack import Stack

LAGS = "centralita_event_lag_seconds_bucket"


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


async def lag_buckets(stack: Stack) -> dict[float, float]:
    """How many events were heard of within so many seconds, since the engine began."""
    address = f"http://{stack.settings.bind_address}:{stack.settings.api_port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        families = list(text_string_to_metric_families(await answer.text()))
    samples = [sample for family in families for sample in family.samples if sample.name == LAGS]
    return {float(sample.labels["le"]): sample.value for sample in samples}


def at_most(buckets: Mapping[float, float], share: float) -> float:
    """The least bound (s) below which this share of them lies; 0 without any."""
    bounds = sorted(buckets)
    return next(bound for bound in bounds if buckets[bound] >= share * buckets[bounds[-1]])

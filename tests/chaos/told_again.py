"""When does a controller know the calls of the one before it again? As anybody sees it who follows the status in Redis."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from tests.chaos.field import PREFIX


@dataclass(frozen=True, slots=True)
class Told:
    """What Redis had been told when this was looked at: the life, the last event, and the calls that were up."""

    epoch: int
    last: str
    calls: frozenset[str]


async def told_by(client: Redis) -> Told:
    """What it says now."""
    newest: Any = await client.xrevrange(f"{PREFIX}events", count=1)
    epoch = int(str(await client.get(f"{PREFIX}epoch")))
    return Told(epoch, newest[0][0], frozenset(map(str, await client.smembers(f"{PREFIX}calls"))))


async def until_noted(client: Redis, calls: frozenset[str], within_s: float = 10.0) -> None:
    """Until what is meant with each of these is noted: who came in the instants before that is guided from the start after a
    crash, as the same caller in a call of another name. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while calls:
            keys = [key async for key in client.scan_iter(f"{PREFIX}caller:*")]
            notes = [json.loads(note) for note in await client.mget(keys) if note] if keys else []
            if calls <= {note["call"] for note in notes if note["place"] or note["talk"]}:
                return
            await asyncio.sleep(0.02)


async def until_told_again(client: Redis, before: Told, within_s: float = 30.0) -> None:
    """Until a later life has told of every call that was up. Raises AssertionError with those it has not told of."""
    last, missing = before.last, set(before.calls)
    until_s = within_s
    while missing:
        read: Any = await client.xread({f"{PREFIX}events": last}, count=500, block=250)
        if not read:
            until_s -= 0.25
            assert until_s > 0, f"not told of again: {sorted(missing)}"
            continue
        ((_, entries),) = read
        last = entries[-1][0]
        for _, entry in entries:
            if int(entry["epoch"]) > before.epoch and entry["type"] == "call.changed":
                missing.discard(json.loads(entry["body"])["id"])

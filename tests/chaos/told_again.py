"""When does a controller know the calls of the one before it again? As anybody sees it who follows the status in Redis."""

from __future__ import annotations

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

"""What does Redis say of the centre? Reads everything below the prefix as one consistent object, and only reads.

Knows nothing of the controller's code: it is what any outside program could write from docs/redis-contract.md.
"""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis

SETS = {"queue": "queues", "operator": "operators", "call": "calls"}
ATTEMPTS = 50

Reading = dict[str, Any]
"""The object that docs/redis-contract.schema.json describes at its root."""


class NeverStill(Exception):
    """The sets of names changed between every two looks."""


async def read_everything(client: Redis, prefix: str = "centralita:v1:") -> Reading:
    """All of contract v1 at one instant: names first, then everything in one transaction, until the names agree.

    ``client`` must decode responses. Raises NeverStill, and whatever the client raises.
    """
    names = {kind: await _members(client, prefix + key) for kind, key in SETS.items()}
    for _ in range(ATTEMPTS):
        reading = await _read_once(client, prefix, names)
        found = {kind: set(reading[key]) for kind, key in SETS.items()}
        if found == names:
            return reading
        names = found
    raise NeverStill(f"the names under {prefix} changed {ATTEMPTS} times")


async def _members(client: Redis, key: str) -> set[str]:
    return set(await client.execute_command("SMEMBERS", key))  # type: ignore[no-untyped-call]


async def _read_once(client: Redis, prefix: str, names: dict[str, set[str]]) -> Reading:
    async with client.pipeline(transaction=True) as pipe:
        for key in SETS.values():
            pipe.smembers(prefix + key)
        pipe.get(prefix + "epoch")
        pipe.hgetall(prefix + "controller")
        pipe.pttl(prefix + "controller")
        pipe.xrange(prefix + "events")
        for kind, of_kind in names.items():
            for name in sorted(of_kind):
                pipe.hgetall(f"{prefix}{kind}:{name}")
        queues, operators, calls, epoch, controller, ttl_ms, events, *hashes = await pipe.execute()
    reading: Reading = {
        "queues": sorted(queues),
        "operators": sorted(operators),
        "calls": sorted(calls),
        "epoch": epoch,
        "controller": controller or None,
        "controller_ttl_ms": ttl_ms if controller else None,
        "events": [fields for _, fields in events],
    }
    left = iter(hashes)
    for kind, of_kind in names.items():
        reading[kind] = {name: next(left) for name in sorted(of_kind)}
    return reading

"""What does a program that reads only Redis see? Waits on the contract's event stream instead of sleeping."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import redis.asyncio as redis

Body = dict[str, Any]
KEYS = {"call.changed": "id", "operator.changed": "code", "queue.changed": "name"}


class Watch:
    """Follows ``<prefix>events`` from its beginning; ``latest[type][id]`` is the newest body."""

    def __init__(self, url: str, prefix: str = "centralita:v1:") -> None:
        self._redis = redis.Redis.from_url(url, decode_responses=True)
        self._prefix = prefix
        self._stream = f"{prefix}events"
        self._last = "0"
        self.latest: dict[str, dict[str, Body]] = {kind: {} for kind in KEYS}
        self.history: list[tuple[str, Body]] = []

    async def __aenter__(self) -> Self:
        await self._read(block_ms=None)
        self.history.clear()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._redis.aclose()

    async def listed(self, index: str) -> set[str]:
        """The members of an index set."""
        return {str(member) for member in await self._redis.smembers(self._prefix + index)}

    async def noted(self, key: str, within_s: float = 10.0) -> None:
        """Wait until the controller has noted something under that key."""
        async with asyncio.timeout(within_s):
            while not await self._redis.exists(self._prefix + key):
                await asyncio.sleep(0.02)

    async def call(self, within_s: float = 10.0, **wanted: Any) -> Body:
        """The first call, among those that changed since this watch began, that is shown with these fields."""
        return await self._until("call.changed", lambda body: _has(body, wanted), within_s, f"a call with {wanted}")

    async def operator(self, code: str, within_s: float = 10.0, **wanted: Any) -> Body:
        """Wait until the operator is shown with these fields."""
        return await self._until(
            "operator.changed",
            lambda body: body["code"] == code and _has(body, wanted),
            within_s,
            f"operator {code} with {wanted}",
            old_counts=True,
        )

    async def queue(self, name: str, within_s: float = 10.0, **wanted: Any) -> Body:
        """Wait until the queue is shown with these fields."""
        return await self._until(
            "queue.changed",
            lambda body: body["name"] == name and _has(body, wanted),
            within_s,
            f"queue {name} with {wanted}",
            old_counts=True,
        )

    async def _until(
        self, kind: str, fits: Callable[[Body], bool], within_s: float, awaited: str, *, old_counts: bool = False
    ) -> Body:
        """The newest of each counts, and all that comes from now on, though it be over when it is read: some last a second."""
        known = set(self.latest[kind]) if old_counts else {body[KEYS[kind]] for k, body in self.history if k == kind}
        bodies = [self.latest[kind][id_] for id_ in known]
        deadline = asyncio.get_running_loop().time() + within_s
        while True:
            for body in bodies:
                if fits(body):
                    return body
            if asyncio.get_running_loop().time() > deadline:
                newest = "\n".join(f"  {k} {body}" for k, body in self.history[-12:])
                raise AssertionError(f"{awaited} was not shown within {within_s:g} s; the last events:\n{newest}")
            bodies = [body for k, body in await self._read(block_ms=200) if k == kind]

    async def _read(self, block_ms: int | None) -> list[tuple[str, Body]]:
        fresh: list[tuple[str, Body]] = []
        answer: Any = await self._redis.xread({self._stream: self._last}, count=100_000, block=block_ms)
        for _, entries in dict(answer).items() if isinstance(answer, dict) else answer or ():
            for entry_id, fields in entries:
                self._last = entry_id
                if fields["type"] in KEYS:
                    body = json.loads(fields["body"])
                    self.latest[fields["type"]][body[KEYS[fields["type"]]]] = body
                    fresh.append((fields["type"], body))
        self.history += fresh
        return fresh


def _has(body: Body, wanted: dict[str, Any]) -> bool:
    return all(body.get(name) == value for name, value in wanted.items())

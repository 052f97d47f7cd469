"""Do webhooks hear of each call that ends, once, although the console, Redis or the database come and go? On a real Redis."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from ari_app.contract import CallStatus, as_json
from console.webhooks import ended_calls
from console.webhooks.ended_calls import EndedCalls
from recordings.record import CatalogueAway
from tests.adapters.conftest import reader, redis_server
from tests.console.webhooks.post import COORDINATOR, Post
from tests.contract.centre import CALL
from tests.contract.redis_server import RedisServer

__all__ = ["reader", "redis_server"]
PREFIX = "centralita:v1:"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ended_calls, "AGAIN_S", 0.02)
    monkeypatch.setattr(ended_calls, "WAITS_S", 0.05)


@contextlib.asynccontextmanager
async def following(post: Post, url: str) -> AsyncIterator[EndedCalls]:
    made = EndedCalls(url, PREFIX, post.database, post.outbox, post.clock)
    running = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class Stream:
    """What a controller writes."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._seq = 0

    async def call(self, call: CallStatus) -> None:
        self._seq += 1
        await self._client.xadd(
            f"{PREFIX}events",
            {"epoch": "1", "seq": str(self._seq), "at": "t", "type": "call.changed", "body": json.dumps(as_json(call))},
        )

    async def life(self, id_: str) -> None:
        """A call, up and ended, and its outcome noted afterwards."""
        for stage in ("talking", "ended"):
            await self.call(replace(CALL, id=id_, stage=stage))
        await self.call(replace(CALL, id=id_, stage="ended", disposition="resuelto"))


def told(post: Post, webhook: str) -> list[str]:
    return [one.about for one in reversed(post.book.messages(webhook, limit=200))]


def subscribed(post: Post) -> str:
    return post.book.make("https://crm.example.com/", ["call.ended"], "", COORDINATOR)[0]


async def begun(post: Post, follower: EndedCalls) -> None:
    await post.until(lambda: follower._place() is not None)


async def test_each_call_that_ends_is_told_once_with_its_last_status(
    post: Post, redis_server: RedisServer, reader: Redis
) -> None:
    webhook, stream = subscribed(post), Stream(reader)
    await stream.life("before")
    async with following(post, redis_server.url) as follower:
        await begun(post, follower)
        for nth in range(5):
            await stream.life(f"c{nth}")
        await post.until(lambda: len(told(post, webhook)) == 5)
    assert told(post, webhook) == [f"c{nth}" for nth in range(5)]
    body = json.loads(post.book.messages(webhook)[0].body)
    assert (body["type"], body["data"]["id"], body["data"]["stage"]) == ("call.ended", "c4", "ended")
    assert body["data"]["caller"] == CALL.caller


async def test_calls_that_end_while_the_console_is_down_are_told_when_it_is_back(
    post: Post, redis_server: RedisServer, reader: Redis
) -> None:
    webhook, stream = subscribed(post), Stream(reader)
    async with following(post, redis_server.url) as follower:
        await begun(post, follower)
        await stream.life("c0")
        await post.until(lambda: told(post, webhook) == ["c0"])
    await stream.life("c1")
    async with following(post, redis_server.url):
        await stream.life("c2")
        await post.until(lambda: told(post, webhook) == ["c0", "c1", "c2"])


async def test_what_could_not_be_noted_is_read_again(
    post: Post, redis_server: RedisServer, reader: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, stream = subscribed(post), Stream(reader)
    real = post.outbox.put
    failed: list[object] = []

    def put(*args: object, **kwargs: object) -> int:
        if len(failed) < 2:
            failed.append(args)
            raise CatalogueAway("gone")
        return real(*args, **kwargs)  # type: ignore[arg-type]

    async with following(post, redis_server.url) as follower:
        await begun(post, follower)
        monkeypatch.setattr(post.outbox, "put", put)
        await stream.life("c0")
        await stream.life("c1")
        await post.until(lambda: told(post, webhook) == ["c0", "c1"])
    assert len(failed) == 2


async def test_a_redis_that_was_restarted_empty_is_followed_on(
    post: Post, redis_server: RedisServer, reader: Redis
) -> None:
    webhook, stream = subscribed(post), Stream(reader)
    async with following(post, redis_server.url) as follower:
        await begun(post, follower)
        await stream.life("c0")
        await post.until(lambda: told(post, webhook) == ["c0"])
        await reader.flushall()
        await stream.life("c1")
        await post.until(lambda: told(post, webhook) == ["c0", "c1"])

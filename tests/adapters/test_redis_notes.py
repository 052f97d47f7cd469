"""Notes in Redis: kept at once, read by the next life, not lost while Redis is away, and never waited for longer than said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from ari_app.adapters.redis_notes import RedisNotebook
from tests.contract.redis_server import RedisServer

PREFIX = "centralita:v1:"


@asynccontextmanager
async def notebook(server: RedisServer, prefix: str = PREFIX) -> AsyncIterator[RedisNotebook]:
    """A notebook that writes; closed cleanly."""
    book = RedisNotebook(server.url, prefix, deadline_s=0.5)
    writing = asyncio.create_task(book.run())
    try:
        yield book
    finally:
        writing.cancel()
        await asyncio.wait({writing})
        await book.close()


async def test_a_note_outlives_its_life_and_a_struck_out_one_does_not(redis_server: RedisServer) -> None:
    async with notebook(redis_server) as first:
        first.note("callback:a", "one")
        first.note("callback:b", "two")
        first.note("other:c", "three")
        assert await first.kept(5.0)
        first.note("callback:b", None)
        assert await first.kept(5.0)
    async with notebook(redis_server) as second:
        assert await second.read("callback:") == {"a": "one"}
        assert await second.read("nothing:") == {}


async def test_only_the_newest_note_of_a_key_is_kept_and_for_as_long_as_was_said(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with notebook(redis_server) as book:
        for number in range(500):
            book.note(f"n:{number % 7}", str(number), keep_s=60.0)
        assert await book.kept(5.0)
        assert sorted((await book.read("n:")).values(), key=int) == [str(number) for number in range(493, 500)]
        assert 50_000 < await reader.pttl(f"{PREFIX}n:0") <= 60_000


async def test_notes_wait_while_redis_is_away_and_are_kept_when_it_is_back(redis_server: RedisServer) -> None:
    async with notebook(redis_server) as book:
        redis_server.kill()
        book.note("callback:a", "one")
        assert not await book.kept(0.2)
        assert await book.read("callback:") == {}
        redis_server.start()
        assert await book.kept(10.0)
        assert await book.read("callback:") == {"a": "one"}


async def test_notes_not_kept_yet_are_written_at_the_end(redis_server: RedisServer, reader: Redis) -> None:
    book = RedisNotebook(redis_server.url, PREFIX)
    book.note("callback:a", "one")
    await book.close()
    assert await reader.get(f"{PREFIX}callback:a") == "one"


async def test_a_prefix_with_letters_that_patterns_use_finds_its_own_notes_only(
    redis_server: RedisServer, reader: Redis
) -> None:
    await reader.set("ab:callback:x", "not ours")
    async with notebook(redis_server, "a*:") as book:
        book.note("callback:y", "ours")
        assert await book.kept(5.0)
        assert await book.read("callback:") == {"y": "ours"}


async def test_the_documented_rights_of_the_writer_suffice(redis_server: RedisServer, reader: Redis) -> None:
    document = (Path(__file__).parents[2] / "docs" / "redis-contract.md").read_text(encoding="utf-8")
    (rule,) = [line for line in document.splitlines() if line.startswith("ACL SETUSER centralita-writer ")]
    await reader.execute_command(*rule.split())  # type: ignore[no-untyped-call]
    book = RedisNotebook(redis_server.url.replace("//", "//centralita-writer:CHANGE-ME@"), PREFIX)
    book.note("callback:a", "one", keep_s=60.0)
    book.note("callback:b", None)
    await book.close()
    later = RedisNotebook(redis_server.url.replace("//", "//centralita-writer:CHANGE-ME@"), PREFIX)
    assert await later.read("callback:") == {"a": "one"}
    await later.close()

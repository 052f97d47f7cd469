"""Notes in Redis: kept at once, read by the next life, not lost while Redis is away, and never waited for longer than said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from ari_app.adapters import redis_notes
from ari_app.adapters.redis_lease import RedisLease
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


async def test_a_life_that_takes_over_looks_through_redis_once(redis_server: RedisServer, reader: Redis) -> None:
    async with notebook(redis_server) as first:
        for number in range(3):
            first.note(f"callback:{number}", str(number))
            first.note(f"ear:{number}", str(number))
        assert await first.kept(5.0)
    second = RedisNotebook(redis_server.url, PREFIX)
    await second.take_over()
    await reader.config_resetstat()
    assert await second.read("callback:") == {"0": "0", "1": "1", "2": "2"}
    assert await second.read("ear:") == {"0": "0", "1": "1", "2": "2"}
    assert await second.read("nothing:") == {}
    assert "cmdstat_scan" not in await reader.info("commandstats")
    await second.close()


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
        assert await book.read("callback:") == {"a": "one"}
        assert await book.read("other:") == {}
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
    lease = RedisLease(redis_server.url.replace("//", "//centralita-writer:CHANGE-ME@"), PREFIX, "a", 3.0)
    assert await lease.take()
    assert await lease.renew()
    await lease.aclose()
    fenced = RedisNotebook(
        redis_server.url.replace("//", "//centralita-writer:CHANGE-ME@"), PREFIX, lambda: lease.fence
    )
    fenced.note("caller:c", "three")
    await fenced.close()
    assert await reader.get(f"{PREFIX}caller:c") == "three"
    later = RedisNotebook(redis_server.url.replace("//", "//centralita-writer:CHANGE-ME@"), PREFIX)
    assert await later.read("callback:") == {"a": "one"}
    await later.close()


async def test_a_redis_that_comes_back_without_its_last_writes_is_told_them_again(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with notebook(redis_server) as book:
        book.note("callback:stands", "one")
        book.note("callback:done", "two")
        book.note("last_operator:x", "1009", keep_s=60.0)
        book.note("callback:done", None)
        assert await book.kept(3.0)
        await reader.flushall()
        await reader.set(f"{PREFIX}callback:done", "two")  # as the replica knew it
        book.write_again()
        assert await book.kept(3.0)
        assert await reader.get(f"{PREFIX}callback:stands") == "one"
        assert await reader.get(f"{PREFIX}callback:done") is None
        assert 0 < await reader.pttl(f"{PREFIX}last_operator:x") <= 60_000


async def test_what_an_earlier_life_noted_is_told_again_too(redis_server: RedisServer, reader: Redis) -> None:
    await reader.set(f"{PREFIX}callback:earlier", "one")
    async with notebook(redis_server) as book:
        await book.read("callback:")
        await reader.flushall()
        book.write_again()
        assert await book.kept(3.0)
        assert await reader.get(f"{PREFIX}callback:earlier") == "one"


async def test_what_was_struck_out_is_not_known_for_ever(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_notes, "STRUCK_OUT_KNOWN_S", 0.0)
    async with notebook(redis_server) as book:
        for call in range(100):
            book.note(f"caller:{call}", "here")
            book.note(f"caller:{call}", None)
        assert await book.kept(3.0)
        book.note("caller:last", "here")
        assert (len(book._held), len(book._struck_out)) == (1, 0)

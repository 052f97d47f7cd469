"""The lease on a real Redis: one leads, epochs grow, and what an earlier leader writes is refused."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.crc import key_slot

from ari_app.adapters.process_name import is_dead_here, own_name
from ari_app.adapters.redis_lease import RedisLease
from ari_app.adapters.redis_link import Fenced, RedisLink
from ari_app.adapters.redis_notes import RedisNotebook
from ari_app.leadership import Away
from tests.contract.redis_server import RedisServer

PREFIX = "centralita:v1:"
TTL_S = 0.3


@asynccontextmanager
async def leases(url: str, *names: str, prefix: str = PREFIX) -> AsyncIterator[list[RedisLease]]:
    made = [RedisLease(url, prefix, name, TTL_S, lambda holder: holder == "dead") for name in names]
    try:
        yield made
    finally:
        for lease in made:
            await lease.aclose()


async def test_the_first_leads_and_the_next_one_only_when_the_lease_has_run_out(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with leases(redis_server.url, "a", "b") as (a, b):
        assert await a.take()
        assert not await b.take()
        assert (a.epoch, b.epoch, b.held_by) == (1, 0, "a")
        while not await b.take():
            await asyncio.sleep(0.01)
        assert b.epoch == 2
        assert not await a.renew()
        assert await reader.get(f"{PREFIX}epoch") == "2"


async def test_a_lease_that_is_renewed_is_not_taken_and_one_that_is_given_back_is(redis_server: RedisServer) -> None:
    async with leases(redis_server.url, "a", "b") as (a, b):
        assert await a.take()
        for _ in range(8):
            await asyncio.sleep(TTL_S / 4)
            assert await a.renew()
            assert not await b.take()
        await a.release()
        assert await b.take()


async def test_the_lease_of_the_dead_is_not_waited_for(redis_server: RedisServer) -> None:
    async with leases(redis_server.url, "dead", "b") as (dead, b):
        assert await dead.take()
        assert await b.take()
        assert b.epoch == 2
        assert not await dead.renew()


async def test_a_lease_that_ran_out_or_was_forgotten_is_the_leaders_again_if_nobody_took_it(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with leases(redis_server.url, "a", "b") as (a, b):
        assert await a.take()
        await reader.delete(f"{PREFIX}lease")
        assert await a.renew()
        await reader.flushall()
        assert await a.renew()
        assert await reader.get(f"{PREFIX}epoch") == "1"
        assert not await b.take()


async def test_a_failover_that_lost_the_newest_leader_leaves_it_leading_and_not_the_one_before(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with leases(redis_server.url, "a", "b") as (a, b):
        assert await a.take()
        before = {name: await reader.get(f"{PREFIX}{name}") for name in ("epoch", "leader")}
        await a.release()
        assert await b.take()
        await reader.delete(f"{PREFIX}lease")
        for name, value in before.items():
            await reader.set(f"{PREFIX}{name}", str(value))  # as the replica knew it a second ago
        assert await b.renew()
        assert not await a.renew()
        assert await reader.get(f"{PREFIX}epoch") == "2"


async def test_what_an_earlier_leader_writes_is_refused_whole(redis_server: RedisServer, reader: Redis) -> None:
    link = RedisLink(redis_server.url, 1.0)
    async with leases(redis_server.url, "a", "b") as (a, b):
        assert await a.take()
        assert a.fence is not None
        await link.transact_if(a.fence, [("SET", f"{PREFIX}x", "ours"), ("HSET", f"{PREFIX}h", "ñ", '"\r\n\ud800')])
        assert await reader.get(f"{PREFIX}x") == "ours"
        assert await reader.hget(f"{PREFIX}h", "ñ") == '"\r\n?'
        await a.release()
        assert await b.take()
        with pytest.raises(Fenced):
            await link.transact_if(a.fence, [("SET", f"{PREFIX}x", "stale"), ("INCR", f"{PREFIX}y")])
        assert (await reader.get(f"{PREFIX}x"), await reader.get(f"{PREFIX}y")) == ("ours", None)
    await link.aclose()


async def test_a_note_waits_for_the_lease_and_that_of_an_earlier_leader_is_never_kept(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with leases(redis_server.url, "a", "b") as (a, b):
        book = RedisNotebook(redis_server.url, PREFIX, lambda: a.fence)
        writing = asyncio.ensure_future(book.run())
        book.note("callback:one", "first")
        assert not await book.kept(0.1)
        assert await a.take()
        assert await book.kept(3.0)
        await a.release()
        assert await b.take()
        book.note("callback:one", "stale")
        assert not await book.kept(0.2)
        assert await reader.get(f"{PREFIX}callback:one") == "first"
        writing.cancel()
        await book.close()


async def test_with_a_hash_tag_in_the_prefix_every_key_of_the_scripts_is_in_one_slot_of_a_cluster(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with leases(redis_server.url, "a", prefix="{centralita}:v1:") as (a,):
        assert await a.take()
        keys = await reader.keys("*")
        assert len(keys) == 3
        assert len({key_slot(str(key).encode()) for key in keys}) == 1


async def test_a_redis_that_is_away_is_told_apart_from_a_lease_that_another_holds() -> None:
    async with leases("redis://127.0.0.1:1/0", "a") as (a,):
        with pytest.raises(Away):
            await a.take()


def test_a_process_of_this_machine_is_dead_only_when_it_is() -> None:
    assert not is_dead_here(own_name())
    code = "from ari_app.adapters.process_name import own_name; print(own_name())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert is_dead_here(told.stdout.strip())


def test_of_a_process_elsewhere_nothing_is_known() -> None:
    name = own_name()
    assert not is_dead_here(f"other-{name}")
    assert not is_dead_here("nonsense")
    assert not is_dead_here("")


def test_a_number_that_another_process_has_by_now_is_not_the_same_process() -> None:
    where, _, _ = own_name().rpartition("-")
    assert is_dead_here(f"{where}-1")
    assert Path(f"/proc/{os.getpid()}").exists()

"""Does the console's board show what the engine's own shows, however Redis and the controller come and go? On a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from redis.asyncio import Redis

from ari_app.board import StatusBoard
from ari_app.clock import SystemClock
from ari_app.contract import CentreInForce, StatusEvent
from console.mirror import Mirror
from tests.adapters.conftest import reader, redis_server
from tests.adapters.redis_life import PREFIX, Life, living
from tests.contract.centre import ANA, CALL, SOPORTE, STARTED, steps_of_a_call
from tests.contract.redis_server import RedisServer

__all__ = ["reader", "redis_server"]


@asynccontextmanager
async def mirror_of(url: str) -> AsyncIterator[Mirror]:
    mirror = Mirror(url, PREFIX, SystemClock())
    task = asyncio.ensure_future(mirror.run())
    try:
        yield mirror
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def shown(board: StatusBoard) -> Any:
    up = {id_: call for id_, call in board.calls.items() if call.stage != "ended"}
    return board.queues, board.operators, up


async def same(mirror: Mirror, life: Life) -> None:
    async with asyncio.timeout(20):
        while shown(mirror.board) != shown(life.board) or mirror.board.seq != life.board.seq:
            await asyncio.sleep(0.01)


async def test_every_step_of_a_call_is_mirrored_and_told_in_order(redis_server: RedisServer) -> None:
    async with living(redis_server.url) as life, mirror_of(redis_server.url) as mirror:
        told: list[StatusEvent] = []
        life.board.put_operator(replace(ANA, serves=("soporte", "ventas"), productive=True))
        await same(mirror, life)
        mirror.board.add_sink(told.append)
        begun = life.board.seq
        for _ in steps_of_a_call(life.board):
            await same(mirror, life)
        assert [event.seq for event in told] == list(range(begun + 1, life.board.seq + 1))
        assert mirror.board.epoch == told[-1].epoch > 0
        assert mirror.keeper.here


async def test_whoever_begins_later_reads_what_stands_there(redis_server: RedisServer) -> None:
    async with living(redis_server.url) as life:
        life.board.put_queue(replace(SOPORTE, closed=True, sl2=0.5))
        life.board.put_operator(replace(ANA, reason="a, b", until=None, wish="paused"))
        life.board.put_call(
            replace(CALL, stage="talking", shown={"name": "Ana"}, supervised={"2001": "barge"}, held=True)
        )
        await life.settled()
        async with mirror_of(redis_server.url) as mirror:
            await same(mirror, life)


async def test_changes_that_were_missed_are_read_anew_and_the_pages_told(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with living(redis_server.url) as life, mirror_of(redis_server.url) as mirror:
        life.board.put_queue(SOPORTE)
        await same(mirror, life)
        missed = 0

        def count() -> None:
            nonlocal missed
            missed += 1

        mirror.missed = count
        life.board._seq += 3  # three changes that never reached the stream
        life.board.put_operator(ANA)
        await same(mirror, life)
        assert missed == 1


async def test_what_a_newer_version_tells_besides_is_passed_over(redis_server: RedisServer, reader: Redis) -> None:
    async with living(redis_server.url) as life, mirror_of(redis_server.url) as mirror:
        life.board.put_queue(SOPORTE)
        await same(mirror, life)
        mirror.missed = lambda: told.append("missed")
        told: list[str] = []
        epoch, seq = mirror.board.epoch, mirror.board.seq + 1
        entry = {"epoch": str(epoch), "seq": str(seq), "at": STARTED, "type": "weather.changed", "body": "{}"}
        await reader.xadd(f"{PREFIX}events", entry)  # type: ignore[arg-type]
        life.board._seq = seq
        life.board.put_operator(ANA)
        await same(mirror, life)
        assert told == []


async def test_a_redis_that_was_away_and_lost_everything_is_followed_again(redis_server: RedisServer) -> None:
    async with living(redis_server.url) as life, mirror_of(redis_server.url) as mirror:
        life.board.put_operator(ANA)
        await same(mirror, life)
        redis_server.kill()
        async with asyncio.timeout(20):
            while mirror.keeper.wrong is None:
                await asyncio.sleep(0.02)
        redis_server.start()
        life.board.put_operator(replace(ANA, state="ready"))
        await same(mirror, life)
        assert mirror.keeper.here


async def test_nobody_keeps_it_true_once_the_controller_is_gone(redis_server: RedisServer) -> None:
    async with mirror_of(redis_server.url) as mirror:
        async with living(redis_server.url) as life:
            life.board.put_operator(ANA)
            await same(mirror, life)
        async with asyncio.timeout(20):
            while mirror.keeper.here:
                await asyncio.sleep(0.02)
        assert mirror.keeper.wrong is None
        assert mirror.board.operators == {"1005": ANA}


async def test_with_which_files_the_controller_leads_is_known_within_its_next_beat(redis_server: RedisServer) -> None:
    before, after = CentreInForce("0123456789abcdef", STARTED), CentreInForce("fedcba9876543210", STARTED)
    told, pages = [before], list[object]()
    async with living(redis_server.url, centre=lambda: told[-1]) as life, mirror_of(redis_server.url) as mirror:
        life.board.put_operator(ANA)
        await same(mirror, life)
        await _leads_with(mirror, before)
        mirror.keeper_changed = lambda keeper: pages.append(keeper.as_json()["centre"])
        told.append(after)
        await _leads_with(mirror, after)
        assert pages == [after.version], "a page has read the older files, and asks anew"


async def _leads_with(mirror: Mirror, centre: CentreInForce) -> None:
    async with asyncio.timeout(20):
        while mirror.keeper.centre != centre:
            await asyncio.sleep(0.02)

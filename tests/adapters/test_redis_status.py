"""Does Redis show the centre truly from a controller's start to its end, and to those who may read only? A real redis-server."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError
from structlog.testing import capture_logs

from ari_app.adapters.redis_clients import BadRedisUrl
from ari_app.adapters.redis_memory import DayCounts
from ari_app.adapters.redis_status import RedisStatus
from ari_app.contract import EarlierOperator
from tests.adapters.redis_life import PREFIX, Life, living, message, seqs, until_away
from tests.contract.centre import ANA, CALL, SOPORTE, STARTED, steps_of_a_call
from tests.contract.checks import violations
from tests.contract.reader import read_everything
from tests.contract.redis_server import RedisServer


async def test_the_stream_is_trimmed_to_about_its_cap(redis_server: RedisServer, reader: Redis) -> None:
    async with living(redis_server.url, events_cap=200) as life:
        for number in range(2000):
            life.board.put_operator(replace(ANA, reason=str(number)))
            if number % 100 == 0:
                await life.settled()
        await life.settled()
        written = [seq for _, seq in await seqs(reader)]
        assert 200 <= len(written) < 400
        assert written == list(range(2001 - len(written), 2001))


async def test_calls_operators_and_queues_of_an_earlier_life_do_not_stay_as_ghosts(
    redis_server: RedisServer, reader: Redis
) -> None:
    earlier = Life(redis_server.url)
    await earlier.begin()
    for step in steps_of_a_call(earlier.board):
        if step == "talking":
            break
    earlier.board.put_queue(replace(SOPORTE, name="ventas"))
    await earlier.settled()
    await earlier.vanish()
    async with living(redis_server.url) as life:
        life.board.put_queue(SOPORTE)
        life.board.put_operator(replace(ANA, code="1006"))
        await life.settled()
        reading = await read_everything(reader)
        assert violations(reading) == []
        assert (reading["queues"], reading["operators"], reading["calls"]) == (["soporte"], ["1006"], [])
        for ghost in ("call:call-1", "operator:1005", "queue:ventas"):
            assert not await reader.exists(PREFIX + ghost)


async def test_a_life_too_short_to_write_still_leaves_no_ghosts_of_an_earlier_one(
    redis_server: RedisServer, reader: Redis
) -> None:
    earlier = Life(redis_server.url)
    await earlier.begin()
    earlier.board.put_call(replace(CALL, stage="talking"))
    await earlier.settled()
    await earlier.vanish()
    short = Life(redis_server.url)
    await short.status.start()
    await short.stop()
    assert await reader.smembers(PREFIX + "calls") == set()
    assert not await reader.exists(PREFIX + "call:call-1")


async def test_an_ended_call_leaves_the_set_and_its_hash_expires(redis_server: RedisServer, reader: Redis) -> None:
    async with living(redis_server.url) as life:
        list(steps_of_a_call(life.board))
        await life.settled()
        assert await reader.smembers(PREFIX + "calls") == set()
        assert await reader.hget(PREFIX + "call:call-1", "end_reason") == "caller_hung_up"
        assert 3500 < await reader.ttl(PREFIX + "call:call-1") <= 3600


async def test_a_clean_stop_writes_what_is_left_and_takes_back_the_controller(
    redis_server: RedisServer, reader: Redis
) -> None:
    life = Life(redis_server.url)
    await life.begin()
    await life.settled()
    assert await reader.hget(PREFIX + "controller", "pid") == str(os.getpid())
    life.board.put_operator(ANA)
    await life.stop()
    assert await reader.hget(PREFIX + "operator:1005", "state") == "logged_out"
    assert await seqs(reader) == [(1, 1)]
    assert not await reader.exists(PREFIX + "controller")


CONTROLLER = """
import asyncio, sys
from ari_app.adapters.redis_status import RedisStatus
from ari_app.board import StatusBoard

async def live():
    board = StatusBoard(lambda: 1_790_000_000.0)
    status = RedisStatus(board, sys.argv[1], "2026-11-24T04:12:33.123Z", controller_ttl_s=0.5)
    await status.start()
    await status.run()

asyncio.run(live())
"""


async def test_the_controller_key_is_refreshed_while_it_lives_and_expires_after_kill_9(
    redis_server: RedisServer, reader: Redis
) -> None:
    await reader.config_set("notify-keyspace-events", "Kgx")
    async with reader.pubsub() as watch:
        await watch.subscribe(f"__keyspace@0__:{PREFIX}controller")
        await message(watch, "subscribe")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CONTROLLER, redis_server.url, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL
        )
        try:
            for _ in range(4):  # 0.6 s, longer than the key would live unrefreshed
                assert await message(watch, "message") == "expire"
            assert await reader.hget(PREFIX + "controller", "pid") == str(process.pid)
        finally:
            process.kill()
            await process.wait()
        while (change := await message(watch, "message")) == "expire":
            pass
        assert change == "expired"
        assert not await reader.exists(PREFIX + "controller")


async def test_a_superseded_controller_goes_quiet_and_leaves_the_newer_one_alone(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with AsyncExitStack() as lives:
        older = await lives.enter_async_context(living(redis_server.url, controller_ttl_s=0.5))
        await older.settled()
        newer = await lives.enter_async_context(living(redis_server.url))
        newer.board.put_operator(ANA)
        await newer.settled()
        await until_away(older)
        assert older.status.wrong is not None
        assert "newer controller" in older.status.wrong
        older.board.put_operator(replace(ANA, state="talking"))
        await older.stop()
        assert await reader.hget(PREFIX + "operator:1005", "state") == "logged_out"
        assert await reader.hget(PREFIX + "controller", "epoch") == "2"


async def test_counts_of_the_same_day_are_read_back_and_others_are_not(redis_server: RedisServer) -> None:
    counted = replace(SOPORTE, offered=9, answered=6, abandoned=2, answered_in_sl=5, abandoned_in_sl=1, sl2=0.75)
    async with living(redis_server.url) as life:
        life.board.put_queue(counted)
        life.board.put_queue(replace(counted, name="ventas", day="2026-11-23"))
        await life.settled()
    next_life = Life(redis_server.url)
    assert await next_life.status.start() == 2
    counts = await next_life.status.load_counts("2026-11-24")
    await next_life.stop()
    assert counts == {"soporte": DayCounts(offered=9, answered=6, abandoned=2, answered_in_sl=5, abandoned_in_sl=1)}


async def test_operators_are_read_back_with_their_state_reason_and_queues(redis_server: RedisServer) -> None:
    async with living(redis_server.url) as life:
        for number in range(400):  # more than are read at once
            life.board.put_operator(replace(ANA, code=str(number), state="ready"))
        life.board.put_operator(
            replace(ANA, code="1005", state="paused", reason="café", serves=("ventas", "soporte"), forced_by="2001")
        )
        await life.settled()
    next_life = Life(redis_server.url)
    operators = await next_life.status.load_operators()
    await next_life.stop()
    assert len(operators) == 401
    assert operators["0"] == EarlierOperator("ready", None, ())
    assert operators["1005"] == EarlierOperator("paused", "café", ("ventas", "soporte"), "2001")


async def test_a_password_is_never_logged(redis_server: RedisServer) -> None:
    life = Life(redis_server.url.replace("//", "//someone:hunter2@"))
    with capture_logs() as logs:
        assert await life.status.start() == 0
        await life.stop()
    assert "AuthenticationError" in str(logs)
    assert "hunter2" not in str(logs)
    for bad in ("redis://:hunter2@host:notaport/0", "http://:hunter2@host"):
        with pytest.raises(BadRedisUrl) as refused:
            RedisStatus(life.board, bad, STARTED)
        assert "hunter2" not in f"{refused.value!r} {refused.value.__context__ and refused.value.__suppress_context__}"


async def test_the_documented_access_rules_suffice_and_readers_cannot_write(
    redis_server: RedisServer, reader: Redis
) -> None:
    document = (Path(__file__).parents[2] / "docs" / "redis-contract.md").read_text(encoding="utf-8")
    for line in document.splitlines():
        if line.startswith("ACL SETUSER "):
            await reader.execute_command(*line.split())  # type: ignore[no-untyped-call]
    async with living(redis_server.url.replace("//", "//centralita-writer:CHANGE-ME@")) as life:
        list(steps_of_a_call(life.board))
        await life.settled()
        least = Redis.from_url(redis_server.url.replace("//", "//centralita-reader:CHANGE-ME@"), decode_responses=True)
        try:
            assert violations(await read_everything(least)) == []
            noted = ("GET", PREFIX + "callback:20261124-042201-0000000a")
            for command in (("DEL", PREFIX + "queues"), ("KEYS", "*"), ("GET", "other"), ("FLUSHALL",), noted):
                with pytest.raises(NoPermissionError):
                    await least.execute_command(*command)  # type: ignore[no-untyped-call]
        finally:
            await least.aclose()

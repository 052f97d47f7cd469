"""Does Redis show the centre truly after Redis was away, empty, hanging or silent? A real one is killed and comes back."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from ari_app.adapters.redis_link import AWAY, RedisLink
from tests.adapters.redis_life import PREFIX, Deaf, Life, living, message, seqs, until_away
from tests.contract.centre import ANA, CALL, steps_of_a_call
from tests.contract.checks import violations
from tests.contract.reader import read_everything
from tests.contract.redis_server import RedisServer


async def test_a_redis_killed_and_come_back_empty_gets_everything_again_in_order(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with living(redis_server.url, controller_ttl_s=0.5) as life:
        steps = steps_of_a_call(life.board)
        for step in steps:
            if step == "waiting":
                break
        await life.settled()
        redis_server.kill()
        assert next(steps) == "ringing"
        await until_away(life)
        assert next(steps) == "talking"
        redis_server.start()
        await life.settled()
        assert violations(await read_everything(reader)) == []
        assert await reader.hget(PREFIX + "operator:1005", "state") == "talking"
        assert await reader.get(PREFIX + "epoch") == "1"
        assert [seq for _, seq in await seqs(reader)] == [8, 9, 10, 11, 12, 13]  # the others died with Redis


async def test_a_redis_that_was_emptied_without_a_disconnect_is_filled_again(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with living(redis_server.url, controller_ttl_s=0.5) as life:
        life.board.put_operator(ANA)
        await life.settled()
        await reader.config_set("notify-keyspace-events", "Ks")
        async with reader.pubsub() as watch:
            await watch.subscribe(f"__keyspace@0__:{PREFIX}operators")
            await message(watch, "subscribe")
            await reader.flushall()
            await message(watch, "message")
        await life.settled()
        assert violations(await read_everything(reader)) == []
        assert await reader.smembers(PREFIX + "operators") == {"1005"}


async def test_a_lost_answer_does_not_write_events_twice(redis_server: RedisServer, reader: Redis) -> None:
    async with Deaf.between(redis_server.port) as deaf, living(deaf.url, deadline_s=5) as life:
        life.board.put_operator(ANA)
        await life.settled()
        deaf.swallow_answers()
        life.board.put_operator(replace(ANA, state="ready"))
        await until_away(life)
        life.board.put_operator(replace(ANA, state="paused"))
        await life.settled()
        assert await seqs(reader) == [(1, 1), (1, 2), (1, 3)]
        assert deaf.swallowed


async def test_a_redis_that_hangs_holds_nobody_up_and_gets_everything_when_it_goes_on(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with living(redis_server.url) as life:
        await life.settled()
        assert redis_server._process is not None
        redis_server._process.send_signal(signal.SIGSTOP)
        try:
            for number in range(1000):
                life.board.put_operator(replace(ANA, reason=str(number)))
            await until_away(life)
        finally:
            redis_server._process.send_signal(signal.SIGCONT)
        await life.settled()
        assert [seq for _, seq in await seqs(reader)] == list(range(1, 1001))
        assert await reader.hget(PREFIX + "operator:1005", "reason") == "999"


async def test_an_answer_that_came_too_late_is_not_taken_for_the_next_commands(redis_server: RedisServer) -> None:
    link = RedisLink(redis_server.url, deadline_s=0.1)
    assert await link.ask("ECHO", "first") == "first"
    assert redis_server._process is not None
    redis_server._process.send_signal(signal.SIGSTOP)
    with pytest.raises(AWAY):
        await link.ask("ECHO", "late")
    redis_server._process.send_signal(signal.SIGCONT)
    assert await link.ask("ECHO", "next") == "next"
    await link.aclose()


async def test_a_stop_during_a_flush_whose_fate_is_unknown_leaves_redis_right(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with Deaf.between(redis_server.port) as deaf:
        life = Life(deaf.url, deadline_s=5)
        await life.begin()
        life.board.put_operator(ANA)
        await life.settled()
        deaf.hold_answers()
        life.board.put_operator(replace(ANA, state="ready"))
        async with asyncio.timeout(10):
            await deaf.held.wait()  # Redis did it, and we shall not be told
        await life.stop()
    assert await reader.hget(PREFIX + "operator:1005", "state") == "ready"
    assert await seqs(reader) == [(1, 1), (1, 2)]


async def test_events_that_do_not_fit_while_redis_is_away_are_counted_in_one_record(
    redis_server: RedisServer, reader: Redis
) -> None:
    redis_server.kill()
    async with living(redis_server.url, events_cap=10) as life:
        for number in range(25):
            life.board.put_operator(replace(ANA, reason=str(number)))
        redis_server.start()
        await life.settled()
        reading = await read_everything(reader)
        assert violations(reading) == []
        assert reading["events"][0]["type"] == "events.lost"
        assert reading["events"][0]["body"] == '{"lost":15,"first_seq":1,"last_seq":15}'
        assert len(reading["events"]) == 11


async def test_a_redis_that_is_away_at_the_start_gives_the_epoch_at_first_contact(
    redis_server: RedisServer, reader: Redis
) -> None:
    redis_server.kill()
    async with living(redis_server.url) as life:
        assert life.board.epoch == 0
        life.board.put_operator(ANA)
        redis_server.start()
        await life.settled()
        assert life.board.epoch == 1
        life.board.put_operator(replace(ANA, state="ready"))
        await life.settled()
        assert await seqs(reader) == [(1, 1), (1, 2)]


async def test_a_call_that_ended_and_was_forgotten_during_an_outage_is_shown_as_ended(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with living(redis_server.url) as life:
        life.board.put_call(replace(CALL, stage="talking"))
        await life.settled()
        await reader.client_kill_filter(_type="normal", skipme=True)
        life.board.put_call(replace(CALL, stage="ended"))
        life.board.forget_ended_calls(keep=0)
        await life.settled()
        assert await reader.smembers(PREFIX + "calls") == set()
        assert await reader.hget(PREFIX + "call:call-1", "stage") == "ended"
        assert await reader.ttl(PREFIX + "call:call-1") > 3500


async def test_a_stop_without_redis_ends_within_its_deadline(redis_server: RedisServer) -> None:
    life = Life(redis_server.url)
    await life.begin()
    await life.settled()
    redis_server.kill()
    life.board.put_operator(ANA)
    with capture_logs() as logs:
        async with asyncio.timeout(5):
            await life.stop()
    assert [entry["event"] for entry in logs][-1] == "redis_final_flush_failed"


async def test_counts_cannot_be_read_while_redis_is_away_and_nothing_fails(redis_server: RedisServer) -> None:
    redis_server.kill()
    life = Life(redis_server.url)
    assert await life.status.start() == 0
    assert await life.status.load_counts("2026-11-24") == {}
    assert await life.status.load_operators() == {}
    await life.stop()

"""Does Redis show the centre truly, whatever becomes of Redis or of us? A real redis-server that is killed and comes back."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import NoPermissionError
from structlog.testing import capture_logs

from ari_app.adapters.redis_link import AWAY, BadRedisUrl, RedisLink
from ari_app.adapters.redis_memory import DayCounts
from ari_app.adapters.redis_status import RedisStatus
from ari_app.board import StatusBoard
from tests.contract.centre import ANA, CALL, SOPORTE, STARTED, steps_of_a_call
from tests.contract.checks import violations
from tests.contract.reader import read_everything
from tests.contract.redis_server import RedisServer

PREFIX = "centralita:v1:"
NOW = 1_790_000_000.5


class WatchedStatus(RedisStatus):
    """The status as it is, and an event that tells when it found Redis away."""

    def __init__(self, board: StatusBoard, url: str, **options: Any) -> None:
        super().__init__(board, url, STARTED, **options)
        self.found_away = asyncio.Event()

    def _note_away(self, error: BaseException) -> None:
        super()._note_away(error)
        self.found_away.set()


class Life:
    """One life of a controller: its board, its status, and the writer until ``stop`` or ``vanish``."""

    def __init__(self, url: str, **options: float) -> None:
        self.board = StatusBoard(lambda: NOW)
        self.status = WatchedStatus(self.board, url, **{"deadline_s": 0.3} | options)
        self.board.add_sink(self.status.sink)
        self._writing: asyncio.Future[None] | None = None

    async def begin(self) -> None:
        await self.status.start()
        self._writing = asyncio.ensure_future(self.status.run())

    async def vanish(self) -> None:
        """As ``kill -9`` would: nothing is written any more."""
        if self._writing is not None:
            self._writing.cancel()
            with suppress(asyncio.CancelledError):
                await self._writing
        await self.status._link.aclose()

    async def stop(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            with suppress(asyncio.CancelledError):
                await self._writing
        await self.status.close()

    async def settled(self) -> None:
        async with asyncio.timeout(15):
            await self.status.settled()


@asynccontextmanager
async def living(url: str, **options: float) -> AsyncIterator[Life]:
    life = Life(url, **options)
    await life.begin()
    try:
        yield life
    finally:
        await life.stop()


async def _until_away(life: Life) -> None:
    """The writer notices within a refresh."""
    async with asyncio.timeout(10):
        await life.status.found_away.wait()


async def _seqs(reader: Redis) -> list[tuple[int, int]]:
    entries: Any = await reader.xrange(PREFIX + "events")
    return [(int(entry["epoch"]), int(entry["seq"])) for _, entry in entries]


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
        await _until_away(life)
        assert next(steps) == "talking"
        redis_server.start()
        await life.settled()
        assert violations(await read_everything(reader)) == []
        assert await reader.hget(PREFIX + "operator:1005", "state") == "talking"
        assert await reader.get(PREFIX + "epoch") == "1"
        assert [seq for _, seq in await _seqs(reader)] == [8, 9, 10, 11, 12, 13]  # the others died with Redis


async def test_a_redis_that_was_emptied_without_a_disconnect_is_filled_again(
    redis_server: RedisServer, reader: Redis
) -> None:
    async with living(redis_server.url, controller_ttl_s=0.5) as life:
        life.board.put_operator(ANA)
        await life.settled()
        await reader.config_set("notify-keyspace-events", "Ks")
        async with reader.pubsub() as watch:
            await watch.subscribe(f"__keyspace@0__:{PREFIX}operators")
            await _message(watch, "subscribe")
            await reader.flushall()
            await _message(watch, "message")
        await life.settled()
        assert violations(await read_everything(reader)) == []
        assert await reader.smembers(PREFIX + "operators") == {"1005"}


async def _message(watch: PubSub, kind: str) -> str:
    async with asyncio.timeout(10):
        async for message in watch.listen():
            if message["type"] == kind:
                return str(message["data"])
    raise AssertionError("the subscription ended")


async def test_a_lost_answer_does_not_write_events_twice(redis_server: RedisServer, reader: Redis) -> None:
    async with Deaf.between(redis_server.port) as deaf, living(deaf.url, deadline_s=5) as life:
        life.board.put_operator(ANA)
        await life.settled()
        deaf.swallow_answers()
        life.board.put_operator(replace(ANA, state="ready"))
        await _until_away(life)
        life.board.put_operator(replace(ANA, state="paused"))
        await life.settled()
        assert await _seqs(reader) == [(1, 1), (1, 2), (1, 3)]
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
            await _until_away(life)
        finally:
            redis_server._process.send_signal(signal.SIGCONT)
        await life.settled()
        assert [seq for _, seq in await _seqs(reader)] == list(range(1, 1001))
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
    assert await _seqs(reader) == [(1, 1), (1, 2)]


async def test_the_stream_is_trimmed_to_about_its_cap(redis_server: RedisServer, reader: Redis) -> None:
    async with living(redis_server.url, events_cap=200) as life:
        for number in range(2000):
            life.board.put_operator(replace(ANA, reason=str(number)))
            if number % 100 == 0:
                await life.settled()
        await life.settled()
        seqs = [seq for _, seq in await _seqs(reader)]
        assert 200 <= len(seqs) < 400
        assert seqs == list(range(2001 - len(seqs), 2001))


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
        assert await _seqs(reader) == [(1, 1), (1, 2)]


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
    assert await _seqs(reader) == [(1, 1)]
    assert not await reader.exists(PREFIX + "controller")


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
        await _message(watch, "subscribe")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CONTROLLER, redis_server.url, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL
        )
        try:
            for _ in range(4):  # 0.6 s, longer than the key would live unrefreshed
                assert await _message(watch, "message") == "expire"
            assert await reader.hget(PREFIX + "controller", "pid") == str(process.pid)
        finally:
            process.kill()
            await process.wait()
        while (change := await _message(watch, "message")) == "expire":
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
        await _until_away(older)
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


async def test_operators_are_read_back_with_their_state_and_reason(redis_server: RedisServer) -> None:
    async with living(redis_server.url) as life:
        for number in range(400):  # more than are read at once
            life.board.put_operator(replace(ANA, code=str(number), state="ready"))
        life.board.put_operator(replace(ANA, code="1005", state="paused", reason="café"))
        await life.settled()
    next_life = Life(redis_server.url)
    operators = await next_life.status.load_operators()
    await next_life.stop()
    assert len(operators) == 401
    assert (operators["0"], operators["1005"]) == (("ready", None), ("paused", "café"))


async def test_counts_cannot_be_read_while_redis_is_away_and_nothing_fails(redis_server: RedisServer) -> None:
    redis_server.kill()
    life = Life(redis_server.url)
    assert await life.status.start() == 0
    assert await life.status.load_counts("2026-11-24") == {}
    assert await life.status.load_operators() == {}
    await life.stop()


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
            for command in (("DEL", PREFIX + "queues"), ("KEYS", "*"), ("GET", "other"), ("FLUSHALL",)):
                with pytest.raises(NoPermissionError):
                    await least.execute_command(*command)  # type: ignore[no-untyped-call]
        finally:
            await least.aclose()


class Deaf:
    """A TCP relay to Redis that can carry one request over and lose its answer, or keep it back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._swallow = False
        self._hold = False
        self.swallowed = 0
        self.held = asyncio.Event()
        self.url = ""

    @classmethod
    @asynccontextmanager
    async def between(cls, port: int) -> AsyncIterator[Deaf]:
        deaf = cls(port)
        server = await asyncio.start_server(deaf._relay, "127.0.0.1", 0)
        deaf.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
        async with server:
            yield deaf

    def swallow_answers(self) -> None:
        """Lose the next answer, and the connection with it."""
        self._swallow = True

    def hold_answers(self) -> None:
        """Keep the next answer back, and set ``held``; a later connection gets its answers."""
        self._hold = True

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._copy(reader, to_writer))
                group.create_task(self._answer(to_reader, writer))
        except* ConnectionError:
            pass
        finally:
            writer.close()
            to_writer.close()

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while chunk := await source.read(65536):
            target.write(chunk)
        raise ConnectionResetError

    async def _answer(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while chunk := await source.read(65536):
            if self._swallow:
                self._swallow = False
                self.swallowed += len(chunk)
                raise ConnectionResetError
            if self._hold:
                self._hold = False
                self.held.set()
                await asyncio.Event().wait()
            target.write(chunk)
        raise ConnectionResetError

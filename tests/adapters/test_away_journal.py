"""What Redis has not been told outlives the controller, too: bounded, sealed, for the next one that leads and nobody else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from redis.asyncio import Redis
from structlog.testing import capture_logs

from ari_app.adapters.away_file import AwayFile, Kept
from ari_app.adapters.away_journal import AwayJournal
from ari_app.adapters.own_seal import OwnSeal
from ari_app.adapters.redis_memory import StatusMemory
from ari_app.adapters.redis_notes import RedisNotebook
from ari_app.adapters.redis_status import RedisStatus
from ari_app.board import StatusBoard
from tests.contract.centre import ANA, SOPORTE
from tests.contract.redis_server import RedisServer

PREFIX = "centralita:v1:"
NUMBER = "600111222"


class Life:
    """A controller's notebook and its journal."""

    def __init__(self, folder: Path, url: str, name: str, led_last: Collection[str], room: int) -> None:
        self.file = AwayFile(folder / "away.jsonl", OwnSeal(folder / "keys" / "notes.key"), room)
        self.journal = AwayJournal("notes", self.file, lambda: f"{name} 7", lambda: led_last)
        self.book = RedisNotebook(url, PREFIX, deadline_s=0.5, journal=self.journal)

    async def ends(self) -> None:
        """Redis is not there to be told anything; the journal has what was noted."""
        await self.book.close()
        await self.journal.close()


@asynccontextmanager
async def life(
    folder: Path, server: RedisServer, name: str, led_last: Collection[str] = (), room: int = 1024**2
) -> AsyncIterator[Life]:
    one = Life(folder, server.url, name, led_last, room)
    await one.book.take_over()
    tasks = [asyncio.create_task(work) for work in (one.book.run(), one.journal.run())]
    try:
        yield one
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await one.ends()


async def noticed_away(one: Life) -> None:
    """Wait until the notebook has found that nothing can be written."""
    async with asyncio.timeout(10):
        while not one.book.away:
            await asyncio.sleep(0.01)


async def test_what_was_noted_before_and_while_redis_is_away_is_known_to_the_next_life_and_told_to_an_empty_redis(
    redis_server: RedisServer, reader: Redis, tmp_path: Path
) -> None:
    async with life(tmp_path, redis_server, "a") as first:
        first.book.note("caller:stands", "before")
        first.book.note("caller:moves", "before")
        first.book.note("caller:leaves", "before")
        assert await first.book.kept(5)
        assert not first.file.path.exists()
        redis_server.kill()
        first.book.note("caller:moves", "after", keep_s=600.0)
        await noticed_away(first)
        first.book.note("caller:leaves", None)
        first.book.note("caller:comes", "after")
    assert first.file.path.exists()
    expected = {"stands": "before", "moves": "after", "comes": "after"}
    async with life(tmp_path, redis_server, "b", {"a"}) as second:  # Redis is still away
        assert await second.book.read("caller:") == expected
        second.book.note("caller:comes", "later")
    async with life(tmp_path, redis_server, "c", {"b"}) as third:
        redis_server.start()
        assert await third.book.kept(10)
        assert await third.book.read("caller:") == expected | {"comes": "later"}
        assert 500_000 < await reader.pttl(f"{PREFIX}caller:moves") <= 600_000
    assert not first.file.path.exists(), "Redis has been told"


async def test_a_redis_that_comes_back_with_what_it_had_before_counts_less(
    redis_server: RedisServer, reader: Redis, tmp_path: Path
) -> None:
    async with life(tmp_path, redis_server, "a") as first:
        redis_server.kill()
        first.book.note("caller:moves", "after")
        first.book.note("caller:leaves", None)
        await noticed_away(first)
    redis_server.start()
    await reader.mset({f"{PREFIX}caller:{call}": "before" for call in ("moves", "leaves", "stands")})
    async with life(tmp_path, redis_server, "b", {"a"}) as second:
        assert await second.book.read("caller:") == {"moves": "after", "stands": "before"}


async def test_the_journal_of_one_after_whom_another_led_is_out_of_date(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with life(tmp_path, redis_server, "a") as first:
        redis_server.kill()
        first.book.note("callback:x", "to be made")
        await noticed_away(first)
    with capture_logs() as logs:
        async with life(tmp_path, redis_server, "c", {"b"}) as third:
            assert await third.book.read("callback:") == {}
    assert [(log["by"], log["led_since"]) for log in logs if log["event"] == "away_journal_is_stale"] == [
        ("a 7", ["b"])
    ]


async def test_what_a_frozen_leader_adds_when_it_wakes_counts_for_nobody(tmp_path: Path) -> None:
    async with AsyncExitStack() as open_:
        frozen, second = (AwayFile(tmp_path / "away.jsonl", OwnSeal(tmp_path / "notes.key")) for _ in range(2))
        open_.callback(frozen.close)
        open_.callback(second.close)
        frozen.write_whole("a 5", {"caller:x": Kept("waits")})
        assert second.take_over("b 6", ["a"]) == {"caller:x": Kept("waits")}
        second.add("b 6", {"caller:x": Kept("talks")})
        frozen.add("a 5", {"caller:x": Kept("waits"), "caller:y": Kept(None)})
        second.add("b 6", {"caller:z": Kept("waits")})
    assert AwayFile(tmp_path / "away.jsonl", OwnSeal(tmp_path / "notes.key")).take_over("c 7", ["b"]) == {
        "caller:x": Kept("talks"),
        "caller:z": Kept("waits"),
    }


async def test_a_line_that_a_crash_tore_off_or_that_was_changed_spoils_no_other(tmp_path: Path) -> None:
    path, seal = tmp_path / "away.jsonl", OwnSeal(tmp_path / "notes.key")
    file = AwayFile(path, seal)
    file.write_whole("a 5", {"first": Kept("1")})
    for number in range(2, 5):
        file.add("a 5", {f"key{number}": Kept(str(number), until=9e9)})
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2][:-60] + lines[2][-56:]
    path.write_bytes(b"".join(lines)[:-20])
    again = AwayFile(path, seal)
    assert again.take_over("b 6", ["a"]) == {"first": Kept("1"), "key3": Kept("3", 9e9)}
    again.add("b 6", {"key5": Kept("5")})
    assert set(AwayFile(path, seal).take_over("c 7", ["b"])) == {"first", "key3", "key5"}


async def test_others_can_read_neither_the_file_nor_a_number_in_it(redis_server: RedisServer, tmp_path: Path) -> None:
    async with life(tmp_path, redis_server, "a") as first:
        redis_server.kill()
        first.book.note("callback:x", f'{{"caller": "{NUMBER}"}}')
        await noticed_away(first)
        first.book.note("callback:y", f'{{"caller": "{NUMBER}"}}')
    assert NUMBER not in first.file.path.read_text(encoding="utf-8")
    assert [os.stat(file).st_mode & 0o077 for file in (first.file.path, tmp_path / "keys" / "notes.key")] == [0, 0]


async def test_the_file_is_bounded_and_the_oldest_notes_are_the_first_to_go(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    with capture_logs() as logs:
        async with life(tmp_path, redis_server, "a", room=200_000) as first:
            redis_server.kill()
            first.book.note("n:first", "x")
            await noticed_away(first)
            for number in range(3_000):
                first.book.note(f"n:{number}", f"{number:01000}")
        first.file.write_whole("a 7", first.journal.whole())
        first.file.write_whole("a 7", first.journal.whole())
    assert len([log for log in logs if log["event"] == "away_journal_is_full"]) == 1, "said once"
    assert first.file.path.stat().st_size <= 201_000
    async with life(tmp_path, redis_server, "b", {"a"}) as second:
        known = await second.book.read("n:")
    assert "2999" in known
    assert "first" not in known


async def test_what_changes_again_and_again_does_not_make_the_file_grow(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with life(tmp_path, redis_server, "a") as first:
        redis_server.kill()
        first.book.note("caller:x", "0")
        await noticed_away(first)
        for number in range(5_000):
            first.book.note("caller:x", f"{number:01000}")
            if number % 500 == 0:
                await asyncio.sleep(0)
    assert first.file.path.stat().st_size < 2_500_000
    async with life(tmp_path, redis_server, "b", {"a"}) as second:
        assert int((await second.book.read("caller:"))["x"]) == 4_999


async def test_a_disk_that_takes_nothing_is_said_once_and_has_all_when_it_takes_it_again(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    with capture_logs() as logs:
        async with life(tmp_path, redis_server, "a") as first:
            first.file.path.mkdir()  # nothing can be written there
            redis_server.kill()
            for number in range(50):
                first.book.note(f"n:{number}", "x")
            await noticed_away(first)
            async with asyncio.timeout(10):
                while first.journal.wrong is None:
                    await asyncio.sleep(0.01)
            first.book.note("n:50", "x")
            first.file.path.rmdir()
            async with asyncio.timeout(10):
                while first.journal.wrong is not None:
                    await asyncio.sleep(0.01)
    assert len([log for log in logs if log["event"] == "notes_cannot_be_written"]) == 1
    async with life(tmp_path, redis_server, "b", {"a"}) as second:
        assert len(await second.book.read("n:")) == 51


async def test_operators_and_counts_that_changed_while_redis_was_away_are_those_of_the_next_life(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    def status(name: str, led_last: Collection[str]) -> tuple[RedisStatus, StatusBoard, AwayJournal]:
        file = AwayFile(tmp_path / "status.jsonl", OwnSeal(tmp_path / "notes.key"))
        board, journal = StatusBoard(lambda: 0.0), AwayJournal("status", file, lambda: f"{name} 1", lambda: led_last)
        return (
            RedisStatus(board, redis_server.url, "now", deadline_s=0.5, memory=StatusMemory(board, journal)),
            board,
            journal,
        )

    first, board, journal = status("a", ())
    await first.start()
    board.add_sink(first.sink)
    tasks = [asyncio.create_task(work) for work in (first.run(), journal.run())]
    board.put_operator(ANA)
    board.put_queue(SOPORTE)
    await first.settled()
    redis_server.kill()
    first.went_away()
    async with asyncio.timeout(10):
        while first.wrong is None:
            await asyncio.sleep(0.01)
    board.put_operator(replace(ANA, state="paused", reason="lunch", call=None, queue=None))
    board.put_queue(replace(SOPORTE, offered=SOPORTE.offered + 3))
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await first.close()
    await journal.close()
    second, _, _ = status("b", {"a"})
    assert await second.start() == 0
    operators = await second.load_operators()
    assert (operators[ANA.code].state, operators[ANA.code].reason) == ("paused", "lunch")
    counts = await second.load_counts(SOPORTE.day)
    assert counts[SOPORTE.name].offered == SOPORTE.offered + 3
    await second.close()


async def test_a_state_that_comes_again_when_redis_goes_away_again_is_written_again(tmp_path: Path) -> None:
    file = AwayFile(tmp_path / "status.jsonl", OwnSeal(tmp_path / "notes.key"))
    board, journal = StatusBoard(lambda: 0.0), AwayJournal("status", file, lambda: "a 1")
    memory = StatusMemory(board, journal)
    board.add_sink(lambda event: memory.note(event.body))
    for _ in range(2):
        board.put_operator(replace(ANA, state="ready"))
        memory.begin()
        board.put_operator(replace(ANA, state="paused"))
        await journal.close()
        assert '"paused"' in (file.read().notes[f"operator:{ANA.code}"].text or "")
        memory.end()

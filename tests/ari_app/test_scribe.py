"""Whoever notes never waits: not for a slow disk, not for a full one; and what was lost is counted where it is missing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from ari_app.scribe import BATCH, Lost, Scribe


class Paper:
    """A disk that can stall (``go`` cleared) or refuse."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.began = threading.Event()
        self.full = False
        self.written: list[int | Lost] = []
        self.batches: list[int] = []

    def write(self, batch: Sequence[int | Lost]) -> int:
        self.began.set()
        assert self.go.wait(30)
        if self.full:
            raise OSError(28, "No space left on device")
        self.written += batch
        self.batches.append(len(batch))
        return len(batch)


async def until_written(paper: Paper, number: int) -> None:
    while len(paper.written) < number:
        await asyncio.sleep(0.01)


async def test_what_is_noted_is_written_in_order_and_in_batches() -> None:
    paper = Paper()
    scribe = Scribe("test", paper.write)
    running = asyncio.create_task(scribe.run())
    for number in range(2 * BATCH + 1):
        scribe.note(number)
    await until_written(paper, 2 * BATCH + 1)
    running.cancel()
    await scribe.close()
    assert paper.written == list(range(2 * BATCH + 1))
    assert paper.batches == [BATCH, BATCH, 1]


async def test_while_the_disk_stalls_notes_gather_up_to_the_cap_and_the_lost_are_counted_where_they_are_missing() -> (
    None
):
    paper = Paper()
    scribe: Scribe[int] = Scribe("test", paper.write, cap=3)
    running = asyncio.create_task(scribe.run())
    paper.go.clear()
    scribe.note(0)
    await asyncio.to_thread(paper.began.wait, 30)
    for number in range(1, 8):
        scribe.note(number)
    assert scribe.lost == 5
    paper.go.set()
    await until_written(paper, 3)
    scribe.note(8)
    await until_written(paper, 5)
    running.cancel()
    await scribe.close()
    assert paper.written == [0, 1, 2, Lost(5), 8]
    assert scribe.wrong == "5 events were lost while the disk took none"


async def test_a_disk_that_refuses_is_told_and_tried_again_without_losing_anything() -> None:
    paper = Paper()
    scribe: Scribe[int] = Scribe("test", paper.write)
    running = asyncio.create_task(scribe.run())
    paper.full = True
    scribe.note(1)
    while scribe.wrong is None:
        await asyncio.sleep(0.01)
    assert "No space left" in scribe.wrong
    scribe.note(2)
    paper.full = False
    await until_written(paper, 2)
    assert (paper.written, scribe.lost) == ([1, 2], 0)
    running.cancel()
    await scribe.close()
    assert scribe.wrong is None


async def test_at_the_end_everything_noted_is_written_once_even_what_was_being_written() -> None:
    paper = Paper()
    scribe: Scribe[int] = Scribe("test", paper.write)
    running = asyncio.create_task(scribe.run())
    paper.go.clear()
    scribe.note(1)
    await asyncio.to_thread(paper.began.wait, 30)
    running.cancel()
    scribe.note(2)
    closing = asyncio.create_task(scribe.close())
    paper.go.set()
    await closing
    assert paper.written == [1, 2]


async def test_a_disk_that_refuses_does_not_keep_the_controller_from_ending() -> None:
    paper = Paper()
    paper.full = True
    scribe: Scribe[int] = Scribe("test", paper.write)
    scribe.note(1)
    await scribe.close()
    assert paper.written == []

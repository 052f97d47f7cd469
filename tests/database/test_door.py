"""How is the library's door watched? Off the calls' loop, ever more seldom, with one line in the log for each change."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from ari_app.adapters.library_door import LibraryDoor
from ari_app.adapters.library_parts import OpenLibrary
from recordings.record import CatalogueAway


class Opened:
    """A library whose database is there or not."""

    def __init__(self) -> None:
        self.there = True
        self.has_tables = True
        self.migrated = 0
        self.closed = False
        self.threads = set[int]()
        self.database = self

    def has_our_tables(self) -> bool:
        self.threads.add(threading.get_ident())
        if not self.there:
            raise CatalogueAway("the database is away")
        return self.has_tables

    def migrate(self) -> None:
        self.migrated += 1
        self.has_tables = True

    def close(self) -> None:
        self.closed = True


class Watched:
    """A door whose pauses end when the test says so."""

    def __init__(self, opens: Callable[[], Opened]) -> None:
        self.pauses: list[float] = []
        self._next = asyncio.Semaphore(0)
        self._asleep = asyncio.Semaphore(0)
        self.door = LibraryDoor(lambda: cast(OpenLibrary, opens()), self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self._asleep.release()
        await self._next.acquire()

    async def looked(self) -> None:
        """Until it has looked and pauses."""
        await asyncio.wait_for(self._asleep.acquire(), 30)

    def go_on(self) -> None:
        """End the pause."""
        self._next.release()


async def test_pauses_grow_while_it_is_away_and_each_change_is_one_line_in_the_log() -> None:
    opened, there = Opened(), False

    def opens() -> Opened:
        if not there:
            raise CatalogueAway("the disk is gone")
        return opened

    watched = Watched(opens)
    with capture_logs() as logs:
        running = asyncio.create_task(watched.door.run())
        for _ in range(9):
            await watched.looked()
            watched.go_on()
        await watched.looked()
        with pytest.raises(CatalogueAway, match="the disk is gone"):
            watched.door.library()
        there = True
        watched.go_on()
        await watched.looked()
        assert (watched.door.up, watched.door.wrong) == (True, None)
        opened.there = False
        for _ in range(2):
            watched.go_on()
            await watched.looked()
        assert watched.door.wrong == "the database is away"
        opened.there = True
        watched.go_on()
        await watched.looked()
        running.cancel()
        await watched.door.close()
    growing = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 30.0]
    assert watched.pauses == [*growing, 5.0, 0.5, 1.0, 5.0]
    assert [line["event"] for line in logs] == ["database_away", "database_there"] * 2
    assert opened.closed


async def test_whoever_opens_and_looks_is_no_thread_of_the_calls() -> None:
    opened, openers = Opened(), list[int]()

    def opens() -> Opened:
        openers.append(threading.get_ident())
        return opened

    watched = Watched(opens)
    running = asyncio.create_task(watched.door.run())
    for _ in range(2):
        await watched.looked()
        watched.go_on()
    await watched.looked()
    running.cancel()
    await watched.door.close()
    assert threading.get_ident() not in {*openers, *opened.threads}
    assert len(openers) == 1


async def test_whoever_finds_it_away_has_it_looked_at_at_once() -> None:
    opened = Opened()
    watched = Watched(lambda: opened)
    running = asyncio.create_task(watched.door.run())
    await watched.looked()
    opened.there = False
    watched.door.doubt()
    await watched.looked()
    assert watched.door.wrong is not None
    running.cancel()
    await watched.door.close()


async def test_tables_that_are_gone_are_made_anew() -> None:
    opened = Opened()
    watched = Watched(lambda: opened)
    running = asyncio.create_task(watched.door.run())
    await watched.looked()
    opened.has_tables = False
    watched.go_on()
    await watched.looked()
    assert (opened.migrated, watched.door.up) == (1, True)
    running.cancel()
    await watched.door.close()


async def test_a_library_whose_settings_are_wrong_or_whose_driver_is_not_here_is_away_and_says_why() -> None:
    failures: list[Any] = [ValueError("the URL is none"), ModuleNotFoundError("no psycopg here")]

    def opens() -> Opened:
        raise failures[0]

    watched = Watched(opens)
    running = asyncio.create_task(watched.door.run())
    await watched.looked()
    assert watched.door.wrong == "the URL is none"
    failures.pop(0)
    watched.go_on()
    await watched.looked()
    assert watched.door.wrong == "ModuleNotFoundError: no psycopg here"
    running.cancel()
    await watched.door.close()


async def test_requests_wait_while_it_is_opened_for_the_first_time_and_only_then() -> None:
    opened, go = Opened(), threading.Event()

    def opens() -> Opened:
        assert go.wait(30)
        return opened

    watched = Watched(opens)
    running = asyncio.create_task(watched.door.run())
    request = asyncio.create_task(watched.door.settled())
    with pytest.raises(CatalogueAway, match="is being opened"):
        watched.door.library()
    assert watched.door.wrong is None
    assert not request.done()
    go.set()
    await asyncio.wait_for(request, 30)
    assert watched.door.opened() is cast(OpenLibrary, opened)
    running.cancel()
    await watched.door.close()

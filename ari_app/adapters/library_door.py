"""Is the library open? It is opened beside the calls, watched, and opened again, for as long as the controller lives.

Its database may be away, locked or only readable, at the start and at any time after it. Nothing waits for it then: whoever
needs it is told at once, and all goes on by itself when it is back. What is imported for it is heavy: the thread does that, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import structlog

from recordings.record import CatalogueAway

if TYPE_CHECKING:
    from ari_app.adapters.http_library import Library
    from ari_app.adapters.library_parts import OpenLibrary

log = structlog.get_logger(__name__)
PROBE_EVERY_S: Final = 5.0
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
LATE_S: Final = 8.0
SETTLED_WITHIN_S: Final = 10.0
OPENING: Final = "the library is being opened"


class LibraryDoor:
    """``open_`` opens the library: blocking; raises OSError, or ValueError for settings that cannot be used. ``sleep`` is the
    clock's; ``begin`` is awaited before the first time."""

    def __init__(
        self,
        open_: Callable[[], OpenLibrary],
        sleep: Callable[[float], Awaitable[None]],
        begin: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._open = open_
        self._sleep = sleep
        self._begin = begin
        self._thread = ThreadPoolExecutor(1, "library-door")
        self._looking: asyncio.Future[None] | None = None
        self._opened: OpenLibrary | None = None
        self._tried = asyncio.Event()
        self._is_open = asyncio.Event()
        self._doubted = asyncio.Event()
        self.wrong: str | None = None

    @property
    def up(self) -> bool:
        """Is it open, as far as is known?"""
        return self._is_open.is_set()

    def opened(self) -> OpenLibrary:
        """Its parts. Raises CatalogueAway while it is not open."""
        if self._opened is None or not self._is_open.is_set():
            raise CatalogueAway(self.wrong or OPENING)
        return self._opened

    def library(self) -> Library:
        """What the API needs of it. Raises CatalogueAway."""
        return self.opened().library

    async def settled(self) -> None:
        """Wait until it has been tried to open it once, but not for long: then it is known, at least, how it stands."""
        if not self._tried.is_set():
            try:
                async with asyncio.timeout(SETTLED_WITHIN_S):
                    await self._tried.wait()
            except TimeoutError:
                return

    async def until_open(self) -> None:
        """Wait as long as it takes."""
        await self._is_open.wait()

    def doubt(self) -> None:
        """Somebody has found it away: look at once."""
        self._doubted.set()

    async def run(self) -> None:
        """Until cancelled: open it, and look whether it is still there."""
        if self._begin is not None:
            await self._begin()
        pause_s = FIRST_PAUSE_S
        while True:
            if await self._look():
                pause_s = FIRST_PAUSE_S
                await self._until_doubted(PROBE_EVERY_S)
            else:
                await self._sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def close(self) -> None:
        """Let go of it. Whatever hangs in the thread is not waited for."""
        if self._looking is not None:
            self._looking.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._opened is not None:
            self._opened.close()

    async def _look(self) -> bool:
        self._doubted.clear()
        if self._looking is None:
            self._looking = asyncio.get_running_loop().run_in_executor(self._thread, self._open_or_probe)
        await asyncio.wait([self._looking], timeout=LATE_S)
        if self._looking.done():
            looked, self._looking = self._looking, None
            self._found(looked)
        else:
            self._away(f"it has said nothing for {LATE_S:.0f} s")
        self._tried.set()
        return self._is_open.is_set()

    def _found(self, looked: asyncio.Future[None]) -> None:
        try:
            looked.result()
        except (OSError, ValueError) as away:
            self._away(str(away) or type(away).__name__)
        except Exception as unforeseen:  # e.g. a driver that is not installed; calls go on
            self._away(f"{type(unforeseen).__name__}: {unforeseen}")
        else:
            self._back()

    def _open_or_probe(self) -> None:
        """In the thread. Tables that are gone are made anew: the database may be another one now."""
        if self._opened is None:
            self._opened = self._open()
        elif not self._opened.database.has_our_tables():
            self._opened.database.migrate()

    async def _until_doubted(self, at_most_s: float) -> None:
        waiting = [asyncio.ensure_future(self._doubted.wait()), asyncio.ensure_future(self._sleep(at_most_s))]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    def _away(self, why: str) -> None:
        if self.wrong is None:
            log.error("database_away", why=why)
        self.wrong = why
        self._is_open.clear()

    def _back(self) -> None:
        if not self._is_open.is_set():
            log.info("database_there", after=self.wrong)
        self.wrong = None
        self._is_open.set()

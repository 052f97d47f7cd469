"""What does the controller do for recordings that are kept? It tells the library outcomes and acts, and removes what is over.

What it tells is written to a disk first and delivered from there, so it matters to nobody whether the database is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final

import structlog

from ari_app.adapters.http_database import DatabaseCollector
from ari_app.adapters.library_door import FIRST_PAUSE_S, LONGEST_PAUSE_S, LibraryDoor
from ari_app.adapters.spool_file import Spool
from ari_app.beside import beside
from ari_app.board import StatusBoard
from ari_app.clock import Clock
from ari_app.delivery import deliver
from ari_app.erasing import Eraser, Knows
from ari_app.new_ids import new_id
from ari_app.outcome_notes import OutcomeNotes
from ari_app.scribe import Lost, Scribe
from ari_app.settings import Settings, environment
from ari_app.spooled import Spoolable
from recordings.retention import RetentionRule

if TYPE_CHECKING:
    from ari_app.adapters.library_parts import OpenLibrary

log = structlog.get_logger(__name__)
SWEEP_EVERY_S: Final = 3600.0
AGAIN_S: Final = 60.0


class RecordingsPart:
    """The library and what feeds it. ``rules`` and ``operators_hear_own`` are those in force; ``begin`` is awaited before the
    library is opened, ``loaded`` is called once, when its code is there."""

    def __init__(
        self,
        settings: Settings,
        who: Callable[[str], str | None],
        clock: Clock,
        board: StatusBoard,
        erasers: Sequence[Eraser],
        knows: Sequence[Knows],
        rules: Callable[[], Sequence[RetentionRule]],
        operators_hear_own: Callable[[], bool],
        begin: Callable[[], Awaitable[None]] | None = None,
        loaded: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._code_is_loaded = False

        def open_() -> OpenLibrary:
            # SQLAlchemy, Alembic, numpy and the codecs: 0.75 s of a start that calls would wait for.
            from ari_app.adapters.library_parts import Places, open_library
            from ari_app.adapters.opus_file import as_mp3, as_wav

            if not self._code_is_loaded:
                self._code_is_loaded = True
                loaded()
            store, keys = settings.recordings_store_url, settings.identity_file
            return open_library(
                Places(settings.database, store, environment(settings.project), keys),
                settings.token_key,
                who,
                clock.now,
                erasers=erasers,
                knows=knows,
                transcoders={"mp3": as_mp3, "wav": as_wav},
                rules=rules,
                operators_hear_own=operators_hear_own,
            )

        self.door = LibraryDoor(open_, clock.sleep, begin)
        self.spool = Spool(settings.state / "spool" / "notes.jsonl", new_id, clock.now)
        self.notes = Scribe[Spoolable]("audit", self._spool, coalesce_s=0.0)
        self.metrics = DatabaseCollector(self.door, self.spool)
        self._loop = asyncio.get_running_loop()
        self._some_wait = asyncio.Event()
        self._undelivered: str | None = None
        board.add_sink(OutcomeNotes(self.notes.note, clock.now).sink)

    @property
    def wrong(self) -> str | None:
        """What is wrong with what is noted, in words; None when all is well. Whether the database is away, the door knows."""
        return self.notes.wrong or self.spool.wrong or self._undelivered

    async def run(self) -> None:
        """Until cancelled: write what is noted and deliver it, go on with erasures that were cut short, and remove what is over
        once an hour."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.door.run())
            group.create_task(self.notes.run())
            group.create_task(self._deliver())
            while True:
                await self.door.until_open()
                await self._clock.sleep(SWEEP_EVERY_S if await self._sweep() else AGAIN_S)

    def _spool(self, notes: Sequence[Spoolable | Lost]) -> int:
        """In a thread."""
        written = self.spool.write(notes)
        self._loop.call_soon_threadsafe(self._some_wait.set)
        return written

    async def _deliver(self) -> None:
        self._some_wait.set()  # an earlier life may have left some
        pause_s = FIRST_PAUSE_S
        while True:
            await self._some_wait.wait()
            await self.door.until_open()
            self._some_wait.clear()
            well = await self._deliver_some()
            if self.spool.waiting or not well:
                self._some_wait.set()
            if well:
                pause_s = FIRST_PAUSE_S
            else:
                await self._clock.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _deliver_some(self) -> bool:
        try:
            opened = self.door.opened()
            await beside(deliver, self.spool, opened.library.audit, opened.shelves)
        except OSError as away:
            self._not_delivered(str(away))
            self.door.doubt()
            return False
        except Exception as unforeseen:  # calls must not end for it
            self._not_delivered(f"{type(unforeseen).__name__}: {unforeseen}")
            return False
        self._undelivered = None
        return True

    def _not_delivered(self, why: str) -> None:
        if self._undelivered is None:
            log.error("spool_not_delivered", why=why, waiting=self.spool.waiting)
        self._undelivered = f"{self.spool.waiting} notes wait on the disk: {why}"

    async def _sweep(self) -> bool:
        """False when the catalogue or the store is away: then soon again."""
        try:
            opened = self.door.opened()
            await opened.library.erasing.resume()
            await beside(opened.removal.expire, self._clock.now())
        except OSError as away:
            log.warning("recordings_not_swept", why=str(away))
            return False
        return True

    async def close(self) -> None:
        """Write what is left, deliver it if that goes at once, and let go."""
        await self.notes.close()
        while self.spool.waiting and self.door.up and await self._deliver_some():
            pass
        await self.door.close()
        self.spool.close()

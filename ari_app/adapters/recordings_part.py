"""What does the controller do for recordings that are kept? It tells the library outcomes and acts, and removes what is over.

What it tells is written to a disk first and delivered from there, so it matters to nobody whether the database is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final

import structlog

from ari_app.adapters.http_database import DatabaseCollector
from ari_app.adapters.library_door import LibraryDoor
from ari_app.adapters.spool_delivery import SpoolDelivery
from ari_app.beside import beside
from ari_app.board import StatusBoard
from ari_app.clock import Clock
from ari_app.erasing import Eraser, Knows
from ari_app.outcome_notes import OutcomeNotes
from ari_app.settings import Settings, environment
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
        self.notes = SpoolDelivery("audit", settings.state / "spool" / "notes.jsonl", self.door, clock)
        self.spool = self.notes.spool
        self.metrics = DatabaseCollector(self.door, self.spool)
        board.add_sink(OutcomeNotes(self.notes.note, clock.now).sink)

    @property
    def wrong(self) -> str | None:
        """What is wrong with what is noted, in words; None when all is well. Whether the database is away, the door knows."""
        return self.notes.wrong

    async def run(self) -> None:
        """Until cancelled: write what is noted and deliver it, go on with erasures that were cut short, and remove what is over
        once an hour."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.door.run())
            group.create_task(self.notes.run())
            while True:
                await self.door.until_open()
                await self._clock.sleep(SWEEP_EVERY_S if await self._sweep() else AGAIN_S)

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
        await self.door.close()

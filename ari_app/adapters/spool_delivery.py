"""How does what is noted come into the database, whoever is away? Written to a disk first, and delivered from there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from ari_app.adapters.library_door import FIRST_PAUSE_S, LONGEST_PAUSE_S, LibraryDoor
from ari_app.adapters.spool_file import Spool
from ari_app.beside import beside
from ari_app.clock import Clock
from ari_app.delivery import deliver
from ari_app.new_ids import new_id
from ari_app.scribe import Lost, Scribe
from ari_app.spooled import Spoolable

if TYPE_CHECKING:
    from ari_app.adapters.library_parts import OpenLibrary

log = structlog.get_logger(__name__)


class SpoolDelivery:
    """The notes of one ``name``, spooled in the file ``path``. ``note`` at any time, ``run`` until cancelled, then ``close``."""

    def __init__(self, name: str, path: Path, door: LibraryDoor, clock: Clock) -> None:
        self._door = door
        self._clock = clock
        self.spool = Spool(path, new_id, clock.now)
        self._scribe = Scribe[Spoolable](name, self._spool, coalesce_s=0.0)
        self.note: Callable[[Spoolable], None] = self._scribe.note
        self._loop = asyncio.get_running_loop()
        self._some_wait = asyncio.Event()
        self._undelivered: str | None = None

    @property
    def wrong(self) -> str | None:
        """What is wrong with what is noted, in words; None when all is well. Whether the database is away, the door knows."""
        return self._scribe.wrong or self.spool.wrong or self._undelivered

    async def run(self) -> None:
        """Until cancelled: write what is noted, and deliver it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._scribe.run())
            group.create_task(self._deliver())

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
            await self._door.until_open()
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
            await beside(self._into, self._door.opened())
        except OSError as away:
            self._not_delivered(str(away))
            self._door.doubt()
            return False
        except Exception as unforeseen:  # calls must not end for it
            self._not_delivered(f"{type(unforeseen).__name__}: {unforeseen}")
            return False
        self._undelivered = None
        return True

    def _into(self, opened: OpenLibrary) -> None:
        deliver(self.spool, opened.library.audit, opened.shelves, opened.history)

    def _not_delivered(self, why: str) -> None:
        if self._undelivered is None:
            log.error("spool_not_delivered", why=why, waiting=self.spool.waiting)
        self._undelivered = f"{self.spool.waiting} notes wait on the disk: {why}"

    async def close(self) -> None:
        """Write what is left, deliver it if that goes at once, and let go. Close the door after it."""
        await self._scribe.close()
        while self.spool.waiting and self._door.up and await self._deliver_some():
            pass
        self.spool.close()

"""How is something written down for good without ever holding up a call? Noted in memory, written by a thread in batches.

Whoever notes never waits and never fails. While the disk stalls or refuses, notes gather up to ``cap``; those that come then
are lost, but counted, and ``Lost`` stands in their place, so that what is written says where something is missing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)
T = TypeVar("T")

COALESCE_S: Final = 0.1
RETRY_S: Final = 1.0
BATCH: Final = 500
"""Notes written at once: some milliseconds of work, so that the thread does not keep the interpreter from the calls."""


@dataclass(frozen=True, slots=True)
class Lost:
    """So many notes were lost here."""

    number: int


class Scribe(Generic[T]):
    """Writes what is noted, in order, by ``write``, which runs in a thread and returns how many of the notes given it wrote (1 at
    least), or raises OSError and has written none. ``name`` is for the log. ``coalesce_s``: how long the first note waits for
    others to be written with it; a kill of the process in that time loses them.

    Order of use: ``note`` at any time, ``run`` under supervision, ``close`` after ``run`` was cancelled. ``lost`` counts
    what was lost.
    """

    def __init__(
        self,
        name: str,
        write: Callable[[Sequence[T | Lost]], int],
        cap: int = 50_000,
        *,
        coalesce_s: float = COALESCE_S,
    ) -> None:
        self._name = name
        self._write = write
        self._cap = cap
        self._coalesce_s = coalesce_s
        self._noted: deque[T | Lost] = deque()
        self._untold = 0
        self._wake = asyncio.Event()
        self._job: asyncio.Future[int] | None = None
        self.lost = 0
        self._refused: str | None = None

    @property
    def wrong(self) -> str | None:
        """Why nothing can be written now, or that something was lost, in words; None when all is well."""
        return self._refused or (f"{self.lost} events were lost while the disk took none" if self.lost else None)

    def note(self, item: T) -> None:
        """Take it down: immediate, whatever the disk does."""
        if len(self._noted) >= self._cap:
            if not self._untold:
                log.error("notes_are_lost", name=self._name, unwritten=self._cap)
            self.lost += 1
            self._untold += 1
            return
        self._tell_lost()
        self._noted.append(item)
        self._wake.set()

    def _tell_lost(self) -> None:
        if self._untold:
            log.error("notes_were_lost", name=self._name, lost=self._untold)
            self._noted.append(Lost(self._untold))
            self._untold = 0

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(self._coalesce_s)
            self._wake.clear()
            due = len(self._noted)  # what is noted while the thread writes can wait for what comes after it
            while due > 0:
                written = await self._write_some()
                due -= written
                if not written:
                    await asyncio.sleep(RETRY_S)

    async def close(self) -> None:
        """Write what is left, if the disk lets it."""
        if self._job is not None:
            await asyncio.wait([self._job])
        self._tell_lost()
        while self._noted and await self._write_some():
            pass

    async def _write_some(self) -> int:
        """How many were written. Cancelled meanwhile, the thread still ends its batch; close() waits for it."""
        self._job = asyncio.ensure_future(asyncio.to_thread(self._try, list(islice(self._noted, BATCH))))
        well_before = self._refused is None
        written = await asyncio.shield(self._job)
        if not written and well_before:
            log.error("notes_cannot_be_written", name=self._name, why=self._refused)
        return written

    def _try(self, batch: Sequence[T | Lost]) -> int:
        try:
            written = self._write(batch)
        except OSError as refused:
            self._refused = str(refused)
            return 0
        for _ in range(written):
            self._noted.popleft()
        self._refused = None
        return written

"""What if the controller dies while Redis is away? What it has not been told stands in a file, and only meanwhile.

Noting costs the calls nothing: a Scribe's thread writes, some milliseconds later, and a disk that is full or slow is logged once
and tried again. Killed within these milliseconds, the controller loses what it noted in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from ari_app.adapters.away_file import AwayFile, Kept
from ari_app.scribe import Lost, Scribe

log = structlog.get_logger(__name__)
COALESCE_S: Final = 0.01
GROWS_CHARACTERS: Final = 1024**2
"""So much, or as much as there was, is added before the file is written whole again."""


@dataclass(frozen=True, slots=True)
class _Whole:
    notes: Mapping[str, Kept]


@dataclass(frozen=True, slots=True)
class _Changed:
    key: str
    kept: Kept


@dataclass(frozen=True, slots=True)
class _Over:
    """Redis has it all."""


_Step = _Whole | _Changed | _Over


class AwayJournal:
    """``by`` tells who we are, with the epoch; ``led_last`` who led before us, as far as is known; ``name`` is for the log.

    ``whole`` is set by whoever keeps notes in it: all that counts now, the oldest first. Order of use: ``take_over`` once,
    ``begin`` and ``add`` and ``end`` at any time, ``run`` under supervision, ``close`` after it was cancelled.
    """

    def __init__(
        self, name: str, file: AwayFile, by: Callable[[], str], led_last: Callable[[], Collection[str]] = tuple
    ) -> None:
        self.whole: Callable[[], Mapping[str, Kept]] = dict
        self._file = file
        self._by = by
        self._led_last = led_last
        self._scribe = Scribe[_Step](name, self._write, coalesce_s=COALESCE_S)
        self._begun = False
        self._goes_on = False
        self._room = 0
        self._lost = 0

    @property
    def wrong(self) -> str | None:
        """Why it cannot be written, in words; None when all is well."""
        return self._scribe.wrong

    @property
    def writes(self) -> bool:
        """Whether there is something that Redis has not been told."""
        return self._begun or self._goes_on

    async def take_over(self) -> dict[str, Kept]:
        """What an earlier life could not tell Redis any more. Redis is to be told by us, and then ``end`` is due."""
        try:
            found = await asyncio.to_thread(self._file.take_over, self._by(), self._led_last())
        except OSError as unreadable:
            log.error("away_journal_not_read", file=self._file.path.name, why=str(unreadable))
            return {}
        if found:
            log.info("away_journal_found", file=self._file.path.name, notes=len(found))
        self._goes_on = bool(found)
        return found

    def begin(self) -> None:
        """Redis is away: all that it should hold is written down, unless that has been done."""
        if not self._begun:
            self._write_whole()

    def add(self, key: str, kept: Kept) -> None:
        """``key`` is to hold something else; nothing to do while Redis is there."""
        if not self.writes:
            return
        self._room -= len(key) + len(kept.text or "")
        if (self._begun and self._room < 0) or self._scribe.lost != self._lost:
            self._write_whole()
        else:
            self._scribe.note(_Changed(key, kept))

    def end(self) -> None:
        """Redis has been told everything."""
        if self.writes:
            self._begun = self._goes_on = False
            self._scribe.note(_Over())

    async def run(self) -> None:
        """Write until cancelled."""
        await self._scribe.run()

    async def close(self) -> None:
        """Write what is left, if the disk lets it."""
        await self._scribe.close()
        self._file.close()

    def _write_whole(self) -> None:
        notes = dict(self.whole())
        self._begun, self._lost = True, self._scribe.lost
        self._room = max(GROWS_CHARACTERS, sum(len(key) + len(kept.text or "") for key, kept in notes.items()))
        self._scribe.note(_Whole(notes))

    def _write(self, steps: Sequence[_Step | Lost]) -> int:
        """In a thread. What comes before all was written anew, or was over, does not matter any more. Raises OSError."""
        last = max((at for at, step in enumerate(steps) if isinstance(step, _Whole | _Over)), default=None)
        if last is not None:
            match steps[last]:
                case _Whole(notes):
                    self._file.write_whole(self._by(), notes)
                case _:
                    self._file.remove()
        changed = {
            step.key: step.kept for step in steps[0 if last is None else last + 1 :] if isinstance(step, _Changed)
        }
        if changed:
            self._file.add(self._by(), changed)
        return len(steps)

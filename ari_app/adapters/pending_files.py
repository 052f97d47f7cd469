"""Which files of one customer still wait to be stored, and how are they removed? Those whose call has ended, the notes last.

The notes beside a recording tell whose it is; while they do not end, somebody still writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from recordings.certificate import Erased, Remained
from recordings.names import CALL_ID
from recordings.notes import BadNotes, Began, Ended, Note, from_lines

log = structlog.get_logger(__name__)
FOLDERS: Final = ("raw", "work")
NOTES: Final = ".notes"


class PendingFiles:
    """Eraser and Knows of the recordings folder."""

    name = "pending recordings"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def calls_of(self, who: str) -> Iterable[str]:
        """See Knows."""
        return await asyncio.to_thread(lambda: set(self._calls_of(who)))

    async def erase(self, who: str, calls: frozenset[str]) -> Erased:
        """See Eraser."""
        return await asyncio.to_thread(self._erase, who, calls)

    def _calls_of(self, who: str) -> Iterator[str]:
        for notes in sorted((self._folder / "raw").glob(f"*{NOTES}")):
            began = next((note for note in _read(notes) if isinstance(note, Began)), None)
            if began is not None and began.caller_who == who:
                yield began.call

    def _erase(self, who: str, calls: frozenset[str]) -> Erased:
        removed, remained = 0, []
        for call in sorted({*calls, *self._calls_of(who)}):
            if not CALL_ID.fullmatch(call):
                continue
            if any(_goes_on(notes) for notes in (self._folder / "raw").glob(f"{call}*{NOTES}")):
                remained.append(Remained(call, "the call goes on"))
                continue
            for file in self._files_of(call):
                file.unlink(missing_ok=True)
                removed += 1
        return Erased(removed, "files that waited to be stored", tuple(remained))

    def _files_of(self, call: str) -> list[Path]:
        """The notes last: until then, whose the rest is can be told."""
        places = [self._folder / name for name in FOLDERS] + [self._folder / day for day in _days(call)]
        files = [file for place in places for file in place.glob(f"{call}*") if file.is_symlink() or file.is_file()]
        return sorted(files, key=lambda file: (file.suffix == NOTES, file.name))


def _days(call: str) -> Iterator[str]:
    """Where an earlier version kept finished recordings: by the day of their start, which may be the day after the call's."""
    began = datetime.strptime(call[:8], "%Y%m%d").replace(tzinfo=UTC)
    for day in (began, began + timedelta(days=1)):
        yield day.strftime("%Y/%m/%d")


def _goes_on(notes: Path) -> bool:
    """Unless it ends, or cannot be read at all."""
    try:
        read = from_lines(notes.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return not any(isinstance(note, Ended) for note in read)


def _read(notes: Path) -> list[Note]:
    try:
        return from_lines(notes.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, BadNotes) as unreadable:
        log.warning("notes_not_readable", file=notes.name, why=str(unreadable))
        return []

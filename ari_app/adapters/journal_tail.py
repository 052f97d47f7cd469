"""What is new in the journal since it was last read, and which rows of the history does it make?

The journal is the history's own spool: it is on the disk before anything else knows of it, in order, and up to where it has been
entered stands in the very transaction that entered it. So a controller that is killed anywhere loses nothing and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from ari_app.adapters.journal_files import SUFFIX
from queues.history_rows import HistoryRows, Row
from queues.journal import BadJournal, Header, fact_in

log = structlog.get_logger(__name__)
LINES: Final = 200
"""Read at once: some milliseconds of work."""


@dataclass(frozen=True, slots=True)
class Position:
    """Up to byte ``place`` of the journal's file ``file`` everything is in the tables."""

    file: str
    place: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and where it comes from: which life and file, at which byte, and which of the rows of that line."""

    source: str
    place: int
    piece: int
    row: Row


@dataclass(frozen=True, slots=True)
class Read:
    """Some rows (there may be none), and up to where the journal has been read with them."""

    rows: list[Placed]
    upto: Position


class JournalTail:
    """Reads the journals in ``folder``, one file after the other. Blocking; one thread at a time. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fold = HistoryRows()
        self._life = ""
        self._at: Position | None = None

    def stand_at(self, position: Position | None) -> Iterator[None]:
        """Go on from there, knowing what went on then; yields now and then, so that others get on.

        What goes on is found by reading again that file and the one before it: what has gone on for more than a day is not known.
        """
        self._fold, self._life, self._at = HistoryRows(), "", None
        if position is None:
            return
        if self._size(position.file) < position.place:
            log.error("journal_is_another", file=position.file)
            self._at = Position(position.file, 0)
            return
        for name in [one for one in self._files() if one <= position.file][-2:]:
            upto = position.place if name == position.file else None
            for number, (place, line) in enumerate(self._lines(name, 0)):
                if upto is not None and place >= upto:
                    break
                self._rows(name, place, line)
                if number % 100 == 0:
                    yield
        self._at = position

    def read(self, lines: int) -> Read | None:
        """The next so many lines at most; None when there is nothing new."""
        names = self._files()
        if self._at is None:
            if not names:
                return None
            self._at = Position(names[0], 0)
        here, later = self._at, [name for name in names if name > self._at.file]
        rows: list[Placed] = []
        number, upto = 0, here.place
        for place, line in self._lines(here.file, here.place):
            rows += self._rows(here.file, place, line)
            number, upto = number + 1, place + len(line)
            if number == lines:
                break
        if number:
            self._at = Position(here.file, upto)
        elif later:  # it was there before this one had been read to its end, and whoever writes it has left this one
            self._at = Position(later[0], 0)
        else:
            return None
        return Read(rows, self._at)

    def _rows(self, name: str, place: int, line: bytes) -> list[Placed]:
        where = f"{name} at byte {place}"
        try:
            found = fact_in(line.decode(), where)
        except (BadJournal, UnicodeDecodeError) as bad:
            log.warning("journal_line_left_out", why=str(bad), where=where)
            return []
        if found is None:
            return []
        if isinstance(found, Header):
            self._life = found.life
        made = self._fold.begin(found) if isinstance(found, Header) else self._fold.take(found)
        source = f"{self._life}/{name.removesuffix(SUFFIX)}"[-64:]
        return [Placed(source, place, piece, row) for piece, row in enumerate(made)]

    def _files(self) -> list[str]:
        return sorted(path.name for path in self._folder.glob(f"????-??-??{SUFFIX}"))

    def _size(self, name: str) -> int:
        try:
            return (self._folder / name).stat().st_size
        except FileNotFoundError:
            return 0

    def _lines(self, name: str, place: int) -> Iterator[tuple[int, bytes]]:
        """Whole lines, each with the byte at which it begins; a file that is gone has none."""
        try:
            file = (self._folder / name).open("rb")
        except FileNotFoundError:
            return
        with file:
            file.seek(place)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                yield place, line
                place += len(line)

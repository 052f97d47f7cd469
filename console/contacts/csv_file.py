"""What stands in a CSV file that somebody has brought? Its encoding, its delimiter, and its records with the lines they begin on.

Programs write what they call CSV in many ways. Records are cut one by one, so that a quotation mark that is opened and never closed
costs the line it stands on, and not all that follow.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

ENCODINGS: Final = ("utf-8", "cp1252")
MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DELIMITERS: Final = ";,\t|"
LOOKED_AT: Final = 50
LINES_OF_ONE: Final = 30
"""Over how many lines one record may go; a quotation mark that is open for longer was never closed."""

COLUMNS: Final = 200
CELL: Final = 8_000
LINE: Final = 200_000
_CHUNK: Final = 1 << 20


class NotCsv(ValueError):
    """The file cannot be read as CSV; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written; ``headers`` is its first record."""

    encoding: str
    delimiter: str
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: ``line`` is where it begins, 1 the file's first. ``open_quote``: it is a line whose quotation mark is
    never closed."""

    line: int
    cells: tuple[str, ...]
    open_quote: bool = False


def sniffed(file: Path) -> Dialect:
    """How ``file`` is written. Raises NotCsv."""
    encoding = _encoding(file)
    found = {delimiter: _fit(file, encoding, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda one: found[one][0])
    headers = found[delimiter][1]
    if not any(letter.isalnum() for header in headers for letter in header):
        raise NotCsv("The file is empty; its first line must hold the columns' names.")
    if len(headers) > COLUMNS:
        raise NotCsv(f"The file has {len(headers)} columns; leave those out that are not needed ({COLUMNS} at most).")
    return Dialect(encoding, delimiter, tuple(header.strip() for header in headers))


def records(file: Path, dialect: Dialect, after: int = 0) -> Iterator[Record]:
    """The records below the headers but the first ``after``; those that are empty do not count. Raises NotCsv, OSError."""
    with file.open(encoding=dialect.encoding, newline="") as text:
        yield from islice(_records(text, dialect.delimiter), 1 + after, None)


def counted(file: Path, dialect: Dialect) -> int:
    """How many records there are below the headers."""
    return sum(1 for _ in records(file, dialect))


def _records(text: TextIO, delimiter: str) -> Iterator[Record]:
    for record in _cut(_Lines(text), delimiter):
        if any(cell and not cell.isspace() for cell in record.cells):
            yield record


class _Lines:
    """The lines of a file with their numbers, of which some may be given back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._given_back: list[str] = []
        self.number = 0

    def next(self) -> str | None:
        line = self._given_back.pop() if self._given_back else self._text.readline(LINE)
        if len(line) >= LINE:
            raise NotCsv(f"Line {self.number + 1} is longer than {LINE} letters; is this a CSV file?")
        self.number += bool(line)
        return line or None

    def give_back(self, lines: list[str]) -> None:
        self._given_back.extend(reversed(lines))
        self.number -= len(lines)


def _cut(lines: _Lines, delimiter: str) -> Iterator[Record]:
    while (line := lines.next()) is not None:
        began = lines.number
        if '"' not in line:
            yield Record(began, tuple(line.rstrip("\r\n").split(delimiter)))
        elif (cells := _whole(line, lines, delimiter)) is not None:
            yield Record(began, cells)
        else:
            yield Record(began, tuple(line.rstrip("\r\n").split(delimiter)), open_quote=True)


def _whole(line: str, lines: _Lines, delimiter: str) -> tuple[str, ...] | None:
    """The cells of a record with quotation marks, which may go over several lines; None if a mark is never closed."""
    more: list[str] = []
    while True:
        cells = _parsed([line, *more], delimiter)
        if cells is not None:
            return cells
        following = lines.next() if len(more) < LINES_OF_ONE else None
        if following is None:
            lines.give_back(more)
            return None
        more.append(following)


def _parsed(lines: list[str], delimiter: str) -> tuple[str, ...] | None:
    """None while a quotation mark is open at the end of ``lines``. A mark in the middle of a cell is forgiven."""
    try:
        return tuple(next(csv.reader(lines, delimiter=delimiter, strict=True)))
    except csv.Error as error:
        if "end of data" in str(error):
            return None
    found = list(csv.reader(lines, delimiter=delimiter))
    return tuple(found[0]) if len(found) == 1 else None


def _encoding(file: Path) -> str:
    with file.open("rb") as raw:
        start = raw.read(4)
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return _demand(file, encoding)
    for encoding in ENCODINGS:
        if _is(file, encoding):
            return encoding
    raise NotCsv("The file's letters are neither UTF-8 nor Windows-1252; save it as CSV UTF-8 in your spreadsheet.")


def _demand(file: Path, encoding: str) -> str:
    if not _is(file, encoding):
        raise NotCsv(f"The file begins as {encoding} and is not; save it as CSV UTF-8 in your spreadsheet.")
    return encoding


def _is(file: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with file.open("rb") as raw:
        try:
            while chunk := raw.read(_CHUNK):
                if "\0" in decoder.decode(chunk):
                    raise NotCsv("The file is not text (a spreadsheet's own format?); save it as CSV UTF-8.")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _fit(file: Path, encoding: str, delimiter: str) -> tuple[tuple[int, int], tuple[str, ...]]:
    """How well a delimiter explains the first records: how many have as many cells as the first, and how many those are."""
    with file.open(encoding=encoding, newline="") as text:
        first = [record.cells for record in islice(_records(text, delimiter), LOOKED_AT)]
    if not first:
        return (0, 0), ()
    width = len(first[0])
    alike = Counter(len(cells) for cells in first)[width]
    return (alike if width > 1 else 0, width), first[0]

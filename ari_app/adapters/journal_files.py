"""Where does the journal lie? One file for each of the centre's days in a folder, readable by this user alone.

A file begins with a header: of a new life of the controller, or of one that goes on from the day before. The day changes with the
core's own ``DayBegan``, so that a file holds exactly what that day's figures are made of.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Final

from ari_app.adapters.append_file import AppendFile
from ari_app.scribe import Lost
from queues.events import DayBegan
from queues.facts import Fact
from queues.journal import (
    BadJournal,
    Happened,
    Header,
    Item,
    entry_lines,
    facts_of,
    gap_line,
    header_line,
    read_journal,
)

SUFFIX: Final = ".jsonl"
BREATHE_EVERY: Final = 100
BREATH_S: Final = 0.0005


class JournalFiles:
    """Writes one life. ``day`` tells the ISO date of a time. Runs in a thread, one batch at a time."""

    def __init__(self, folder: Path, header: Header, day: Callable[[float], str]) -> None:
        self._folder = folder
        self._header: Header | None = header
        self._life = header
        self._day_of = day
        self._day = day(header.at)
        self._file = AppendFile(day_file(folder, self._day))

    def write(self, batch: Sequence[Happened | Lost]) -> int:
        """Add what happened, to the end of the day at most; returns how much that was. Raises OSError: nothing was added."""
        first, *others = batch
        if _begins_day(first):
            assert isinstance(first, Happened)
            self._turn_to(self._day_of(first.at))
        part = [first, *takewhile(lambda one: not _begins_day(one), others)]
        self._append(part)
        return len(part)

    def _turn_to(self, day: str) -> None:
        if day != self._day:
            self._header = replace(self._life, continues=f"{self._day}{SUFFIX}")
            self._day = day
            self._file.close()
            self._file = AppendFile(day_file(self._folder, day))

    def _append(self, part: Iterable[Happened | Lost]) -> None:
        lines = [] if self._header is None else [header_line(self._header)]
        for one in part:
            lines += [gap_line(one.number)] if isinstance(one, Lost) else entry_lines(one)
        self._file.add("".join(f"{line}\n" for line in lines))
        self._header = None


def _begins_day(one: Happened | Lost) -> bool:
    return isinstance(one, Happened) and isinstance(one.event, DayBegan)


def read_files(paths: Iterable[Path]) -> tuple[list[Item], list[str]]:
    """All that is in these files, in order, and notes on what a crash tore off.

    A file that goes on with an earlier one, which is not among them but lies beside it, brings that one along. Raises
    BadJournal, OSError.
    """
    items: list[Item] = []
    notes: list[str] = []
    for path in _with_beginnings(list(paths)):
        found, torn = read_journal(_text(path), path.name)
        items += found
        notes += torn
    return items, notes


def _with_beginnings(paths: list[Path]) -> list[Path]:
    following: list[Path] = []
    for path in paths:
        chain = [path]
        while (earlier := _goes_on_from(chain[0])) is not None and earlier not in following:
            chain.insert(0, earlier)
        following += chain
    return following


def _goes_on_from(path: Path) -> Path | None:
    with path.open(encoding="utf-8") as file:
        first = file.readline()
    found, _ = read_journal(first, path.name)
    header = found[0] if found else None
    if not isinstance(header, Header) or header.continues is None:
        return None
    earlier = path.parent / Path(header.continues).name
    return earlier if earlier.exists() and earlier != path else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as torn:
        raise BadJournal(f"{path.name}: is not UTF-8 ({torn.reason} at byte {torn.start})") from None


def facts_in(path: Path, before_life: str | None = None) -> Iterator[Header | Fact]:
    """The headers and facts in a file, up to the life ``before_life``. Raises BadJournal, OSError.

    For a thread beside the calls: it lets go of the interpreter every few milliseconds.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for number, found in enumerate(facts_of(file, path.name)):
                if isinstance(found, Header) and found.life == before_life:
                    return
                yield found
                if number % BREATHE_EVERY == 0:
                    time.sleep(BREATH_S)
    except UnicodeDecodeError as wrong:
        raise BadJournal(f"{path.name}: is not UTF-8 ({wrong.reason} at byte {wrong.start})") from None


def day_file(folder: Path, day: str) -> Path:
    """Where that day's journal is."""
    return folder / f"{day}{SUFFIX}"

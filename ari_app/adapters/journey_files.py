"""Where do callers' ways through the flows lie? One file for each day in a folder, one journey a line, for this user alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from ari_app.adapters.append_file import AppendFile
from ari_app.scribe import Lost
from ivr_flows.journey import BadJourney, Journey, journey_of


class JourneyFiles:
    """Writes journeys by the day on which they began. ``day`` tells the ISO date of a time. Runs in a thread, a batch at a time."""

    def __init__(self, folder: Path, day: Callable[[float], str]) -> None:
        self._folder = folder
        self._day = day
        self._open: tuple[str, AppendFile] | None = None

    def write(self, batch: Sequence[Journey | Lost]) -> int:
        """Add those of one day; returns how many that was. Raises OSError: nothing was added."""
        (day, part), *_ = ((day, list(part)) for day, part in groupby(batch, self._day_of))
        self._file(day).add("".join(f"{_line(one)}\n" for one in part))
        return len(part)

    def _day_of(self, one: Journey | Lost) -> str:
        if isinstance(one, Journey):
            return self._day(one.at)
        return self._open[0] if self._open is not None else self._day(0.0)

    def _file(self, day: str) -> AppendFile:
        if self._open is None or self._open[0] != day:
            if self._open is not None:
                self._open[1].close()
            self._open = day, AppendFile(self._folder / f"{day}.jsonl")
        return self._open[1]


def _line(one: Journey | Lost) -> str:
    return one.line() if isinstance(one, Journey) else json.dumps({"lost": one.number})


def journeys_in(folder: Path) -> Iterator[Journey]:
    """All journeys that were kept, day by day; what a crash tore off is left out. Raises BadJourney, OSError."""
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.endswith("}") or line.startswith('{"lost"'):
                continue
            try:
                yield journey_of(line)
            except BadJourney as bad:
                raise BadJourney(f"{path.name}:{number}: {bad}") from bad

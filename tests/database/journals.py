"""A journal of a busy centre, as a controller leaves it: lives, days, and lines that a crash has torn off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ari_app.adapters.journal_files import JournalFiles
from ari_app.contract import utc_day
from queues.history_rows import HistoryRows, Row
from queues.journal import Happened, Header, facts_of
from tests.queues.busy_centre import BusyCentre, header


def lived(folder: Path, seed: int, steps: int, at: float = 1_000_000.0) -> None:
    """One life of a controller from ``at`` on, written down."""
    centre = BusyCentre(seed)
    centre.now = at
    happened: Sequence[Happened] = list(centre.happened(steps))
    files = JournalFiles(folder, replace(header(seed), at=at, time_zone="UTC"), utc_day)
    left = list(happened)
    while left:
        del left[: files.write(left)]


def rows_of(folder: Path) -> list[Row]:
    """What one reader makes of all of it who is never interrupted."""
    fold, rows = HistoryRows(), list[Row]()
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for found in facts_of(file, path.name):
                rows += fold.begin(found) if isinstance(found, Header) else fold.take(found)
    return rows

"""In which order do the cells of each layer stand, so that few links cross? Each amid those that it is linked with."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from typing import Final

from ivr_flows.layout_cells import Cell, sweeps

MOST_SWEEPS: Final = 24
SWAPS_UP_TO: Final = 3000
"""With more cells than this, neighbours are not tried the other way round: it would take longer than it is worth."""


def order(rows: list[list[Cell]]) -> None:
    """Sort each layer; afterwards ``x`` is the place in it. What is equally good stays in the order it came in."""
    for row in rows:
        _number(row)
    best, fewest = [list(row) for row in rows], crossings(rows)
    for sweep in range(sweeps(rows, MOST_SWEEPS)):
        downwards = sweep % 2 == 0
        for row in rows if downwards else reversed(rows):
            row.sort(key=lambda cell: _wanted(cell, downwards))
            _number(row)
        if sum(map(len, rows)) <= SWAPS_UP_TO:
            _swap_neighbours(rows)
        count = crossings(rows)
        if count < fewest:
            best, fewest = [list(row) for row in rows], count
    for row, kept in zip(rows, best, strict=True):
        row[:] = kept
        _number(row)


def crossings(rows: Sequence[Sequence[Cell]]) -> int:
    """How many pairs of links cross."""
    count = 0
    for row in rows:
        ends: list[float] = []
        for cell in row:
            lower = sorted(wire.lower.x for wire in cell.below)
            count += sum(len(ends) - bisect_right(ends, end) for end in lower)
            for end in lower:
                insort(ends, end)
    return count


def _number(row: Sequence[Cell]) -> None:
    for place, cell in enumerate(row):
        cell.x = float(place)


def _wanted(cell: Cell, downwards: bool) -> tuple[float, bool]:
    """Where a cell wants to be: what turns round a box at once on the right of it."""
    return _middle(cell.beside or cell, downwards), cell.beside is not None


def _middle(cell: Cell, downwards: bool) -> float:
    """The mean place of those that it is linked with in the layer before, else its own."""
    linked = [wire.upper.x for wire in cell.above] if downwards else [wire.lower.x for wire in cell.below]
    return sum(linked) / len(linked) if linked else cell.x


def _swap_neighbours(rows: list[list[Cell]]) -> None:
    """Exchange two neighbours wherever their links then cross less."""
    for row in rows:
        for place in range(len(row) - 1):
            left, right = row[place], row[place + 1]
            if _crossing(left, right) > _crossing(right, left):
                row[place], row[place + 1] = right, left
                left.x, right.x = right.x, left.x


def _crossing(left: Cell, right: Cell) -> int:
    """How often links of the two cross when they stand so."""
    ups = [(one.upper.x, other.upper.x) for one in left.above for other in right.above]
    downs = [(one.lower.x, other.lower.x) for one in left.below for other in right.below]
    return sum(one > other for one, other in ups + downs)

"""How far from the left does each cell of a layer stand, so that links run straight? The order is given, and the least distances.

One layer after the other is put where its links pull it. The best places that keep order and distances are a weighted isotonic
regression, which pooling adjacent violators finds in one pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf
from typing import Final

from ivr_flows.layout_cells import Cell, sweeps

MOST_SWEEPS: Final = 40


@dataclass(slots=True)
class _Block:
    """Cells that stand as close as they may; ``at`` is where all their pulls are balanced."""

    at: float
    weight: float
    count: int


def place(rows: Sequence[Sequence[Cell]], between: float) -> None:
    """Give each cell its ``x``, which is its number in the layer before."""
    for row in rows:
        for cell, offset in zip(row, _offsets(row, between), strict=True):
            cell.x = offset
    often = sweeps(rows, MOST_SWEEPS)
    for sweep in range(often):
        last = sweep >= often // 2  # first where those before pull it, then in the middle of both
        for row in rows if sweep % 2 == 0 else reversed(rows):
            _put(row, [_pull(cell, last or sweep % 2 == 0, last or sweep % 2 == 1) for cell in row], between)


def _offsets(row: Sequence[Cell], between: float) -> list[float]:
    """Where the cells stand when each is as close to the one before as it may be."""
    steps = [(left.width + right.width) / 2 + between for left, right in pairwise(row)]
    return list(accumulate(steps, initial=0.0))[: len(row)]


def _pull(cell: Cell, by_those_above: bool, by_those_below: bool) -> tuple[float, float]:
    """Where the links of a cell pull it, and how strongly. A cell that nothing pulls stays, if it is let."""
    pulls: list[tuple[float, float]] = []
    if by_those_above:
        pulls += [(wire.upper.x + wire.from_upper - wire.from_lower, wire.stiffness) for wire in cell.above]
    if by_those_below:
        pulls += [(wire.lower.x + wire.from_lower - wire.from_upper, wire.stiffness) for wire in cell.below]
    weight = sum(stiffness for _, stiffness in pulls)
    return (sum(x * stiffness for x, stiffness in pulls) / weight, weight) if pulls else (cell.x, 0.01)


def _put(row: Sequence[Cell], pulls: Sequence[tuple[float, float]], between: float) -> None:
    offsets = _offsets(row, between)
    blocks: list[_Block] = []
    for (wanted, weight), offset in zip(pulls, offsets, strict=True):
        blocks.append(_Block(wanted - offset, weight, 1))
        while len(blocks) > 1 and blocks[-2].at > blocks[-1].at:
            last, before = blocks.pop(), blocks[-1]
            together = before.weight + last.weight
            before.at = (before.at * before.weight + last.at * last.weight) / together
            before.weight, before.count = together, before.count + last.count
    places = (block.at for block in blocks for _ in range(block.count))
    for cell, offset, at in zip(row, offsets, places, strict=True):
        cell.x = at + offset


def straighten(rows: Sequence[Sequence[Cell]], runs: Sequence[Sequence[Cell]], between: float) -> None:
    """Let each of the ``runs``, which pass layer after layer, turn as seldom as there is room for."""
    beside = {
        cell: (row[place - 1] if place else None, row[place + 1] if place + 1 < len(row) else None)
        for row in rows
        for place, cell in enumerate(row)
    }
    for run in runs:
        straight: list[Cell] = []
        least, most = -inf, inf
        for cell in run:
            left, right = beside[cell]
            from_x = -inf if left is None else left.x + (left.width + cell.width) / 2 + between
            to_x = inf if right is None else right.x - (right.width + cell.width) / 2 - between
            if max(least, from_x) > min(most, to_x):
                _move(straight, least, most)
                straight, least, most = [], -inf, inf
            straight.append(cell)
            least, most = max(least, from_x), min(most, to_x)
        _move(straight, least, most)


def _move(cells: Sequence[Cell], least: float, most: float) -> None:
    """To one ``x``, near the middle of where they are."""
    if cells:
        middle = sum(cell.x for cell in cells) / len(cells)
        for cell in cells:
            cell.x = min(max(middle, least), most)

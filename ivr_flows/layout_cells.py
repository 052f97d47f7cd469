"""What takes a place in a layer of a drawing, and what holds it to the layers beside it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

EFFORT: Final = 400_000
"""Cells that may be looked at to make a drawing better: about a second."""


@dataclass(slots=True, eq=False)
class Cell:
    """What takes a place in a layer: a box, a label, or a link that passes. ``x`` is its centre; ``beside``: the box of the same
    layer that a link which goes back turns round."""

    layer: int
    width: float = 0.0
    height: float = 0.0
    x: float = 0.0
    beside: Cell | None = None
    above: list[Wire] = field(default_factory=list)
    below: list[Wire] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Wire:
    """From a cell to one in the next layer. ``from_upper`` and ``from_lower`` are the places on them, right of the centre."""

    upper: Cell
    lower: Cell
    stiffness: float
    from_upper: float = 0.0
    from_lower: float = 0.0


def sweeps(rows: Sequence[Sequence[Cell]], most: int) -> int:
    """How often to go through all layers, an even number: ``most``, but less often through a vast drawing."""
    return max(8, min(most, EFFORT // max(sum(map(len, rows)), 1) // 2 * 2))

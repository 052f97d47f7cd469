"""Where does each box of a drawing go, and along which line each link, so that nothing covers anything?

Layers from the top down, after Sugiyama, Tagawa and Toda (1981): links that go back are turned, each box stands below all that
lead to it, the order within a layer is that in which fewest links cross, and the places are those that keep links straight.
A label takes its place like a box, and a long link like a thin one in each layer that it passes; hence no overlaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ivr_flows.layout_cells import Cell, Wire
from ivr_flows.layout_order import order
from ivr_flows.layout_places import place, straighten

BETWEEN: Final = 14.0
"""Least room between two neighbours of a layer."""
LEAST_GAP: Final = 26.0
"""Least room between two layers."""
MOST_GAP: Final = 80.0
STRAIGHTENED: Final = 4
"""Times: each link that has become straighter makes room for others."""

Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Link:
    """From box to box, with a label of this size; nothing in the layers is above ``source`` but for what leads to it."""

    source: str
    target: str
    label: Size


@dataclass(frozen=True, slots=True)
class Route:
    """How a link runs: ``points`` from the source's lower edge to the target's upper one, by turns through a gap between layers
    and straight down (``back``: up) through a layer. ``label`` is the centre of the label."""

    points: tuple[Point, ...]
    label: Point
    back: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The left upper corner of each box, the route of each link in their order, and the size of all."""

    boxes: Mapping[str, Point]
    routes: Sequence[Route]
    width: float
    height: float


def lay_out(boxes: Mapping[str, Size], links: Sequence[Link], top: Iterable[str] = ()) -> Layout:
    """A place for everything. ``top`` stand in the first layer and nothing may lead to them."""
    back = _links_back(boxes, links)
    layers = _layers(boxes, links, back, frozenset(top))
    cells = {name: Cell(layers[name], *size) for name, size in boxes.items()}
    chains = [_chain_back(link, cells) if number in back else _chain(link, cells) for number, link in enumerate(links)]
    rows: list[list[Cell]] = [[] for _ in range(max(layers.values()) + 2)]
    for cell in [*cells.values(), *(cell for chain in chains for cell in chain[1:-1])]:
        rows[cell.layer].append(cell)
    order(rows)
    _spread_wires(cells.values())
    place(rows, BETWEEN)
    runs = [chain[2:-2] if number in back else chain[1:-1] for number, chain in enumerate(chains)]
    for _ in range(STRAIGHTENED):
        straighten(rows, runs, BETWEEN)
    return _drawn(cells, links, chains, rows, back)


def _links_back(boxes: Mapping[str, Size], links: Sequence[Link]) -> set[int]:
    """The links that lead to a box from which one comes to them, found by going through all in their order."""
    leaving: dict[str, list[int]] = {name: [] for name in boxes}
    for number, link in enumerate(links):
        leaving[link.source].append(number)
    back: set[int] = set()
    seen: set[str] = set()
    for start in boxes:
        if start in seen:
            continue
        seen.add(start)
        way = {start: 0}  # in the order of going; a mapping, for it is asked at every link
        ahead = [iter(leaving[start])]
        while way:
            number = next(ahead[-1], -1)
            if number < 0:
                way.popitem()
                ahead.pop()
            elif (target := links[number].target) in way:
                back.add(number)
            elif target not in seen:
                seen.add(target)
                way[target] = len(way)
                ahead.append(iter(leaving[target]))
    return back


def _layers(boxes: Mapping[str, Size], links: Sequence[Link], back: set[int], top: frozenset[str]) -> dict[str, int]:
    """Each box below all that lead to it, as near as can be; every other layer is for labels."""
    leading: dict[str, list[str]] = {name: [] for name in boxes}
    waits_for = dict.fromkeys(boxes, 0)
    for number, link in enumerate(links):
        if number not in back:
            leading[link.source].append(link.target)
            waits_for[link.target] += 1
    layers = {name: 0 if name in top else 2 for name in boxes}
    ready = [name for name, count in waits_for.items() if count == 0]
    while ready:
        name = ready.pop()
        for target in leading[name]:
            layers[target] = max(layers[target], layers[name] + 2)
            waits_for[target] -= 1
            if waits_for[target] == 0:
                ready.append(target)
    return layers


def _chain(link: Link, cells: Mapping[str, Cell]) -> list[Cell]:
    """The cells of a link: its label at once below its source, then whatever it passes."""
    source, target = cells[link.source], cells[link.target]
    label = Cell(source.layer + 1, *link.label)
    passing = [Cell(layer) for layer in range(source.layer + 2, target.layer)]
    return _wired([source, label, *passing, target])


def _chain_back(link: Link, cells: Mapping[str, Cell]) -> list[Cell]:
    """Round below its source, up beside it with the label there, past all between, and round above its target."""
    source, target = cells[link.source], cells[link.target]
    label = Cell(source.layer, *link.label, beside=source)
    passing = [Cell(layer) for layer in range(source.layer - 1, target.layer - 2, -1)]
    if len(passing) > 1:
        passing[-2].beside = target
    return _wired([source, Cell(source.layer + 1), label, *passing, target])


def _wired(chain: list[Cell]) -> list[Cell]:
    for one, other in pairwise(chain):
        upper, lower = (one, other) if one.layer < other.layer else (other, one)
        stiffness = 6.0 if chain[0] is not one and chain[-1] is not other else 1.5
        wire = Wire(upper, lower, stiffness)
        upper.below.append(wire)
        lower.above.append(wire)
    return chain


def _spread_wires(boxes: Iterable[Cell]) -> None:
    """Let the links of a box begin and end side by side, in the order of where they lead (the order of the layers is known)."""
    for box in boxes:
        step = min(18.0, box.width * 0.85 / max(len(box.below), 1))
        for number, wire in enumerate(sorted(box.below, key=lambda wire: wire.lower.x)):
            wire.from_upper = (number - (len(box.below) - 1) / 2) * step
        step = min(18.0, box.width * 0.85 / max(len(box.above), 1))
        for number, wire in enumerate(sorted(box.above, key=lambda wire: wire.upper.x)):
            wire.from_lower = (number - (len(box.above) - 1) / 2) * step


def _drawn(
    cells: Mapping[str, Cell],
    links: Sequence[Link],
    chains: Sequence[list[Cell]],
    rows: list[list[Cell]],
    back: set[int],
) -> Layout:
    left = min(cell.x - cell.width / 2 for row in rows for cell in row)
    for row in rows:
        for cell in row:
            cell.x -= left
    tops, bottoms = _levels(rows)
    return Layout(
        {name: (cell.x - cell.width / 2, tops[cell.layer]) for name, cell in cells.items()},
        [_route(chain, tops, bottoms, number in back) for number, chain in enumerate(chains)],
        max(cell.x + cell.width / 2 for row in rows for cell in row),
        max(tops[cell.layer] + cell.height for cell in cells.values()) + (LEAST_GAP if back else 0.0),
    )


def _levels(rows: list[list[Cell]]) -> tuple[list[float], list[float]]:
    """Where each layer begins and ends: further apart where a link runs far to the side."""
    tops, bottoms = [0.0], [max((cell.height for cell in rows[0]), default=0.0)]
    for above, row in pairwise(rows):
        aside = [
            abs(wire.upper.x + wire.from_upper - wire.lower.x - wire.from_lower)
            for cell in above
            for wire in cell.below
        ]
        gap = min(MOST_GAP, LEAST_GAP + max(aside, default=0.0) / 16) if row else 0.0
        tops.append(bottoms[-1] + gap)
        bottoms.append(tops[-1] + max((cell.height for cell in row), default=0.0))
    return tops, bottoms


def _route(chain: list[Cell], tops: list[float], bottoms: list[float], back: bool) -> Route:
    source, target = chain[0], chain[-1]
    begins = next(wire for wire in source.below if wire.lower is chain[1]).from_upper
    ends = next(wire for wire in target.above if wire.upper is chain[-2]).from_lower
    points = [(source.x + begins, tops[source.layer] + source.height)]
    # A link that goes back turns within the gaps; its first and last cells only keep it near its boxes.
    for cell in chain[2:-2] if back else chain[1:-1]:
        through = [(cell.x, tops[cell.layer]), (cell.x, bottoms[cell.layer])]
        points += reversed(through) if back else through
    points.append((target.x + ends, tops[target.layer]))
    label = chain[2 if back else 1]
    return Route(tuple(points), (label.x, (tops[label.layer] + bottoms[label.layer]) / 2), back)

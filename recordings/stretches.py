"""Which stretches of time lie in both of two lists, or in one alone? Stretches are (from, to) in seconds. Pure.

Every list that a function here takes or gives is *tidy*: sorted, without overlap, none empty; ``tidy`` makes one of any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Stretch: TypeAlias = tuple[float, float]


def tidy(stretches: Iterable[Stretch], filled_s: float = 0.0) -> list[Stretch]:
    """The same time, sorted, what overlaps or touches as one; pauses shorter than ``filled_s`` are filled in."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if end <= start:
            continue
        if joined and (start <= joined[-1][1] or start - joined[-1][1] < filled_s):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def both(one: Sequence[Stretch], other: Sequence[Stretch]) -> list[Stretch]:
    """The time that lies in both."""
    common: list[Stretch] = []
    at = its = 0
    while at < len(one) and its < len(other):
        start, end = max(one[at][0], other[its][0]), min(one[at][1], other[its][1])
        if start < end:
            common.append((start, end))
        if one[at][1] <= other[its][1]:
            at += 1
        else:
            its += 1
    return common


def without(one: Sequence[Stretch], other: Sequence[Stretch]) -> list[Stretch]:
    """The time that lies in ``one`` alone."""
    if not one:
        return []
    ends = [one[0][0], *(edge for stretch in other for edge in stretch), one[-1][1]]
    return both(one, [(start, end) for start, end in zip(ends[::2], ends[1::2], strict=True) if start < end])


def total_s(stretches: Iterable[Stretch]) -> float:
    """How long they are together."""
    return sum(end - start for start, end in stretches)

"""Who is first in this list, and how many stand ahead? A list kept in order of rank.

A sorted list with bisection: finding costs log n, and moving the entries behind a change is one memory move, which for
10,000 entries is a few microseconds; a heap would be no faster and could not tell a position.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Generic, TypeVar

from queues.strategies import Rank

T = TypeVar("T")


class Ranked(Generic[T]):
    """Items in order of their ranks, each rank used once."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[tuple[Rank, T]] = []

    def add(self, rank: Rank, item: T) -> None:
        """Put ``item`` in its place."""
        insort(self._entries, (rank, item))

    def remove(self, rank: Rank) -> None:
        """Take out the item of this rank. Raises KeyError if there is none."""
        at = self.ahead_of(rank)
        if at == len(self._entries) or self._entries[at][0] != rank:
            raise KeyError(rank)
        del self._entries[at]

    def first(self) -> T | None:
        """The item of the lowest rank."""
        return self._entries[0][1] if self._entries else None

    def first_rank(self) -> Rank | None:
        """The lowest rank."""
        return self._entries[0][0] if self._entries else None

    def rank_from(self, rank: Rank) -> Rank | None:
        """The lowest rank that is not below ``rank``."""
        at = self.ahead_of(rank)
        return self._entries[at][0] if at < len(self._entries) else None

    def between(self, low: Rank, high: Rank) -> Iterator[T]:
        """The items with ranks from ``low`` up to, but without, ``high``. Nothing may be changed meanwhile."""
        for at in range(self.ahead_of(low), self.ahead_of(high)):
            yield self._entries[at][1]

    def ahead_of(self, rank: Rank) -> int:
        """How many items have a rank below this one."""
        # A one-tuple sorts just before the entry of the same rank, so items are never compared with each other.
        return bisect_left(self._entries, (rank,))

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[T]:
        return (item for _, item in self._entries)

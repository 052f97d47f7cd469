"""Which queue is the next level of support of which? ``soporte`` passes on to ``soporte_n2``. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping


class BadLevels(ValueError):
    """The levels make no sense; the message says where, and what to do."""


class Levels:
    """``following`` names the next level of a queue, ``queues`` are all there are. Raises BadLevels for a queue that is not there
    or that leads back to itself."""

    def __init__(self, following: Mapping[str, str], queues: Collection[str]) -> None:
        self._following = dict(following)
        self._queues = frozenset(queues)
        for queue, following_one in following.items():
            if queue not in self._queues or following_one not in self._queues:
                raise BadLevels(f"{queue} -> {following_one}: there is no such queue; name two of the centre's")
            if queue in self._after(following_one):
                raise BadLevels(f"{queue} -> {following_one} leads back to {queue}: take one step out")

    @property
    def queues(self) -> frozenset[str]:
        """All queues, with or without a next level."""
        return self._queues

    def after(self, queue: str) -> str | None:
        """The next level, None for the last one."""
        return self._following.get(queue)

    def of(self, queue: str) -> int:
        """The level: 1 for a queue into which none leads, else one more than the deepest that leads there."""
        before = [one for one, following in self._following.items() if following == queue]
        return 1 + max((self.of(one) for one in before), default=0)

    def _after(self, queue: str | None) -> frozenset[str]:
        seen: set[str] = set()
        while queue is not None and queue not in seen:
            seen.add(queue)
            queue = self._following.get(queue)
        return frozenset(seen)

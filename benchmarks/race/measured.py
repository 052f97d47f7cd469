"""What is measured, and what should it come to? Times in milliseconds, further figures by name, and aims about both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.race.arena import Arena


@dataclass(frozen=True)
class Measured:
    """What came of one system in a case: ``times`` (ms), and ``figures`` by name, with their unit in it."""

    times: tuple[float, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of_turns(cls, turns: Sequence[Measured]) -> Measured:
        """All times of the turns, and the mean of each figure."""
        names = list(dict.fromkeys(name for turn in turns for name in turn.figures))
        figures = {name: sum(turn.figures[name] for turn in turns) / len(turns) for name in names}
        return cls(tuple(time for turn in turns for time in turn.times), figures)

    def share(self, share: float) -> float:
        """The least of the times that is not below this share of them (nearest rank)."""
        ranked = sorted(self.times)
        return ranked[max(0, -int(-len(ranked) * share // 1) - 1)]

    @property
    def p50(self) -> float:
        return self.share(0.5)

    @property
    def p99(self) -> float:
        return self.share(0.99)

    def shown(self) -> dict[str, float]:
        """Everything about it in single figures."""
        spread = {"p50, ms": self.p50, "p99, ms": self.p99} if self.times else {}
        return {**spread, **self.figures}


@dataclass(frozen=True)
class Aim:
    """``told`` in words; ``met(ours, theirs)``."""

    told: str
    met: Callable[[Measured, Measured], bool]


Play = Callable[[Arena, int], Awaitable[Measured]]


@dataclass(frozen=True)
class Case:
    """``what`` is measured; ``play(arena, size)``; ``trial``, ``quick`` and ``full`` are its sizes: in the tests, in a quick run,
    in a full one; ``aims``: what the engine should reach. ``engine_only``: ``Queue()`` has nothing to compare it with;
    ``next_lever``: said where an aim is missed: why, and what to pull next."""

    name: str
    what: str
    play: Play
    trial: int
    quick: int
    full: int
    aims: tuple[Aim, ...]
    engine_only: bool = False
    next_lever: str = ""

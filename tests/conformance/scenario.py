"""What is a scenario of the conformance suite, and what does its row in docs/conformance.md say?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.conformance.rules import FIRST_CODE, Entry, QueueSpec

if TYPE_CHECKING:
    from tests.conformance.stage import Stage

SystemName = Literal["Queue()", "engine"]
SYSTEMS: tuple[SystemName, ...] = ("Queue()", "engine")
Findings = Mapping[str, str]
"""What was seen and heard from outside, in words: question and answer."""
Play = Callable[["Stage"], Awaitable[Findings]]


@dataclass(frozen=True)
class Scenario:
    """One story that is played on both systems. ``both``, ``queue`` and ``engine`` are the findings that must come out;
    ``why``: for what reason the engine differs, "" where it does not. ``place`` makes its numbers and operators its own."""

    name: str
    place: int
    checks: str
    play: Play
    queues: tuple[QueueSpec, ...]
    entries: tuple[Entry, ...]
    both: Findings
    queue: Findings = field(default_factory=dict)
    engine: Findings = field(default_factory=dict)
    why: str = ""
    operators: int = 0

    def expected(self, system: SystemName) -> dict[str, str]:
        """What must be found on this system."""
        own = self.queue if system == "Queue()" else self.engine
        return {**self.both, **own}

    @property
    def verdict(self) -> str:
        """Follows from the findings alone."""
        return "agree" if not self.queue and not self.engine else "ours is better on purpose"

    def code(self, member: int) -> str:
        """The operator at this place (1, 2, 3...)."""
        return str(FIRST_CODE + 10 * self.place + member)

    def number(self, system: SystemName, queue: str, key: str = "") -> str:
        """What a caller dials to get into this queue, by the entry with this key."""
        at = next(at for at, way in enumerate(self.entries) if (way.queue, way.key) == (queue, key))
        first = "9004" if system == "Queue()" else "9003"
        return f"{first}{self.place:03d}{at:02d}"


_scenarios: list[Scenario] = []


def scenario(
    *,
    checks: str,
    both: Findings,
    queues: tuple[QueueSpec, ...],
    entries: tuple[Entry, ...] = (),
    queue: Findings | None = None,
    engine: Findings | None = None,
    why: str = "",
    operators: int | None = None,
) -> Callable[[Play], Play]:
    """The decorated coroutine plays the scenario of its name. Every queue has a plain entry, whatever ``entries`` adds."""

    def add(play: Play) -> Play:
        most = max((place for spec in queues for place in spec.members), default=0)
        _scenarios.append(
            Scenario(
                name=play.__name__,
                place=len(_scenarios),
                checks=checks,
                play=play,
                queues=queues,
                entries=(*(Entry(spec.name) for spec in queues), *entries),
                both=both,
                queue=queue or {},
                engine=engine or {},
                why=why,
                operators=operators or most,
            )
        )
        return play

    return add


def all_scenarios() -> tuple[Scenario, ...]:
    """Every scenario, in the order of the table."""
    from tests.conformance import connecting, membership, passing_on, ringing, waiting_line, wrapping_up

    assert all((waiting_line, ringing, membership, wrapping_up, connecting, passing_on))
    return tuple(_scenarios)


def row(scenario: Scenario) -> str:
    """The scenario's line in the table of docs/conformance.md."""
    cells = (
        f"`{scenario.name}`",
        scenario.checks,
        _told(scenario.both),
        _told(scenario.queue),
        _told(scenario.engine),
        scenario.verdict + (f": {scenario.why}" if scenario.why else ""),
    )
    return "| " + " | ".join(cells) + " |"


def _told(findings: Findings) -> str:
    return "<br>".join(f"{question}: **{answer}**" for question, answer in findings.items())

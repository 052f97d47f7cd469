"""Which rows of the history does each figure count, and what comes of their sums? Pure: a figure and its list have one length."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from console.figures.definitions import DEFINITIONS
from queues.day_report import MISSED, ON_CONTACT, REJECTED
from queues.figures import abandonment, mean, occupancy, sl, sl2
from queues.views import QueueCounts

ENDED: Final = ("answered", "abandoned")


@dataclass(frozen=True, slots=True)
class Listed:
    """Which rows of ``history_counted``: of these kinds, with one of these causes, and within the service level.
    ``but_lost``: without those whom the next life of the controller found gone."""

    what: tuple[str, ...]
    causes: tuple[str, ...] = ()
    within: bool = False
    but_lost: bool = False


LISTS: Final[Mapping[str, Listed]] = {
    "offered": Listed(("offered",), but_lost=True),
    "answered": Listed(("answered",)),
    "answered_in_sl": Listed(("answered",), within=True),
    "called_back": Listed(("answered",), causes=("called_back",)),
    "abandoned": Listed(("abandoned",)),
    "abandoned_in_sl": Listed(("abandoned",), within=True),
    "short_abandoned": Listed(("abandoned",), causes=("short",)),
    "ended": Listed(ENDED),
    "exited": Listed(("exited",)),
    "refused": Listed(("refused",)),
    "callbacks_agreed": Listed(("callback_agreed",)),
    "lost": Listed(("lost",)),
    "rung": Listed(("rung",)),
    "missed": Listed(("unanswered",), causes=MISSED),
    "rejected": Listed(("unanswered",), causes=REJECTED),
    "handled": Listed(("handled",)),
    "wrap_up": Listed(("wrap_up",)),
}
"""By name; what a list of calls can be asked for."""


@dataclass(slots=True)
class Sums:
    """What some rows add up to. ``number`` and ``within`` by kind and cause, ``seconds`` and ``state_s`` in seconds."""

    number: Counter[tuple[str, str]] = field(default_factory=Counter)
    within: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    state_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    hold_s: float = 0.0

    def take(self, what: str, cause: str, number: int, seconds: float, hold_s: float, within: int) -> None:
        """So many rows of one kind and cause."""
        if what == "state":
            self.state_s[cause] += seconds
            return
        self.number[what, cause] += number
        self.within[what, cause] += within
        self.seconds[what] += seconds
        self.hold_s += hold_s

    def add(self, other: Sums) -> None:
        """Take the other's into these."""
        self.number += other.number
        self.within += other.within
        for mine, theirs in ((self.seconds, other.seconds), (self.state_s, other.state_s)):
            for name, value in theirs.items():
                mine[name] += value
        self.hold_s += other.hold_s

    def count(self, name: str) -> int:
        """How many are on the list of that name."""
        listed = LISTS[name]
        counts = self.within if listed.within else self.number
        found = sum(
            number
            for (what, cause), number in counts.items()
            if what in listed.what and (not listed.causes or cause in listed.causes)
        )
        return found - self.count("lost") if listed.but_lost else found


def figures(sums: Sums, of_operators: bool, times: bool) -> dict[str, float | None]:
    """Every figure by its id, None where it cannot be told. ``of_operators``: only what some operators did was added up, so that
    what is of queues alone is not known; ``times``: operators' times were (they are of no queue)."""
    of_queue = _of_queues(sums)
    wrap_up_s = sums.state_s["wrap_up"] if of_operators and times else sums.seconds["wrap_up"]
    handled = sums.count("handled")
    on_contact_s, ready_s = sum(sums.state_s[state] for state in ON_CONTACT), sums.state_s["ready"]
    of_operator: dict[str, float | None] = {
        "rung": sums.count("rung"),
        "missed": sums.count("missed"),
        "rejected": sums.count("rejected"),
        "handled": handled,
        "aht_s": mean(sums.seconds["handled"] + sums.hold_s + wrap_up_s, handled),
        "talk_s": sums.seconds["handled"],
        "hold_s": sums.hold_s,
        "wrap_up_s": wrap_up_s,
        "occupancy": occupancy(on_contact_s, ready_s) if times else None,
        "ready_s": ready_s if times else None,
        "paused_s": sums.state_s["paused"] if times else None,
        "logged_in_s": sum(s for state, s in sums.state_s.items() if state != "logged_out") if times else None,
    }
    found = of_queue | of_operator
    return {
        id_: None if of_operators and definition.level == "queue" else found[id_]
        for id_, definition in DEFINITIONS.items()
    }


def _of_queues(sums: Sums) -> dict[str, float | None]:
    counts = QueueCounts(
        offered=sums.count("offered"),
        answered=sums.count("answered"),
        abandoned=sums.count("abandoned"),
        answered_in_sl=sums.count("answered_in_sl"),
        abandoned_in_sl=sums.count("abandoned_in_sl"),
        short_abandoned=sums.count("short_abandoned"),
        exited=sums.count("exited"),
        refused=sums.count("refused"),
        callbacks=sums.count("callbacks_agreed"),
        called_back=sums.count("called_back"),
    )
    return {
        "offered": counts.offered,
        "answered": counts.answered,
        "answered_in_sl": counts.answered_in_sl,
        "abandoned": counts.abandoned,
        "abandoned_in_sl": counts.abandoned_in_sl,
        "short_abandoned": counts.short_abandoned,
        "sl2": sl2(counts),
        "sl": sl(counts),
        "asa_s": mean(sums.seconds["answered"], counts.answered),
        "abandonment": abandonment(counts),
        "exited": counts.exited,
        "refused": counts.refused,
        "callbacks_agreed": counts.callbacks,
        "called_back": counts.called_back,
        "lost": sums.count("lost"),
    }

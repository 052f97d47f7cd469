"""What would other rules have changed? The figures as they were, as the model has them under the old rules, and under the new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from ari_app.tables import number, table
from queues.day import Day
from queues.figures import abandonment, mean, occupancy, sl2
from queues.replay import Chance, Life
from queues.rules import OperatorProfile, QueueRules
from queues.views import QueueCounts
from queues.what_if import Change, Run, Treatment, changes, meet
from queues.world import world_of

SHOWN: Final = 20


def compare(
    lives: Sequence[Life], queues: tuple[QueueRules, ...], operators: tuple[OperatorProfile, ...], chance: Chance
) -> str:
    """The report over all lives of a journal. Raises ValueError for rules that make no sense together."""
    then, old, new = [], [], []
    told: list[tuple[Change, ZoneInfo]] = []
    for life in lives:
        if not life.entries:
            continue
        was = Run()
        for entry in life.entries:
            was.take(entry.facts)
        until, world = life.entries[-1].at, world_of(life.entries)
        was.day.settle(until)
        before = meet(world, life.header.queues, life.header.operators, chance(life.header.seed), until)
        after = meet(world, queues, operators, chance(life.header.seed), until)
        then.append(was)
        old.append(before)
        new.append(after)
        told += [(change, ZoneInfo(life.header.time_zone)) for change in changes(world, before, after)]
    columns = [("as it was", then), ("model, old rules", old), ("model, new rules", new)]
    rows: list[tuple[str, ...]] = [("", *(name for name, _ in columns))]
    rows += [(what, *(figure(_total(runs)) for _, runs in columns)) for what, figure in _FIGURES.items()]
    strangers = sum(len(run.strangers) for run in new)
    callers = sum(len(run.callers) for run in old)
    return "\n".join([table(rows), "", *_by_queue(old, new), "", *_treated(told, callers, strangers)])


class _Total:
    """Everything of several runs together."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self.counts = QueueCounts()
        self.waited_s = self.on_contact_s = self.ready_s = 0.0
        self.waits = self.handled = 0
        for run in runs:
            self._add(run.day)

    def _add(self, day: Day) -> None:
        for one in day.queues.values():
            self.counts = QueueCounts(*(a + b for a, b in zip(_tuple(self.counts), _tuple(one.counts), strict=True)))
            self.waited_s += one.answered_waits.sum_s
            self.waits += one.answered_waits.number
        for operator in day.operators.values():
            self.on_contact_s += sum(operator.state_s.get(state, 0.0) for state in ("talking", "on_hold", "wrap_up"))
            self.ready_s += operator.state_s.get("ready", 0.0)


def _tuple(counts: QueueCounts) -> tuple[int, ...]:
    return tuple(getattr(counts, name) for name in QueueCounts.__slots__)


def _total(runs: Iterable[Run]) -> _Total:
    return _Total(runs)


_FIGURES: Final[dict[str, Callable[[_Total], str]]] = {
    "offered": lambda total: str(total.counts.offered),
    "answered": lambda total: str(total.counts.answered),
    "abandoned": lambda total: str(total.counts.abandoned),
    "left another way": lambda total: str(total.counts.exited + total.counts.refused),
    "SL2": lambda total: number(sl2(total.counts)),
    "ASA (s)": lambda total: number(mean(total.waited_s, total.waits)),
    "abandonment": lambda total: number(abandonment(total.counts)),
    "occupancy": lambda total: number(occupancy(total.on_contact_s, total.ready_s)),
}


def _by_queue(old: Sequence[Run], new: Sequence[Run]) -> list[str]:
    rows: list[tuple[str, ...]] = [("queue", "SL2 old", "new", "ASA old", "new", "aband. old", "new")]
    names = sorted({name for run in (*old, *new) for name in run.day.queues})
    for name in names:
        before, after = (_Total([_only(run, name) for run in runs]) for runs in (old, new))
        figures = (_FIGURES["SL2"], _FIGURES["ASA (s)"], _FIGURES["abandonment"])
        rows.append((name, *(cell for figure in figures for cell in (figure(before), figure(after)))))
    return [table(rows)]


def _only(run: Run, queue: str) -> Run:
    one = Run()
    if queue in run.day.queues:
        one.day.queues[queue] = run.day.queues[queue]
    return one


def _treated(told: Sequence[tuple[Change, ZoneInfo]], callers: int, strangers: int) -> list[str]:
    kinds = [change.what for change, _ in told]
    said = [
        f"{len(told)} of {callers} callers are treated differently: {kinds.count('outcome')} end otherwise, "
        f"{kinds.count('operator')} speak to another operator, {kinds.count('wait')} wait for another time."
    ]
    if strangers:
        said.append(f"{strangers} callers came into queues that the new rules do not have; they are left out.")
    if told:
        said += ["", f"The first {min(SHOWN, len(told))}:"]
    for change, zone in told[:SHOWN]:
        at = datetime.fromtimestamp(change.came_at, zone)
        said.append(f"{at:%H:%M:%S}  {change.call}  {change.queue}:  {_said(change.before)}  ->  {_said(change.after)}")
    return said


def _said(treatment: Treatment) -> str:
    by = f" by {treatment.operator}" if treatment.operator else ""
    return f"{treatment.outcome}{by} after {number(treatment.waited_s)} s"

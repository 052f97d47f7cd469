"""Which figures do the replications of a simulation give? By queue, over all and by interval, each with its confidence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from queues.confidence import Estimate, ratio
from queues.tally import Counts, Tally, WorkTime


@dataclass(frozen=True, slots=True)
class Figures:
    """One queue's figures, by the definitions of figures.py; None where there is nothing to tell.

    ``wait_probability``: the share that had to wait at all (a phone that rings counts as waiting).
    ``occupancy`` is that of the operators of the queue, for whichever queue they worked.
    """

    counts: Counts
    sl2: Estimate | None
    sl: Estimate | None
    asa_s: Estimate | None
    abandonment: Estimate | None
    wait_probability: Estimate | None
    occupancy: Estimate | None


@dataclass(frozen=True, slots=True)
class Interval:
    """The figures of the callers who came within one part of the time, from ``begin_s`` on."""

    begin_s: float
    figures: Figures


def figures(tallies: Sequence[Tally], queue: str, operators: Collection[str]) -> Figures:
    """The queue's figures over everything counted. ``operators`` are those who serve it."""
    return _figures([tally.queue(queue) for tally in tallies], [tally.time_of(operators) for tally in tallies])


def by_interval(tallies: Sequence[Tally], queue: str, operators: Collection[str]) -> list[Interval]:
    """The same by intervals."""
    first = tallies[0]
    return [
        Interval(
            first.begin_s + number * first.interval_s,
            _figures(
                [tally.counts.get((queue, number), Counts()) for tally in tallies],
                [_time(tally.work, operators, number) for tally in tallies],
            ),
        )
        for number in first.intervals
    ]


def _time(work: Mapping[tuple[str, int], WorkTime], operators: Collection[str], number: int) -> WorkTime:
    whole = WorkTime()
    for operator in operators:
        if (part := work.get((operator, number))) is not None:
            whole.add(part)
    return whole


def _figures(counts: Sequence[Counts], times: Sequence[WorkTime]) -> Figures:
    def over(numerator: Callable[[Counts], float], denominator: Callable[[Counts], float]) -> Estimate | None:
        return ratio([(numerator(one), denominator(one)) for one in counts])

    whole = Counts()
    for one in counts:
        whole.add(one)
    return Figures(
        counts=whole,
        sl2=over(lambda one: one.answered_in_sl + one.abandoned_in_sl, _ended),
        sl=over(lambda one: one.answered_in_sl, _answered),
        asa_s=over(lambda one: one.wait_answered_s, _answered),
        abandonment=over(lambda one: one.abandoned, lambda one: one.offered),
        wait_probability=over(lambda one: one.delayed, _ended),
        occupancy=ratio([(time.contact_s, time.contact_s + time.ready_s) for time in times]),
    )


def _ended(one: Counts) -> float:
    return one.answered + one.abandoned


def _answered(one: Counts) -> float:
    return one.answered

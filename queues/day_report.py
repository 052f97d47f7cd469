"""What is shown of a day? The raw counts and sums, and beside them each figure with its one definition (figures.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from queues.day import WAIT_STEPS_S, Day, Estimates, OperatorDay, QueueDay, Waits
from queues.figures import abandonment, mean, occupancy, sl, sl2

ON_CONTACT = ("talking", "on_hold", "wrap_up")
REJECTED = ("rejected", "busy")
MISSED = ("no_answer", "failed", "unreachable")


@dataclass(frozen=True, slots=True)
class WaitFigures:
    """Waits in one queue. ``histogram``: [upper end in s (None: longer), number]."""

    number: int
    sum_s: float
    mean_s: float | None
    max_s: float
    histogram: tuple[tuple[float | None, int], ...]


@dataclass(frozen=True, slots=True)
class EstimateFigures:
    """The waits estimated at entry, of callers who were answered: the share that fell into the range, and the mean error and
    mean absolute error of the middle of the range (s; above 0: the wait was longer)."""

    number: int
    coverage: float | None
    mean_error_s: float | None
    mean_abs_error_s: float | None


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """One queue's day.

    ``sl2`` = (answered + abandoned within T) / (answered + abandoned); ``sl`` = answered within T / answered; ``asa_s`` the mean
    wait of the answered; ``abandonment`` = abandoned / offered; ``aht_s`` = (talk + hold + wrap-up) / handled.
    """

    name: str
    offered: int
    answered: int
    answered_in_sl: int
    abandoned: int
    abandoned_in_sl: int
    short_abandoned: int
    exited: int
    exits: Mapping[str, int]
    refused: int
    refusals: Mapping[str, int]
    callbacks_agreed: int
    called_back: int
    sl2: float | None
    sl: float | None
    asa_s: float | None
    abandonment: float | None
    aht_s: float | None
    handled: int
    talk_s: float
    hold_s: float
    wrap_up_s: float
    offers: int
    unanswered_offers: Mapping[str, int]
    answered_waits: WaitFigures
    abandoned_waits: WaitFigures
    estimates: EstimateFigures


@dataclass(frozen=True, slots=True)
class OperatorFigures:
    """One operator's day. ``state_s`` are seconds in each state, ``paused_s`` by the pause's reason.

    ``occupancy`` = (talking + on hold + wrap-up) / (the same + ready). ``missed`` rang without an answer or could not be reached,
    ``rejected`` was turned away; ``unanswered_offers`` has every ending.
    """

    code: str
    state_s: Mapping[str, float]
    paused_s: Mapping[str, float]
    offers: int
    answered: int
    missed: int
    rejected: int
    unanswered_offers: Mapping[str, int]
    handled: int
    talk_s: float
    hold_s: float
    wrap_up_s: float
    aht_s: float | None
    occupancy: float | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The figures of a day, up to ``until`` (s of the core's clock)."""

    since: float | None
    until: float | None
    queues: tuple[QueueFigures, ...]
    operators: tuple[OperatorFigures, ...]


def day_figures(day: Day, until: float | None = None) -> DayFigures:
    """What the day's figures are, with the time that goes on in operators' states counted up to ``until``."""
    if until is not None:
        day.settle(until)
    return DayFigures(
        day.began_at,
        until if until is not None else day.at,
        tuple(_queue(name, day.queues[name]) for name in sorted(day.queues)),
        tuple(_operator(code, day.operators[code]) for code in sorted(day.operators)),
    )


def _queue(name: str, day: QueueDay) -> QueueFigures:
    counts = day.counts
    return QueueFigures(
        name=name,
        offered=counts.offered,
        answered=counts.answered,
        answered_in_sl=counts.answered_in_sl,
        abandoned=counts.abandoned,
        abandoned_in_sl=counts.abandoned_in_sl,
        short_abandoned=counts.short_abandoned,
        exited=counts.exited,
        exits=dict(sorted(day.exits.items())),
        refused=counts.refused,
        refusals=dict(sorted(day.refusals.items())),
        callbacks_agreed=counts.callbacks,
        called_back=counts.called_back,
        sl2=sl2(counts),
        sl=sl(counts),
        asa_s=mean(day.answered_waits.sum_s, day.answered_waits.number),
        abandonment=abandonment(counts),
        aht_s=mean(day.talk_s + day.hold_s + day.wrap_up_s, day.handled),
        handled=day.handled,
        talk_s=day.talk_s,
        hold_s=day.hold_s,
        wrap_up_s=day.wrap_up_s,
        offers=day.offers,
        unanswered_offers=dict(sorted(day.unanswered.items())),
        answered_waits=_waits(day.answered_waits),
        abandoned_waits=_waits(day.abandoned_waits),
        estimates=_estimates(day.estimates),
    )


def _waits(waits: Waits) -> WaitFigures:
    histogram = tuple(zip((*WAIT_STEPS_S, None), waits.steps, strict=True))
    return WaitFigures(waits.number, waits.sum_s, mean(waits.sum_s, waits.number), waits.max_s, histogram)


def _estimates(of: Estimates) -> EstimateFigures:
    return EstimateFigures(
        of.number, mean(of.within, of.number), mean(of.error_sum_s, of.number), mean(of.abs_error_sum_s, of.number)
    )


def _operator(code: str, day: OperatorDay) -> OperatorFigures:
    on_contact_s = sum(day.state_s.get(state, 0.0) for state in ON_CONTACT)
    wrap_up_s = day.state_s.get("wrap_up", 0.0)
    return OperatorFigures(
        code=code,
        state_s=dict(sorted(day.state_s.items())),
        paused_s=dict(sorted(day.paused_s.items())),
        offers=day.offers,
        answered=day.answered,
        missed=sum(day.unanswered[outcome] for outcome in MISSED),
        rejected=sum(day.unanswered[outcome] for outcome in REJECTED),
        unanswered_offers=dict(sorted(day.unanswered.items())),
        handled=day.handled,
        talk_s=day.talk_s,
        hold_s=day.hold_s,
        wrap_up_s=wrap_up_s,
        aht_s=mean(day.talk_s + day.hold_s + wrap_up_s, day.handled),
        occupancy=occupancy(on_contact_s, day.state_s.get("ready", 0.0)),
    )

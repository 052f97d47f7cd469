"""The rows that are kept add up to the figures that are shown live, whatever happens and however often the controller restarts."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues import events as ev
from queues.day import Day
from queues.day_report import DayFigures, day_figures
from queues.facts import DayStarted, Fact
from queues.history_rows import LOST_AFTER_S, QUARTER_S, Counted, HistoryRows, Row, Segment, StateTime
from queues.journal import Header
from queues.views import QueueCounts
from tests.queues.busy_centre import BusyCentre, header
from tests.queues.floor_manager import FloorManager, operator

PROFILE = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


class DayWithoutRestoring(BusyCentre):
    """Counts are only restored at a life's beginning."""

    def _of_the_centre(self) -> ev.AcdEvent:
        told = super()._of_the_centre()
        return ev.TimePassed() if isinstance(told, ev.CountsRestored) else told


def counted(rows: Iterable[Row], day: str) -> list[Counted]:
    return [row for row in rows if isinstance(row, Counted) and row.day == day]


def assert_same(figures: DayFigures, rows: list[Counted]) -> None:
    """What the live fold shows is what the rows add up to."""
    for queue in figures.queues:
        mine = [row for row in rows if row.queue == queue.name]
        number = Counter(row.what for row in mine)
        seconds: defaultdict[str, float] = defaultdict(float)
        for row in mine:
            seconds[row.what] += row.seconds
        assert number["offered"] - number["lost"] == queue.offered
        assert number["answered"] == queue.answered
        assert number["abandoned"] == queue.abandoned
        assert (number["exited"], number["refused"]) == (queue.exited, queue.refused)
        assert number["callback_agreed"] == queue.callbacks_agreed
        assert sum(row.what == "answered" and row.within for row in mine) == queue.answered_in_sl
        assert sum(row.what == "abandoned" and row.within for row in mine) == queue.abandoned_in_sl
        assert sum(row.what == "abandoned" and row.cause == "short" for row in mine) == queue.short_abandoned
        assert sum(row.cause == "called_back" for row in mine) == queue.called_back
        assert Counter(row.cause for row in mine if row.what == "exited") == queue.exits
        assert Counter(row.cause for row in mine if row.what == "refused") == queue.refusals
        assert Counter(row.cause for row in mine if row.what == "unanswered") == queue.unanswered_offers
        assert (number["rung"], number["handled"]) == (queue.offers, queue.handled)
        assert seconds["answered"] == pytest.approx(queue.answered_waits.sum_s)
        assert seconds["abandoned"] == pytest.approx(queue.abandoned_waits.sum_s)
        assert seconds["handled"] == pytest.approx(queue.talk_s)
        assert sum(row.hold_s for row in mine) == pytest.approx(queue.hold_s)
        assert seconds["wrap_up"] == pytest.approx(queue.wrap_up_s)
    for shown in figures.operators:
        mine = [row for row in rows if row.operator == shown.code]
        states: defaultdict[str, float] = defaultdict(float)
        pauses: defaultdict[str, float] = defaultdict(float)
        for row in mine:
            if row.what == "state":
                states[row.cause] += row.seconds
                if row.cause == "paused":
                    pauses[row.reason] += row.seconds
        assert states == pytest.approx(dict(shown.state_s))
        assert pauses == pytest.approx(dict(shown.paused_s))
        number = Counter(row.what for row in mine)
        assert (number["rung"], number["answered"], number["handled"]) == (shown.offers, shown.answered, shown.handled)
        assert sum(row.seconds for row in mine if row.what == "handled") == pytest.approx(shown.talk_s)


@settings(PROFILE)
@given(st.integers(0, 2**32), st.integers(0, 250))
def test_the_rows_add_up_to_the_live_figures(seed: int, steps: int) -> None:
    centre, day, fold, rows = DayWithoutRestoring(seed), Day(), HistoryRows(), list[Row]()
    fold.begin(header(seed))
    for happened in centre.happened(steps):
        day.take_all(happened.facts)
        for fact in happened.facts:
            new = fold.take(fact)
            if isinstance(fact, DayStarted):  # the centre's days are seconds apart, and the dates all the same
                rows, new = [], [row for row in new if isinstance(row, Counted) and row.what == "offered"]
            rows += new
    rows += fold.settle(centre.now)
    assert_same(day_figures(day, centre.now), [row for row in rows if isinstance(row, Counted)])


@settings(PROFILE)
@given(st.integers(0, 2**32), st.integers(1, 250))
def test_no_stretch_ends_before_it_begins_and_states_of_an_operator_do_not_overlap(seed: int, steps: int) -> None:
    centre, fold, rows = DayWithoutRestoring(seed), HistoryRows(), list[Row]()
    fold.begin(header(seed))
    for happened in centre.happened(steps):
        for fact in happened.facts:
            rows += fold.take(fact)
    assert all(row.begin <= row.end for row in rows if isinstance(row, Segment | StateTime))
    last: dict[str, float] = {}
    for row in rows:
        if isinstance(row, StateTime):
            assert row.begin >= last.get(row.operator, 0.0)
            last[row.operator] = row.end


def test_operators_times_are_cut_at_quarters_and_lose_nothing() -> None:
    floor, fold = FloorManager(operator("1001")), HistoryRows()
    floor.log_in("1001")
    floor.wait(4 * QUARTER_S)
    floor.tell(ev.OperatorLoggedOut("1001"))
    rows = [row for fact in floor.acd.facts() for row in fold.take(fact)]
    pieces = [row for row in rows if isinstance(row, Counted) and row.what == "state" and row.cause == "ready"]
    assert sum(piece.seconds for piece in pieces) == pytest.approx(4 * QUARTER_S)
    assert all(piece.at // QUARTER_S == (piece.at + piece.seconds - 0.001) // QUARTER_S for piece in pieces)


class Centre:
    """A controller that is killed and begun anew, with what Redis would have kept: figures live and rows from the journal."""

    def __init__(self) -> None:
        self.floor = FloorManager(operator("1001"), operator("1002"))
        self.live, self.fold, self.rows = Day(), HistoryRows(), list[Row]()
        self._begin()

    def _begin(self) -> None:
        self.rows += self.fold.begin(Header(self.floor.now, f"life-{self.floor.now}", "", 0, "Europe/Madrid", (), ()))
        self.live.begin_life()

    def told(self) -> list[Fact]:
        facts = self.floor.acd.facts()
        self.live.take_all(facts)
        self.rows += [row for fact in facts for row in self.fold.take(fact)]
        return facts

    def kill(self, away_s: float, kept: list[str]) -> None:
        """Dead for ``away_s``; then those of the waiting who are still there have their places again."""
        self.told()
        counts: QueueCounts = self.floor.acd.queue("support", self.floor.now).counts
        joined = {call: self.floor.acd.call(call) for call in kept}
        now = self.floor.now + away_s
        self.floor = FloorManager(operator("1001"), operator("1002"))
        self.floor.now = now
        self._begin()
        self.floor.tell(ev.CountsRestored("support", counts))
        for call, view in joined.items():
            assert view is not None
            self.floor.tell(ev.CallerJoined(call, "support", joined_at=view.joined_at, restored=True))
        self.told()


def test_a_killed_controller_counts_nobody_twice_and_who_left_meanwhile_is_no_longer_offered() -> None:
    centre = Centre()
    floor = centre.floor
    floor.join("ana")
    floor.join("bea")
    floor.join("carla")
    floor.wait(5)
    floor.leave("carla")
    centre.kill(3.0, kept=["ana"])
    centre.floor.log_in("1001")
    centre.floor.answer("ana", "1001")
    centre.floor.wait(LOST_AFTER_S + 1)
    centre.floor.end("ana")
    centre.floor.wait(30)
    centre.told()
    centre.rows += centre.fold.settle(centre.floor.now)
    figures = day_figures(centre.live, centre.floor.now)
    assert (figures.queues[0].offered, figures.queues[0].answered, figures.queues[0].abandoned) == (2, 1, 1)
    assert_same(figures, counted(centre.rows, centre.fold.day))
    lost = [row.call for row in centre.rows if isinstance(row, Counted) and row.what == "lost"]
    assert lost == ["bea"]


def test_the_wait_of_an_adopted_caller_is_one_segment_over_both_lives() -> None:
    centre = Centre()
    began = centre.floor.now
    centre.floor.join("ana")
    centre.floor.wait(5)
    centre.kill(3.0, kept=["ana"])
    centre.floor.log_in("1001")
    centre.floor.answer("ana", "1001")
    centre.told()
    waits = [row for row in centre.rows if isinstance(row, Segment) and row.kind == "waiting"]
    assert [(row.begin, row.outcome) for row in waits] == [(began, "answered")]


def test_who_waits_at_midnight_is_offered_to_both_days() -> None:
    centre = Centre()
    centre.floor.join("ana")
    centre.told()
    first = centre.fold.day
    centre.floor.wait(86_400)
    centre.floor.tell(ev.DayBegan())
    centre.told()
    assert centre.fold.day != first
    assert [row.what for row in counted(centre.rows, first) if row.call] == ["offered"]
    assert [(row.what, row.cause) for row in counted(centre.rows, centre.fold.day) if row.call] == [
        ("offered", "carried")
    ]
    assert_same(day_figures(centre.live, centre.floor.now), counted(centre.rows, centre.fold.day))

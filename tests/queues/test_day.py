"""The day's figures are a fold over facts, and agree with the counts that the board shows, whatever happens."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues import events as ev
from queues.day import Day, fold
from queues.day_report import OperatorFigures, QueueFigures, day_figures
from queues.facts import Fact
from queues.rules import Destination, Exit, QueueRules
from queues.views import QueueCounts
from tests.queues.busy_centre import CODES, NAMES, BusyCentre
from tests.queues.floor_manager import FloorManager, operator

PROFILE = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def queue_of(floor: FloorManager, name: str = "support") -> QueueFigures:
    return next(shown for shown in day_figures(fold(floor.acd.facts()), floor.now).queues if shown.name == name)


def operator_of(floor: FloorManager, code: str = "1001") -> OperatorFigures:
    return next(shown for shown in day_figures(fold(floor.acd.facts()), floor.now).operators if shown.code == code)


@settings(PROFILE)
@given(st.integers(0, 2**32), st.integers(0, 150))
def test_the_fold_over_facts_is_what_the_board_counts_at_every_step(seed: int, steps: int) -> None:
    centre, day = BusyCentre(seed), Day()
    for happened in centre.happened(steps):
        day.take_all(happened.facts)
        for name in NAMES:
            assert day.queue(name).counts == centre.acd.queue(name, centre.now).counts
        for code in CODES:
            view = centre.acd.operator(code)
            if view.since is not None:
                assert day.operator(code).state == view.state


@settings(PROFILE)
@given(st.integers(0, 2**32), st.integers(0, 150))
def test_operators_times_add_up_to_the_time_that_has_passed(seed: int, steps: int) -> None:
    centre, facts = BusyCentre(seed), list[Fact]()
    first: dict[str, float] = {}
    for happened in centre.happened(steps):
        facts += happened.facts
        for code in CODES:
            if centre.acd.operator(code).since is not None:
                first.setdefault(code, happened.at)
        if isinstance(happened.event, ev.DayBegan):
            first = dict.fromkeys(first, happened.at)
    for shown in day_figures(fold(facts), centre.now).operators:
        if shown.code in first:
            assert sum(shown.state_s.values()) == pytest.approx(centre.now - first[shown.code])


def test_a_queues_day() -> None:
    rules = QueueRules("support", wrap_up_s=10, service_level_s=20, short_abandon_s=3, ring_timeout_s=60)
    floor = FloorManager(operator("1001"), queues=[rules])
    floor.log_in("1001")
    floor.join("ana")
    floor.wait(6)
    floor.answer("ana", "1001")
    floor.join("bea")
    floor.join("carla")
    floor.wait(2)
    floor.leave("carla")
    floor.wait(38)
    floor.tell(ev.CallHeld("ana"))
    floor.wait(20)
    floor.leave("ana")
    floor.wait(15)
    floor.answer("bea", "1001")
    floor.wait(10)
    floor.end("bea")
    floor.wait(10)
    shown = queue_of(floor)
    assert (shown.offered, shown.answered, shown.abandoned, shown.short_abandoned) == (3, 2, 1, 1)
    assert (shown.sl, shown.sl2, shown.abandonment) == (1 / 2, 2 / 3, 1 / 3)
    assert shown.answered_waits.sum_s == 6 + 75
    assert shown.asa_s == (6 + 75) / 2
    assert [end for end, number in shown.answered_waits.histogram if number] == [10, 90]
    assert (shown.talk_s, shown.hold_s, shown.wrap_up_s) == (40 + 10, 20, 20)
    assert shown.aht_s == (50 + 20 + 20) / 2


def test_an_operators_day() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.wait(100)
    floor.talk("ana", "1001")
    floor.wait(50)
    floor.tell(ev.CallHeld("ana"))
    floor.wait(10)
    floor.tell(ev.CallResumed("ana"))
    floor.end("ana")
    floor.wait(10)
    floor.join("bea")
    floor.refuse("bea", "1001")
    floor.wait(5)
    floor.tell(ev.OperatorPaused("1001", "lunch"))
    floor.wait(20)
    shown = operator_of(floor)
    assert shown.state_s == {"ready": 100, "talking": 50, "on_hold": 10, "wrap_up": 10, "paused": 25}
    assert shown.paused_s == {"lunch": 20, "rejected": 5}
    assert (shown.offers, shown.answered, shown.rejected, shown.missed) == (2, 1, 1, 0)
    assert (shown.talk_s, shown.hold_s, shown.wrap_up_s) == (50, 10, 10)
    assert shown.aht_s == 70
    assert shown.occupancy == 70 / 170


def test_midnight_cuts_an_operators_time_and_begins_the_counts_anew() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.wait(100)
    floor.join("ana")
    floor.answer("ana", "1001")
    floor.join("bea")
    floor.tell(ev.DayBegan())
    floor.wait(7)
    facts = floor.acd.facts()
    (queue,) = day_figures(fold(facts), floor.now).queues
    (shown,) = day_figures(fold(facts), floor.now).operators
    assert (queue.offered, queue.answered, queue.asa_s) == (1, 0, None)
    assert dict(shown.state_s) == {"talking": 7}


def test_a_days_facts_alone_tell_the_time_since_midnight_of_who_was_at_work_before() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.wait(100)
    floor.acd.facts()
    floor.tell(ev.DayBegan())
    floor.wait(30)
    floor.tell(ev.OperatorPaused("1001", "lunch"))
    floor.wait(5)
    assert operator_of(floor).state_s == {"ready": 30, "paused": 5}


def test_the_estimate_is_judged_by_what_happened_to_those_who_were_answered() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001")
    floor.join("ana")  # 0 to 15 s, since somebody is ready
    floor.wait(5)
    floor.answer("ana", "1001")
    floor.end("ana")
    floor.wait(10)
    floor.join("bea")
    floor.wait(14)
    floor.log_in("1002")
    floor.refuse("bea", "1001")
    floor.wait(10)
    floor.answer("bea", "1002")
    estimates = queue_of(floor).estimates
    assert (estimates.number, estimates.coverage) == (2, 1 / 2)
    assert estimates.mean_error_s == ((5 - 7.5) + (24 - 7.5)) / 2
    assert estimates.mean_abs_error_s == (2.5 + 16.5) / 2


def test_exits_and_refusals_are_counted_by_cause_and_restored_counts_are_gone_on_from() -> None:
    rules = QueueRules("support", join_empty=frozenset(), exits=(Exit("empty", Destination("hang_up", "nobody")),))
    floor = FloorManager(operator("1001"), queues=[rules])
    floor.join("ana")
    floor.log_in("1001")
    floor.tell(ev.OperatorPaused("1001"))
    floor.join("bea")
    floor.tell(ev.CallerLeft("bea", "key", "5"))
    facts = floor.acd.facts()
    (shown,) = day_figures(fold(facts)).queues
    assert (shown.refused, shown.refusals, shown.exited, shown.exits) == (1, {"empty": 1}, 1, {"key": 1})
    floor.tell(ev.CountsRestored("support", QueueCounts(answered=4, abandoned=1)))
    day = fold([*facts, *floor.acd.facts()])
    assert day.queue("support").counts.answered == 4
    assert day.queue("support").counts.offered == 5


def test_a_new_life_of_the_controller_counts_no_time_that_nobody_saw() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.wait(100)
    floor.join("ana")
    day = fold(floor.acd.facts())
    day.begin_life()
    later = FloorManager(operator("1001"))
    later.now = floor.now + 1000
    later.log_in("1001")
    later.wait(3)
    day.take_all(later.acd.facts())
    (shown,) = day_figures(day, later.now).operators
    assert shown.state_s["ready"] == 103

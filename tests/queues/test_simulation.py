"""The simulator against the textbook: caller by caller, in the long run against Erlang, and what else must hold of it."""

from __future__ import annotations

import os
from dataclasses import replace
from math import inf, isclose, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.assumptions import theory
from queues.erlang import erlang_a
from queues.facts import CallConnected, CallerAbandoned, CallerEntered, CallerExited, Fact, OfferMade
from queues.figures import sl2
from queues.rules import Destination, Exit, Membership, OperatorProfile, QueueRules
from queues.simulated import by_interval, figures
from queues.simulation import Simulation, run
from queues.tally import Counts, Tally
from queues.traffic import (
    DAY_S,
    Answering,
    Duration,
    QueueTraffic,
    Rate,
    Shift,
    Traffic,
    callers,
)
from tests.queues import textbook
from tests.queues.simulated_queue import HOUR_S, SUPPORT, chances, simulated, staff, textbook_traffic

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
PROFILE = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def heard(
    queues: list[QueueRules], operators: list[OperatorProfile], traffic: Traffic, seed: int = 1
) -> tuple[list[Fact], Tally]:
    facts: list[Fact] = []
    simulation = Simulation(queues, operators, traffic, chances(seed), facts.append)
    simulation.advance(inf)
    return facts, simulation.tally


@pytest.mark.parametrize("patience_s", [None, 60.0])
@pytest.mark.parametrize(("per_hour", "operators"), [(200.0, 14), (290.0, 14), (15.0, 1)])
def test_every_caller_waits_as_long_as_in_the_textbook_queue(
    per_hour: float, operators: int, patience_s: float | None
) -> None:
    traffic = textbook_traffic(per_hour, operators, patience_s, hours=1500 / per_hour)
    facts, _ = heard([SUPPORT], staff(operators), traffic, seed=7)
    got = {
        fact.call: (fact.waited_s, isinstance(fact, CallConnected))
        for fact in facts
        if isinstance(fact, CallConnected | CallerAbandoned)
    }
    expected = list(textbook.waits(callers(traffic, chances(7)), operators, 0.0))
    assert len(expected) > 1000
    assert len(got) == len(expected)
    for number, (_, waited_s, answered) in enumerate(expected, 1):
        got_s, got_answered = got[f"call-{number}"]
        assert got_answered == answered
        assert isclose(got_s, waited_s, abs_tol=1e-6)


@pytest.mark.parametrize("patience_s", [inf, 60.0])
def test_textbook_queue_agrees_with_erlang_within_2_percent(patience_s: float) -> None:
    """Its every caller is the simulator's (above), so this is the simulator's long run, at the price of an array."""
    vector = {"aht_s": 180.0, "operators": 14, "target_s": 20.0, "patience_s": patience_s}
    runs = 4000
    long = textbook.long_run(5, runs, 3000, per_hour=200.0, **vector)  # type: ignore[arg-type]
    expected = erlang_a(calls_per_hour=200.0, **vector)  # type: ignore[arg-type]
    for name in ("wait_probability", "sl2", "asa_s", "occupancy", *(["abandonment"] if patience_s < inf else [])):
        values, theirs = getattr(long, name), getattr(expected, name)
        half_width = 1.96 * values.std() / sqrt(runs)
        assert half_width < 0.015 * theirs, name
        assert abs(values.mean() - theirs) < 0.02 * theirs, name


@pytest.mark.parametrize(("patience_s", "deep_hours"), [(None, 1000), (60.0, 350)])
def test_simulator_itself_agrees_with_erlang_within_2_percent_where_its_confidence_reaches_so_far(
    patience_s: float | None, deep_hours: float
) -> None:
    """`make test-deep` simulates so many calls (6 million, and 2.1 million with patience) that it does for every figure."""
    traffic = textbook_traffic(patience_s=patience_s, hours=2 + (deep_hours if DEEP else 15))
    tallies = [simulated(traffic, seed) for seed in range(30 if DEEP else 10)]
    expected = theory("support", [SUPPORT], staff(14), traffic).expected
    got = figures(tallies, "support", [profile.code for profile in staff(14)])
    sure = set()
    for name in ("wait_probability", "sl2", "sl", "asa_s", "occupancy", *(["abandonment"] if patience_s else [])):
        estimate, theirs = getattr(got, name), getattr(expected, name)
        assert estimate.holds(theirs), name
        if estimate.half_width < 0.02 * theirs:
            sure.add(name)
            assert abs(estimate.value / theirs - 1) < 0.02, name
    assert len(sure) >= (5 if DEEP else 1), sure


def test_same_seed_gives_the_same_facts_and_another_seed_others() -> None:
    queues = [SUPPORT, replace(SUPPORT, name="sales", strategy="random", wrap_up_s=5)]
    traffic = Traffic(
        tuple(
            QueueTraffic(name, (Rate(0, DAY_S, 60),), Duration(120, "lognormal", 0.8), 90)
            for name in ("support", "sales")
        ),
        tuple(Shift(profile.code) for profile in staff(4)),
        Answering(Duration(3, "lognormal", 0.5), refused=0.1),
        duration_s=2 * HOUR_S,
    )
    first, again, other = (heard(queues, staff(4, "support", "sales"), traffic, seed)[0] for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_other_rules_meet_the_very_same_callers() -> None:
    traffic = textbook_traffic(hours=3)
    one, _ = heard([SUPPORT], staff(14), traffic)
    other, _ = heard([replace(SUPPORT, wrap_up_s=30, strategy="ring_all")], staff(14), traffic)
    arrivals = [[(fact.call, fact.at) for fact in facts if isinstance(fact, CallerEntered)] for facts in (one, other)]
    assert arrivals[0] == arrivals[1]


RATES = st.floats(5, 120)


@settings(PROFILE, max_examples=150 if DEEP else 30)
@given(
    seed=st.integers(0, 1000),
    per_hour=RATES,
    operators=st.integers(1, 6),
    patience_s=st.none() | st.floats(5, 300),
    delay_s=st.sampled_from([0.0, 3.0, 14.0, 40.0]),
    refused=st.sampled_from([0.0, 0.3]),
    strategy=st.sampled_from(["longest_idle", "ring_all", "ring_progressively", "random"]),
    capacity=st.none() | st.integers(1, 5),
    shift_h=st.floats(0.5, 4),
)
def test_everybody_offered_is_answered_or_abandoned_or_left_or_unserved(
    seed: int,
    per_hour: float,
    operators: int,
    patience_s: float | None,
    delay_s: float,
    refused: float,
    strategy: str,
    capacity: int | None,
    shift_h: float,
) -> None:
    rules = QueueRules(
        "support",
        strategy=strategy,  # type: ignore[arg-type]
        capacity=capacity,
        exits=(Exit("full", Destination("hang_up", "full")),) if capacity else (),
        max_wait_s=200,
    )
    traffic = Traffic(
        (QueueTraffic("support", (Rate(0, DAY_S, per_hour),), Duration(120), patience_s),),
        tuple(Shift(profile.code, 0, shift_h * HOUR_S) for profile in staff(operators)),
        Answering(Duration(delay_s, "exponential" if delay_s else "fixed"), refused),
        duration_s=3 * HOUR_S,
    )
    tally = simulated(traffic, seed, rules, operators)
    whole = tally.queue("support")
    came = sum(1 for _ in callers(traffic, chances(seed)))
    assert whole.offered + whole.refused == came
    assert whole.offered == whole.answered + whole.abandoned + whole.exited + whole.unserved
    assert whole.answered == whole.handled
    assert whole.answered_in_sl <= whole.answered
    time = tally.time_of(profile.code for profile in staff(operators))
    assert time.contact_s + time.ready_s <= operators * min(3, shift_h + 1) * HOUR_S + 1e-6


def test_without_wrap_up_the_time_on_contact_is_the_time_talked_and_all_time_is_counted() -> None:
    traffic = replace(textbook_traffic(hours=5), warm_up_s=0.0, interval_s=700.0)
    tally = simulated(traffic)
    time = tally.time_of(profile.code for profile in staff(14))
    assert isclose(time.contact_s + time.ready_s, 14 * 5 * HOUR_S, rel_tol=1e-9)
    assert time.contact_s <= tally.queue("support").talk_s


def test_simulator_counts_what_the_live_acd_counts_and_gives_the_same_service_level() -> None:
    traffic = replace(textbook_traffic(per_hour=290, patience_s=60, hours=3), warm_up_s=0.0)
    simulation = Simulation([SUPPORT], staff(14), traffic, chances(2))
    simulation.advance(inf)
    live = simulation._acd.queue("support", simulation.now).counts
    whole = simulation.tally.queue("support")
    for name in ("offered", "answered", "abandoned", "answered_in_sl", "abandoned_in_sl", "exited", "refused"):
        assert getattr(whole, name) == getattr(live, name), name
    assert whole.abandoned > 0
    level = figures([simulation.tally], "support", []).sl2
    assert level is not None
    assert level.value == sl2(live)


def test_figures_by_interval_add_up_to_the_whole() -> None:
    traffic = replace(textbook_traffic(patience_s=60, hours=4), warm_up_s=0.0, interval_s=1000.0)
    tally = simulated(traffic)
    parts = by_interval([tally], "support", ["1001"])
    assert [part.begin_s for part in parts] == [1000.0 * number for number in range(15)]
    whole = Counts()
    for part in parts:
        whole.add(part.figures.counts)
    assert whole.offered == tally.queue("support").offered
    assert isclose(whole.wait_answered_s, tally.queue("support").wait_answered_s)


def test_callers_of_the_warm_up_are_in_no_figure() -> None:
    traffic = textbook_traffic(hours=4)
    counted = [caller for caller in callers(traffic, chances(1)) if caller.at >= traffic.warm_up_s]
    assert simulated(traffic).queue("support").offered == len(counted)


def test_refused_offers_go_to_the_next_operator_and_cost_time_only() -> None:
    traffic = replace(textbook_traffic(per_hour=30, hours=5), answering=Answering(Duration(2, "fixed"), refused=0.4))
    facts, tally = heard([SUPPORT], staff(14), traffic)
    whole = tally.queue("support")
    offers = sum(isinstance(fact, OfferMade) for fact in facts)
    connected = [fact for fact in facts if isinstance(fact, CallConnected)]
    assert whole.offered == whole.answered > 0
    assert offers > len(connected) * 1.3
    assert all(fact.waited_s >= 2 for fact in connected)
    assert max(fact.waited_s for fact in connected) > 2


def test_operator_paused_for_good_comes_back_after_a_while() -> None:
    rules = replace(SUPPORT, max_misses=1)
    traffic = replace(
        textbook_traffic(30, operators=2, hours=5), answering=Answering(Duration(2, "fixed"), refused=0.5)
    )
    whole = simulated(traffic, rules=rules, operators=2).queue("support")
    assert whole.answered == whole.offered > 50


def test_phone_that_rings_longer_than_its_time_is_not_answered() -> None:
    traffic = replace(textbook_traffic(per_hour=30, hours=3, patience_s=60), answering=Answering(Duration(16, "fixed")))
    facts, tally = heard([SUPPORT], staff(14), traffic)  # a phone rings for 15 s
    whole = tally.queue("support")
    assert whole.answered == 0
    assert whole.abandoned == whole.offered > 0
    assert any(isinstance(fact, OfferMade) for fact in facts)


def test_ring_all_with_instant_answers_is_the_textbook_queue_too() -> None:
    traffic = textbook_traffic(hours=20)
    plain, ringing_all = (simulated(traffic, rules=replace(SUPPORT, strategy=s)) for s in ("longest_idle", "ring_all"))
    assert isclose(plain.queue("support").wait_answered_s, ringing_all.queue("support").wait_answered_s, rel_tol=1e-9)


def test_callers_who_overflow_are_served_in_the_other_queue() -> None:
    queues = [
        replace(SUPPORT, exits=(Exit("waited", Destination("queue", "second"), 10),)),
        replace(SUPPORT, name="second"),
    ]
    operators = [OperatorProfile("1001", ("support",)), OperatorProfile("1002", (Membership("second"),))]
    one = QueueTraffic("support", (Rate(0, DAY_S, 30),), Duration(180))
    traffic = Traffic((one,), (Shift("1001"), Shift("1002")), duration_s=5 * HOUR_S)
    facts, tally = heard(queues, operators, traffic)
    moved = [fact for fact in facts if isinstance(fact, CallerExited)]
    first, second = tally.queue("support"), tally.queue("second")
    assert first.exited == second.offered == len(moved) > 0
    assert first.offered == first.answered + first.exited
    assert second.answered == second.offered


def test_work_stops_when_the_shift_is_over_and_who_waits_on_is_unserved() -> None:
    one = QueueTraffic("support", (Rate(0, DAY_S, 60),), Duration(60))
    traffic = Traffic((one,), (Shift("1001", 0, HOUR_S),), duration_s=2 * HOUR_S)
    whole = simulated(traffic, operators=1).queue("support")
    assert whole.unserved > 30
    assert whole.offered == whole.answered + whole.unserved


def test_run_tells_how_far_it_is() -> None:
    simulation = Simulation([SUPPORT], staff(14), textbook_traffic(hours=3), chances(1))
    steps = list(run(simulation, HOUR_S))
    assert steps[:3] == [HOUR_S] * 3
    assert simulation.finished

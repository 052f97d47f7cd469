"""Live and historical figures are the same, and behind each count there are as many calls as it says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ari_app.adapters.catalogue_database import Database
from console.figures.counting import LISTS, Sums, figures
from console.figures.definitions import DEFINITIONS
from console.figures.queries import Dimension, FiguresStore, Wanted
from console.figures.spans import Days, hour_named, hours_of
from queues.day_report import day_figures
from tests.console.figures.conftest import SEEDS
from tests.console.figures.past import CENTRE, CLOCKS_GO_BACK, DAYS, MADRID, day_fold, past_of

EXAMPLES = 500 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 40
PROFILE = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ALL_DAYS = Days(DAYS[0], DAYS[-1])
seeds = st.sampled_from(SEEDS)
of_days = st.sampled_from([ALL_DAYS, *(Days(day, day) for day in DAYS)])
of_queues = st.sampled_from([None, None, frozenset({"soporte"}), frozenset({"ventas", "nowhere"})])
of_operators = st.sampled_from([None, None, frozenset({"1002"}), frozenset({"1001", "1003"})])
dimensions = st.sampled_from(["queue", "operator", "team", "day", "hour", "hour_of_day"])


def sums_of(database: Database, wanted: Wanted, *by: Dimension) -> dict[tuple[str, ...], Sums]:
    return FiguresStore(database).sums(wanted, by, MADRID, CENTRE.team_of)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("day", DAYS)
def test_the_figures_of_a_day_are_those_that_were_shown_live(
    databases: Mapping[int, Database], seed: int, day: date
) -> None:
    live = day_figures(day_fold(past_of(seed), day))
    wanted = Wanted(Days(day, day))
    by_queue = sums_of(databases[seed], wanted, "queue")
    by_operator = sums_of(databases[seed], wanted, "operator")
    assert len(live.queues) == 2
    for queue in live.queues:
        shown = figures(by_queue[queue.name,], of_operators=False, times=False)
        for id_ in set(DEFINITIONS) - {"lost", "rung", "missed", "rejected"}:
            if shown[id_] is not None:
                assert shown[id_] == pytest.approx(getattr(queue, id_)), (queue.name, id_)
        assert shown["rung"] == queue.offers
        assert shown["offered"]
    for operator in live.operators:
        shown = figures(by_operator[operator.code,], of_operators=True, times=True)
        assert shown["rung"] == operator.offers
        for id_ in ("answered", "missed", "rejected", "handled", "aht_s", "talk_s", "hold_s", "wrap_up_s"):
            assert shown[id_] == pytest.approx(getattr(operator, id_)), (operator.code, id_)
        if day == DAYS[-1]:  # of the others the live fold has forgotten how the day ended
            assert shown["occupancy"] == pytest.approx(operator.occupancy)
        assert shown["ready_s"] == pytest.approx(operator.state_s["ready"])
        assert shown["paused_s"] == pytest.approx(operator.state_s.get("paused", 0.0))


@PROFILE
@given(seeds, of_days, of_queues, of_operators, dimensions, st.sampled_from(sorted(LISTS)), st.data())
def test_as_many_calls_are_listed_as_the_figure_says(
    databases: Mapping[int, Database],
    seed: int,
    days: Days,
    queues: frozenset[str] | None,
    operators: frozenset[str] | None,
    dimension: Dimension,
    name: str,
    data: st.DataObject,
) -> None:
    wanted = Wanted(days, queues, operators)
    groups = sums_of(databases[seed], wanted, dimension)
    if not groups:
        return
    key = data.draw(st.sampled_from(sorted(groups)))
    page = FiguresStore(databases[seed]).listed(name, narrowed(wanted, dimension, key[0]), MADRID, limit=10_000)
    assert page.total == len(page.items) == groups[key].count(name)
    assert all(item["call"] for item in page.items)


def narrowed(wanted: Wanted, dimension: Dimension, value: str) -> Wanted:
    """What the address behind a group's number asks for."""
    match dimension:
        case "queue":
            return wanted.within({value}, None)
        case "operator":
            return wanted.within(None, {value})
        case "team":
            return wanted.within(None, CENTRE.operators_of(value))
        case "day":
            day = date.fromisoformat(value)
            return Wanted(Days(day, day), wanted.queues, wanted.operators)
        case "hour":
            return Wanted(wanted.days, wanted.queues, wanted.operators, hour_named(value, MADRID))
        case "hour_of_day":
            return Wanted(wanted.days, wanted.queues, wanted.operators, hour_of_day=value)


@PROFILE
@given(seeds, of_days, of_queues, st.sampled_from(["day", "hour", "hour_of_day"]))
def test_groups_add_up_to_the_whole(
    databases: Mapping[int, Database],
    seed: int,
    days: Days,
    queues: frozenset[str] | None,
    dimension: Dimension,
) -> None:
    wanted, whole = Wanted(days, queues), Sums()
    for part in sums_of(databases[seed], wanted, dimension).values():
        whole.add(part)
    at_once = sums_of(databases[seed], wanted).get((), Sums())
    assert whole.number == at_once.number
    assert whole.seconds == pytest.approx(dict(at_once.seconds))
    assert whole.state_s == pytest.approx(dict(at_once.state_s))


def test_the_hour_that_comes_twice_is_two_hours(databases: Mapping[int, Database]) -> None:
    wanted = Wanted(Days(CLOCKS_GO_BACK, CLOCKS_GO_BACK))
    by_hour = sums_of(databases[SEEDS[0]], wanted, "hour")
    twice = [by_hour[hour,].count("offered") for hour in ("2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00")]
    of_each_day = sums_of(databases[SEEDS[0]], wanted, "hour_of_day")
    assert all(twice)
    assert sum(twice) == of_each_day["02",].count("offered")


@pytest.mark.parametrize(("day", "number"), [(CLOCKS_GO_BACK, 25), (date(2026, 3, 29), 23), (date(2026, 11, 28), 24)])
def test_a_day_has_as_many_hours_as_the_clock_makes(day: date, number: int) -> None:
    hours = hours_of(day, MADRID)
    assert len(hours) == number
    assert all(hour.end - hour.begin == 3600 for hour in hours)
    assert [hour.is_first for hour in hours].count(True) == [hour.is_last for hour in hours].count(True) == 1

"""Confidence intervals: known values, and that they hold the truth as often as they say."""

from __future__ import annotations

import random

import pytest

from queues.confidence import Estimate, ratio, student_t_95


@pytest.mark.parametrize(("degrees", "expected"), [(1, 12.706), (9, 2.262), (11, 2.201), (20, 2.086), (60, 2.000)])
def test_student_t_is_that_of_the_tables(degrees: int, expected: float) -> None:
    assert student_t_95(degrees) == pytest.approx(expected, abs=6e-4)


def test_ratio_of_sums_not_mean_of_ratios() -> None:
    estimate = ratio([(1, 1), (0, 9)])
    assert estimate is not None
    assert estimate.value == 0.1


def test_equal_replications_leave_no_doubt_and_one_replication_tells_nothing_of_it() -> None:
    assert ratio([(3, 4)] * 5) == Estimate(0.75, 0.0)
    alone = ratio([(3, 4)])
    assert alone == Estimate(0.75, None)
    assert alone is not None
    assert alone.holds(0.75) is None


def test_nothing_to_divide_by_gives_nothing() -> None:
    assert ratio([(0, 0), (0, 0)]) is None
    assert ratio([]) is None


def test_interval_holds_the_truth_in_95_of_100_cases() -> None:
    chance = random.Random(11)
    held = 0
    for _ in range(2000):
        # Ten days, each with another number of callers, of whom on average 30 % wait; days differ.
        days = []
        for _ in range(10):
            callers = chance.randint(80, 120)
            share = min(1.0, max(0.0, chance.gauss(0.3, 0.05)))
            days.append((sum(chance.random() < share for _ in range(callers)), callers))
        estimate = ratio(days)
        held += estimate is not None and bool(estimate.holds(0.3))
    assert held / 2000 == pytest.approx(0.95, abs=0.015)

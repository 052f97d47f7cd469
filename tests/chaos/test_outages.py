"""The experiments of `make chaos` in short: a crash, a hand-over, a Redis that forgets. How long things take is not judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.crashes import crashes
from tests.chaos.loads import rolling_upgrade
from tests.chaos.outages import redis_forgets
from tests.chaos.report import Aim, Finding, at_most, missed, none_of, table

pytestmark = pytest.mark.timeout(180)


@pytest.mark.e2e
async def test_a_killed_controller_drops_nobody_keeps_the_order_and_offers_nobody_twice(tmp_path: Path) -> None:
    finding = await crashes(tmp_path, talking=7, waiting=4, rounds=1, progress=print)
    assert missed(finding) == []


@pytest.mark.e2e
async def test_calls_go_on_while_one_controller_hands_over_to_the_next_and_back(tmp_path: Path) -> None:
    finding = await rolling_upgrade(tmp_path, rate=4, seconds=12, hand_overs=1, progress=print)
    assert missed(finding) == []


@pytest.mark.e2e
async def test_a_redis_that_lost_its_last_second_is_told_it_again(tmp_path: Path) -> None:
    finding = await redis_forgets(tmp_path, rounds=1, progress=print)
    assert missed(finding) == []


def test_a_finding_tells_what_was_missed_and_a_test_does_not_judge_times() -> None:
    aims = (none_of("calls dropped", ["600"]), at_most("gap", 60, [10.0, 70.0], "ms"), at_most("gap", 60, [], "ms"))
    finding = Finding("a fault", "once", aims, remark="because")
    assert not finding.held
    assert missed(finding) == [Aim("0 calls dropped", "1: 600", False)]
    assert "| a fault | once | 0 calls dropped | 1: 600 | **failed** |" in table([finding])
    assert "- a fault: because" in table([finding])


def test_shares_are_by_nearest_rank() -> None:
    assert at_most("adopted", 3, [1.0, 2.0, 9.0], "s", 0.66).found == "2 s"
    assert at_most("adopted", 3, [1.0, 2.0, 9.0], "s", 0.99).found == "9 s"

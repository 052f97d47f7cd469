"""Made-up traffic: who comes when, wants what, takes how long, and who is at work."""

from __future__ import annotations

import random
from itertools import groupby
from math import sqrt

import pytest

from queues.traffic import (
    DAY_S,
    Chances,
    Duration,
    QueueTraffic,
    Rate,
    Shift,
    Traffic,
    Wanted,
    callers,
    presence,
)

HOUR_S = 3600.0


def chances(seed: int) -> Chances:
    return lambda name: random.Random(f"{seed}/{name}")


def test_share_of_callers_wants_the_skill() -> None:
    one = QueueTraffic(
        "support", (Rate(0, DAY_S, 600),), Duration(1), wants=(Wanted(0.1, {"english": 1}), Wanted(0.2, {"gas": 2}))
    )
    wanted = [tuple(caller.skills) for caller in callers(Traffic((one,), ()), chances(1))]
    shares = {key: len(list(group)) / len(wanted) for key, group in groupby(sorted(wanted))}
    assert shares[("english",)] == pytest.approx(0.1, abs=0.02)
    assert shares[("gas",)] == pytest.approx(0.2, abs=0.02)
    assert shares[()] == pytest.approx(0.7, abs=0.02)


def test_callers_come_at_the_rate_of_the_time_of_day_every_day() -> None:
    one = QueueTraffic("support", (Rate(8 * HOUR_S, 10 * HOUR_S, 300), Rate(10 * HOUR_S, 11 * HOUR_S, 60)), Duration(1))
    came = [caller.at for caller in callers(Traffic((one,), (), duration_s=20 * DAY_S), chances(2))]
    hours = [int(at % DAY_S // HOUR_S) for at in came]
    assert set(hours) == {8, 9, 10}
    assert came == sorted(came)
    assert hours.count(8) == pytest.approx(6000, rel=0.05)
    assert hours.count(10) == pytest.approx(1200, rel=0.1)


@pytest.mark.parametrize(
    ("duration", "cv"), [(Duration(180), 1.0), (Duration(180, "lognormal", 0.6), 0.6), (Duration(180, "fixed"), 0.0)]
)
def test_durations_have_their_mean_and_variation(duration: Duration, cv: float) -> None:
    chance = random.Random(4)
    drawn = [duration.draw(chance) for _ in range(40_000)]
    mean = sum(drawn) / len(drawn)
    deviation = sqrt(sum((one - mean) ** 2 for one in drawn) / len(drawn))
    assert mean == pytest.approx(180, rel=0.02)
    assert deviation / mean == pytest.approx(cv, abs=0.02)


def test_shifts_that_touch_are_one_and_midnight_ends_none() -> None:
    shifts = (Shift("1001"), Shift("1002", 0, 3600), Shift("1002", 3600, 7200), Shift("1003", 80_000, DAY_S))
    traffic = Traffic((), shifts, duration_s=1.5 * DAY_S)
    assert list(presence(traffic)) == [
        (0, "1001", True),
        (0, "1002", True),
        (7200, "1002", False),
        (80_000, "1003", True),
        (DAY_S, "1003", False),
        (DAY_S, "1002", True),
        (DAY_S + 7200, "1002", False),
    ]

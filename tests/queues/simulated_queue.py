"""The queue that the simulator's tests simulate: that of the vector, 200 calls an hour of 180 s for 14 operators."""

from __future__ import annotations

import random
from math import inf

from queues.rules import OperatorProfile, QueueRules
from queues.simulation import Simulation
from queues.tally import Tally
from queues.traffic import DAY_S, Chances, Duration, QueueTraffic, Rate, Shift, Traffic

SUPPORT = QueueRules("support", wrap_up_s=0, service_level_s=20)
HOUR_S = 3600.0


def chances(seed: int) -> Chances:
    return lambda name: random.Random(f"{seed}/{name}")


def staff(number: int, *queues: str) -> list[OperatorProfile]:
    return [OperatorProfile(str(1001 + index), queues or ("support",)) for index in range(number)]


def textbook_traffic(
    per_hour: float = 200, operators: int = 14, patience_s: float | None = None, hours: float = 100
) -> Traffic:
    """Of the vector: 200 calls an hour of 180 s for 14 operators."""
    queue = QueueTraffic("support", (Rate(0, DAY_S, per_hour),), Duration(180), patience_s)
    shifts = tuple(Shift(profile.code) for profile in staff(operators))
    return Traffic((queue,), shifts, duration_s=hours * HOUR_S, warm_up_s=2 * HOUR_S, interval_s=hours * HOUR_S)


def simulated(traffic: Traffic, seed: int = 1, rules: QueueRules = SUPPORT, operators: int = 14) -> Tally:
    simulation = Simulation([rules], staff(operators), traffic, chances(seed))
    simulation.advance(inf)
    return simulation.tally

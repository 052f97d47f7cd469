"""Do Erlang's assumptions hold for a queue in this traffic, and what would his formulas then expect? Else: which do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from queues.erlang import Expectation, erlang_a
from queues.rules import OperatorProfile, QueueRules
from queues.traffic import DAY_S, QueueTraffic, Traffic

Broken = Literal[
    "calls_vary",
    "handling_not_exponential",
    "wrap_up",
    "answering_takes_time",
    "offers_refused",
    "skills_wanted",
    "shared_operators",
    "shifts",
    "penalties",
    "ways_out",
    "calls_from_elsewhere",
    "no_operators",
    "no_warm_up",
    "overload",
]


@dataclass(frozen=True, slots=True)
class Theory:
    """``expected`` by the formula (``C``: all wait, ``A``: with patience), or None with all that is ``broken``."""

    formula: Literal["C", "A"]
    expected: Expectation | None
    broken: tuple[Broken, ...]


def theory(queue: str, queues: Sequence[QueueRules], operators: Sequence[OperatorProfile], traffic: Traffic) -> Theory:
    """What to expect of ``queue``, one of those that have callers. ``queues`` and ``operators`` are all that are simulated."""
    one = next(one for one in traffic.queues if one.queue == queue)
    rules = next(rules for rules in queues if rules.name == queue)
    own = [profile for profile in operators if any(place.queue == queue for place in profile.memberships)]
    broken = [*_broken_by_traffic(one, traffic, len(own)), *_broken_by_rules(rules, own, traffic)]
    if any(way.to.kind == "queue" and way.to.name == queue for other in queues for way in other.exits):
        broken.append("calls_from_elsewhere")
    formula: Literal["C", "A"] = "C" if one.patience_s is None else "A"
    if broken:
        return Theory(formula, None, tuple(broken))
    expected = erlang_a(
        calls_per_hour=one.steady_rate or 0.0,
        aht_s=one.handling.mean_s,
        operators=len(own),
        target_s=rules.service_level_s,
        patience_s=one.patience_s or inf,
    )
    return Theory(formula, expected, ())


def _broken_by_traffic(one: QueueTraffic, traffic: Traffic, operators: int) -> Iterable[Broken]:
    rate = one.steady_rate
    if rate is None:
        yield "calls_vary"
    elif one.patience_s is None and rate / 3600 * one.handling.mean_s >= operators > 0:
        yield "overload"
    if one.handling.kind != "exponential" or one.handling.mean_s == 0:
        yield "handling_not_exponential"
    if traffic.answering.delay.mean_s > 0:
        yield "answering_takes_time"
    if traffic.answering.refused > 0:
        yield "offers_refused"
    if any(wanted.share > 0 and wanted.skills for wanted in one.wants):
        yield "skills_wanted"
    if traffic.warm_up_s == 0:
        yield "no_warm_up"


def _broken_by_rules(rules: QueueRules, own: Sequence[OperatorProfile], traffic: Traffic) -> Iterable[Broken]:
    places = [place for profile in own for place in profile.memberships]
    here = [place for place in places if place.queue == rules.name]
    own_wrap_up = any(rules.wrap_up_s if place.wrap_up_s is None else place.wrap_up_s for place in here)
    whole_day = {shift.operator for shift in traffic.shifts if (shift.start_s, shift.end_s) == (0.0, DAY_S)}
    by_penalty = any(ring.min_penalty is not None or ring.max_penalty is not None for ring in rules.rings)
    ways_out = (rules.capacity, rules.max_wait_s, rules.join_empty, rules.leave_when_empty)
    if not own:
        yield "no_operators"
    if own_wrap_up or rules.wrap_up_until_disposition:
        yield "wrap_up"
    if {place.queue for place in places} & {other.queue for other in traffic.queues} > {rules.name}:
        yield "shared_operators"
    if any(profile.code not in whole_day for profile in own):
        yield "shifts"
    if by_penalty or rules.min_penalty or rules.max_penalty is not None:
        yield "penalties"
    if rules.exits or any(way is not None for way in ways_out):
        yield "ways_out"

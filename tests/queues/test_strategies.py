"""Who among the free is rung first, by each strategy; one rule a test."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from queues.acd import Acd
from queues.events import (
    CallerJoined,
    ConversationEnded,
    MembershipsChanged,
    OfferAnswered,
    OperatorBecameReady,
    PhoneBecameReachable,
    TimePassed,
)
from queues.rules import Membership, OperatorProfile, QueueRules
from queues.strategies import Strategy
from tests.queues.floor_manager import SUPPORT, FloorManager, brief, operator


def floor_with(strategy: Strategy, *operators: OperatorProfile, **rules: Any) -> FloorManager:
    people = operators or (operator("1001"), operator("1002"), operator("1003"))
    return FloorManager(*people, queues=[replace(SUPPORT, strategy=strategy, wrap_up_s=0, **rules)])


def serve(floor: FloorManager, call: str, talk_s: float = 1.0) -> str:
    """A call is offered, answered and ended; who had it."""
    [(_, _, code)] = floor.join(call)
    floor.answer(call, code)
    floor.now += talk_s
    floor.end(call)
    return code


def test_longest_idle_goes_to_whoever_became_ready_first() -> None:
    floor = floor_with("longest_idle")
    for code in ("1003", "1001", "1002"):
        floor.now += 1
        floor.log_in(code)
    assert [serve(floor, f"call{n}") for n in range(6)] == ["1003", "1001", "1002", "1003", "1001", "1002"]


def test_linear_always_begins_at_the_top_of_the_fixed_order() -> None:
    floor = floor_with("linear")
    floor.log_in("1003", "1002", "1001")
    assert [serve(floor, f"call{n}") for n in range(3)] == ["1001", "1001", "1001"]
    floor.join("busy")
    assert floor.join("next") == [("offer", "next", "1002")]


def test_round_robin_goes_on_behind_the_one_rung_last_in_the_fixed_order() -> None:
    floor = floor_with("round_robin")
    floor.log_in("1003", "1002", "1001")
    assert [serve(floor, f"call{n}") for n in range(4)] == ["1001", "1002", "1003", "1001"]


def test_round_robin_with_memory_of_log_in_goes_round_in_that_order() -> None:
    floor = floor_with("round_robin_memory")
    floor.log_in("1003", "1001", "1002")
    assert [serve(floor, f"call{n}") for n in range(4)] == ["1003", "1001", "1002", "1003"]


def test_the_turn_passes_over_who_is_busy_and_comes_back_to_them() -> None:
    floor = floor_with("round_robin")
    floor.log_in("1001", "1002", "1003")
    floor.join("long")
    floor.answer("long", "1001")
    assert [serve(floor, f"call{n}") for n in range(3)] == ["1002", "1003", "1002"]
    floor.end("long")
    assert [serve(floor, f"more{n}") for n in range(2)] == ["1003", "1001"]


def test_fewest_calls_goes_to_whoever_had_least_of_this_queue_today() -> None:
    floor = floor_with("fewest_calls")
    floor.log_in("1001")
    assert [serve(floor, f"call{n}") for n in range(2)] == ["1001", "1001"]
    floor.log_in("1002")
    assert [serve(floor, f"more{n}") for n in range(3)] == ["1002", "1002", "1001"]


def test_least_talk_time_goes_to_whoever_talked_least_today() -> None:
    floor = floor_with("least_talk_time")
    floor.log_in("1001", "1002")
    assert serve(floor, "long", talk_s=100) == "1001"
    assert [serve(floor, f"short{n}", talk_s=40) for n in range(4)] == ["1002", "1002", "1002", "1001"]


def _shares(strategy: Strategy, weights: dict[str, float], calls: int = 6000) -> dict[str, float]:
    """How the calls are shared when everybody is free each time."""
    rules = QueueRules("support", strategy=strategy, wrap_up_s=0)
    people = [OperatorProfile(code, (Membership("support", weight=weight),)) for code, weight in weights.items()]
    acd, served, now = Acd([rules], people, random.Random(7).random), Counter[str](), 0.0
    for code in weights:
        acd.handle(PhoneBecameReachable(code), now)
        acd.handle(OperatorBecameReady(code), now)
    for number in range(calls):
        now += 1
        [(_, _, code)] = brief(acd.handle(CallerJoined(f"call{number}", "support"), now))
        served[code] += 1
        acd.handle(OfferAnswered(f"call{number}", code), now)
        acd.handle(ConversationEnded(f"call{number}"), now)
        acd.handle(TimePassed(), now)
    return {code: served[code] / calls for code in weights}


def test_random_shares_evenly() -> None:
    shares = _shares("random", {"1001": 1, "1002": 5, "1003": 1, "1004": 1})
    assert all(abs(share - 0.25) < 0.02 for share in shares.values()), shares


def test_weighted_random_shares_in_proportion_to_the_weights() -> None:
    shares = _shares("weighted_random", {"1001": 1, "1002": 2, "1003": 5})
    expected = {"1001": 1 / 8, "1002": 2 / 8, "1003": 5 / 8}
    assert all(abs(shares[code] - share) < 0.02 for code, share in expected.items()), shares


def test_ring_all_rings_everybody_and_the_first_to_answer_has_the_call() -> None:
    floor = floor_with("ring_all")
    floor.log_in("1001", "1002", "1003")
    assert floor.join("ana") == [("offer", "ana", code) for code in ("1001", "1002", "1003")]
    assert floor.answer("ana", "1002") == [
        ("withdraw", "ana", "1001", "answered_elsewhere"),
        ("withdraw", "ana", "1003", "answered_elsewhere"),
        ("connect", "ana", "1002"),
    ]
    assert (floor.state("1001"), floor.state("1003")) == ("ready", "ready")
    assert floor.answer("ana", "1003") == [("withdraw", "ana", "1003", "stale")]


def test_ring_all_rings_whoever_becomes_free_meanwhile_too() -> None:
    floor = floor_with("ring_all")
    floor.log_in("1001")
    floor.join("ana")
    assert floor.log_in("1002") == [("offer", "ana", "1002")]
    assert floor.join("bea") == []
    assert floor.answer("ana", "1002")[-2:] == [("connect", "ana", "1002"), ("offer", "bea", "1001")]


def test_ring_all_goes_on_ringing_the_others_when_one_refuses() -> None:
    floor = floor_with("ring_all")
    floor.log_in("1001", "1002")
    floor.join("ana")
    assert floor.refuse("ana", "1001") == []
    assert (floor.stage("ana"), floor.acd.call("ana").ringing) == ("ringing", ("1002",))  # type: ignore[union-attr]


def test_ring_progressively_adds_one_phone_every_step() -> None:
    floor = floor_with("ring_progressively", ring_step_s=4, ring_timeout_s=60)
    floor.log_in("1001", "1002", "1003")
    assert floor.join("ana") == [("offer", "ana", "1001")]
    assert floor.wait(3.9) == []
    assert floor.wait(0.1) == [("offer", "ana", "1002")]
    assert floor.wait(4) == [("offer", "ana", "1003")]
    assert floor.answer("ana", "1001")[-1] == ("connect", "ana", "1001")


@pytest.mark.parametrize("strategy", ["longest_idle", "round_robin", "fewest_calls", "random", "linear"])
def test_a_lower_penalty_comes_before_any_strategy(strategy: Strategy) -> None:
    people = [
        OperatorProfile("1001", (Membership("support", penalty=5),)),
        OperatorProfile("1002", (Membership("support", penalty=1),)),
    ]
    floor = floor_with(strategy, *people)
    floor.log_in("1001", "1002")
    assert [serve(floor, f"call{n}") for n in range(3)] == ["1002", "1002", "1002"]
    floor.join("first")
    assert floor.join("second") == [("offer", "second", "1001")]


def test_another_penalty_counts_at_once_for_who_is_free() -> None:
    floor = floor_with("longest_idle")
    floor.log_in("1001", "1002")
    floor.tell(MembershipsChanged("1001", (Membership("support", penalty=3),)))
    assert floor.join("ana") == [("offer", "ana", "1002")]


def test_the_heavier_queue_is_served_first_by_operators_of_both() -> None:
    queues = [QueueRules("support"), QueueRules("sales", weight=1)]
    floor = FloorManager(operator("1001", "support", "sales"), queues=queues)
    floor.join("ana", "support", priority=50)
    floor.now += 5
    floor.join("bea", "sales")
    assert floor.log_in("1001") == [("offer", "bea", "1001")]

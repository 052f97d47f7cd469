"""Who is offered the next call: longest idle operator, longest waiting caller, one offer at a time."""

from __future__ import annotations

import pytest

from queues.effects import OfferCall, PassedOver
from queues.events import CallerJoined, OperatorBecameReady, OperatorPaused, PhoneBecameReachable
from tests.queues.floor_manager import SUPPORT, FloorManager, operator


def test_caller_who_joins_is_offered_to_a_ready_operator() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    assert floor.join("ana") == [("offer", "ana", "1001")]
    assert (floor.state("1001"), floor.stage("ana")) == ("ringing", "ringing")


def test_operator_who_becomes_ready_is_offered_the_waiting_caller() -> None:
    floor = FloorManager(operator("1001"))
    assert floor.join("ana") == []
    assert floor.log_in("1001") == [("offer", "ana", "1001")]


def test_operator_of_another_queue_is_not_offered_the_call() -> None:
    floor = FloorManager(operator("1001", "sales"))
    floor.log_in("1001")
    assert floor.join("ana", "support") == []


def test_longest_idle_operator_is_chosen_and_not_the_next_in_turn() -> None:
    floor = FloorManager(operator("1001"), operator("1002"), operator("1003"))
    floor.log_in("1001", "1002", "1003")
    floor.talk("ana", "1001")
    floor.talk("bea", "1002")
    floor.end("bea")
    floor.wait(SUPPORT.wrap_up_s)
    floor.end("ana")
    floor.wait(SUPPORT.wrap_up_s)  # round robin would now go 1003, 1001, 1002
    floor.talk("carla", "1003")
    assert floor.join("dora") == [("offer", "dora", "1002")]
    assert floor.join("eva") == [("offer", "eva", "1001")]


def test_idle_time_counts_from_the_end_of_wrap_up_not_of_the_conversation() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001")
    floor.talk("ana", "1001")
    floor.end("ana")
    floor.wait(5)
    floor.log_in("1002")  # idle from second 5, 1001 from second 10
    floor.wait(20)
    assert floor.join("bea") == [("offer", "bea", "1002")]


def test_operators_ready_at_the_same_moment_are_chosen_in_the_order_of_their_log_in() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1002", "1001")
    assert floor.join("ana") == [("offer", "ana", "1002")]


def test_saying_ready_again_does_not_lose_the_idle_place() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    floor.wait(10)
    floor.tell(OperatorBecameReady("1001"))
    assert floor.join("ana") == [("offer", "ana", "1001")]


def test_caller_who_hangs_up_while_ringing_gives_the_operator_the_idle_place_back() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001")
    floor.wait(10)
    floor.log_in("1002")
    floor.join("ana")
    assert floor.leave("ana") == [("withdraw", "ana", "1001", "caller_left")]
    assert floor.state("1001") == "ready"
    assert floor.join("bea") == [("offer", "bea", "1001")]


def test_caller_who_hangs_up_while_ringing_frees_the_operator_for_the_next_caller() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    floor.join("bea")
    assert floor.leave("ana") == [("withdraw", "ana", "1001", "caller_left"), ("offer", "bea", "1001")]


def test_callers_are_served_in_order_of_arrival() -> None:
    floor = FloorManager(operator("1001"))
    for call in ("ana", "bea", "carla"):
        floor.join(call)
        floor.wait(1)
    assert floor.log_in("1001") == [("offer", "ana", "1001")]
    floor.answer("ana", "1001")
    floor.end("ana")
    assert floor.wait(10) == [("offer", "bea", "1001")]


def test_operator_of_several_queues_serves_the_longest_waiting_caller_of_all() -> None:
    floor = FloorManager(operator("1001", "support", "sales"))
    floor.join("ana", "sales")
    floor.wait(1)
    floor.join("bea", "support")
    assert floor.log_in("1001") == [("offer", "ana", "1001")]


def test_higher_priority_goes_before_longer_waiting_in_any_queue() -> None:
    floor = FloorManager(operator("1001", "support", "sales"))
    floor.join("ana", "support")
    floor.wait(60)
    floor.join("bea", "sales", priority=5)
    floor.join("carla", "sales", priority=7)
    assert floor.log_in("1001") == [("offer", "carla", "1001")]


def test_callers_who_arrive_at_the_same_moment_are_served_in_the_order_told() -> None:
    floor = FloorManager(operator("1001", "sales", "support"))
    floor.join("zoe", "support")
    floor.join("ana", "sales")
    assert floor.log_in("1001") == [("offer", "zoe", "1001")]


def test_two_callers_get_two_operators_and_a_third_waits() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    offers = [floor.join(call) for call in ("ana", "bea", "carla")]
    assert offers == [[("offer", "ana", "1001")], [("offer", "bea", "1002")], []]


def test_caller_given_the_old_place_back_goes_before_those_who_came_later() -> None:
    floor = FloorManager(operator("1001"))
    floor.join("ana")
    floor.tell(CallerJoined("bea", "support", arrived_at=floor.now - 30))
    assert floor.acd.line("support") == ["bea", "ana"]
    assert floor.log_in("1001") == [("offer", "bea", "1001")]


def test_arrival_in_the_future_counts_as_now() -> None:
    floor = FloorManager(operator("1001"))
    floor.tell(CallerJoined("bea", "support", arrived_at=floor.now + 30))
    floor.wait(1)
    floor.join("ana")
    assert floor.acd.line("support") == ["bea", "ana"]


def test_operator_with_an_unreachable_phone_is_never_offered_a_call() -> None:
    floor = FloorManager(operator("1001"))
    floor.tell(OperatorBecameReady("1001"))
    assert floor.join("ana") == []
    assert floor.tell(PhoneBecameReachable("1001")) == [("offer", "ana", "1001")]


def test_offer_carries_the_ring_timeout_and_explains_the_choice() -> None:
    codes = ["1001", "1002", "1003", "1004", "1005", "1006"]
    skilled = {"1003": ["english"], "1006": ["english"]}
    floor = FloorManager(*(operator(code, skills=skilled.get(code, [])) for code in codes))
    floor.log_in("1004")
    floor.talk("ana", "1004")
    floor.tell(OperatorBecameReady("1005"))  # phone unreachable
    floor.log_in("1001", "1002")
    floor.tell(OperatorPaused("1002", "lunch"))
    floor.wait(3)
    floor.log_in("1003")
    floor.wait(4)
    [offer] = floor.acd.handle(CallerJoined("bea", "support", {"english": 1}), floor.now)
    assert isinstance(offer, OfferCall)
    assert (offer.operator, offer.queue, offer.ring_timeout_s) == ("1003", "support", SUPPORT.ring_timeout_s)
    decision = offer.decision
    assert (decision.rule, decision.chosen, decision.skills) == ("longest_idle", "1003", "has_them")
    assert (decision.idle_s, decision.waited_s) == (4.0, 0.0)
    assert decision.considered == 5
    assert decision.passed_over == PassedOver(not_fit=1, paused=1, busy=1, unreachable=1)


def test_clock_that_goes_back_is_refused() -> None:
    floor = FloorManager(operator("1001"))
    floor.join("ana")
    floor.now -= 1
    with pytest.raises(AssertionError, match="time went back"):
        floor.join("bea")

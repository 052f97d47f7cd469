"""What follows when an offer is not taken: the caller is offered on at once, the operator is left out for a while."""

from __future__ import annotations

from dataclasses import replace

import pytest

from queues.events import (
    OfferAnswered,
    OperatorBecameReady,
    OperatorLoggedOut,
    OperatorPaused,
    PhoneBecameReachable,
    PhoneBecameUnreachable,
    RefusalCause,
)
from tests.queues.floor_manager import REFUSAL_PAUSE_S, SALES, SUPPORT, FloorManager, after_any_refusal, operator


@pytest.mark.parametrize(("cause", "reason"), [("rejected", "rejected"), ("busy", "busy"), ("failed", "missed")])
def test_refused_call_goes_at_once_to_another_operator_and_the_first_is_paused(
    cause: RefusalCause, reason: str
) -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    floor.join("ana")
    assert floor.refuse("ana", "1001", cause) == [("offer", "ana", "1002")]
    view = floor.acd.operator("1001")
    assert (view.state, view.reason, view.call) == ("paused", reason, None)


def test_refused_call_is_not_offered_again_at_once_to_the_one_who_refused() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    assert floor.refuse("ana", "1001") == []
    assert floor.wait(REFUSAL_PAUSE_S - 0.5) == []
    assert floor.wait(0.5) == [("offer", "ana", "1001")]


def test_refused_call_keeps_its_place_before_those_behind() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001")
    floor.join("ana")
    floor.wait(1)
    floor.join("bea")
    assert floor.refuse("ana", "1001") == []
    assert floor.acd.line("support") == ["ana", "bea"]
    assert floor.log_in("1002") == [("offer", "ana", "1002")]


def test_ring_timeout_withdraws_the_offer_and_offers_on() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    floor.join("ana")
    assert floor.wait(SUPPORT.ring_timeout_s - 0.1) == []
    assert floor.wait(0.1) == [("withdraw", "ana", "1001", "ring_timeout"), ("offer", "ana", "1002")]
    assert floor.acd.operator("1001").reason == "missed"


def test_refusal_pause_is_that_of_the_queue_offered() -> None:
    sales = replace(SALES, **after_any_refusal(3))
    floor = FloorManager(operator("1001", "support", "sales"), queues=[SUPPORT, sales])
    floor.log_in("1001")
    floor.join("ana", "sales")
    floor.refuse("ana", "1001")
    assert floor.wait(3) == [("offer", "ana", "1001")]


def test_after_max_misses_in_a_row_the_pause_lasts_until_the_operator_says_ready() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    for _ in range(SUPPORT.max_misses - 1):
        floor.refuse("ana", "1001", "busy")
        assert floor.wait(REFUSAL_PAUSE_S) == [("offer", "ana", "1001")]
    floor.refuse("ana", "1001", "busy")
    assert floor.wait(10_000) == []
    assert floor.state("1001") == "paused"
    assert floor.tell(OperatorBecameReady("1001")) == [("offer", "ana", "1001")]


def test_operator_who_said_ready_after_the_lasting_pause_has_all_chances_again() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    for _ in range(SUPPORT.max_misses):
        floor.refuse("ana", "1001")
        floor.wait(REFUSAL_PAUSE_S)
    floor.tell(OperatorBecameReady("1001"))
    floor.refuse("ana", "1001")
    assert floor.wait(REFUSAL_PAUSE_S) == [("offer", "ana", "1001")]


def test_answered_call_forgives_earlier_misses() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    for _ in range(SUPPORT.max_misses - 1):
        floor.refuse("ana", "1001")
        floor.wait(REFUSAL_PAUSE_S)
    floor.answer("ana", "1001")
    floor.end("ana")
    floor.join("bea")
    assert floor.wait(SUPPORT.wrap_up_s) == [("offer", "bea", "1001")]
    floor.refuse("bea", "1001")
    assert floor.wait(REFUSAL_PAUSE_S) == [("offer", "bea", "1001")]


def test_operator_who_pauses_during_a_refusal_pause_stays_paused() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    floor.refuse("ana", "1001")
    floor.tell(OperatorPaused("1001", "lunch"))
    assert floor.wait(1000) == []
    assert floor.acd.operator("1001").reason == "lunch"


def test_unreachable_phone_is_tried_again_after_the_refusal_pause_and_is_no_miss() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    for _ in range(SUPPORT.max_misses + 2):
        assert floor.refuse("ana", "1001", "unreachable") == []
        view = floor.acd.operator("1001")
        assert (view.state, view.phone_reachable) == ("ready", False)
        assert floor.acd.queue("support", floor.now).ready == 0
        assert floor.wait(REFUSAL_PAUSE_S) == [("offer", "ana", "1001")]


def test_unreachable_phone_that_comes_back_before_is_offered_calls_at_once() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    floor.refuse("ana", "1001", "unreachable")
    assert floor.tell(PhoneBecameReachable("1001")) == [("offer", "ana", "1001")]
    floor.answer("ana", "1001")
    assert floor.acd.next_deadline() is None  # nothing is left to be tried again


def test_phone_that_is_told_to_be_gone_is_not_tried_again_by_time() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    floor.refuse("ana", "1001", "unreachable")
    floor.tell(PhoneBecameUnreachable("1001"))
    assert floor.wait(1000) == []
    assert floor.tell(PhoneBecameReachable("1001")) == [("offer", "ana", "1001")]


def test_phone_that_goes_while_ringing_withdraws_the_offer_and_offers_on() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    floor.join("ana")
    assert floor.tell(PhoneBecameUnreachable("1001")) == [
        ("withdraw", "ana", "1001", "phone_unreachable"),
        ("offer", "ana", "1002"),
    ]
    assert floor.state("1001") == "ready"
    floor.tell(PhoneBecameReachable("1001"))
    assert floor.wait(10) == []  # no ring timeout is left over
    assert floor.join("bea") == [("offer", "bea", "1001")]


def test_phone_that_goes_while_talking_changes_nothing_until_the_next_offer() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.talk("ana", "1001")
    assert floor.tell(PhoneBecameUnreachable("1001")) == []
    assert floor.state("1001") == "talking"
    floor.join("bea")
    floor.end("ana")
    assert floor.wait(1000) == []
    assert floor.state("1001") == "ready"


def test_operator_who_logs_out_while_ringing_gets_the_offer_withdrawn() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    floor.join("ana")
    assert floor.tell(OperatorLoggedOut("1001")) == [
        ("withdraw", "ana", "1001", "operator_logged_out"),
        ("offer", "ana", "1002"),
    ]
    assert floor.state("1001") == "logged_out"


def test_answer_after_the_ring_timeout_is_stale() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    floor.join("ana")
    floor.wait(SUPPORT.ring_timeout_s)
    assert floor.answer("ana", "1001") == [("withdraw", "ana", "1001", "stale")]
    assert floor.acd.operator("1002").call == "ana"
    assert floor.answer("ana", "1002") == [("connect", "ana", "1002")]


def test_answer_just_before_the_deadline_is_told_still_counts() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    floor.now += SUPPORT.ring_timeout_s + 0.01
    assert floor.answer("ana", "1001") == [("connect", "ana", "1001")]


def test_answer_for_a_caller_who_has_gone_is_stale() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    floor.leave("ana")
    assert floor.answer("ana", "1001") == [("withdraw", "ana", "1001", "stale")]


def test_second_answer_to_a_call_is_stale_and_the_first_conversation_stands() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    floor.talk("ana", "1001")
    assert floor.answer("ana", "1002") == [("withdraw", "ana", "1002", "stale")]
    assert floor.state("1002") == "ready"
    assert floor.answer("ana", "1001") == []  # told twice: nothing to withdraw, they are talking
    assert floor.stage("ana") == "talking"


def test_refusal_of_an_offer_that_no_longer_stands_changes_nothing() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    floor.join("ana")
    floor.wait(SUPPORT.ring_timeout_s)
    assert floor.refuse("ana", "1001") == []
    assert floor.refuse("nobody", "1001") == []
    assert floor.state("1002") == "ringing"
    floor.tell(OfferAnswered("ana", "1002"))
    assert floor.refuse("ana", "1002") == []
    assert floor.state("1002") == "talking"

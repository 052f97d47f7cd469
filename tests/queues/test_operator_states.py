"""What an operator goes through: wrap-up, wishes said while on a call, and the table of states itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from queues.events import (
    ConversationAdopted,
    OperatorBecameReady,
    OperatorLoggedOut,
    OperatorPaused,
    TimePassed,
)
from queues.states import TRANSITIONS, next_state
from tests.queues.floor_manager import SALES, SUPPORT, FloorManager, operator


def talking(*others: str) -> FloorManager:
    """1001 talks with ana in support."""
    floor = FloorManager(operator("1001"), *(operator(code) for code in others))
    floor.log_in("1001", *others)
    floor.talk("ana", "1001")
    return floor


@pytest.mark.parametrize("how", ["end", "leave"])
def test_operator_is_left_alone_for_the_wrap_up_whoever_hangs_up(how: str) -> None:
    floor = talking()
    floor.join("bea")
    assert getattr(floor, how)("ana") == []
    view = floor.acd.operator("1001")
    assert (view.state, view.call, view.queue) == ("wrap_up", "ana", "support")
    assert floor.wait(SUPPORT.wrap_up_s - 0.1) == []
    assert floor.wait(0.1) == [("offer", "bea", "1001")]


def test_wrap_up_is_that_of_the_queue_served() -> None:
    floor = FloorManager(operator("1001", "support", "sales"))
    floor.log_in("1001")
    floor.talk("ana", "1001", "sales")
    floor.end("ana")
    floor.wait(SALES.wrap_up_s)
    assert floor.state("1001") == "ready"


def test_saying_ready_ends_wrap_up_early() -> None:
    floor = talking()
    floor.join("bea")
    floor.end("ana")
    assert floor.tell(OperatorBecameReady("1001")) == [("offer", "bea", "1001")]


def test_queue_without_wrap_up_makes_the_operator_ready_at_once() -> None:
    floor = FloorManager(operator("1001"), queues=[replace(SUPPORT, wrap_up_s=0)])
    floor.log_in("1001")
    floor.talk("ana", "1001")
    floor.join("bea")
    assert floor.end("ana") == [("offer", "bea", "1001")]


def test_pause_said_while_talking_waits_for_the_wrap_up_and_is_shown() -> None:
    floor = talking()
    floor.tell(OperatorPaused("1001", "lunch"))
    view = floor.acd.operator("1001")
    assert (view.state, view.wish, view.reason) == ("talking", "paused", "lunch")
    floor.end("ana")
    assert (floor.state("1001"), floor.acd.operator("1001").reason) == ("wrap_up", "lunch")
    floor.join("bea")
    assert floor.wait(1000) == []
    view = floor.acd.operator("1001")
    assert (view.state, view.wish, view.reason, view.call) == ("paused", None, "lunch", None)


def test_pause_said_while_ringing_waits_for_the_call_that_is_answered() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    assert floor.tell(OperatorPaused("1001", "lunch")) == []
    assert floor.answer("ana", "1001") == [("connect", "ana", "1001")]
    floor.end("ana")
    floor.wait(SUPPORT.wrap_up_s)
    assert floor.state("1001") == "paused"


def test_pause_said_while_ringing_comes_when_the_offer_falls_through() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    floor.join("bea")
    floor.tell(OperatorPaused("1001", "lunch"))
    assert floor.leave("ana") == [("withdraw", "ana", "1001", "caller_left")]
    assert floor.acd.operator("1001").reason == "lunch"


def test_pause_said_while_ringing_outlasts_the_pause_for_a_missed_call() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    floor.tell(OperatorPaused("1001", "lunch"))
    floor.refuse("ana", "1001")
    assert floor.wait(1000) == []
    assert floor.acd.operator("1001").reason == "lunch"


def test_pause_said_in_wrap_up_is_now() -> None:
    floor = talking()
    floor.end("ana")
    floor.tell(OperatorPaused("1001", "lunch"))
    assert floor.state("1001") == "paused"
    floor.wait(1000)
    assert floor.state("1001") == "paused"


def test_log_out_said_while_talking_waits_for_the_end_of_the_conversation() -> None:
    floor = talking()
    assert floor.tell(OperatorLoggedOut("1001")) == []
    assert (floor.state("1001"), floor.acd.operator("1001").wish) == ("talking", "logged_out")
    floor.end("ana")
    assert floor.state("1001") == "logged_out"
    assert floor.acd.next_deadline() is None


def test_saying_ready_while_talking_only_forgets_the_wish() -> None:
    floor = talking()
    floor.tell(OperatorPaused("1001", "lunch"))
    assert floor.tell(OperatorBecameReady("1001")) == []
    view = floor.acd.operator("1001")
    assert (view.state, view.wish, view.reason) == ("talking", None, None)
    floor.end("ana")
    floor.wait(SUPPORT.wrap_up_s)
    assert floor.state("1001") == "ready"


def test_saying_ready_while_ringing_changes_nothing() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    assert floor.tell(OperatorBecameReady("1001")) == []
    assert floor.answer("ana", "1001") == [("connect", "ana", "1001")]


def test_latest_wish_counts() -> None:
    floor = talking()
    floor.tell(OperatorLoggedOut("1001"))
    floor.tell(OperatorPaused("1001", "lunch"))
    floor.end("ana")
    floor.wait(SUPPORT.wrap_up_s)
    assert floor.state("1001") == "paused"


def test_end_of_a_pause_makes_ready_and_starts_the_idle_time_anew() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    floor.tell(OperatorPaused("1001"))
    floor.wait(1)
    floor.tell(OperatorBecameReady("1001"))
    assert floor.join("ana") == [("offer", "ana", "1002")]


def test_since_is_when_the_state_began() -> None:
    floor = talking()
    assert floor.acd.operator("1001").since == floor.now
    floor.wait(7)
    floor.end("ana")
    began = floor.now
    floor.wait(3)
    assert floor.acd.operator("1001").since == began


def test_adopted_conversation_is_wrapped_up_like_any_other() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    assert floor.tell(ConversationAdopted("ana", "support", "1001")) == []
    assert (floor.state("1001"), floor.stage("ana")) == ("talking", "talking")
    assert floor.join("bea") == []
    floor.end("ana")
    assert floor.state("1001") == "wrap_up"
    assert floor.wait(SUPPORT.wrap_up_s) == [("offer", "bea", "1001")]


def test_conversation_adopted_while_ringing_withdraws_the_offer_and_offers_on() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    floor.join("bea")
    assert floor.tell(ConversationAdopted("ana", "support", "1001")) == [
        ("withdraw", "bea", "1001", "stale"),
        ("offer", "bea", "1002"),
    ]


def test_pause_from_before_an_adopted_conversation_comes_back_after_it() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.tell(OperatorPaused("1001", "lunch"))
    floor.tell(ConversationAdopted("ana", "support", "1001"))
    floor.end("ana")
    floor.wait(SUPPORT.wrap_up_s)
    assert floor.acd.operator("1001").reason == "lunch"


def test_wrap_up_from_before_an_adopted_conversation_gives_way_to_that_conversations_own() -> None:
    quick = replace(SALES, wrap_up_s=0)
    floor = FloorManager(operator("1001", "support", "sales"), queues=[SUPPORT, quick])
    floor.log_in("1001")
    floor.talk("ana", "1001")
    floor.end("ana")
    assert floor.join("bea", "sales") == []  # still left alone
    floor.tell(ConversationAdopted("carla", "sales", "1001"))
    assert floor.end("carla") == [("offer", "bea", "1001")]


def test_refusal_pause_from_before_an_adopted_conversation_does_not_come_back() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("bea")
    floor.refuse("bea", "1001")
    floor.leave("bea")
    floor.tell(ConversationAdopted("ana", "support", "1001"))
    floor.end("ana")
    floor.wait(SUPPORT.wrap_up_s)
    assert floor.state("1001") == "ready"


def test_time_told_too_early_or_twice_changes_nothing() -> None:
    floor = talking()
    floor.end("ana")
    assert floor.tell(TimePassed()) == []
    assert floor.state("1001") == "wrap_up"
    floor.wait(SUPPORT.wrap_up_s)
    assert floor.tell(TimePassed()) == []
    assert floor.state("1001") == "ready"


@pytest.mark.parametrize("wish", ["says_ready", "pauses", "logs_out"])
def test_a_person_may_say_anything_in_every_state(wish: str) -> None:
    assert all(wish in outcomes for outcomes in TRANSITIONS.values())


def test_only_who_is_ready_or_kept_free_can_be_offered_a_call_and_only_who_rings_or_is_kept_free_can_answer() -> None:
    assert [state for state, outcomes in TRANSITIONS.items() if "offered" in outcomes] == ["ready", "reserved"]
    assert [state for state, outcomes in TRANSITIONS.items() if "answered" in outcomes] == ["reserved", "ringing"]


def test_transition_that_cannot_happen_is_a_bug_and_says_so() -> None:
    with pytest.raises(KeyError):
        next_state("talking", "offered")

"""What does the ACD make of what a restarted controller finds? Places, phones that ring, conversations, wrap-ups."""

from __future__ import annotations

from dataclasses import replace

from queues.events import (
    CallbacksAllowed,
    CallbacksHeldBack,
    CallerJoined,
    ConversationAdopted,
    OfferAdopted,
    OperatorBecameReady,
    WrapUpAdopted,
)
from queues.facts import ConversationOver, OfferMade, PlaceKept
from tests.queues.floor_manager import SUPPORT, FloorManager, operator


def restored(floor: FloorManager, call: str, ago_s: float) -> None:
    was = floor.now - ago_s
    floor.tell(CallerJoined(call, "support", arrived_at=was, joined_at=was, restored=True))


def test_callers_given_their_places_back_are_served_in_the_order_in_which_they_came() -> None:
    floor = FloorManager(operator("1001"))
    restored(floor, "third", 10)
    restored(floor, "first", 30)
    restored(floor, "second", 20)
    floor.join("fourth")
    assert floor.log_in("1001") == [("offer", "first", "1001")]
    offered = next(fact for fact in floor.acd.facts() if isinstance(fact, OfferMade))
    assert offered.decision.waited_s == 30


def test_a_place_that_is_kept_is_no_new_arrival() -> None:
    floor = FloorManager(operator("1001"))
    restored(floor, "ana", 30)
    assert floor.acd.facts() == [PlaceKept(floor.now, "ana", "support", 1, 30.0)]


def test_a_place_that_is_kept_is_not_lost_at_the_door() -> None:
    full = replace(SUPPORT, capacity=1, join_empty=frozenset({"unreachable"}))
    floor = FloorManager(operator("1001"), queues=[full])
    restored(floor, "ana", 30)
    restored(floor, "bea", 20)
    assert floor.acd.line("support") == ["ana", "bea"]


def test_a_phone_that_rings_already_is_not_rung_again_and_its_answer_connects() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    restored(floor, "ana", 30)
    floor.tell(OperatorBecameReady("1001"))
    assert floor.tell(OfferAdopted("ana", "1001")) == []
    assert floor.acd.operator("1001").state == "ringing"
    assert floor.log_in("1002") == []
    assert floor.answer("ana", "1001") == [("connect", "ana", "1001")]


def test_a_phone_that_rings_for_an_operator_who_is_not_free_is_stopped() -> None:
    floor = FloorManager(operator("1001"))
    restored(floor, "ana", 30)
    assert floor.tell(OfferAdopted("ana", "1001")) == [("withdraw", "ana", "1001", "stale")]
    assert floor.acd.operator("1001").state == "logged_out"


def test_an_adopted_conversation_has_lasted_since_it_began_and_its_wait_is_told() -> None:
    floor = FloorManager(operator("1001"))
    floor.tell(ConversationAdopted("ana", "support", "1001", floor.now - 60, 12.0))
    floor.wait(5)
    floor.end("ana")
    over = next(fact for fact in floor.acd.facts() if isinstance(fact, ConversationOver))
    assert (over.talked_s, over.waited_s) == (65.0, 12.0)


def test_a_wrap_up_lasts_as_long_as_it_would_have() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.tell(WrapUpAdopted("1001", "earlier", "support", floor.now + 4))
    view = floor.acd.operator("1001")
    assert (view.state, view.call, view.until) == ("wrap_up", "earlier", floor.now + 4)
    floor.join("ana")
    floor.wait(3.9)
    assert floor.acd.operator("1001").state == "wrap_up"
    floor.wait(0.1)
    assert floor.acd.operator("1001").state == "ringing"


def test_a_wrap_up_that_is_over_by_now_is_over() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.tell(WrapUpAdopted("1001", "earlier", "support", floor.now - 1))
    assert floor.acd.operator("1001").state == "ready"


def test_the_pause_that_was_asked_for_follows_the_wrap_up() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.tell(WrapUpAdopted("1001", "earlier", "support", floor.now + 4, "paused", "comida"))
    floor.wait(4)
    assert (floor.acd.operator("1001").state, floor.acd.operator("1001").reason) == ("paused", "comida")


def test_nobody_is_called_back_while_it_could_not_be_noted_and_the_first_one_is_when_it_can() -> None:
    floor = FloorManager(operator("1001"))
    floor.tell(CallbacksHeldBack())
    floor.tell(CallerJoined("ana", "support", callback="operator", arrived_at=floor.now - 20))
    floor.join("bea")
    assert floor.log_in("1001") == [("offer", "bea", "1001")], "who is on the line goes on"
    floor.leave("bea")
    assert floor.state("1001") == "ready"
    assert floor.tell(CallbacksAllowed()) == [("offer", "ana", "1001")]


def test_a_callback_that_is_due_when_callbacks_are_held_back_keeps_its_place() -> None:
    floor = FloorManager(operator("1001"))
    floor.tell(CallerJoined("ana", "support", callback="operator", arrived_at=floor.now - 20))
    floor.tell(CallbacksHeldBack())
    assert floor.log_in("1001") == []
    assert floor.acd.line("support") == ["ana"]
    assert floor.tell(CallbacksAllowed()) == [("offer", "ana", "1001")]

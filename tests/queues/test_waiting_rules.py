"""What a caller needs, how that relaxes, who comes first, and the ways out of a queue; one rule a test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from queues.acd import Acd
from queues.effects import MoveCaller, ReleaseCaller
from queues.events import (
    CallbackTaken,
    CallerJoined,
    CallerLeft,
    CustomerAnswered,
    CustomerMissed,
    OperatorBecameReady,
    OperatorLoggedOut,
    OperatorPaused,
    OwnCallBegan,
    OwnCallEnded,
    QueueChanged,
    QueueClosed,
    QueueOpened,
    TimePassed,
)
from queues.facts import CallerEntered, CallerExited, RingWidened
from queues.rules import CallbackRules, Destination, Exit, Membership, OperatorProfile, Ring
from tests.queues.floor_manager import SALES, SUPPORT, FloorManager, operator

AWAY = Destination("number", "900111222")
TO_SALES = Destination("queue", "sales")


def floor_with(*operators: OperatorProfile, **rules: Any) -> FloorManager:
    return FloorManager(*operators, queues=[replace(SUPPORT, **rules), SALES])


def able(code: str, **levels: int) -> OperatorProfile:
    return OperatorProfile(code, ("support",), levels)


# -- skills and rings ---------------------------------------------------------------------------------------------------


def test_a_skill_is_wanted_with_a_least_level() -> None:
    floor = floor_with(able("1001", english=2), able("1002", english=4))
    floor.log_in("1001", "1002")
    assert floor.tell(CallerJoined("ana", "support", {"english": 3})) == [("offer", "ana", "1002")]


def test_requirements_relax_ring_by_ring_and_the_place_is_kept() -> None:
    rings = (Ring(5, lower=2), Ring(10, drop=frozenset({"gas"})), Ring(20, anyone=True))
    floor = floor_with(
        able("1001", english=1), able("1002", english=2, gas=1), able("1003", english=4, gas=3), rings=rings
    )
    floor.log_in("1001", "1002", "1003")
    floor.talk("busy", "1001")
    floor.talk("busier", "1002")
    floor.talk("busiest", "1003")
    floor.tell(CallerJoined("ana", "support", {"english": 4, "gas": 3}))
    floor.tell(CallerJoined("bea", "support"))
    assert floor.acd.line("support") == ["ana", "bea"]
    floor.end("busier")
    assert floor.acd.operator("1002").state == "wrap_up"
    assert floor.wait(5) == []
    assert floor.tell(OperatorBecameReady("1002")) == [("offer", "ana", "1002")]


def test_each_ring_is_told_as_a_fact() -> None:
    floor = floor_with(able("1001"), rings=(Ring(5, lower=1), Ring(9, anyone=True)))
    floor.log_in("1001")
    floor.talk("busy", "1001")
    floor.tell(CallerJoined("ana", "support", {"english": 2}))
    floor.wait(20)
    rings = [fact.ring for fact in floor.acd.facts() if isinstance(fact, RingWidened)]
    assert rings == [1, 2]


def test_allowed_penalties_grow_with_waiting() -> None:
    people = [OperatorProfile("1001", (Membership("support", penalty=5),)), operator("1002")]
    floor = floor_with(*people, max_penalty=2, rings=(Ring(30, max_penalty=9),))
    floor.log_in("1001", "1002")
    floor.talk("busy", "1002")
    assert floor.join("ana") == []
    assert floor.wait(29) == []
    assert floor.wait(1) == [("offer", "ana", "1001")]


def test_nobody_waits_for_a_skill_that_nobody_at_work_has_but_for_the_next_step_that_somebody_has() -> None:
    floor = floor_with(able("1001"), able("1002", english=1), rings=(Ring(30, lower=3), Ring(60, anyone=True)))
    floor.log_in("1001", "1002")
    assert floor.tell(CallerJoined("ana", "support", {"english": 4})) == [("offer", "ana", "1002")]


def test_an_operator_outside_the_allowed_penalties_is_never_rung_without_a_ring_that_says_so() -> None:
    floor = floor_with(OperatorProfile("1001", (Membership("support", penalty=5),)), max_penalty=2, rings=())
    floor.log_in("1001")
    assert floor.join("ana") == []
    assert floor.wait(10_000) == []


# -- preferred and named operators --------------------------------------------------------------------------------------


def test_a_preferred_operator_is_waited_for_and_then_anyone_will_do() -> None:
    floor = floor_with(able("1001"), able("1002"), sticky_s=10)
    floor.log_in("1001", "1002")
    floor.talk("busy", "1001")
    assert floor.tell(CallerJoined("ana", "support", preferred="1001")) == []
    assert floor.wait(9) == []
    assert floor.wait(1) == [("offer", "ana", "1002")]


@pytest.mark.parametrize("gone", [OperatorLoggedOut("1001"), OperatorPaused("1001")])
def test_a_preferred_operator_who_is_not_at_work_is_not_waited_for(gone: Any) -> None:
    floor = floor_with(able("1001"), able("1002"), sticky_s=60)
    floor.log_in("1001", "1002")
    floor.tell(gone)
    assert floor.tell(CallerJoined("ana", "support", preferred="1001")) == [("offer", "ana", "1002")]


def test_a_preferred_operator_who_goes_lets_the_caller_go_to_others() -> None:
    floor = floor_with(able("1001"), able("1002"), sticky_s=60)
    floor.log_in("1001", "1002")
    floor.tell(OwnCallBegan("1001"))
    assert floor.tell(CallerJoined("ana", "support", preferred="1001")) == []
    floor.tell(OwnCallEnded("1001"))
    assert floor.acd.call("ana").operator == "1001"  # type: ignore[union-attr]


def test_a_call_for_one_operator_only_goes_to_no_other_not_even_of_the_queue() -> None:
    floor = floor_with(able("1001"), operator("1009", "sales"))
    floor.log_in("1001", "1009")
    assert floor.tell(CallerJoined("ana", "support", only="1009")) == [("offer", "ana", "1009")]


# -- order ---------------------------------------------------------------------------------------------------------------


def test_priority_counts_from_its_delay_on() -> None:
    floor = floor_with(able("1001"), priority_after_s=30)
    floor.join("ana")
    floor.join("bea", priority=99)
    assert floor.acd.line("support") == ["ana", "bea"]
    floor.wait(30)
    assert floor.acd.line("support") == ["bea", "ana"]
    assert floor.log_in("1001") == [("offer", "bea", "1001")]


def test_a_caller_who_rings_back_in_time_takes_the_old_place() -> None:
    floor = floor_with(able("1001"), place_kept_s=60)
    floor.tell(CallerJoined("ana", "support", who="a"))
    floor.now += 10
    floor.join("bea")
    floor.leave("ana")
    floor.wait(59)
    floor.tell(CallerJoined("ana again", "support", who="a"))
    assert floor.acd.line("support") == ["ana again", "bea"]
    [entered] = [f for f in floor.acd.facts() if isinstance(f, CallerEntered) and f.took_old_place]
    assert entered.call == "ana again"
    floor.leave("ana again")
    floor.wait(61)
    floor.tell(CallerJoined("too late", "support", who="a"))
    assert floor.acd.line("support") == ["bea", "too late"]


# -- exits ---------------------------------------------------------------------------------------------------------------


def test_a_full_queue_sends_on_and_counts_the_refused_apart() -> None:
    floor = floor_with(able("1001"), capacity=1, exits=(Exit("full", AWAY),))
    floor.join("ana")
    effects = floor.acd.handle(CallerJoined("bea", "support"), floor.now)
    assert effects == [ReleaseCaller("bea", "support", "full", AWAY)]
    counts = floor.acd.queue("support", floor.now).counts
    assert (counts.offered, counts.refused, floor.acd.call("bea")) == (1, 1, None)


@pytest.mark.parametrize(
    ("way", "waiting"),
    [(Exit("length", TO_SALES, 1), 2), (Exit("load", TO_SALES, 2.0), 2), (Exit("load", TO_SALES, 1.0), 1)],
)
def test_overflow_by_length_and_by_load_moves_the_caller_to_the_other_queue(way: Exit, waiting: int) -> None:
    floor = floor_with(able("1001"), exits=(way,))
    floor.log_in("1001")
    floor.talk("busy", "1001")
    for number in range(waiting):
        assert floor.acd.handle(CallerJoined(f"call{number}", "support"), floor.now) == []
    effects = floor.acd.handle(CallerJoined("ana", "support"), floor.now)
    assert effects == [MoveCaller("ana", "sales", way.when)]
    assert floor.acd.line("sales") == ["ana"]


def test_a_caller_who_has_waited_for_long_enough_is_moved_keeping_the_time_of_arrival() -> None:
    floor = floor_with(operator("1001", "sales"), exits=(Exit("waited", TO_SALES, 30.0),))
    arrived_at = floor.now
    floor.join("ana")
    floor.wait(29)
    floor.join("bea", "sales")
    floor.wait(1)
    assert floor.acd.line("sales") == ["ana", "bea"]
    assert floor.acd.call("ana").arrived_at == arrived_at  # type: ignore[union-attr]


def test_a_phone_that_rings_when_the_time_is_over_rings_to_its_end_first() -> None:
    floor = floor_with(able("1001"), max_wait_s=10, ring_timeout_s=15)
    floor.join("ana")
    floor.wait(9)
    floor.log_in("1001")
    assert floor.wait(2) == []
    assert floor.answer("ana", "1001") == [("connect", "ana", "1001")]


def test_a_phone_that_is_not_answered_after_the_time_is_over_lets_the_caller_leave() -> None:
    floor = floor_with(able("1001"), max_wait_s=10, ring_timeout_s=15)
    floor.join("ana")
    floor.wait(9)
    floor.log_in("1001")
    floor.now += 15
    effects = floor.acd.handle(TimePassed(), floor.now)
    assert ReleaseCaller("ana", "support", "waited", Destination("hang_up", "waited")) in effects


def test_who_may_not_wait_for_nobody_does_not_join_and_leaves_when_the_last_one_goes() -> None:
    nobody = frozenset({"paused", "unreachable"})
    floor = floor_with(able("1001"), join_empty=nobody, leave_when_empty=nobody)
    [refused] = floor.acd.handle(CallerJoined("early", "support"), floor.now)
    assert isinstance(refused, ReleaseCaller)
    assert refused.cause == "empty"
    floor.log_in("1001")
    floor.talk("busy", "1001")
    assert floor.join("ana") == []
    floor.end("busy")
    effects = floor.acd.handle(OperatorPaused("1001"), floor.now)
    assert [effect.cause for effect in effects if isinstance(effect, ReleaseCaller)] == ["emptied"]


def test_out_of_hours_nobody_joins_and_those_who_wait_are_served_unless_the_rules_say_otherwise() -> None:
    floor = floor_with(able("1001"))
    floor.join("ana")
    assert floor.acd.handle(QueueClosed("support"), floor.now) == []
    [refused] = floor.acd.handle(CallerJoined("late", "support"), floor.now)
    assert isinstance(refused, ReleaseCaller)
    assert refused.cause == "closed"
    floor.acd.handle(QueueChanged(replace(SUPPORT, exits=(Exit("closing", AWAY),))), floor.now)
    floor.acd.handle(QueueOpened("support"), floor.now)
    effects = floor.acd.handle(QueueClosed("support"), floor.now)
    assert effects == [ReleaseCaller("ana", "support", "closing", AWAY)]


def test_exits_that_lead_round_in_a_circle_are_refused_also_at_a_reload_and_nothing_changes() -> None:
    support = replace(SUPPORT, exits=(Exit("waited", TO_SALES, 5.0),))
    sales = replace(SALES, exits=(Exit("waited", Destination("queue", "support"), 5.0),))
    with pytest.raises(ValueError, match="support -> sales -> support"):
        Acd([support, sales], [])
    floor = FloorManager(able("1001"), queues=[support, SALES])
    with pytest.raises(ValueError, match="circle"):
        floor.acd.handle(QueueChanged(sales), floor.now)
    floor.join("ana", "sales")
    assert floor.wait(100) == []
    assert floor.acd.line("sales") == ["ana"]


# -- callbacks -----------------------------------------------------------------------------------------------------------


def test_a_callback_keeps_the_place_and_the_operator_is_called_first() -> None:
    floor = floor_with(able("1001"))
    floor.join("ana")
    floor.now += 5
    floor.join("bea")
    floor.tell(CallbackTaken("ana"))
    assert floor.acd.line("support") == ["ana", "bea"]
    assert floor.log_in("1001") == [("offer", "ana", "1001")]
    floor.answer("ana", "1001")
    assert (floor.stage("ana"), floor.state("1001")) == ("calling", "reserved")
    assert floor.tell(CustomerAnswered("ana")) == [("connect", "ana", "1001")]
    counts = floor.acd.queue("support", floor.now).counts
    assert (counts.callbacks, counts.called_back, counts.abandoned) == (1, 1, 0)


def test_a_customer_who_is_called_first_is_called_only_when_an_operator_is_kept_free() -> None:
    floor = floor_with(able("1001"), callback=CallbackRules("customer"))
    for call in ("ana", "bea"):
        floor.join(call)
        floor.tell(CallbackTaken(call))
    floor.log_in("1001")
    assert (floor.stage("ana"), floor.stage("bea"), floor.state("1001")) == ("calling", "callback", "reserved")
    assert floor.tell(CustomerAnswered("ana")) == [("offer", "ana", "1001")]
    assert floor.answer("ana", "1001") == [("connect", "ana", "1001")]


def test_a_customer_who_is_not_reached_is_tried_again_after_the_gap_and_given_up_at_last() -> None:
    floor = floor_with(able("1001"), callback=CallbackRules("customer", max_attempts=2, gap_s=60))
    floor.join("ana")
    floor.tell(CallbackTaken("ana"))
    floor.log_in("1001")
    floor.tell(CustomerMissed("ana"))
    assert (floor.state("1001"), floor.stage("ana")) == ("ready", "callback")
    floor.wait(59)
    assert floor.stage("ana") == "callback"
    floor.wait(1)
    assert floor.stage("ana") == "calling"
    effects = floor.acd.handle(CustomerMissed("ana"), floor.now)
    assert [e.cause for e in effects if isinstance(e, ReleaseCaller)] == ["callback_failed"]
    assert floor.acd.call("ana") is None


def test_callbacks_wait_while_the_queue_is_closed() -> None:
    floor = floor_with(able("1001"), callback=CallbackRules("customer"))
    floor.join("ana")
    floor.tell(CallbackTaken("ana"))
    floor.tell(QueueClosed("support"))
    floor.log_in("1001")
    assert floor.stage("ana") == "callback"
    floor.tell(QueueOpened("support"))
    assert floor.stage("ana") == "calling"


def test_a_cancelled_callback_frees_the_operator_who_was_kept_for_it() -> None:
    floor = floor_with(able("1001"), callback=CallbackRules("customer"))
    floor.join("ana")
    floor.tell(CallbackTaken("ana"))
    floor.log_in("1001")
    floor.tell(CallerLeft("ana", "supervisor"))
    assert (floor.state("1001"), floor.acd.call("ana")) == ("ready", None)
    assert [f.cause for f in floor.acd.facts() if isinstance(f, CallerExited)] == ["cancelled"]

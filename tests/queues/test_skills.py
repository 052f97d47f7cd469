"""Skills wanted by a caller are a preference with a limit, so that nobody starves for them."""

from __future__ import annotations

from dataclasses import replace

from queues.effects import OfferCall
from queues.events import (
    CallerJoined,
    OperatorBecameReady,
    OperatorLoggedOut,
    OperatorPaused,
    PhoneBecameReachable,
    TimePassed,
)
from tests.queues.floor_manager import SKILL_WAIT_S, SUPPORT, FloorManager, anyone_after, operator

ENGLISH = ["english"]


def test_wanted_skill_goes_before_longer_idle() -> None:
    floor = FloorManager(operator("1001"), operator("1002", skills=ENGLISH))
    floor.log_in("1001", "1002")
    assert floor.join("ana", skills=ENGLISH) == [("offer", "ana", "1002")]


def test_all_wanted_skills_are_needed() -> None:
    floor = FloorManager(operator("1001", skills=ENGLISH), operator("1002", skills=["english", "gas"]))
    floor.log_in("1001", "1002")
    assert floor.join("ana", skills=["english", "gas"]) == [("offer", "ana", "1002")]


def test_caller_waits_for_a_busy_operator_with_the_skill_but_only_so_long() -> None:
    floor = FloorManager(operator("1001"), operator("1002", skills=ENGLISH))
    floor.log_in("1002")
    floor.talk("bea", "1002")
    floor.log_in("1001")
    assert floor.join("ana", skills=ENGLISH) == []
    assert floor.wait(SKILL_WAIT_S - 0.1) == []
    assert floor.wait(0.1) == [("offer", "ana", "1001")]


def test_caller_without_wishes_passes_one_who_waits_for_a_skill() -> None:
    floor = FloorManager(operator("1001"), operator("1002", skills=ENGLISH))
    floor.log_in("1002")
    floor.talk("bea", "1002")
    floor.join("ana", skills=ENGLISH)
    floor.log_in("1001")
    assert floor.join("carla") == [("offer", "carla", "1001")]
    assert floor.acd.line("support") == ["ana", "carla"]


def test_skill_that_no_operator_of_the_queue_has_is_not_waited_for() -> None:
    floor = FloorManager(operator("1001"), operator("1002", "sales", skills=ENGLISH))
    floor.log_in("1001", "1002")
    assert floor.join("ana", skills=ENGLISH) == [("offer", "ana", "1001")]


def test_skill_that_nobody_logged_in_has_is_not_waited_for() -> None:
    floor = FloorManager(operator("1001"), operator("1002", skills=ENGLISH))
    floor.log_in("1001")
    assert floor.join("ana", skills=ENGLISH) == [("offer", "ana", "1001")]


def test_when_the_last_operator_with_the_skill_logs_out_its_callers_go_to_anyone_in_order() -> None:
    floor = FloorManager(operator("1001"), operator("1003"), operator("1002", skills=["english", "gas"]))
    floor.log_in("1002")
    floor.talk("bea", "1002")
    floor.log_in("1001", "1003")
    for call, skills in (("ana", ["gas"]), ("carla", ENGLISH), ("dora", ["gas"])):
        assert floor.join(call, skills=skills) == []
    assert floor.tell(OperatorLoggedOut("1002")) == []  # still talking
    assert floor.end("bea") == [("offer", "ana", "1001"), ("offer", "carla", "1003")]


def test_operator_with_the_skill_who_logs_in_paused_is_worth_waiting_for() -> None:
    floor = FloorManager(operator("1001"), operator("1002", skills=ENGLISH))
    floor.tell(PhoneBecameReachable("1002"))
    floor.tell(OperatorPaused("1002", "coffee"))
    floor.log_in("1001")
    assert floor.join("ana", skills=ENGLISH) == []
    assert floor.tell(OperatorBecameReady("1002")) == [("offer", "ana", "1002")]


def test_waiting_for_skills_counts_from_the_arrival_given_back() -> None:
    floor = FloorManager(operator("1001"), operator("1002", skills=ENGLISH))
    floor.log_in("1002")
    floor.talk("bea", "1002")
    floor.log_in("1001")
    waited_s = SKILL_WAIT_S
    assert floor.tell(CallerJoined("ana", "support", dict.fromkeys(ENGLISH, 1), 0, floor.now - waited_s)) == [
        ("offer", "ana", "1001")
    ]


def test_patience_that_ends_while_a_phone_rings_lets_that_phone_ring() -> None:
    rules = replace(SUPPORT, **anyone_after(5))
    floor = FloorManager(operator("1001"), operator("1002", skills=ENGLISH), queues=[rules])
    floor.log_in("1002", "1001")
    floor.join("ana", skills=ENGLISH)
    assert floor.wait(5) == []
    assert floor.stage("ana") == "ringing"
    assert floor.refuse("ana", "1002") == [("offer", "ana", "1001")]


def test_patience_of_a_caller_who_left_or_was_answered_is_forgotten() -> None:
    floor = FloorManager(operator("1002", skills=ENGLISH))
    floor.log_in("1002")
    floor.join("ana", skills=ENGLISH)
    floor.answer("ana", "1002")
    floor.join("bea", skills=ENGLISH)
    floor.leave("bea")
    assert floor.acd.next_deadline() is None


def test_decision_tells_how_the_wish_for_skills_was_met() -> None:
    floor = FloorManager(operator("1001"), operator("1002", skills=ENGLISH))
    floor.log_in("1001")
    verdicts = []

    def note(event: CallerJoined | TimePassed) -> None:
        for effect in floor.acd.handle(event, floor.now):
            assert isinstance(effect, OfferCall)
            verdicts.append(effect.decision.skills)

    note(CallerJoined("ana", "support", dict.fromkeys(ENGLISH, 1)))
    floor.leave("ana")
    floor.log_in("1002")
    note(CallerJoined("bea", "support", dict.fromkeys(ENGLISH, 1)))
    note(CallerJoined("carla", "support", dict.fromkeys(ENGLISH, 1)))
    floor.answer("bea", "1002")
    floor.now += SKILL_WAIT_S
    note(TimePassed())
    floor.leave("carla")
    note(CallerJoined("dora", "support"))
    assert verdicts == ["nobody_logged_in_has_them", "has_them", "waited_long_enough", "none_wanted"]

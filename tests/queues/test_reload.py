"""What a reload may bring while calls go on: queues and operators that were not there, and other skills."""

from __future__ import annotations

import pytest

from queues.events import CallerJoined, MembershipsChanged, OperatorHired, QueueAdded, QueueChanged, SkillsChanged
from queues.rules import Destination, Exit, Membership, QueueRules
from tests.queues.floor_manager import SUPPORT, FloorManager, anyone_after, operator

BILLING = QueueRules("billing", ring_timeout_s=15)


def test_an_operator_serves_a_queue_that_was_added_while_running() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.tell(QueueAdded(BILLING))
    assert floor.join("ana", "billing") == []
    assert floor.tell(MembershipsChanged("1001", (Membership("billing"),))) == [("offer", "ana", "1001")]
    assert floor.acd.queue("billing", floor.now).counts.offered == 1


def test_an_operator_who_was_hired_while_running_begins_logged_out_and_then_takes_calls() -> None:
    floor = FloorManager(operator("1001"))
    floor.join("ana")
    assert floor.tell(OperatorHired(operator("1002", "support", "sales"))) == []
    assert floor.state("1002") == "logged_out"
    assert floor.acd.touched().operators >= {"1002"}
    assert floor.log_in("1002") == [("offer", "ana", "1002")]


def test_a_skill_that_was_given_by_a_reload_finds_the_caller_who_wants_it() -> None:
    slow = QueueRules("support", **anyone_after(600))
    floor = FloorManager(operator("1001"), operator("1002", skills=["english"]), queues=[slow])
    floor.log_in("1001", "1002")
    floor.talk("bob", "1001")
    floor.talk("eva", "1002")
    assert floor.join("ana", skills=["english"]) == []
    floor.end("bob")
    floor.wait(20)
    assert floor.state("1001") == "ready"
    assert floor.tell(SkillsChanged("1001", {"english": 1})) == [("offer", "ana", "1001")]


def test_a_skill_that_was_taken_by_a_reload_is_no_longer_waited_for() -> None:
    floor = FloorManager(operator("1001"), operator("1002", skills=["english"]))
    floor.log_in("1001", "1002")
    floor.talk("eva", "1001")
    floor.talk("bob", "1002")
    floor.end("eva")
    floor.wait(20)
    assert floor.join("ana", skills=["english"]) == []
    assert floor.tell(SkillsChanged("1002", {})) == [("offer", "ana", "1001")]


def test_a_taken_name_or_code_is_refused_and_nothing_is_changed() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    with pytest.raises(ValueError, match="name is given twice"):
        floor.tell(QueueAdded(SUPPORT))
    with pytest.raises(ValueError, match="code is given twice"):
        floor.tell(OperatorHired(operator("1001")))
    with pytest.raises(ValueError, match="unknown queue 'billing'"):
        floor.tell(OperatorHired(operator("1002", "billing")))
    assert floor.acd.queue("support", floor.now).logged_in == 1
    assert floor.join("ana") == [("offer", "ana", "1001")]


def test_an_added_queue_may_not_lead_round_in_a_circle() -> None:
    floor = FloorManager(operator("1001"))
    to_billing = Exit("full", Destination("queue", "billing"))
    with pytest.raises(ValueError, match="circle"):
        floor.tell(QueueAdded(QueueRules("billing", exits=(Exit("full", Destination("queue", "sales")), to_billing))))
    floor.tell(QueueAdded(QueueRules("billing", exits=(Exit("full", Destination("queue", "sales")),))))
    with pytest.raises(ValueError, match="circle"):
        floor.tell(QueueChanged(QueueRules("sales", exits=(to_billing,))))
    floor.tell(CallerJoined("ana", "billing"))
    assert floor.stage("ana") == "waiting"

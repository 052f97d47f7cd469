from __future__ import annotations

from ari_app.sweep import plan_sweep
from ari_app.telephony import BridgeInfo, ChannelInfo


def caller(id_: str, *, ours: bool = True) -> ChannelInfo:
    return ChannelInfo(
        id_, f"PJSIP/{id_}", True, ours, "600", {"CENTRALITA_ROLE": "caller", "CENTRALITA_NUMBER": "900"}
    )


def leg(id_: str, call: str = "c1") -> ChannelInfo:
    variables = {"CENTRALITA_ROLE": "operator", "CENTRALITA_CALL": call, "CENTRALITA_OPERATOR": "1001"}
    return ChannelInfo(id_, f"PJSIP/{id_}", True, True, "1001", variables)


def outside(id_: str, role: str, call: str = "c1") -> ChannelInfo:
    variables = {"CENTRALITA_ROLE": role, "CENTRALITA_CALL": call, "CENTRALITA_NUMBER": "900"}
    return ChannelInfo(id_, f"PJSIP/{id_}", True, True, "912", variables)


def talk(*channels: str, id_: str = "b1", name: str = "centralita:c1") -> BridgeInfo:
    return BridgeInfo(id_, name, channels)


def test_a_conversation_that_goes_on_is_adopted() -> None:
    plan = plan_sweep([caller("a"), leg("c1-op")], [talk("a", "c1-op")], known=())
    (found,) = plan.adopt
    assert (found.call, found.caller.id, found.operator_leg.id, found.bridge) == ("c1", "a", "c1-op", "b1")
    assert (plan.begin_again, plan.hang_up, plan.destroy) == ([], [], [])


def test_a_caller_whom_nobody_listens_to_begins_again() -> None:
    assert [channel.id for channel in plan_sweep([caller("a")], [], known=()).begin_again] == ["a"]


def test_a_leg_without_its_caller_is_hung_up_and_its_bridge_removed() -> None:
    plan = plan_sweep([leg("c1-op")], [talk("c1-op")], known=())
    assert (plan.hang_up, plan.destroy) == (["c1-op"], ["b1"])


def test_a_caller_on_hold_whose_operator_is_up_is_adopted_as_interrupted() -> None:
    plan = plan_sweep([caller("a"), leg("c1-op")], [talk("a")], known=())
    (found,) = plan.adopt
    assert (found.call, found.operator_leg.id, found.interrupted) == ("c1", "c1-op", True)
    assert (plan.begin_again, plan.hang_up, plan.destroy) == ([], [], [])


def test_of_a_consultation_caller_and_operator_are_adopted_and_the_other_is_hung_up() -> None:
    other = ChannelInfo("x", "PJSIP/x", True, True, "1002", {"CENTRALITA_ROLE": "consulted", "CENTRALITA_CALL": "c1"})
    plan = plan_sweep([caller("a"), leg("c1-op"), other], [talk("a"), talk("c1-op", "x", id_="b2")], known=())
    assert [(found.bridge, found.interrupted) for found in plan.adopt] == [("b1", True)]
    assert (plan.hang_up, plan.destroy) == (["x"], ["b2"])


def test_of_a_conference_caller_and_operator_are_adopted_and_the_other_is_hung_up() -> None:
    other = ChannelInfo("x", "PJSIP/x", True, True, "1002", {"CENTRALITA_ROLE": "consulted", "CENTRALITA_CALL": "c1"})
    plan = plan_sweep([caller("a"), leg("c1-op"), other], [talk("a", "c1-op", "x")], known=())
    assert [(found.bridge, found.interrupted) for found in plan.adopt] == [("b1", False)]
    assert plan.hang_up == ["x"]


def test_the_operator_of_another_call_is_not_brought_to_a_caller_who_is_alone() -> None:
    plan = plan_sweep([caller("a"), leg("c2-op", "c2")], [talk("a")], known=())
    assert (plan.adopt, [channel.id for channel in plan.begin_again], plan.hang_up) == ([], ["a"], ["c2-op"])


def test_a_caller_alone_in_a_bridge_begins_again() -> None:
    plan = plan_sweep([caller("a")], [talk("a")], known=())
    assert [channel.id for channel in plan.begin_again] == ["a"]
    assert plan.destroy == ["b1"]


def test_an_empty_bridge_of_ours_is_removed_and_a_foreign_one_left_alone() -> None:
    plan = plan_sweep([], [talk(id_="b1"), talk(id_="b2", name="")], known=())
    assert plan.destroy == ["b1"]


def test_what_living_calls_know_is_left_alone() -> None:
    plan = plan_sweep([caller("a"), leg("c1-op")], [talk("a", "c1-op")], known=("a", "c1-op", "b1"))
    assert (plan.adopt, plan.begin_again, plan.hang_up, plan.destroy) == ([], [], [], [])


def test_a_caller_in_the_dialplan_is_not_ours() -> None:
    plan = plan_sweep([caller("a", ours=False)], [], known=())
    assert plan.begin_again == []
    assert plan.hang_up == []


def test_a_caller_who_talks_with_a_number_outside_goes_on() -> None:
    plan = plan_sweep([caller("a"), outside("c1-out-1", "forwarded")], [talk("a", "c1-out-1")], known=())
    (found,) = plan.adopt_forwarded
    assert (found.call, found.caller.id, found.leg, found.bridge) == ("c1", "a", "c1-out-1", "b1")
    assert (plan.adopt, plan.begin_again, plan.hang_up, plan.destroy) == ([], [], [], [])


def test_a_customer_who_was_called_back_and_talks_is_adopted() -> None:
    plan = plan_sweep([outside("c1-out-1", "customer"), leg("c1-op")], [talk("c1-out-1", "c1-op")], known=())
    (found,) = plan.adopt
    assert (found.call, found.caller.id) == ("c1", "c1-out-1")


def test_legs_to_the_outside_that_talk_with_nobody_are_hung_up_and_not_guided() -> None:
    legs = [outside("c1-out-1", "customer"), outside("c2-out-1", "forwarded", "c2")]
    plan = plan_sweep(legs, [talk("c1-out-1")], known=())
    assert (plan.hang_up, plan.begin_again, plan.destroy) == (["c1-out-1", "c2-out-1"], [], ["b1"])

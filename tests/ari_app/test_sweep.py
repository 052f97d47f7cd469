from __future__ import annotations

from ari_app.sweep import EarIds, FoundEar, plan_sweep
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
    assert (plan.go_on, plan.hang_up, plan.destroy) == ([], [], [])


def test_a_caller_whom_nobody_listens_to_begins_again() -> None:
    assert [channel.id for channel in plan_sweep([caller("a")], [], known=()).go_on] == ["a"]


def test_a_leg_without_its_caller_is_hung_up_and_its_bridge_removed() -> None:
    plan = plan_sweep([leg("c1-op")], [talk("c1-op")], known=())
    assert (plan.hang_up, plan.destroy) == (["c1-op"], ["b1"])


def test_a_caller_on_hold_whose_operator_is_up_is_adopted_as_interrupted() -> None:
    plan = plan_sweep([caller("a"), leg("c1-op")], [talk("a")], known=())
    (found,) = plan.adopt
    assert (found.call, found.operator_leg.id, found.interrupted) == ("c1", "c1-op", True)
    assert (plan.go_on, plan.hang_up, plan.destroy) == ([], [], [])


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
    assert (plan.adopt, [channel.id for channel in plan.go_on], plan.hang_up) == ([], ["a"], ["c2-op"])


def test_a_caller_alone_in_a_bridge_begins_again() -> None:
    plan = plan_sweep([caller("a")], [talk("a")], known=())
    assert [channel.id for channel in plan.go_on] == ["a"]
    assert plan.destroy == ["b1"]


def test_an_empty_bridge_of_ours_is_removed_and_a_foreign_one_left_alone() -> None:
    plan = plan_sweep([], [talk(id_="b1"), talk(id_="b2", name="")], known=())
    assert plan.destroy == ["b1"]


def test_what_living_calls_know_is_left_alone() -> None:
    plan = plan_sweep([caller("a"), leg("c1-op")], [talk("a", "c1-op")], known=("a", "c1-op", "b1"))
    assert (plan.adopt, plan.go_on, plan.hang_up, plan.destroy) == ([], [], [], [])


def test_a_caller_in_the_dialplan_is_not_ours() -> None:
    plan = plan_sweep([caller("a", ours=False)], [], known=())
    assert plan.go_on == []
    assert plan.hang_up == []


def test_a_caller_who_talks_with_a_number_outside_goes_on() -> None:
    plan = plan_sweep([caller("a"), outside("c1-out-1", "forwarded")], [talk("a", "c1-out-1")], known=())
    (found,) = plan.adopt_forwarded
    assert (found.call, found.caller.id, found.leg, found.bridge) == ("c1", "a", "c1-out-1", "b1")
    assert (plan.adopt, plan.go_on, plan.hang_up, plan.destroy) == ([], [], [], [])


def test_a_customer_who_was_called_back_and_talks_is_adopted() -> None:
    plan = plan_sweep([outside("c1-out-1", "customer"), leg("c1-op")], [talk("c1-out-1", "c1-op")], known=())
    (found,) = plan.adopt
    assert (found.call, found.caller.id) == ("c1", "c1-out-1")


def test_legs_to_the_outside_that_talk_with_nobody_are_hung_up_and_not_guided() -> None:
    legs = [outside("c1-out-1", "customer"), outside("c2-out-1", "forwarded", "c2")]
    plan = plan_sweep(legs, [talk("c1-out-1")], known=())
    assert (plan.hang_up, plan.go_on, plan.destroy) == (["c1-out-1", "c2-out-1"], [], ["b1"])


def boss(id_: str, *, up: bool = True, rings: bool = False) -> ChannelInfo:
    return ChannelInfo(id_, f"PJSIP/{id_}", up, True, "2001", {"CENTRALITA_ROLE": "supervisor"}, rings=rings)


def snoop(id_: str) -> ChannelInfo:
    return ChannelInfo(id_, f"Snoop/{id_}", True, True, "", {})


EAR = EarIds("e1-op", "e1-talk", "e1-ear-2")


def test_who_listens_goes_on_with_the_noted_snoop_and_any_other_is_removed() -> None:
    channels = [caller("a"), leg("c1-op"), boss("e1-op"), snoop("e1-ear-1"), snoop("e1-ear-2")]
    post = talk("e1-op", "e1-ear-1", "e1-ear-2", id_="e1-talk", name="centralita:e1")
    plan = plan_sweep(channels, [talk("a", "c1-op"), post], known=(), ears=[EAR])
    assert plan.ears == [FoundEar("e1-op", up=True, bridge=True, tapped=True, inside="e1-talk")]
    assert (len(plan.adopt), plan.hang_up, plan.destroy) == (1, ["e1-ear-1"], [])


def test_a_snoop_that_is_in_no_bridge_yet_is_removed() -> None:
    post = talk("e1-op", id_="e1-talk", name="centralita:e1")
    plan = plan_sweep([boss("e1-op"), snoop("e1-ear-2")], [post], known=(), ears=[EAR])
    assert ([found.tapped for found in plan.ears], plan.hang_up) == ([False], ["e1-ear-2"])


def test_who_has_barged_in_is_inside_the_conversation() -> None:
    channels = [caller("a"), leg("c1-op"), boss("e1-op")]
    plan = plan_sweep(channels, [talk("a", "c1-op", "e1-op")], known=(), ears=[EAR])
    assert plan.ears == [FoundEar("e1-op", up=True, bridge=False, tapped=False, inside="b1")]
    assert (len(plan.adopt), plan.hang_up) == (1, [])


def test_who_was_inside_a_conversation_that_is_over_is_nowhere() -> None:
    plan = plan_sweep([leg("c1-op"), boss("e1-op")], [talk("c1-op", "e1-op")], known=(), ears=[EAR])
    assert ([found.inside for found in plan.ears], plan.destroy) == ([None], ["b1"])


def test_a_supervisors_phone_that_rings_goes_on_ringing_and_one_that_was_never_dialled_does_not() -> None:
    rings = plan_sweep([boss("e1-op", up=False, rings=True)], [], known=(), ears=[EAR])
    assert ([found.up for found in rings.ears], rings.hang_up) == ([False], [])
    never = plan_sweep([boss("e1-op", up=False)], [], known=(), ears=[EAR])
    assert (never.ears, never.hang_up) == ([], ["e1-op"])


def test_a_supervisor_of_whom_nothing_is_noted_is_hung_up_and_one_with_the_caller_is_not() -> None:
    assert plan_sweep([boss("e1-op")], [], known=()).hang_up == ["e1-op"]
    plan = plan_sweep([caller("a"), boss("e1-op")], [talk("a", "e1-op")], known=())
    (found,) = plan.adopt_left
    assert (found.call, found.caller.id, found.leg, found.bridge) == ("c1", "a", "e1-op", "b1")
    assert (plan.go_on, plan.hang_up, plan.destroy) == ([], [], [])


def test_of_two_supervisors_with_the_caller_the_one_of_whom_nothing_is_noted_any_more_has_taken_over() -> None:
    channels = [caller("a"), boss("e1-op"), boss("e2-op")]
    plan = plan_sweep(channels, [talk("a", "e1-op", "e2-op")], known=(), ears=[EAR])
    assert [found.leg for found in plan.adopt_left] == ["e2-op"]
    assert [found.inside for found in plan.ears] == ["b1"]

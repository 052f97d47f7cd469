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

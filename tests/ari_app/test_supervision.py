"""What a supervisor hears, who hears the supervisor, and how it ends: on a telephone system in memory and virtual time."""

from __future__ import annotations

import asyncio
from itertools import product
from pathlib import Path

import pytest

from ari_app.asked import (
    Asked,
    CompleteAsked,
    HoldAsked,
    ResumeAsked,
    ToOperator,
    ToQueue,
    TransferAsked,
)
from ari_app.call_commands import NotNow
from ari_app.calls.ear import GRANTED_WITHIN_S, RING_S
from ari_app.calls.listening_post import BEEP
from ari_app.commands import UnknownCall, UnknownOperator
from ari_app.contract import CallStatus
from ari_app.operator_commands import OutOfSight
from ari_app.recorder import ANEW_S
from ari_app.supervision import OnCall, OnOperator, SupervisionMode, SupervisionStatus, SupervisionTarget
from tests.ari_app.conversation_states import BESIDES, Besides, consulting, held
from tests.ari_app.fake_centre import FakeCentre, fake_centre, in_virtual_time, with_files
from tests.fakes.virtual_time import VirtualTimeLoop

BOSS, OTHER_BOSS, COORDINATOR = "2001", "2002", "3001"
MODES: tuple[SupervisionMode, ...] = ("listen", "whisper", "barge")
STEPS = 40
"""So many turns of the event loop nothing here takes."""


async def talking(centre: FakeCentre, *, by: str = "1009", caller: str = "caller") -> CallStatus:
    """A caller talks with operator ``by``; the supervisors have phones that answer."""
    for code in (BOSS, OTHER_BOSS, COORDINATOR):
        phone(centre, code)
    await centre.at_work(by, "answers")
    shown = await centre.calls(caller)
    assert (shown.stage, shown.operator) == ("talking", by)
    return shown


def phone(centre: FakeCentre, code: str, behaviour: str = "answers") -> None:
    centre.telephony.phones[code] = behaviour  # type: ignore[assignment]
    centre.engine.phone_changed(code, reachable=behaviour != "unregistered")


async def supervise(
    centre: FakeCentre, target: CallStatus | str, mode: SupervisionMode, who: str = BOSS
) -> SupervisionStatus:
    """Ask for it, and see how it stands once all has happened."""
    wanted: SupervisionTarget = OnOperator(target) if isinstance(target, str) else OnCall(target.id)
    centre.engine.supervision_desk.supervise(who, wanted, mode)
    await heard_anew(centre)
    return next((one for one in supervisions(centre) if one.supervisor == who), GIVEN_AWAY)


GIVEN_AWAY = SupervisionStatus("", "take_over", "listening", None, None, "call", "")
"""After a takeover there is no supervision any more."""


async def heard_anew(centre: FakeCentre) -> None:
    """Whoever is to be heard through another snoop is so after this time."""
    await centre.settle()
    await asyncio.sleep(ANEW_S)
    await centre.settle()


def supervisions(centre: FakeCentre) -> list[SupervisionStatus]:
    return centre.engine.supervision_desk.supervisions(COORDINATOR)


async def ask(centre: FakeCentre, call: CallStatus, asked: Asked) -> CallStatus:
    centre.engine.call_desk.ask(call.id, asked)
    await heard_anew(centre)
    return centre.call(call.id)


async def press(centre: FakeCentre, keys: str, who: str = BOSS) -> None:
    for key in keys:
        centre.telephony.presses(leg(centre, who), key)
        await heard_anew(centre)


def leg(centre: FakeCentre, code: str) -> str:
    return centre.telephony.leg_to(code)


def ears(centre: FakeCentre, operator: str = "1009", boss: str = BOSS) -> tuple[set[str], set[str], set[str]]:
    """Whom the caller, the operator and the supervisor hear."""
    channels = ("caller", leg(centre, operator), leg(centre, boss))
    caller, heard_by_operator, heard_by_boss = (centre.telephony.hears(channel) for channel in channels)
    return caller, heard_by_operator, heard_by_boss


def in_mode(centre: FakeCentre, mode: str) -> tuple[set[str], set[str], set[str]]:
    """What ``ears`` should be."""
    operator, boss = leg(centre, "1009"), leg(centre, BOSS)
    return (
        {operator, boss} if mode == "barge" else {operator},
        {"caller"} if mode == "listen" else {"caller", boss},
        {"caller", operator},
    )


def snoops(centre: FakeCentre) -> list[str]:
    return [id_ for id_, channel in centre.telephony.channels_up.items() if channel.snoops_on]


async def only_the_conversation_is_left(centre: FakeCentre, call: CallStatus) -> None:
    """Caller and operator talk on as if nobody had ever listened."""
    await heard_anew(centre)
    assert set(centre.telephony.channels_up) == {"caller", leg(centre, "1009")}
    assert len(centre.telephony.bridges_up) == 1
    assert centre.telephony.hears("caller") == {leg(centre, "1009")}
    shown = centre.call(call.id)
    assert (shown.control, shown.supervised, supervisions(centre)) == ("talking", {}, [])


async def nothing_is_left(centre: FakeCentre) -> None:
    await heard_anew(centre)
    assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {})
    assert supervisions(centre) == []
    assert not any(operator.state in ("talking", "on_hold", "own_call") for operator in centre.board.operators.values())
    assert all(not call.supervised for call in centre.board.calls.values())


def acts(centre: FakeCentre) -> list[tuple[str, str]]:
    """What was done, and in which mode."""
    return [(act.act, str(act.detail["mode"])) for act in centre.acts]


# -- the modes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "then"), [*product(MODES, MODES)])
def test_from_each_mode_to_each_other_only_those_hear_the_supervisor_who_should(
    first: SupervisionMode, then: SupervisionMode, tmp_path: Path
) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        for mode in (first, then, first):
            status = await supervise(centre, call, mode)
            assert (status.mode, status.state, status.call, status.operator) == (mode, "listening", call.id, "1009")
            assert ears(centre) == in_mode(centre, mode)
            assert centre.call(call.id).control == ("barged" if mode == "barge" else "talking")
        assert list(centre.telephony.dialled.values()).count(BOSS) == 1
        centre.telephony.hangs_up(leg(centre, BOSS))
        await only_the_conversation_is_left(centre, call)

    test(tmp_path)


@pytest.mark.parametrize("before", [None, *MODES])
def test_from_each_mode_a_supervisor_takes_the_operators_place(before: SupervisionMode | None, tmp_path: Path) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        if before is not None:
            await supervise(centre, call, before)
        assert await supervise(centre, call, "take_over") == GIVEN_AWAY
        boss = leg(centre, BOSS)
        assert set(centre.telephony.channels_up) == {"caller", boss}
        assert (centre.telephony.hears("caller"), centre.telephony.hears(boss)) == ({boss}, {"caller"})
        shown = centre.call(call.id)
        assert (shown.stage, shown.control, shown.supervised) == ("elsewhere", "taken_over", {BOSS: "take_over"})
        assert (centre.state("1009"), len(centre.telephony.bridges_up)) == ("wrap_up", 1)
        centre.telephony.hangs_up(boss)
        await nothing_is_left(centre)
        assert centre.call(call.id).end_reason == "operator_hung_up"

    test(tmp_path)


@in_virtual_time
async def test_while_the_phone_rings_nobody_is_heard_and_a_change_of_mind_counts(centre: FakeCentre) -> None:
    call = await talking(centre)
    phone(centre, BOSS, "rings")
    assert (await supervise(centre, call, "barge")).state == "ringing"
    assert (await supervise(centre, call, "whisper")).state == "ringing"
    assert ears(centre)[:2] == in_mode(centre, "listen")[:2]
    centre.telephony.picks_up(leg(centre, BOSS))
    await heard_anew(centre)
    assert ears(centre) == in_mode(centre, "whisper")
    assert centre.call(call.id).control == "talking"


@in_virtual_time
async def test_the_phone_of_a_supervisor_is_asked_to_answer_by_itself(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "listen")
    assert centre.telephony.channels_up[leg(centre, BOSS)].auto_answer


@pytest.mark.parametrize("besides", BESIDES)
@pytest.mark.parametrize("mode", ["listen", "whisper"])
def test_whatever_the_operator_does_is_heard_and_a_whisper_reaches_the_operator_alone(
    besides: Besides, mode: SupervisionMode, tmp_path: Path
) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        await supervise(centre, call, mode)
        await besides(centre, call)
        await heard_anew(centre)
        operator, boss = leg(centre, "1009"), leg(centre, BOSS)
        assert centre.call(call.id).control == besides.__name__
        assert boss not in centre.telephony.hears("caller")
        assert (boss in centre.telephony.hears(operator)) == (mode == "whisper")
        assert centre.telephony.hears(boss) == {operator} | (centre.telephony.hears(operator) - {boss})
        with pytest.raises(NotNow, match="nobody can barge in"):
            await supervise(centre, call, "barge")
        centre.telephony.hangs_up("caller")
        await nothing_is_left(centre)

    test(tmp_path)


@pytest.mark.parametrize("besides", BESIDES)
def test_whatever_the_operator_does_it_ends_when_a_supervisor_takes_over(besides: Besides, tmp_path: Path) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        await besides(centre, call)
        await supervise(centre, call, "take_over")
        boss = leg(centre, BOSS)
        assert (centre.telephony.hears("caller"), centre.telephony.channels_up["caller"].music) == ({boss}, None)
        assert set(centre.telephony.channels_up) == {"caller", boss}
        assert centre.call(call.id).control == "taken_over"
        centre.telephony.hangs_up("caller")
        await nothing_is_left(centre)

    test(tmp_path)


@in_virtual_time
async def test_a_consultation_that_is_completed_is_followed_to_the_next_operator(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "whisper")
    await consulting(centre, call)
    await ask(centre, call, CompleteAsked())
    second, boss = leg(centre, "1010"), leg(centre, BOSS)
    assert ears(centre, "1010") == ({second}, {"caller", boss}, {"caller", second})
    assert [(one.operator, one.call) for one in supervisions(centre)] == [("1010", call.id)]
    assert len(snoops(centre)) == 1


# -- how it ends -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "mode"), [*product(["caller", "operator", "supervisor"], MODES)])
def test_whoever_hangs_up_first_in_whichever_mode_nothing_is_left(
    who: str, mode: SupervisionMode, tmp_path: Path
) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        await supervise(centre, call, mode)
        boss = leg(centre, BOSS)
        centre.telephony.hangs_up({"caller": "caller", "operator": leg(centre, "1009"), "supervisor": boss}[who])
        if who == "supervisor":
            await only_the_conversation_is_left(centre, call)
            centre.telephony.hangs_up("caller")
        elif who == "operator" and mode == "barge":
            await heard_anew(centre)
            assert centre.call(call.id).control == "taken_over"
            assert (centre.telephony.hears("caller"), centre.telephony.hears(boss)) == ({boss}, {"caller"})
            centre.telephony.hangs_up("caller")
        await nothing_is_left(centre)

    test(tmp_path)


@pytest.mark.parametrize("who", [BOSS, COORDINATOR])
def test_the_supervisor_and_a_coordinator_end_it_by_the_api(who: str, tmp_path: Path) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        await supervise(centre, call, "barge")
        centre.engine.supervision_desk.end_supervision(who, BOSS)
        await only_the_conversation_is_left(centre, call)
        with pytest.raises(NotNow, match="supervises nobody"):
            centre.engine.supervision_desk.end_supervision(who, BOSS)

    test(tmp_path)


@in_virtual_time
async def test_only_a_coordinator_ends_anothers_supervision_or_sees_it(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "listen")
    desk = centre.engine.supervision_desk
    with pytest.raises(OutOfSight):
        desk.end_supervision(OTHER_BOSS, BOSS)
    assert (desk.supervisions(OTHER_BOSS), len(desk.supervisions(BOSS)), len(desk.supervisions(COORDINATOR))) == (
        [],
        1,
        1,
    )
    with pytest.raises(OutOfSight):
        desk.supervisions("1009")


@pytest.mark.parametrize(
    ("who", "change"), [*product(["caller", "1009", BOSS], [*product(MODES, (*MODES, "take_over"))])]
)
def test_whoever_hangs_up_at_any_step_of_a_change_nothing_is_left_and_nobody_is_alone(
    who: str, change: tuple[SupervisionMode, SupervisionMode], tmp_path: Path
) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        for steps in range(STEPS):
            call = await talking(centre)
            await supervise(centre, call, change[0])
            channel = who if who == "caller" else leg(centre, who)
            centre.engine.supervision_desk.supervise(BOSS, OnCall(call.id), change[1])
            for _ in range(steps):
                await asyncio.sleep(0)
            if channel in centre.telephony.channels_up:
                centre.telephony.hangs_up(channel)
            await heard_anew(centre)
            if "caller" in centre.telephony.channels_up:
                assert centre.telephony.hears("caller"), (steps, centre.call(call.id))
                if who == BOSS:
                    await only_the_conversation_is_left(centre, call)
                centre.telephony.hangs_up("caller")
            await nothing_is_left(centre)
            await asyncio.sleep(6)

    test(tmp_path)


@in_virtual_time
async def test_operator_and_supervisor_who_hang_up_together_leave_no_caller_alone(centre: FakeCentre) -> None:
    for steps, first in product(range(12), (BOSS, "1009")):
        call = await talking(centre)
        await supervise(centre, call, "barge")
        one, other = (leg(centre, code) for code in ((BOSS, "1009") if first == BOSS else ("1009", BOSS)))
        centre.telephony.hangs_up(one)
        for _ in range(steps):
            await asyncio.sleep(0)
        if other in centre.telephony.channels_up:
            centre.telephony.hangs_up(other)
        await nothing_is_left(centre)
        assert centre.call(call.id).end_reason == "operator_hung_up", (steps, first)
        await asyncio.sleep(6)


@in_virtual_time
async def test_a_supervisor_who_is_gone_when_to_take_over_leaves_a_held_caller_the_music(centre: FakeCentre) -> None:
    for steps in range(STEPS):
        call = await talking(centre)
        await supervise(centre, call, "listen")
        await held(centre, call)
        boss = leg(centre, BOSS)
        centre.engine.supervision_desk.supervise(BOSS, OnCall(call.id), "take_over")
        for _ in range(steps):
            await asyncio.sleep(0)
        if boss in centre.telephony.channels_up:
            centre.telephony.hangs_up(boss)
        await heard_anew(centre)
        if "caller" in centre.telephony.channels_up:
            assert (centre.call(call.id).control, centre.telephony.channels_up["caller"].music) == ("held", "default")
            await ask(centre, call, ResumeAsked())
            await only_the_conversation_is_left(centre, call)
            centre.telephony.hangs_up("caller")
        await nothing_is_left(centre)
        await asyncio.sleep(6)


@in_virtual_time
async def test_a_conversation_that_is_slow_to_answer_lets_no_supervisor_in_later(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "listen")
    stuck = asyncio.Event()

    async def slow(*_: object) -> None:
        await stuck.wait()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(centre.telephony, "start_music", slow)
        centre.engine.call_desk.ask(call.id, HoldAsked())
        await centre.settle()
        centre.engine.supervision_desk.supervise(BOSS, OnCall(call.id), "take_over")
        await asyncio.sleep(GRANTED_WITHIN_S * 1.1)
        assert [one.mode for one in supervisions(centre)] == ["listen"]
        stuck.set()
        await heard_anew(centre)
    assert centre.call(call.id).control == "held"
    await ask(centre, call, ResumeAsked())
    assert ears(centre) == in_mode(centre, "listen")


# -- several supervisors -----------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_several_supervisors_whisper_without_hearing_each_other_and_barge_in_together(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "whisper")
    await supervise(centre, call, "whisper", OTHER_BOSS)
    operator, boss, other = leg(centre, "1009"), leg(centre, BOSS), leg(centre, OTHER_BOSS)
    assert centre.telephony.hears(operator) == {"caller", boss, other}
    assert centre.telephony.hears(boss) == centre.telephony.hears(other) == {"caller", operator}
    await supervise(centre, call, "barge")
    assert centre.telephony.hears("caller") == {operator, boss}
    assert centre.telephony.hears(other) == {"caller", operator, boss}
    await supervise(centre, call, "barge", OTHER_BOSS)
    assert centre.telephony.hears("caller") == {operator, boss, other}
    await supervise(centre, call, "listen")
    assert centre.call(call.id).control == "barged"
    assert centre.telephony.hears("caller") == {operator, other}
    centre.telephony.hangs_up(other)
    await heard_anew(centre)
    assert (centre.call(call.id).control, centre.telephony.hears("caller")) == ("talking", {operator})


@in_virtual_time
async def test_whoever_barged_in_first_takes_over_and_the_second_when_that_one_goes(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "barge")
    await supervise(centre, call, "barge", OTHER_BOSS)
    boss, other = leg(centre, BOSS), leg(centre, OTHER_BOSS)
    centre.telephony.hangs_up(leg(centre, "1009"))
    await heard_anew(centre)
    assert (centre.call(call.id).control, centre.telephony.hears("caller")) == ("taken_over", {boss, other})
    centre.telephony.hangs_up(boss)
    await heard_anew(centre)
    assert (centre.call(call.id).control, centre.telephony.hears("caller")) == ("taken_over", {other})
    assert centre.call(call.id).supervised == {OTHER_BOSS: "take_over"}
    centre.telephony.hangs_up(other)
    await nothing_is_left(centre)


@in_virtual_time
async def test_another_part_of_the_recording_begins_when_the_last_who_barged_in_has_left(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "barge")
    await supervise(centre, call, "barge", OTHER_BOSS)
    await supervise(centre, call, "take_over")
    await asyncio.sleep(1)
    assert centre.call(call.id).control == "taken_over"
    mixed = dict(centre.mixmonitor.recording)
    await supervise(centre, call, "listen", OTHER_BOSS)
    await asyncio.sleep(1)
    assert list(centre.mixmonitor.recording) == list(mixed) == ["caller"]
    assert centre.mixmonitor.recording != mixed
    for who in (leg(centre, OTHER_BOSS), "caller"):
        centre.telephony.hangs_up(who)
    await nothing_is_left(centre)


@in_virtual_time
async def test_a_third_supervisor_hears_anew_when_the_last_who_barged_in_leaves_a_call_that_was_taken_over(
    centre: FakeCentre,
) -> None:
    """As after every mix (ARCHITECTURE.md, decision 62)."""
    call = await talking(centre)
    await supervise(centre, call, "barge")
    await supervise(centre, call, "barge", OTHER_BOSS)
    await supervise(centre, call, "take_over")
    await supervise(centre, call, "listen", COORDINATOR)
    (mixed,) = snoops(centre)
    boss, listener = leg(centre, BOSS), leg(centre, COORDINATOR)
    assert centre.telephony.hears(listener) == {"caller", boss, leg(centre, OTHER_BOSS)}
    centre.telephony.hangs_up(leg(centre, OTHER_BOSS))
    await heard_anew(centre)
    (alone,) = snoops(centre)
    assert (alone != mixed, centre.telephony.hears(listener)) == (True, {"caller", boss})
    for who in (listener, "caller"):
        centre.telephony.hangs_up(who)
    await nothing_is_left(centre)


@in_virtual_time
async def test_a_supervisor_who_barged_out_again_does_not_take_over_from_another(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "barge")
    await supervise(centre, call, "take_over", OTHER_BOSS)
    assert centre.telephony.hears("caller") == {leg(centre, BOSS), leg(centre, OTHER_BOSS)}
    await supervise(centre, call, "listen")
    assert centre.telephony.hears("caller") == {leg(centre, OTHER_BOSS)}
    await heard_anew(centre)  # heard through one snoop while several are mixed, and through another afterwards
    assert centre.telephony.hears(leg(centre, BOSS)) == {"caller", leg(centre, OTHER_BOSS)}
    centre.telephony.hangs_up(leg(centre, OTHER_BOSS))
    await nothing_is_left(centre)


@in_virtual_time
async def test_a_second_supervisor_takes_over_from_the_first(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "take_over")
    first = leg(centre, BOSS)
    await supervise(centre, call, "take_over", OTHER_BOSS)
    assert first not in centre.telephony.channels_up
    assert centre.telephony.hears("caller") == {leg(centre, OTHER_BOSS)}
    assert centre.call(call.id).supervised == {OTHER_BOSS: "take_over"}


@in_virtual_time
async def test_whoever_took_over_is_not_rung_to_hear_the_own_conversation(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "take_over")
    with pytest.raises(NotNow, match="yourself"):
        await supervise(centre, call, "listen")
    assert centre.call(call.id).supervised == {BOSS: "take_over"}


@in_virtual_time
async def test_two_requests_at_once_ring_the_phone_of_one_supervision(centre: FakeCentre) -> None:
    call = await talking(centre)
    desk = centre.engine.supervision_desk
    desk.supervise(BOSS, OnCall(call.id), "listen")
    desk.supervise(BOSS, OnCall(call.id), "whisper")
    await heard_anew(centre)
    assert len(supervisions(centre)) == 1
    assert len([one for one in centre.telephony.channels_up if f"-op-{BOSS}-" in one]) == 1
    assert ears(centre) == in_mode(centre, "whisper")


# -- from call to call, from operator to operator ----------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "afterwards"), [("listen", "listen"), ("whisper", "whisper"), ("barge", "listen")])
def test_an_operator_is_supervised_from_call_to_call_and_nobody_bursts_into_the_next(
    mode: SupervisionMode, afterwards: str, tmp_path: Path
) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        await talking(centre)
        await supervise(centre, "1009", mode)
        boss = leg(centre, BOSS)
        centre.telephony.hangs_up("caller")
        await heard_anew(centre)
        assert [(one.state, one.mode, one.call, one.on) for one in supervisions(centre)] == [
            ("waiting", afterwards, None, "operator")
        ]
        assert centre.telephony.hears(boss) == set()
        await asyncio.sleep(6)
        second = await centre.calls("caller")
        await heard_anew(centre)
        assert ears(centre) == in_mode(centre, afterwards)
        assert [(one.state, one.call) for one in supervisions(centre)] == [("listening", second.id)]
        assert snoops(centre) == [one for one in snoops(centre) if one.startswith(boss.partition("-op-")[0])]
        assert len(snoops(centre)) == 1

    test(tmp_path)


@in_virtual_time
async def test_an_operator_who_talks_with_nobody_can_be_listened_to_from_the_next_call_on(centre: FakeCentre) -> None:
    phone(centre, BOSS)
    await centre.at_work("1009", "answers")
    for mode in ("barge", "take_over"):
        with pytest.raises(NotNow, match="talks with nobody now"):
            await supervise(centre, "1009", mode)
    assert (await supervise(centre, "1009", "whisper")).state == "waiting"
    await centre.calls()
    await heard_anew(centre)
    assert ears(centre) == in_mode(centre, "whisper")


@pytest.mark.parametrize("key", ["3", "4"])
def test_a_key_to_barge_in_or_take_over_between_two_calls_is_not_meant_for_the_next_one(
    key: str, tmp_path: Path
) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        phone(centre, BOSS)
        await centre.at_work("1009", "answers")
        await supervise(centre, "1009", "listen")
        await press(centre, key)
        assert [one.mode for one in supervisions(centre)] == ["listen"]
        await centre.calls()
        await heard_anew(centre)
        assert ears(centre) == in_mode(centre, "listen")

    test(tmp_path)


@in_virtual_time
async def test_whoever_answers_only_at_the_next_call_does_not_burst_into_it(centre: FakeCentre) -> None:
    await talking(centre)
    phone(centre, BOSS, "rings")
    await supervise(centre, "1009", "barge")
    centre.telephony.hangs_up("caller")
    await asyncio.sleep(6)
    await centre.calls()
    centre.telephony.picks_up(leg(centre, BOSS))
    await heard_anew(centre)
    assert ears(centre) == in_mode(centre, "listen")


@pytest.mark.parametrize("mode", MODES)
def test_a_call_is_followed_through_a_blind_transfer(mode: SupervisionMode, tmp_path: Path) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        await supervise(centre, call, mode)
        boss = leg(centre, BOSS)
        await centre.at_work("1010")
        await ask(centre, call, TransferAsked(ToOperator("1010")))
        assert [one.state for one in supervisions(centre)] == ["waiting"]
        assert (centre.telephony.hears("caller"), centre.telephony.hears(boss)) == (set(), set())
        assert centre.telephony.channels_up["caller"].music == "default"
        second = leg(centre, "1010")
        centre.telephony.picks_up(second)
        await heard_anew(centre)
        whispered = {boss} if mode == "whisper" else set()
        assert ears(centre, "1010") == ({second}, {"caller"} | whispered, {"caller", second})
        assert [(one.call, one.operator) for one in supervisions(centre)] == [(call.id, "1010")]

    test(tmp_path)


@in_virtual_time
async def test_a_transfer_that_is_answered_at_once_leaves_no_supervisor_between_the_conversations(
    centre: FakeCentre,
) -> None:
    call = await talking(centre)
    await supervise(centre, call, "barge")
    await centre.at_work("1010", "answers")
    await ask(centre, call, TransferAsked(ToOperator("1010")))
    second = leg(centre, "1010")
    assert ears(centre, "1010") == ({second}, {"caller"}, {"caller", second})
    assert [one.mode for one in supervisions(centre)] == ["listen"]


@pytest.mark.parametrize("by", ["api", "keys"])
def test_from_operator_to_operator_without_another_ring(by: str, tmp_path: Path) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        first = await talking(centre)
        second = await talking(centre, by="1010", caller="second")
        await supervise(centre, "1009", "barge")
        boss, others = leg(centre, BOSS), {"second", leg(centre, "1010")}
        if by == "api":
            await supervise(centre, "1010", "listen")
        else:
            await press(centre, "*1010#")
        assert centre.telephony.hears(boss) == others
        assert centre.telephony.hears("second") == {leg(centre, "1010")}
        assert (centre.call(first.id).control, centre.telephony.hears("caller")) == ("talking", {leg(centre, "1009")})
        assert [(one.mode, one.call) for one in supervisions(centre)] == [("listen", second.id)]
        assert list(centre.telephony.dialled.values()).count(BOSS) == 1
        assert len(snoops(centre)) == 1
        assert [act for act, _ in acts(centre)] == ["supervision_began", "supervision_moved"]

    test(tmp_path)


@pytest.mark.parametrize("mode", ["whisper", "barge", "take_over"])
def test_a_move_in_another_mode_is_done_in_that_mode(mode: SupervisionMode, tmp_path: Path) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        first = await talking(centre, by="1010", caller="first")
        call = await talking(centre)
        await supervise(centre, first, "listen")
        await supervise(centre, call, mode)
        assert leg(centre, "1010") not in centre.telephony.hears(leg(centre, BOSS))
        if mode == "take_over":
            assert centre.telephony.hears("caller") == {leg(centre, BOSS)}
        else:
            assert ears(centre) == in_mode(centre, mode)

    test(tmp_path)


# -- keys and feature codes --------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_keys_choose_the_mode_and_others_ask_nothing(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "listen")
    for key, mode in (("2", "whisper"), ("3", "barge"), ("5", "barge"), ("#", "barge"), ("1", "listen")):
        await press(centre, key)
        assert ears(centre) == in_mode(centre, mode)
    await press(centre, "*9999#")
    assert ears(centre) == in_mode(centre, "listen")
    assert [(act.act, act.detail.get("wanted")) for act in centre.acts][-1] == ("supervision_refused", "9999")
    await press(centre, "4")
    assert centre.call(call.id).control == "taken_over"


async def dials(centre: FakeCentre, mode_key: str, operator: str, who: str) -> str:
    """A phone has dialled *3x and a code."""
    channel = f"phone-{who}-{len(centre.telephony.played)}"
    centre.telephony.finishes_prompts_at_once = True
    centre.telephony.call_arrives(channel, "supervise", mode_key, operator, who, caller=who)
    centre.telephony.channels_up[channel].variables["CENTRALITA_ROLE"] = "supervisor"
    await heard_anew(centre)
    return channel


@pytest.mark.parametrize(("key", "mode"), [("1", "listen"), ("2", "whisper"), ("3", "barge")])
def test_a_supervisors_phone_dials_a_mode_and_an_operator(key: str, mode: str, tmp_path: Path) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        boss = await dials(centre, key, "1009", BOSS)
        operator = leg(centre, "1009")
        assert centre.telephony.hears(boss) == {"caller", operator}
        assert (boss in centre.telephony.hears("caller")) == (mode == "barge")
        assert (boss in centre.telephony.hears(operator)) == (mode != "listen")
        assert call.id in centre.board.calls
        assert len(centre.board.calls) == 1  # a supervision is not a call
        centre.telephony.hangs_up(boss)
        await only_the_conversation_is_left(centre, call)

    test(tmp_path)


@in_virtual_time
async def test_a_supervisors_phone_dials_to_take_over(centre: FakeCentre) -> None:
    call = await talking(centre)
    boss = await dials(centre, "4", "1009", BOSS)
    assert (centre.call(call.id).control, centre.telephony.hears("caller")) == ("taken_over", {boss})
    centre.telephony.hangs_up("caller")
    await nothing_is_left(centre)


@in_virtual_time
async def test_whoever_listens_already_and_dials_again_has_one_supervision(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "barge")
    rung = leg(centre, BOSS)
    dialled = await dials(centre, "2", "1009", BOSS)
    assert rung not in centre.telephony.channels_up
    assert [one.mode for one in supervisions(centre)] == ["whisper"]
    assert centre.telephony.hears("caller") == {leg(centre, "1009")}
    assert centre.telephony.hears(dialled) == {"caller", leg(centre, "1009")}
    assert centre.call(call.id).control == "talking"


SALES_ONLY = with_files(
    operators=("2002: {name: Francisco Marín Ochoa}", "2002: {name: Francisco Marín Ochoa, queues: [ventas]}")
)


@pytest.mark.parametrize(
    ("who", "operator", "key"),
    [("1010", "1009", "1"), (OTHER_BOSS, "1009", "1"), (BOSS, "9999", "1"), (BOSS, "1010", "3"), ("9999", "1009", "1")],
)
def test_a_phone_that_may_not_supervise_is_told_so_and_hears_nothing(
    who: str, operator: str, key: str, tmp_path: Path
) -> None:
    @SALES_ONLY
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        await dials(centre, key, operator, who)
        await only_the_conversation_is_left(centre, call)
        (played,) = centre.telephony.played
        assert played[1] == tuple(centre.engine._centre.prompt_media("state_refused", "es"))
        (act,) = centre.acts
        assert (act.act, act.who, act.subject) == ("supervision_refused", who, operator)
        assert act.detail["why"]

    test(tmp_path)


# -- who may ---------------------------------------------------------------------------------------------------------------


def test_whose_queues_it_is_not_may_neither_hear_the_call_nor_the_operator(tmp_path: Path) -> None:
    @SALES_ONLY
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        refused: list[tuple[str, SupervisionTarget, type[Exception]]] = [
            ("1010", OnCall(call.id), OutOfSight),
            ("1009", OnOperator("1009"), OutOfSight),
            (OTHER_BOSS, OnCall(call.id), OutOfSight),
            (OTHER_BOSS, OnOperator("1009"), OutOfSight),
            (BOSS, OnCall("20261124-000000-00000000"), UnknownCall),
            (BOSS, OnOperator("9999"), UnknownOperator),
        ]
        for who, target, why in refused:
            with pytest.raises(why):
                centre.engine.supervision_desk.supervise(who, target, "listen")
        await only_the_conversation_is_left(centre, call)
        assert [(act.act, act.who) for act in centre.acts] == [("supervision_refused", who) for who, _, _ in refused]
        assert [act.role for act in centre.acts] == ["operator", "operator", *["supervisor"] * 4]
        sales = await talking(centre, by="1005", caller="sales")
        await supervise(centre, "1005", "listen", OTHER_BOSS)  # serves ventas, too
        assert centre.telephony.hears(leg(centre, OTHER_BOSS)) == {"sales", leg(centre, "1005")}
        await press(centre, "*1009#", OTHER_BOSS)
        assert [one.call for one in supervisions(centre)] == [sales.id]

    test(tmp_path)


@in_virtual_time
async def test_a_call_that_waits_cannot_be_supervised_and_a_phone_that_is_away_not_be_rung(centre: FakeCentre) -> None:
    phone(centre, BOSS)
    waiting = await centre.calls("waiting")
    with pytest.raises(NotNow, match="nobody talks"):
        await supervise(centre, waiting, "listen")
    centre.telephony.hangs_up("waiting")
    in_menu = await centre.calls("menu", "900100200")
    with pytest.raises(NotNow, match="nobody talks"):
        await supervise(centre, in_menu, "listen")
    centre.telephony.hangs_up("menu")
    call = await talking(centre)
    phone(centre, BOSS, "unregistered")
    with pytest.raises(NotNow, match="not registered"):
        await supervise(centre, call, "listen")


@pytest.mark.parametrize("how", ["rings", "rejects", "is_busy", "unregistered"])
def test_a_supervisor_whose_phone_is_not_answered_leaves_the_conversation_as_it_was(how: str, tmp_path: Path) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        centre.telephony.phones[BOSS] = how  # type: ignore[assignment]  # what the engine does not know yet
        await supervise(centre, call, "barge")
        if how == "rings":
            await asyncio.sleep(RING_S)
        await only_the_conversation_is_left(centre, call)
        assert [act for act, _ in acts(centre)] == ["supervision_unanswered"]

    test(tmp_path)


@in_virtual_time
async def test_the_phone_of_a_supervisor_stops_ringing_when_the_call_is_over(centre: FakeCentre) -> None:
    call = await talking(centre)
    phone(centre, BOSS, "rings")
    await supervise(centre, call, "listen")
    centre.telephony.hangs_up("caller")
    await nothing_is_left(centre)


# -- take over -----------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_what_a_supervisor_says_after_taking_over_is_a_recording_of_its_own(centre: FakeCentre) -> None:
    call = await talking(centre)
    assert [path.stem for path in centre.mixmonitor.recording.values()] == [call.id]
    await supervise(centre, call, "take_over")
    await asyncio.sleep(ANEW_S)
    await centre.settle()
    assert {channel: path.name for channel, path in centre.mixmonitor.recording.items()} == {
        "caller": f"{call.id}-2.raw"
    }
    centre.telephony.hangs_up("caller")
    await nothing_is_left(centre)
    assert centre.mixmonitor.recording == {}


@pytest.mark.parametrize("by", ["api", "keys"])
def test_whoever_took_over_may_pass_the_caller_on(by: str, tmp_path: Path) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        await supervise(centre, call, "take_over")
        boss = leg(centre, BOSS)
        await centre.at_work("1010", "answers")
        if by == "api":
            await ask(centre, call, TransferAsked(ToOperator("1010")))
        else:
            await press(centre, "*11010#")
        shown = centre.call(call.id)
        assert (shown.stage, shown.operator, shown.control, shown.supervised) == ("talking", "1010", "talking", {})
        assert boss not in centre.telephony.channels_up
        assert centre.telephony.hears("caller") == {leg(centre, "1010")}
        centre.telephony.hangs_up("caller")
        await nothing_is_left(centre)

    test(tmp_path)


@in_virtual_time
async def test_whoever_took_over_may_send_the_caller_to_a_queue_and_in_vain_to_an_operator(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "take_over")
    centre.engine.set_operator_state("1009", "paused", None)
    await centre.at_work("1010", "rejects")
    shown = await ask(centre, call, TransferAsked(ToOperator("1010")))
    assert (shown.stage, shown.queue) == ("waiting", "soporte")


@in_virtual_time
async def test_a_caller_who_was_taken_over_and_sent_to_a_queue_waits_there(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "take_over")
    shown = await ask(centre, call, TransferAsked(ToQueue("ventas")))
    assert (shown.stage, shown.queue, centre.telephony.channels_up["caller"].music) == ("waiting", "ventas", "default")


# -- who is told, and what is noted ------------------------------------------------------------------------------------------


TOLD = with_files(centre=("supervision: {shown: false, beep: false}", "supervision: {shown: true, beep: true}"))


@in_virtual_time
async def test_operators_do_not_see_who_listens_unless_the_centre_says_so_but_always_who_is_heard(
    centre: FakeCentre,
) -> None:
    call = await talking(centre)
    for mode, shown in (("listen", {}), ("whisper", {}), ("barge", {BOSS: "barge"}), ("listen", {})):
        await supervise(centre, call, mode)  # type: ignore[arg-type]
        assert centre.call(call.id).supervised == shown
    assert centre.telephony.played == []


@TOLD
async def test_where_the_centre_says_so_the_operator_sees_and_alone_hears_that_somebody_listens(
    centre: FakeCentre,
) -> None:
    centre.telephony.finishes_prompts_at_once = True
    call = await talking(centre)
    for mode in MODES:
        await supervise(centre, call, mode)
        assert centre.call(call.id).supervised == {BOSS: mode}
    (beep,) = centre.telephony.played
    assert beep[1] == (BEEP,)
    assert beep[0] not in ("caller", leg(centre, "1009"), leg(centre, BOSS))
    assert len(snoops(centre)) == 1
    centre.telephony.hangs_up(leg(centre, BOSS))
    await only_the_conversation_is_left(centre, call)


@TOLD
async def test_a_tone_that_does_not_end_takes_nothing_along(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "listen")
    await asyncio.sleep(GRANTED_WITHIN_S)
    await centre.settle()
    assert len(snoops(centre)) == 1
    assert ears(centre) == in_mode(centre, "listen")


@in_virtual_time
async def test_each_act_is_noted_with_who_did_it_to_what(centre: FakeCentre) -> None:
    call = await talking(centre)
    await supervise(centre, call, "listen", COORDINATOR)
    await supervise(centre, call, "whisper", COORDINATOR)
    await supervise(centre, "1009", "whisper", COORDINATOR)
    with pytest.raises(UnknownOperator):
        await supervise(centre, "9999", "whisper", COORDINATOR)
    centre.telephony.hangs_up(leg(centre, COORDINATOR))
    await heard_anew(centre)
    await supervise(centre, call, "take_over")
    assert [(act.who, act.role, act.act, act.kind, act.subject, act.detail["mode"]) for act in centre.acts] == [
        (COORDINATOR, "coordinator", "supervision_began", "call", call.id, "listen"),
        (COORDINATOR, "coordinator", "supervision_mode", "call", call.id, "whisper"),
        (COORDINATOR, "coordinator", "supervision_moved", "operator", "1009", "whisper"),
        (COORDINATOR, "coordinator", "supervision_refused", "operator", "9999", "whisper"),
        (COORDINATOR, "coordinator", "supervision_ended", "operator", "1009", "whisper"),
        (BOSS, "supervisor", "supervision_began", "call", call.id, "take_over"),
        (BOSS, "supervisor", "taken_over", "call", call.id, "take_over"),
    ]
    told = [act for act in centre.acts if act.act != "supervision_refused"]
    assert {(act.detail["call"], act.detail["operator"]) for act in told} == {(call.id, "1009")}
    assert [act.at for act in centre.acts] == sorted(act.at for act in centre.acts)


# -- a controller that comes back --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [*MODES, "held and whispered to", "take_over"])
def test_a_restarted_controller_removes_the_ears_and_adopts_the_conversation(mode: str, tmp_path: Path) -> None:
    async def both_lives() -> None:
        async with fake_centre(tmp_path) as centre:
            call = await talking(centre)
            centre.telephony.channels_up["caller"].variables["CENTRALITA_NUMBER"] = "900100201"
            await supervise(centre, call, "whisper" if "whispered" in mode else mode)  # type: ignore[arg-type]
            if "held" in mode:
                await held(centre, call)
            other = leg(centre, BOSS if mode == "take_over" else "1009")
        async with fake_centre(tmp_path, telephony=centre.telephony) as later:
            await the_two_are_left(later, call, other, taken_over=mode == "take_over")

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(both_lives())


async def the_two_are_left(centre: FakeCentre, call: CallStatus, other: str, *, taken_over: bool) -> None:
    """Nobody but the caller and ``other``, whose conversation may be supervised as any."""
    await centre.settle()
    assert set(centre.telephony.channels_up) == {"caller", other}
    assert len(centre.telephony.bridges_up) == 1
    assert centre.telephony.hears("caller") == {other}
    assert centre.call(call.id).stage == ("elsewhere" if taken_over else "talking")
    if not taken_over:
        phone(centre, BOSS)
        await supervise(centre, call, "whisper")
        assert ears(centre) == in_mode(centre, "whisper")
    centre.telephony.hangs_up("caller")
    await nothing_is_left(centre)


# -- team leaders ----------------------------------------------------------------------------------------------------------


LEADER, OTHER_LEADER = "2101", "2102"


@in_virtual_time
async def test_a_team_leader_hears_a_call_only_for_as_long_as_somebody_of_the_team_has_it(centre: FakeCentre) -> None:
    call = await talking(centre)
    phone(centre, LEADER)
    await supervise(centre, call, "whisper", LEADER)
    leader = leg(centre, LEADER)
    assert centre.telephony.hears(leader) == {"caller", leg(centre, "1009")}
    await centre.at_work("1011", "answers")  # of the other team
    await ask(centre, call, TransferAsked(ToOperator("1011")))
    assert centre.call(call.id).operator == "1011"
    assert (centre.telephony.hears(leader), [one.state for one in supervisions(centre)]) == (set(), ["waiting"])
    await centre.at_work("1010", "answers")
    await ask(centre, call, TransferAsked(ToOperator("1010")))
    assert [(one.state, one.operator) for one in supervisions(centre)] == [("listening", "1010")]
    assert centre.telephony.hears(leader) == {"caller", leg(centre, "1010")}


@in_virtual_time
async def test_a_team_leader_may_not_begin_to_hear_another_team(centre: FakeCentre) -> None:
    call = await talking(centre, by="1011")
    for code in (LEADER, OTHER_LEADER):
        phone(centre, code)
    for target in (call, "1011"):
        with pytest.raises(OutOfSight, match="team"):
            await supervise(centre, target, "listen", LEADER)
        assert (await supervise(centre, target, "listen", OTHER_LEADER)).operator == "1011"


@in_virtual_time
async def test_an_administrator_hears_nobody(centre: FakeCentre) -> None:
    call = await talking(centre)
    with pytest.raises(OutOfSight):
        await supervise(centre, call, "listen", "4001")

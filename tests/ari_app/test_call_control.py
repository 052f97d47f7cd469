"""What an operator does during a call, asked through the desk: the rules, on a telephone system in memory and virtual time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ari_app.asked import (
    Asked,
    CancelAsked,
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    HoldAsked,
    ResumeAsked,
    SwapAsked,
    Target,
    ToNumber,
    ToOperator,
    ToQueue,
    TransferAsked,
)
from ari_app.call_commands import NotNow
from ari_app.commands import UnknownCall
from ari_app.contract import CallStatus
from ari_app.recorder import ANEW_S
from queues.facts import ConversationOver
from tests.ari_app.fake_centre import FakeCentre, in_virtual_time
from tests.ari_app.waiting_room import is_for_the_worker

OUTSIDE = "600333444@carrier-demo"


async def talking(centre: FakeCentre, *, by: str = "1009") -> CallStatus:
    """A caller talks with operator ``by``; others have phones that ring, as each test says."""
    await centre.at_work(by, "answers")
    shown = await centre.calls()
    assert (shown.stage, shown.operator) == ("talking", by)
    return shown


async def ask(centre: FakeCentre, call: CallStatus, asked: Asked, ticket: str | None = None) -> CallStatus:
    centre.engine.call_desk.ask(call.id, asked, ticket)
    await centre.settle()
    return centre.call(call.id)


def leg(centre: FakeCentre, operator: str) -> str:
    return centre.telephony.leg_to(operator)


def music(centre: FakeCentre, channel: str = "caller") -> str | None:
    return centre.telephony.channels_up[channel].music


async def nothing_is_left(centre: FakeCentre) -> None:
    await centre.settle()
    assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {})
    assert not any(operator.state in ("talking", "on_hold", "own_call") for operator in centre.board.operators.values())


async def consulting(centre: FakeCentre, to: ToOperator | ToNumber | None = None) -> CallStatus:
    """1009 has the caller on hold and talks with 1010."""
    await centre.at_work("1010", "answers")
    await centre.at_work("1009", "answers")
    centre.telephony.phones["1010"] = "rings"
    centre.engine.set_operator_state("1010", "paused", None)
    shown = await centre.calls()
    centre.engine.set_operator_state("1010", "ready", None)
    await ask(centre, shown, ConsultAsked(to or ToOperator("1010")))
    centre.telephony.picks_up(leg(centre, "1010" if to is None else OUTSIDE))
    await centre.settle()
    return centre.call(shown.id)


# -- hold ------------------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_held_caller_hears_music_and_not_the_operator_until_resumed(centre: FakeCentre) -> None:
    call = await talking(centre)
    held = await ask(centre, call, HoldAsked())
    assert (held.held, held.control, centre.state("1009")) == (True, "held", "on_hold")
    assert (centre.telephony.hears("caller"), music(centre)) == (set(), "default")
    resumed = await ask(centre, call, ResumeAsked())
    assert (resumed.held, resumed.control, centre.state("1009")) == (False, "talking", "talking")
    assert (centre.telephony.hears("caller"), music(centre)) == ({leg(centre, "1009")}, None)


@in_virtual_time
async def test_what_cannot_be_done_now_is_refused_with_what_can(centre: FakeCentre) -> None:
    call = await talking(centre)
    for asked in (ResumeAsked(), SwapAsked(), CompleteAsked(), CancelAsked(), ConferenceAsked()):
        with pytest.raises(NotNow, match="now: hold, transfer, consult"):
            await ask(centre, call, asked)
    with pytest.raises(UnknownCall):
        centre.engine.call_desk.ask("20261124-000000-00000000", HoldAsked())


@in_virtual_time
async def test_a_caller_whom_nobody_talks_with_cannot_be_held(centre: FakeCentre) -> None:
    call = await centre.calls()
    with pytest.raises(NotNow, match="nobody talks"):
        await ask(centre, call, HoldAsked())


@in_virtual_time
async def test_an_operator_who_hangs_up_a_held_call_ends_it(centre: FakeCentre) -> None:
    call = await talking(centre)
    await ask(centre, call, HoldAsked())
    centre.telephony.hangs_up(leg(centre, "1009"))
    await nothing_is_left(centre)
    assert centre.call(call.id).end_reason == "operator_hung_up"
    assert centre.state("1009") == "wrap_up"


@in_virtual_time
async def test_hold_from_the_phone_counts_as_hold_and_only_the_phone_ends_it(centre: FakeCentre) -> None:
    call = await talking(centre)
    centre.telephony.holds(leg(centre, "1009"))
    await centre.settle()
    assert (centre.call(call.id).control, centre.state("1009")) == ("held_by_phone", "on_hold")
    with pytest.raises(NotNow):
        await ask(centre, call, ResumeAsked())
    centre.telephony.takes_back(leg(centre, "1009"))
    await centre.settle()
    assert (centre.call(call.id).control, centre.state("1009")) == ("talking", "talking")


# -- blind transfer ----------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_blind_transfer_to_an_operator_rings_that_one_alone_and_frees_the_first(centre: FakeCentre) -> None:
    call = await talking(centre)
    await centre.at_work("1010")
    await centre.at_work("1011")
    shown = await ask(centre, call, TransferAsked(ToOperator("1011")))
    assert (shown.stage, shown.operator, centre.state("1009")) == ("ringing", "1011", "wrap_up")
    assert music(centre) == "default"
    assert centre.state("1010") == "ready"
    centre.telephony.picks_up(leg(centre, "1011"))
    await centre.settle()
    assert centre.telephony.hears("caller") == {leg(centre, "1011")}
    assert (centre.call(call.id).operator, centre.state("1011")) == ("1011", "talking")
    assert [(over.by, over.to) for over in centre.facts(ConversationOver)] == [("transfer", "1011")]


@in_virtual_time
async def test_whoever_has_talked_already_waits_on_with_music_from_the_first_moment(centre: FakeCentre) -> None:
    shown = await ask(centre, await talking(centre), TransferAsked(ToQueue("ventas")))
    assert (shown.stage, shown.queue, music(centre)) == ("waiting", "ventas", "default")


@pytest.mark.parametrize("how", ["times out", "rejects", "is unplugged"])
def test_transfer_that_is_not_answered_returns_to_the_operator(how: str, tmp_path: Path) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        call = await talking(centre)
        await centre.at_work("1010", {"times out": "rings", "rejects": "rejects"}.get(how, "unregistered"))
        await ask(centre, call, TransferAsked(ToOperator("1010")))
        await asyncio.sleep(15.1)
        await centre.settle()
        assert (centre.call(call.id).stage, centre.call(call.id).operator) == ("talking", "1009")
        assert centre.telephony.hears("caller") == {leg(centre, "1009")}
        centre.telephony.hangs_up(leg(centre, "1009"))
        await nothing_is_left(centre)

    test(tmp_path)


@in_virtual_time
async def test_transfer_in_vain_goes_back_to_the_queue_in_the_old_place_when_the_operator_is_not_free(
    centre: FakeCentre,
) -> None:
    call = await talking(centre)
    await centre.at_work("1010")
    centre.engine.set_operator_state("1009", "paused", None)  # wants a pause after the call
    await ask(centre, call, TransferAsked(ToOperator("1010")))
    await asyncio.sleep(1)
    second = await centre.calls("second")
    await asyncio.sleep(14.1)
    await centre.settle()
    assert (centre.state("1009"), centre.state("1010")) == ("paused", "paused")
    assert (centre.call(call.id).stage, centre.call(call.id).position) == ("waiting", 1)
    assert centre.call(second.id).position == 2


@in_virtual_time
async def test_a_transfer_to_somebody_who_is_not_free_is_refused_and_says_why(centre: FakeCentre) -> None:
    call = await talking(centre)
    await centre.at_work("1010")
    centre.engine.set_operator_state("1010", "paused", None)
    reasons: dict[Target, str] = {
        ToOperator("1010"): "1010 is not free: paused",
        ToOperator("1009"): "has the call already",
        ToOperator("1011"): "not reachable",
        ToOperator("9999"): "nobody has the code",
        ToQueue("sopporte"): "there is no queue",
        ToNumber("500333444"): "not among the allowed_numbers",
        ToNumber("600;rm"): "not a number",
    }
    for to, why in reasons.items():
        with pytest.raises(NotNow, match=why):
            await ask(centre, call, TransferAsked(to))
    assert centre.call(call.id).stage == "talking"


@in_virtual_time
async def test_transfer_to_a_queue_keeps_the_first_arrival_and_goes_before_those_who_came_later(
    centre: FakeCentre,
) -> None:
    call = await talking(centre)
    await asyncio.sleep(20)
    later = await centre.calls("later")
    assert later.position == 1
    shown = await ask(centre, call, TransferAsked(ToQueue("soporte")))
    assert (shown.stage, shown.queue, shown.position) == ("waiting", "soporte", 1)
    assert centre.call(later.id).position == 2


@in_virtual_time
async def test_transfer_to_a_queue_without_the_place_goes_behind_those_who_wait(centre: FakeCentre) -> None:
    call = await talking(centre)
    await asyncio.sleep(20)
    await centre.calls("later")
    shown = await ask(centre, call, TransferAsked(ToQueue("soporte"), keep_place=False))
    assert (shown.stage, shown.position) == ("waiting", 2)


@in_virtual_time
async def test_the_ticket_goes_along_to_the_second_level(centre: FakeCentre) -> None:
    call = await talking(centre)
    await centre.at_work("1015", "answers")
    shown = await ask(centre, call, TransferAsked(ToQueue("soporte_n2")), "INC-2026/0042 ${EXTEN}")
    assert (shown.queue, shown.operator, shown.ticket) == ("soporte_n2", "1015", "INC-2026/0042 ${EXTEN}")
    assert centre.telephony.channels_up["caller"].variables["CENTRALITA_TICKET"] == "INC-2026/0042 ${EXTEN}"
    await asyncio.sleep(ANEW_S)
    assert [path.name for path in centre.mixmonitor.recording.values()] == [f"{call.id}-2.raw"]


@in_virtual_time
async def test_whoever_takes_over_from_a_consultation_is_recorded_apart(centre: FakeCentre) -> None:
    call = await consulting(centre)
    assert [path.stem for path in centre.mixmonitor.recording.values()] == [call.id]
    await ask(centre, call, CompleteAsked())
    assert not centre.mixmonitor.recording
    await asyncio.sleep(ANEW_S)
    assert [path.name for path in centre.mixmonitor.recording.values()] == [f"{call.id}-2.raw"]


@in_virtual_time
async def test_numbers_that_the_centre_does_not_allow_are_never_dialled(centre: FakeCentre) -> None:
    call = await talking(centre)
    with pytest.raises(NotNow, match="allowed_numbers"):
        await ask(centre, call, TransferAsked(ToNumber("500333444")))


@in_virtual_time
async def test_blind_transfer_to_a_number_connects_it_and_frees_the_operator(centre: FakeCentre) -> None:
    call = await talking(centre)
    centre.telephony.phones[OUTSIDE] = "rings"
    shown = await ask(centre, call, TransferAsked(ToNumber("600333444")))
    assert (shown.stage, centre.state("1009"), music(centre)) == ("elsewhere", "wrap_up", "default")
    centre.telephony.picks_up(leg(centre, OUTSIDE))
    await centre.settle()
    assert centre.telephony.hears("caller") == {leg(centre, OUTSIDE)}
    centre.telephony.hangs_up(leg(centre, OUTSIDE))
    await nothing_is_left(centre)
    assert centre.call(call.id).end_reason == "forwarded"


@in_virtual_time
async def test_a_number_that_does_not_answer_gives_the_caller_back(centre: FakeCentre) -> None:
    call = await talking(centre)
    centre.telephony.phones[OUTSIDE] = "is_busy"
    shown = await ask(centre, call, TransferAsked(ToNumber("600333444")))
    assert (shown.stage, shown.operator) == ("talking", "1009")


@in_virtual_time
async def test_a_caller_who_hangs_up_during_a_transfer_leaves_nothing(centre: FakeCentre) -> None:
    call = await talking(centre)
    await centre.at_work("1010")
    await ask(centre, call, TransferAsked(ToOperator("1010")))
    centre.telephony.hangs_up("caller")
    await nothing_is_left(centre)
    assert (centre.state("1009"), centre.state("1010")) == ("wrap_up", "ready")


# -- consultation ------------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_in_a_consultation_the_caller_hears_music_and_the_operators_each_other(centre: FakeCentre) -> None:
    call = await consulting(centre)
    assert (call.control, call.consulting, centre.state("1010")) == ("consulting", "1010", "own_call")
    assert (centre.telephony.hears("caller"), music(centre)) == (set(), "default")
    assert centre.telephony.hears(leg(centre, "1009")) == {leg(centre, "1010")}


@in_virtual_time
async def test_completed_the_caller_talks_with_the_other_and_the_first_is_in_wrap_up(centre: FakeCentre) -> None:
    call = await consulting(centre)
    first = leg(centre, "1009")
    shown = await ask(centre, call, CompleteAsked())
    assert (shown.stage, shown.operator, shown.control, shown.consulting) == ("talking", "1010", "talking", None)
    assert centre.telephony.hears("caller") == {leg(centre, "1010")}
    assert first not in centre.telephony.channels_up
    assert (music(centre), centre.state("1009"), centre.state("1010")) == (None, "wrap_up", "talking")
    assert len(centre.telephony.bridges_up) == 1
    centre.telephony.hangs_up(leg(centre, "1010"))
    await nothing_is_left(centre)
    assert centre.state("1010") == "wrap_up"


@in_virtual_time
async def test_cancelled_the_operator_is_back_with_the_caller_and_the_other_is_ready(centre: FakeCentre) -> None:
    call = await consulting(centre)
    shown = await ask(centre, call, CancelAsked())
    assert (shown.operator, shown.control) == ("1009", "talking")
    assert (centre.telephony.hears("caller"), music(centre)) == ({leg(centre, "1009")}, None)
    assert (centre.state("1009"), centre.state("1010")) == ("talking", "ready")
    assert len(centre.telephony.channels_up) == 2


@in_virtual_time
async def test_cancelled_while_ringing_too(centre: FakeCentre) -> None:
    call = await talking(centre)
    await centre.at_work("1010")
    assert (await ask(centre, call, ConsultAsked(ToOperator("1010")))).control == "ringing_other"
    assert (await ask(centre, call, CancelAsked())).control == "talking"
    assert (centre.state("1010"), centre.telephony.hears("caller")) == ("ready", {leg(centre, "1009")})
    assert len(centre.telephony.channels_up) == 2


@in_virtual_time
async def test_an_other_who_does_not_answer_gives_the_operator_back(centre: FakeCentre) -> None:
    call = await talking(centre)
    await centre.at_work("1010")
    await ask(centre, call, ConsultAsked(ToOperator("1010")))
    await asyncio.sleep(15.1)
    await centre.settle()
    assert (centre.call(call.id).control, centre.telephony.hears("caller")) == ("talking", {leg(centre, "1009")})
    assert (centre.state("1010"), len(centre.telephony.channels_up)) == ("ready", 2)


@in_virtual_time
async def test_an_other_who_refuses_or_is_unplugged_gives_the_operator_back(centre: FakeCentre) -> None:
    call = await talking(centre)
    for behaviour in ("rejects", "is_busy", "unregistered"):
        await centre.at_work("1010", behaviour)
        shown = await ask(centre, call, ConsultAsked(ToOperator("1010")))
        assert (shown.control, centre.telephony.hears("caller"), music(centre)) == (
            "talking",
            {leg(centre, "1009")},
            None,
        )


@in_virtual_time
async def test_an_other_who_hangs_up_gives_the_operator_back(centre: FakeCentre) -> None:
    call = await consulting(centre)
    centre.telephony.hangs_up(leg(centre, "1010"))
    await centre.settle()
    assert (centre.call(call.id).control, centre.telephony.hears("caller")) == ("talking", {leg(centre, "1009")})
    assert centre.state("1010") == "ready"


@in_virtual_time
async def test_a_caller_who_hangs_up_during_a_consultation_frees_both(centre: FakeCentre) -> None:
    await consulting(centre)
    centre.telephony.hangs_up("caller")
    await nothing_is_left(centre)
    assert (centre.state("1009"), centre.state("1010")) == ("wrap_up", "ready")


@in_virtual_time
async def test_an_operator_who_hangs_up_during_a_consultation_hands_the_caller_over(centre: FakeCentre) -> None:
    call = await consulting(centre)
    centre.telephony.hangs_up(leg(centre, "1009"))
    await centre.settle()
    assert (centre.call(call.id).operator, centre.telephony.hears("caller")) == ("1010", {leg(centre, "1010")})
    assert (centre.state("1009"), centre.state("1010")) == ("wrap_up", "talking")


@in_virtual_time
async def test_an_operator_who_hangs_up_while_the_other_rings_sends_the_caller_back_to_the_queue(
    centre: FakeCentre,
) -> None:
    call = await talking(centre)
    await centre.at_work("1010")
    await ask(centre, call, ConsultAsked(ToOperator("1010")))
    centre.telephony.hangs_up(leg(centre, "1009"))
    await centre.settle()
    shown = centre.call(call.id)
    assert (shown.stage, shown.operator) == ("ringing", "1010")  # who is ready again, and the caller is the first


@pytest.mark.parametrize("known", [True, False])
def test_whoever_the_phone_dialled_comes_to_the_caller_also_where_asterisk_does_not_know_with_whom_it_talks(
    known: bool, tmp_path: Path
) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        await talking(centre)
        await centre.at_work("1010", "answers")
        operator = leg(centre, "1009")
        centre.telephony.call_arrives("dialled", "internal", "1010", "1009", caller="1009")
        await centre.settle()
        other = leg(centre, "1010")
        centre.telephony.refers_to_own_call(operator, "dialled", other if known else None)
        await centre.settle()
        assert centre.telephony.told_of_transfers == [(operator, "answered")]
        assert centre.telephony.hears("caller") == {other}
        centre.telephony.hangs_up("caller")
        await nothing_is_left(centre)

    test(tmp_path)


@in_virtual_time
async def test_whoever_the_phone_dialled_by_itself_comes_to_the_caller_before_the_bridge_they_had_ends(
    centre: FakeCentre,
) -> None:
    shown = await talking(centre)
    await centre.at_work("1010", "answers")
    operator = leg(centre, "1009")
    centre.telephony.call_arrives("dialled", "internal", "1010", "1009", caller="1009")
    await centre.settle()
    other = leg(centre, "1010")
    assert centre.telephony.hears("dialled") == {other}
    centre.telephony.refers_to_own_call(operator, "dialled", other)
    await centre.settle()
    assert centre.telephony.told_of_transfers == [(operator, "answered")]
    assert centre.telephony.hears("caller") == {other}
    assert list(centre.telephony.bridges_up) == [f"{shown.id}-talk-1"]
    centre.telephony.hangs_up("caller")
    await nothing_is_left(centre)


@in_virtual_time
async def test_whoever_is_held_in_the_call_that_the_phone_dialled_hears_the_caller_after_the_transfer(
    centre: FakeCentre,
) -> None:
    await talking(centre)
    await centre.at_work("1010", "answers")
    operator = leg(centre, "1009")
    centre.telephony.call_arrives("dialled", "internal", "soporte", "1009", caller="1009")
    await centre.settle()
    other, second = leg(centre, "1010"), list(centre.board.calls.values())[-1]
    await ask(centre, second, HoldAsked())
    assert centre.telephony.channels_up[other].silence
    centre.telephony.refers_to_own_call(operator, "dialled", other)
    await centre.settle()
    assert centre.telephony.told_of_transfers == [(operator, "answered")]
    assert (centre.telephony.hears("caller"), centre.telephony.hears(other)) == ({other}, {"caller"})
    centre.telephony.hangs_up("caller")
    await nothing_is_left(centre)


@in_virtual_time
async def test_a_phone_that_names_the_other_end_of_the_same_call_in_a_refer_is_refused(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    centre.telephony.call_arrives("phone", "internal", "soporte", "1010", caller="1010")
    await centre.settle()
    other = leg(centre, "1009")
    centre.telephony.refers_to_own_call("phone", other, "phone")
    await centre.settle()
    assert centre.telephony.told_of_transfers == [("phone", "declined")]
    assert centre.telephony.hears("phone") == {other}


@in_virtual_time
async def test_swap_exchanges_who_hears_music(centre: FakeCentre) -> None:
    call = await consulting(centre)
    shown = await ask(centre, call, SwapAsked())
    assert (shown.control, shown.held) == ("swapped", False)
    assert centre.telephony.hears("caller") == {leg(centre, "1009")}
    assert (music(centre), music(centre, leg(centre, "1010"))) == (None, "default")
    shown = await ask(centre, call, SwapAsked())
    assert (shown.control, shown.held) == ("consulting", True)
    assert centre.telephony.hears(leg(centre, "1009")) == {leg(centre, "1010")}
    assert (music(centre), music(centre, leg(centre, "1010"))) == ("default", None)


@in_virtual_time
async def test_swapped_and_completed_or_given_up(centre: FakeCentre) -> None:
    call = await consulting(centre)
    await ask(centre, call, SwapAsked())
    await ask(centre, call, CompleteAsked())
    assert (centre.telephony.hears("caller"), music(centre, leg(centre, "1010"))) == ({leg(centre, "1010")}, None)
    centre.telephony.hangs_up("caller")
    await nothing_is_left(centre)


@in_virtual_time
async def test_in_a_conference_all_three_hear_each_other_and_any_may_leave(centre: FakeCentre) -> None:
    call = await consulting(centre)
    shown = await ask(centre, call, ConferenceAsked())
    assert (shown.control, shown.held, music(centre)) == ("conference", False, None)
    assert centre.telephony.hears("caller") == {leg(centre, "1009"), leg(centre, "1010")}
    centre.telephony.hangs_up(leg(centre, "1010"))
    await centre.settle()
    assert (centre.call(call.id).control, centre.telephony.hears("caller")) == ("talking", {leg(centre, "1009")})


@in_virtual_time
async def test_after_a_conference_another_part_of_the_recording_begins(centre: FakeCentre) -> None:
    call = await consulting(centre)
    await ask(centre, call, ConferenceAsked())
    before = dict(centre.mixmonitor.recording)
    centre.telephony.hangs_up(leg(centre, "1010"))
    await centre.settle()
    await asyncio.sleep(1)
    assert list(centre.mixmonitor.recording) == list(before) == ["caller"]
    assert centre.mixmonitor.recording != before
    centre.telephony.hangs_up("caller")
    await nothing_is_left(centre)


@in_virtual_time
async def test_a_caller_who_hangs_up_while_a_part_is_being_stopped_leaves_a_whole_recording(centre: FakeCentre) -> None:
    call = await consulting(centre)
    await ask(centre, call, ConferenceAsked())
    stops = centre.mixmonitor.stops = asyncio.Event()  # the command is sent, its answer does not come yet
    centre.telephony.hangs_up(leg(centre, "1010"))
    await centre.settle()
    centre.telephony.hangs_up("caller")
    await centre.settle()
    stops.set()
    await asyncio.sleep(20)
    assert is_for_the_worker(centre.folder, call.recording)
    await nothing_is_left(centre)


@in_virtual_time
async def test_the_operator_leaves_a_conference_and_the_two_go_on(centre: FakeCentre) -> None:
    call = await consulting(centre)
    await ask(centre, call, ConferenceAsked())
    centre.telephony.hangs_up(leg(centre, "1009"))
    await centre.settle()
    assert (centre.call(call.id).operator, centre.telephony.hears("caller")) == ("1010", {leg(centre, "1010")})
    centre.telephony.hangs_up("caller")
    await nothing_is_left(centre)


@in_virtual_time
async def test_a_number_that_was_consulted_takes_the_caller_and_is_no_operator(centre: FakeCentre) -> None:
    centre.telephony.phones[OUTSIDE] = "rings"
    call = await consulting(centre, ToNumber("600333444"))
    assert call.consulting == "600333444"
    shown = await ask(centre, call, CompleteAsked())
    assert (shown.stage, shown.control, centre.state("1009")) == ("elsewhere", "outside", "wrap_up")
    assert centre.telephony.hears("caller") == {leg(centre, OUTSIDE)}
    assert centre.mixmonitor.recording == {}
    centre.telephony.hangs_up(leg(centre, OUTSIDE))
    await nothing_is_left(centre)
    assert centre.call(call.id).end_reason == "forwarded"


@in_virtual_time
async def test_nobody_is_consulted_who_talks_and_the_consulted_is_offered_no_call(centre: FakeCentre) -> None:
    call = await consulting(centre)
    other = await centre.calls("other")
    assert other.stage == "waiting"
    await ask(centre, call, CancelAsked())
    assert centre.call(other.id).stage == "ringing"
    with pytest.raises(NotNow, match="not free: ringing"):
        await ask(centre, call, ConsultAsked(ToOperator("1010")))


@pytest.mark.parametrize("asked", [CompleteAsked(), CancelAsked(), SwapAsked(), ConferenceAsked()])
def test_the_caller_may_hang_up_at_any_step(asked: Asked, tmp_path: Path) -> None:
    @in_virtual_time
    async def test(centre: FakeCentre) -> None:
        for steps in range(16):
            call = await consulting(centre)
            centre.engine.call_desk.ask(call.id, asked)
            for _ in range(steps):
                await asyncio.sleep(0)
            if "caller" in centre.telephony.channels_up:
                centre.telephony.hangs_up("caller")
            await nothing_is_left(centre)
            await asyncio.sleep(6)

    test(tmp_path)


@in_virtual_time
async def test_the_other_may_hang_up_at_any_step_of_a_completion(centre: FakeCentre) -> None:
    for steps in range(14):
        call = await consulting(centre)
        other = leg(centre, "1010")
        centre.engine.call_desk.ask(call.id, CompleteAsked())
        for _ in range(steps):
            await asyncio.sleep(0)
        if other in centre.telephony.channels_up:
            centre.telephony.hangs_up(other)
        await centre.settle()
        if "caller" in centre.telephony.channels_up:
            assert centre.telephony.hears("caller") == {leg(centre, "1009")}, steps
            centre.telephony.hangs_up("caller")
        await nothing_is_left(centre)
        await asyncio.sleep(6)


# -- keys pressed during the call --------------------------------------------------------------------------------------------


async def press(centre: FakeCentre, keys: str, operator: str = "1009") -> None:
    for key in keys:
        centre.telephony.presses(leg(centre, operator), key)
        await centre.settle()


@in_virtual_time
async def test_the_operators_keys_do_what_the_api_does(centre: FakeCentre) -> None:
    call = await talking(centre)
    await centre.at_work("1010", "answers")
    await press(centre, "*0")
    assert centre.call(call.id).control == "held"
    await press(centre, "*0")
    assert centre.call(call.id).control == "talking"
    await press(centre, "*21010#")
    assert (centre.call(call.id).control, centre.call(call.id).consulting) == ("consulting", "1010")
    await press(centre, "*5")
    assert centre.call(call.id).control == "swapped"
    await press(centre, "*6")
    assert centre.call(call.id).control == "conference"
    await press(centre, "*4")
    assert centre.call(call.id).control == "talking"
    await press(centre, "*11010#")
    assert (centre.call(call.id).operator, centre.state("1009")) == ("1010", "wrap_up")


@in_virtual_time
async def test_the_callers_keys_and_keys_for_what_cannot_be_now_ask_nothing(centre: FakeCentre) -> None:
    call = await talking(centre)
    for key in "*0":
        centre.telephony.presses("caller", key)
    await press(centre, "*3*4*5*6*19999#*21011#*1#")
    assert (centre.call(call.id).control, centre.call(call.id).operator) == ("talking", "1009")

"""Virtual hold: the caller hangs up, keeps the place, and is called on his or her turn; nobody is called twice or forgotten."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ari_app.centre import load_centre
from ari_app.commands import StateRefused, UnknownCall
from ari_app.contract import CallStatus
from ari_app.operator_commands import Asker
from tests.ari_app.fake_centre import FakeCentre, changed_demo, fake_centre
from tests.ari_app.waiting_room import (
    CALLER,
    OUTSIDE,
    SOPORTE,
    callbacks_noted,
    hears_it_out,
    nothing_is_left,
    outside_leg,
    passes,
    played,
    presses,
    soporte,
    ticking,
)
from tests.fakes.notebook import FakeNotebook
from tests.fakes.virtual_time import VirtualTimeLoop

OPERATOR_FIRST = "callback: {offer_after_s: 20, key: '1', gap_s: 60, max_attempts: 2, ring_s: 25}"
CUSTOMER_FIRST = OPERATOR_FIRST.replace("}", ", first: customer}")
ANY_TIME = "keys: {'5': {callback: true}}\n"


async def calls_as(centre: FakeCentre, channel: str, caller: str) -> CallStatus:
    """A caller with this number dials."""
    centre.telephony.call_arrives(channel, "inbound", "900100201", caller=caller)
    await centre.settle()
    return list(centre.board.calls.values())[-1]


async def agrees(centre: FakeCentre, channel: str = "caller", key: str = "1", caller: str = CALLER) -> str:
    """A caller is offered a callback, agrees, and the line is free. Returns the call's id."""
    centre.telephony.phones[caller + OUTSIDE] = "rings"
    shown = await calls_as(centre, channel, caller)
    await passes(centre, 21)
    await presses(centre, key, channel)
    assert played(centre, channel)[-1] == "callback_agreed"
    await hears_it_out(centre, channel)
    assert channel not in centre.telephony.channels_up
    return shown.id


@soporte(OPERATOR_FIRST)
async def test_a_callback_is_offered_after_its_time_and_its_key_means_nothing_before(centre: FakeCentre) -> None:
    shown = await centre.calls()
    await presses(centre, "1")
    await passes(centre, 21)
    assert centre.call(shown.id).stage == "waiting"
    assert played(centre) == ["callback_offer", "digits:1"]
    await hears_it_out(centre)
    assert centre.telephony.channels_up["caller"].music == "default"
    await passes(centre, 60)
    await presses(centre, "1")
    assert played(centre)[2:] == ["callback_agreed"]


@soporte(OPERATOR_FIRST)
async def test_whoever_agrees_keeps_the_place_without_a_line(centre: FakeCentre) -> None:
    call = await agrees(centre)
    later = await calls_as(centre, "later", "600999888")
    assert (centre.call(call).stage, centre.call(call).position) == ("callback", 1)
    assert centre.call(later.id).position == 2
    assert centre.board.queues["soporte"].callbacks == 1
    assert list(centre.telephony.channels_up) == ["later"]


@soporte(OPERATOR_FIRST)
async def test_operator_first_the_operator_hears_ringing_then_both_talk_and_are_recorded(centre: FakeCentre) -> None:
    call = await agrees(centre)
    await centre.at_work("1009")
    operator = centre.telephony.leg_to("1009")
    assert centre.telephony.channels_up[operator].caller == CALLER
    centre.telephony.picks_up(operator)
    await centre.settle()
    assert centre.state("1009") == "reserved"
    assert played(centre, operator) == ["tone:ring;tonezone=es"]
    customer = outside_leg(centre)
    assert centre.telephony.channels_up[customer].caller == "900100201"
    centre.telephony.picks_up(customer)
    await centre.settle()
    assert centre.telephony.hears(customer) == {operator}
    assert centre.mixmonitor.recording.keys() == {customer}
    assert (centre.call(call).stage, centre.state("1009")) == ("talking", "talking")
    assert callbacks_noted(centre.notebook) == []
    centre.telephony.hangs_up(customer)
    await centre.settle()
    assert centre.call(call).end_reason == "caller_hung_up"
    assert centre.state("1009") == "wrap_up"
    assert centre.board.queues["soporte"].called_back == 1
    nothing_is_left(centre)


@soporte(CUSTOMER_FIRST)
async def test_customer_first_the_operator_is_kept_free_and_rung_when_the_customer_is_there(centre: FakeCentre) -> None:
    call = await agrees(centre)
    await centre.at_work("1009")
    assert centre.state("1009") == "reserved"
    customer = outside_leg(centre)
    centre.telephony.picks_up(customer)
    await centre.settle()
    assert played(centre, customer) == ["callback_greeting"]
    assert centre.state("1009") == "ringing"
    operator = centre.telephony.leg_to("1009")
    centre.telephony.picks_up(operator)
    await centre.settle()
    assert centre.telephony.hears(customer) == {operator}
    assert centre.telephony.channels_up[customer].playback is None
    centre.telephony.hangs_up(operator)
    await centre.settle()
    assert centre.call(call).end_reason == "operator_hung_up"
    nothing_is_left(centre)


@soporte(CUSTOMER_FIRST)
async def test_a_customer_whose_operator_does_not_answer_waits_on_as_the_first(centre: FakeCentre) -> None:
    call = await agrees(centre)
    await centre.at_work("1009")
    centre.telephony.picks_up(outside_leg(centre))
    await centre.settle()
    await passes(centre, 16)
    assert (centre.call(call).stage, centre.call(call).position) == ("waiting", 1)
    customer = outside_leg(centre)
    await hears_it_out(centre, customer)
    assert centre.telephony.channels_up[customer].music == "default"
    centre.telephony.hangs_up(customer)
    await centre.settle()
    assert centre.call(call).end_reason == "caller_hung_up"
    nothing_is_left(centre)


@soporte(OPERATOR_FIRST)
async def test_a_customer_who_does_not_answer_is_tried_again_after_the_gap_and_not_for_ever(centre: FakeCentre) -> None:
    call = await agrees(centre)
    await centre.at_work("1009")
    for attempt in (1, 2):
        operator = centre.telephony.leg_to("1009")
        centre.telephony.picks_up(operator)
        await centre.settle()
        assert centre.engine.callback_desk.callbacks()[0].attempts == attempt
        await passes(centre, 26)
        assert centre.telephony.channels_up == {}
        assert centre.state("1009") == "ready"
        if attempt == 1:
            assert centre.call(call).stage == "callback"
            assert centre.engine.callback_desk.callbacks()[0].next_attempt is not None
            await passes(centre, 30)
            assert centre.telephony.channels_up == {}
            await passes(centre, 31)
    assert (centre.call(call).stage, centre.call(call).end_reason) == ("ended", "callback_failed")
    nothing_is_left(centre)


@soporte(OPERATOR_FIRST)
async def test_an_operator_who_hangs_up_while_the_customer_is_called_frees_both(centre: FakeCentre) -> None:
    call = await agrees(centre)
    await centre.at_work("1009")
    operator = centre.telephony.leg_to("1009")
    centre.telephony.picks_up(operator)
    await centre.settle()
    centre.telephony.hangs_up(operator)
    await centre.settle()
    assert not [leg for leg in centre.telephony.channels_up if "-out-" in leg]
    assert centre.call(call).stage in ("callback", "ringing")  # it is the operator's, who is free again


@soporte(OPERATOR_FIRST)
async def test_operator_and_customer_at_the_same_instant_leave_no_ghost_whatever_comes_first(
    centre: FakeCentre,
) -> None:
    """The operator hangs up as the customer picks up."""
    for customer_first in (True, False):
        call = await agrees(centre, f"caller{customer_first}")
        await centre.at_work("1009", "answers")
        operator, customer = centre.telephony.leg_to("1009"), outside_leg(centre)
        centre.telephony.phones["1009"] = "unregistered"
        if customer_first:
            centre.telephony.picks_up(customer)
            centre.telephony.hangs_up(operator)
        else:
            centre.telephony.hangs_up(operator)
            centre.telephony.picks_up(customer)
        await centre.settle()
        assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {})
        assert centre.call(call).stage == ("ended" if customer_first else "callback")
        centre.engine.set_operator_state("1009", "logged_out", None)


@soporte(OPERATOR_FIRST)
async def test_never_more_customers_are_called_than_operators_are_free_for_them(centre: FakeCentre) -> None:
    for number, channel in enumerate(("one", "two", "three")):
        await agrees(centre, channel, caller=f"60011133{number}")
    for code in ("1009", "1010"):
        await centre.at_work(code)
        centre.telephony.picks_up(centre.telephony.leg_to(code))
        await centre.settle()
    assert len([leg for leg in centre.telephony.channels_up if "-out-" in leg]) == 2
    assert centre.board.queues["soporte"].calling == 2


@soporte(ANY_TIME)
async def test_a_key_may_ask_for_a_callback_at_any_time(centre: FakeCentre) -> None:
    call = await agrees(centre, key="5")
    assert centre.call(call).stage == "callback"


@soporte(ANY_TIME)
async def test_a_number_that_may_not_be_called_is_refused_in_words_and_the_caller_waits_on(centre: FakeCentre) -> None:
    for caller in ("anonymous", "", "0034600111222", "600111222@evil", "34;rm"):
        centre.telephony.call_arrives(caller or "none", "inbound", "900100201", caller=caller)
        await centre.settle()
        await presses(centre, "5", caller or "none")
        assert played(centre, caller or "none") == ["callback_refused"]
        await hears_it_out(centre, caller or "none")
        assert centre.telephony.channels_up[caller or "none"].music == "default"
    assert callbacks_noted(centre.notebook) == []


@soporte(OPERATOR_FIRST)
async def test_whoever_hangs_up_during_the_goodbye_is_called_back_all_the_same(centre: FakeCentre) -> None:
    centre.telephony.phones[CALLER + OUTSIDE] = "rings"
    shown = await centre.calls()
    await passes(centre, 21)
    await presses(centre, "1")
    centre.telephony.hangs_up("caller")
    await centre.settle()
    assert centre.call(shown.id).stage == "callback"
    await centre.at_work("1009", "answers")
    centre.telephony.picks_up(outside_leg(centre))
    await centre.settle()
    assert centre.call(shown.id).stage == "talking"


@soporte(OPERATOR_FIRST)
async def test_a_supervisor_cancels_a_callback_that_waits_and_one_that_is_under_way(centre: FakeCentre) -> None:
    for under_way in (False, True):
        call = await agrees(centre, f"caller{under_way}")
        if under_way:
            await centre.at_work("1009", "answers")
            assert centre.call(call).stage == "calling"
        assert [shown.id for shown in centre.engine.callback_desk.callbacks()] == [call]
        assert centre.engine.callback_desk.callbacks()[0].caller == "******222"
        centre.engine.callback_desk.cancel_callback(call)
        await centre.settle()
        assert (centre.call(call).stage, centre.call(call).end_reason) == ("ended", "callback_cancelled")
        assert centre.engine.callback_desk.callbacks() == []
        nothing_is_left(centre)
        with pytest.raises(UnknownCall):
            centre.engine.callback_desk.cancel_callback(call)
    assert centre.state("1009") == "ready"


@soporte(OPERATOR_FIRST)
async def test_hanging_a_callback_up_by_command_cancels_it(centre: FakeCentre) -> None:
    call = await agrees(centre)
    centre.engine.hang_up_call(call)
    await centre.settle()
    assert centre.call(call).end_reason == "callback_cancelled"
    nothing_is_left(centre)


@soporte(OPERATOR_FIRST)
async def test_a_callback_whose_operator_is_rung_cannot_be_moved_like_a_caller(centre: FakeCentre) -> None:
    call = await agrees(centre)
    await centre.at_work("1009")
    assert centre.call(call).stage == "ringing"
    with pytest.raises(StateRefused):
        centre.engine.desk.move_call(Asker("2001"), call, "ventas", None)


@soporte(OPERATOR_FIRST)
async def test_a_caller_who_is_connected_as_he_agrees_is_not_called_back(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    centre.telephony.finishes_prompts_at_once = True
    shown = await centre.calls()
    await passes(centre, 16)  # not answered
    await passes(centre, 6)
    assert "callback_offer" in played(centre)
    await passes(centre, 5)  # rung again
    leg = centre.telephony.leg_to("1009")
    centre.telephony.picks_up(leg)
    centre.telephony.presses("caller", "1")
    await centre.settle()
    assert centre.call(shown.id).stage == "talking"
    assert centre.telephony.hears("caller") == {leg}
    assert callbacks_noted(centre.notebook) == []


@soporte(OPERATOR_FIRST)
async def test_a_store_that_is_away_does_not_keep_the_caller_on_the_line(centre: FakeCentre) -> None:
    centre.notebook.away = True
    call = await agrees(centre)
    assert centre.call(call).stage == "callback"


@soporte(OPERATOR_FIRST)
async def test_nobody_is_called_back_while_the_store_is_away_and_everybody_is_once_it_is_back(
    centre: FakeCentre,
) -> None:
    async with ticking(centre):
        call = await agrees(centre)
        centre.notebook.away = True
        await passes(centre, 1.1)
        await centre.at_work("1009", "answers")
        await passes(centre, 30)
        assert (centre.call(call).stage, centre.state("1009")) == ("callback", "ready")
        centre.notebook.away = False
        await passes(centre, 1.1)
        assert centre.call(call).stage == "calling"
        assert outside_leg(centre)


@soporte(OPERATOR_FIRST)
async def test_an_attempt_that_cannot_be_noted_is_not_made(centre: FakeCentre) -> None:
    call = await agrees(centre)
    centre.notebook.away = True  # and nobody has noticed yet
    await centre.at_work("1009", "answers")
    assert centre.call(call).stage == "callback"
    assert not [leg for leg in centre.telephony.dialled if "-out-" in leg]


@soporte(OPERATOR_FIRST)
async def test_asterisk_going_away_while_the_customer_is_dialled_is_an_attempt_not_the_end(centre: FakeCentre) -> None:
    call = await agrees(centre)
    await centre.at_work("1009")
    operator = centre.telephony.leg_to("1009")
    centre.telephony.away = True
    centre.telephony.picks_up(operator)
    await centre.settle()
    assert centre.call(call).stage == "callback"
    centre.telephony.away = False
    centre.telephony.channels_up.clear()
    await passes(centre, 61)
    assert centre.call(call).stage == "ringing"


def test_callbacks_survive_a_restart_with_their_place_and_attempts_and_are_dialled_once(tmp_path: Path) -> None:
    """Two lives of the controller over one notebook and one telephone system's ids."""
    folder = changed_demo(tmp_path, queues=(SOPORTE, f"{SOPORTE}  {OPERATOR_FIRST}\n"))

    async def two_lives() -> None:
        notebook = FakeNotebook()
        async with fake_centre(tmp_path, centre=load_centre(folder), notebook=notebook) as centre:
            call = await agrees(centre)
            await centre.at_work("1009", "answers")
            customer = outside_leg(centre)
            await passes(centre, 26)
            before = centre.switchboard.acd.call(call)
            assert before is not None
        assert list(notebook.notes) == [f"callback:{call}"]
        async with fake_centre(tmp_path, centre=load_centre(folder), notebook=notebook) as centre:
            await centre.settle()
            centre.telephony.phones[CALLER + OUTSIDE] = "rings"
            after = centre.switchboard.acd.call(call)
            assert after is not None
            assert (after.stage, after.attempts, after.arrived_at) == ("callback", 1, before.arrived_at)
            await centre.at_work("1009", "answers")
            assert centre.call(call).stage == "callback"  # the gap holds
            await passes(centre, 35)
            assert outside_leg(centre) != customer
            centre.telephony.picks_up(outside_leg(centre))
            await centre.settle()
            assert centre.call(call).stage == "talking"
            assert callbacks_noted(notebook) == []

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(two_lives())


@soporte(OPERATOR_FIRST)
async def test_whoever_rings_again_has_the_old_place_and_is_not_called_back(centre: FakeCentre) -> None:
    call = await agrees(centre)
    between = await centre.calls("between", "900100200")
    centre.telephony.hangs_up("between")
    await calls_as(centre, "other", "600999888")
    again = await centre.calls("again")
    assert (centre.call(call).stage, centre.call(call).end_reason) == ("ended", "rang_again")
    assert (centre.call(again.id).position, between.position) == (1, None)
    assert centre.engine.callback_desk.callbacks() == []
    await centre.at_work("1009", "answers")
    assert centre.call(again.id).stage == "talking"
    assert not [leg for leg in centre.telephony.channels_up if "-out-" in leg]


# 2026-11-24T04:22:01Z is a Tuesday, 05:22:01 in Madrid.
@soporte(
    OPERATOR_FIRST
    + "\nhours: [{days: [tue], start: '05:00', end: '05:30'}, {days: [tue], start: '06:00', end: '07:00'}]"
)
async def test_nobody_is_called_back_out_of_hours_and_the_callback_waits_for_the_next(centre: FakeCentre) -> None:
    call = await agrees(centre)
    async with ticking(centre):
        await passes(centre, 8 * 60)
        assert centre.board.queues["soporte"].closed
        await centre.at_work("1009", "answers")
        assert (centre.call(call).stage, centre.state("1009")) == ("callback", "ready")
        await passes(centre, 30 * 60)
        assert not centre.board.queues["soporte"].closed
        assert (centre.call(call).stage, centre.state("1009")) == ("calling", "reserved")

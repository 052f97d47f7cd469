"""During a call on real Asterisk, asked from the phone itself: re-INVITE hold, REFER with and without Replaces."""

from __future__ import annotations

import pytest

from sip_agents import CallRefused
from tests.e2e.stack import Stack
from tests.e2e.test_call_control import (
    CALLER_HZ,
    FIRST,
    FIRST_HZ,
    OUTSIDE,
    SECOND,
    SECOND_HZ,
    TONES,
    conversation,
)


async def test_hold_and_resume_from_the_phone(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.first.hold()
        await scene.shown(control="held_by_phone", held=True)
        await scene.watch.operator(FIRST, state="on_hold")
        await scene.caller.heard_sound(TONES)
        await scene.ask("resume", expected=409)
        await scene.first.resume()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.watch.operator(FIRST, state="talking")
        await scene.caller.hang_up()
        await scene.first.ended()


async def test_the_phone_sends_the_caller_to_an_operator(stack: Stack) -> None:
    async with conversation(stack) as scene:
        referral = await scene.first.refer(SECOND)
        second = await scene.second_phone.incoming()
        assert await referral.finished() == 200
        assert await scene.first.ended() == "remote_bye"
        await second.answer()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await scene.watch.operator(FIRST, state="ready")
        await scene.caller.hang_up()
        await second.ended()


async def test_the_phone_sends_a_held_caller_to_an_operator_who_does_not_answer(stack: Stack) -> None:
    async with conversation(stack) as scene:
        scene.second_phone.auto_ring = True
        await scene.first.hold()
        await scene.shown(control="held_by_phone")
        await scene.first.refer(SECOND)
        await scene.first.ended()
        await (await scene.second_phone.incoming()).cancelled(timeout_s=10)
        again = await scene.first_phone.incoming()
        await again.answer()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (again, FIRST_HZ))
        await scene.caller.hang_up()
        await again.ended()


async def test_a_phone_that_hangs_up_right_after_its_refer_has_passed_the_caller_on(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.first.refer(SECOND)
        scene.first.end_now()
        second = await scene.second_phone.incoming()
        await second.answer()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await scene.caller.hang_up()
        await second.ended()


@pytest.mark.parametrize("dialled", ["soporte", "900100201"])
async def test_the_phone_sends_the_caller_to_a_queue(stack: Stack, dialled: str) -> None:
    async with conversation(stack) as scene:
        await scene.first.refer(dialled)
        second = await scene.second_phone.incoming()
        await scene.shown(queue="soporte", stage="ringing", operator=SECOND)
        await second.answer()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await scene.caller.hang_up()
        await second.ended()


async def test_the_phone_sends_the_caller_to_a_number(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.first.refer(OUTSIDE)
        outside = await scene.line.incoming()
        outside.say_tone(SECOND_HZ)
        await outside.answer()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (outside, SECOND_HZ))
        await outside.hang_up()
        await scene.caller.ended()


@pytest.mark.parametrize("dialled", ["500100100", "nobody", "9999", FIRST, "*11"])
async def test_what_the_phone_may_not_reach_is_declined_and_the_two_go_on(stack: Stack, dialled: str) -> None:
    async with conversation(stack) as scene:
        referral = await scene.first.refer(dialled)
        assert await referral.finished() == 603
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.caller.hang_up()
        await scene.first.ended()


async def test_the_carrier_cannot_send_the_operator_anywhere(stack: Stack) -> None:
    async with conversation(stack) as scene:
        with pytest.raises(CallRefused):
            await scene.caller.refer("900100200")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.caller.hang_up()
        await scene.first.ended()


async def test_keys_pressed_during_the_call(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.first.send_digits("*0")
        await scene.shown(control="held")
        await scene.caller.heard_sound(TONES)
        await scene.first.send_digits("*0")
        await scene.shown(control="talking")
        await scene.first.send_digits(f"*2{SECOND}#")
        second = await scene.second_phone.incoming()
        await second.answer()
        await scene.hear_each_other((scene.first, FIRST_HZ), (second, SECOND_HZ))
        await scene.first.send_digits("*6")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ), (second, SECOND_HZ))
        await scene.first.send_digits("*4")
        assert await second.ended() == "remote_bye"
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.caller.hang_up()
        await scene.first.ended()


# -- the phone dials the other by itself -----------------------------------------------------------------------------------


async def test_one_phone_calls_another(stack: Stack) -> None:
    async with (
        stack.watch() as watch,
        stack.operator(FIRST, FIRST_HZ) as one,
        stack.operator(SECOND, SECOND_HZ) as two,
    ):
        call = await one.call(SECOND)
        incoming = await two.incoming()
        incoming.ring()
        await call.reached("ringing")
        assert incoming.from_user == FIRST
        await incoming.answer()
        await call.heard_only([SECOND_HZ], TONES)
        await incoming.heard_only([FIRST_HZ], TONES)
        for code in (FIRST, SECOND):
            await watch.operator(code, state="own_call")
        await incoming.hang_up()
        assert await call.ended() == "remote_bye"
        for code in (FIRST, SECOND):
            await watch.operator(code, state="ready")


@pytest.mark.parametrize("named", ["the caller", "the other"])
async def test_attended_transfer_from_the_phone(stack: Stack, named: str) -> None:
    """The REFER may come on either of the phone's two calls, naming the other one."""
    async with conversation(stack) as scene:
        await scene.first.hold()
        await scene.shown(control="held_by_phone")
        asking = await scene.first_phone.call(SECOND)
        second = await scene.second_phone.incoming()
        await second.answer()
        await asking.heard_only([SECOND_HZ], TONES)
        await second.heard_only([FIRST_HZ], TONES)
        await scene.caller.heard_sound(TONES)
        await scene.watch.operator(SECOND, state="own_call")
        on, naming = (scene.first, asking) if named == "the other" else (asking, scene.first)
        referral = await on.refer(naming.far_uri, replaces=naming)
        assert await referral.finished() == 200
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        assert await scene.first.ended() == "remote_bye"
        assert await asking.ended() == "remote_bye"
        await scene.shown(operator=SECOND, control="talking")
        await scene.watch.operator(SECOND, state="talking")
        await scene.watch.operator(FIRST, state="ready")
        await scene.caller.hang_up()
        assert await second.ended() == "remote_bye"


@pytest.mark.parametrize("named", ["the caller", "the other"])
async def test_attended_transfer_to_whoever_answers_in_a_queue(stack: Stack, named: str) -> None:
    async with conversation(stack, second="1015") as scene:
        await scene.first.hold()
        asking = await scene.first_phone.call("soporte_n2")
        second = await scene.second_phone.incoming()
        await second.answer()
        await asking.heard_only([SECOND_HZ], TONES)
        await scene.watch.operator("1015", state="talking")
        on, naming = (scene.first, asking) if named == "the other" else (asking, scene.first)
        referral = await on.refer(naming.far_uri, replaces=naming)
        assert await referral.finished() == 200
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        assert await asking.ended() == "remote_bye"
        assert await scene.first.ended() == "remote_bye"
        await scene.shown(operator="1015", control="talking")
        await scene.watch.operator("1015", state="talking", call=scene.id)
        await scene.caller.hang_up()
        assert await second.ended() == "remote_bye"


async def test_a_phone_calls_a_queue_and_hangs_up(stack: Stack) -> None:
    async with (
        stack.watch() as watch,
        stack.operator(FIRST, FIRST_HZ) as one,
        stack.operator("1015", SECOND_HZ) as two,
    ):
        call = await one.call("soporte_n2")
        incoming = await two.incoming()
        await watch.operator(FIRST, state="own_call")
        await incoming.answer()
        await call.heard_only([SECOND_HZ], TONES)
        await call.hang_up()
        assert await incoming.ended() == "remote_bye"
        await watch.operator(FIRST, state="ready")


async def test_attended_transfer_given_up_the_phone_goes_back_to_the_caller(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.first.hold()
        asking = await scene.first_phone.call(SECOND)
        second = await scene.second_phone.incoming()
        await second.answer()
        await asking.hang_up()
        assert await second.ended() == "remote_bye"
        await scene.first.resume()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.watch.operator(SECOND, state="ready")
        await scene.caller.hang_up()
        await scene.first.ended()


async def test_attended_transfer_to_somebody_who_is_not_on_the_line_is_declined(stack: Stack) -> None:
    async with conversation(stack) as scene:
        scene.second_phone.auto_ring = True
        asking = await scene.first_phone.call(SECOND)
        second = await scene.second_phone.incoming()
        await asking.reached("ringing")
        await asking.hang_up()
        await second.cancelled()
        referral = await scene.first.refer(f"{scene.first.far_uri}?Replaces=nobody%3Bto-tag%3Da%3Bfrom-tag%3Db")
        assert await referral.finished() == 603
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.caller.hang_up()
        await scene.first.ended()


async def test_a_phone_that_pushes_itself_into_a_conversation_by_replaces_gets_nothing(stack: Stack) -> None:
    """INVITE with Replaces: who knows a dialog's tags must not take somebody's caller; the conversation ends, cleanly."""
    async with conversation(stack) as scene:
        dialog = scene.first._confirmed
        replaces = f"{dialog.call_id};to-tag={dialog.remote.tag};from-tag={dialog.local.tag}"
        pushed = await scene.second_phone.call(FIRST, headers=(("Replaces", replaces),))
        await pushed.ended(10)
        await scene.caller.ended(10)
        await scene.first.ended(10)

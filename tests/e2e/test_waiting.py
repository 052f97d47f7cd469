"""Waiting on real Asterisk, heard: keys, overflow, voicemail, announcements, the last operator, everybody's phone at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from ari_app.demo.recording import hear_recording
from sip_agents import CallOver, OutgoingCall, SipAgent
from tests.e2e.stack import Stack, dial
from tests.e2e.waiting_centre import FIRST, NUMBERS, OUTSIDE, PROMPT_HZ, SECOND

CALLER_HZ, OPERATOR_HZ, OTHER_HZ = 640.0, 1250.0, 2000.0
ALL_HZ = (CALLER_HZ, OPERATOR_HZ, OTHER_HZ, PROMPT_HZ)


async def dial_queue(carrier: SipAgent, queue: str) -> OutgoingCall:
    """Straight into ``queue``."""
    return await dial(carrier, NUMBERS[queue])


async def test_an_exit_digit_leads_to_the_other_queue_and_its_operator_is_heard(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial_queue(carrier, "con_tecla")
        shown = await watch.call(stage="waiting", queue="con_tecla")
        await call.send_digit("5")
        await watch.call(id=shown["id"], stage="waiting", queue="otra")
        async with stack.operator(FIRST, OPERATOR_HZ) as phone:
            incoming = await phone.incoming()
            await incoming.answer()
            await call.heard_only([OPERATOR_HZ], ALL_HZ)
            await incoming.heard_only([CALLER_HZ], ALL_HZ)
            await call.hang_up()
            await incoming.ended()


async def test_an_operators_answer_wins_over_the_menu_of_a_key(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier, stack.operator(FIRST, OPERATOR_HZ) as phone:
        call = await dial_queue(carrier, "con_tecla")
        incoming = await phone.incoming()
        incoming.ring()
        shown = await watch.call(stage="ringing", queue="con_tecla")
        await call.send_digit("6")
        await call.heard_sound(ALL_HZ)  # the greeting
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], ALL_HZ)
        await watch.call(id=shown["id"], stage="talking", queue="con_tecla")
        await call.hang_up()
        await incoming.ended()


async def test_a_caller_who_waited_long_enough_overflows_to_the_other_queue(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial_queue(carrier, "desborda")
        shown = await watch.call(stage="waiting", queue="desborda")
        await watch.call(id=shown["id"], stage="waiting", queue="otra")
        await call.heard_sound(ALL_HZ)
        await call.hang_up()


async def test_overflow_to_a_number_connects_caller_and_far_end(stack: Stack) -> None:
    async with stack.watch() as watch, stack.outside(OTHER_HZ) as outside, stack.carrier() as carrier:
        call = await dial_queue(carrier, "al_numero")
        shown = await watch.call(stage="elsewhere")
        far = await outside.incoming()
        assert far.to_user == OUTSIDE
        assert far.from_user == NUMBERS["al_numero"]
        await call.heard_sound(ALL_HZ)  # music while it rings
        await far.answer()
        await call.heard_only([OTHER_HZ], ALL_HZ)
        await far.heard_only([CALLER_HZ], ALL_HZ)
        await far.hang_up()
        assert await call.ended() == "remote_bye"
        ended = await watch.call(id=shown["id"], stage="ended")
        assert ended["end_reason"] == "forwarded"


async def test_a_forwarded_call_outlives_a_killed_controller_and_leaves_nothing_behind(stack: Stack) -> None:
    async with stack.watch() as watch, stack.outside(OTHER_HZ) as outside, stack.carrier() as carrier:
        call = await dial_queue(carrier, "al_numero")
        far = await outside.incoming()
        await far.answer()
        await call.heard_only([OTHER_HZ], ALL_HZ)
        shown = await watch.call(stage="elsewhere")
        await stack.instance.engine.kill()
        await stack.instance.start_engine()
        await call.heard_only([OTHER_HZ], ALL_HZ)
        await far.heard_only([CALLER_HZ], ALL_HZ)
        await call.hang_up()
        assert await far.ended() == "remote_bye"
        await watch.call(id=shown["id"], stage="ended", end_reason="caller_hung_up")


async def test_a_far_end_that_is_busy_ends_in_words(stack: Stack) -> None:
    async with stack.watch() as watch, stack.outside() as outside, stack.carrier() as carrier:
        outside.auto_reject = 486
        call = await dial_queue(carrier, "al_numero")
        assert await call.ended(20) == "remote_bye"
        ended = await watch.call(stage="ended")
        assert ended["end_reason"] == "number_not_reached"


async def test_a_voicemail_holds_what_the_caller_said_after_the_tone(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial_queue(carrier, "al_buzon")
        await call.heard_tone(PROMPT_HZ)
        shown = await watch.call(stage="elsewhere")
        id_ = shown["id"]
        await watch.call(id=id_, voicemail=f"{id_[:4]}/{id_[4:6]}/{id_[6:8]}/{id_}-voicemail.opus.age")
        await asyncio.sleep(1.5)  # something to say
        with suppress(CallOver):  # we are let go as soon as the key is heard
            await call.send_digit("#")
        assert await call.ended() == "remote_bye"
        ended = await watch.call(id=shown["id"], stage="ended")
        assert ended["end_reason"] == "voicemail_left"
    await stack.nothing_is_left()
    heard = hear_recording(await stack.recorded(ended["voicemail"]), CALLER_HZ, OPERATOR_HZ)
    assert heard.left_is_caller
    assert 1.0 < heard.duration_s < 5.0


async def test_an_announcement_is_heard_then_the_music_again_and_the_next_one(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial_queue(carrier, "con_avisos")
        await watch.call(stage="waiting", queue="con_avisos")
        await call.heard_sound(ALL_HZ)
        for _ in range(2):
            await call.heard_tone(PROMPT_HZ, 10)
            await call.heard_sound(ALL_HZ, 10)
        await call.hang_up()


async def test_an_offer_during_an_announcement_is_not_lost_and_the_answer_cuts_it_short(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier, stack.phone(FIRST, OPERATOR_HZ) as phone:
        await phone.register()
        await watch.operator(FIRST, phone="reachable")
        call = await dial_queue(carrier, "con_avisos")
        await call.heard_tone(PROMPT_HZ)
        await stack.set_state(FIRST, "ready")
        incoming = await phone.incoming()
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], ALL_HZ)
        await incoming.heard_only([CALLER_HZ], ALL_HZ)
        await call.hang_up()
        await incoming.ended()
        await stack.set_state(FIRST, "logged_out")


async def test_the_place_is_spoken(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial_queue(carrier, "con_turno")
        await watch.call(stage="waiting", queue="con_turno", position=1)
        await asyncio.sleep(4.0)  # the announcement's length
        await call.heard_sound(ALL_HZ)
        await call.hang_up()


async def test_a_caller_comes_back_to_the_last_operator_though_another_is_idle_for_longer(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier, stack.operator(FIRST, OPERATOR_HZ) as known:
        call = await dial_queue(carrier, "fiel")
        incoming = await known.incoming()
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], ALL_HZ)
        async with stack.operator(SECOND, OTHER_HZ) as idle:
            await call.hang_up()
            await incoming.ended()
            await watch.operator(FIRST, state="wrap_up")
            again = await dial_queue(carrier, "fiel")
            incoming = await known.incoming()
            await incoming.answer()
            await again.heard_only([OPERATOR_HZ], ALL_HZ)
            assert idle.calls == ()
            await again.hang_up()
            await incoming.ended()


async def test_of_two_phones_that_answer_at_the_same_instant_one_wins_and_the_other_hears_a_clean_end(
    stack: Stack,
) -> None:
    async with (
        stack.watch() as watch,
        stack.operator(FIRST, OPERATOR_HZ) as one,
        stack.operator(SECOND, OTHER_HZ) as other,
        stack.carrier() as carrier,
    ):
        call = await dial_queue(carrier, "todos")
        calls = [await one.incoming(), await other.incoming()]
        for incoming in calls:
            incoming.accept()
        talking = await watch.call(stage="talking", queue="todos")
        winner, loser = calls if talking["operator"] == FIRST else reversed(calls)
        assert await loser.ended() == "remote_bye"
        hz = OPERATOR_HZ if talking["operator"] == FIRST else OTHER_HZ
        await call.heard_only([hz], ALL_HZ)
        await winner.heard_only([CALLER_HZ], ALL_HZ)
        await watch.operator(SECOND if talking["operator"] == FIRST else FIRST, state="ready")
        await call.hang_up()
        await winner.ended()

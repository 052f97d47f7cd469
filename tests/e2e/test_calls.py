"""Calls from the carrier to an operator on real Asterisk, with a tone at each end: who hears whom, and what is left."""

from __future__ import annotations

import asyncio

import pytest

from ari_app.demo.recording import hear_recording
from sip_agents import CallRefused, Law, SipAgent
from tests.e2e.stack import WEB_SECRET, Stack, dial

CALLER_HZ, OPERATOR_HZ, OTHER_HZ = 640.0, 1250.0, 2000.0
BOTH = (CALLER_HZ, OPERATOR_HZ)


async def test_caller_reaches_an_operator_through_the_menu_and_both_hear_each_other(stack: Stack) -> None:
    async with stack.watch() as watch, stack.operator("1009") as phone, stack.carrier() as carrier:
        call = await dial(carrier, "900100200")
        shown = await watch.call(stage="menu", number="900100200")
        await call.send_digit("2")
        incoming = await phone.incoming()
        assert incoming.from_user == "600111222"
        await watch.call(id=shown["id"], stage="ringing", queue="soporte", operator="1009")
        incoming.ring()
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], BOTH)
        await incoming.heard_only([CALLER_HZ], BOTH)
        talking = await watch.call(id=shown["id"], stage="talking", queue="soporte", operator="1009")
        assert talking["caller"] == "******222"
        await asyncio.sleep(1.0)  # something to record
        await incoming.hang_up()
        assert await call.ended() == "remote_bye"
        ended = await watch.call(id=shown["id"], stage="ended")
        assert ended["end_reason"] == "operator_hung_up"
        await watch.operator("1009", state="wrap_up")
        await watch.operator("1009", state="ready")
    await stack.nothing_is_left()
    recording = hear_recording(await stack.recorded(ended["recording"]), CALLER_HZ, OPERATOR_HZ)
    assert recording.left_is_caller
    assert recording.right_is_operator
    assert 0.8 < recording.duration_s < 6.0


@pytest.mark.parametrize("law", ["PCMA", "PCMU"])
async def test_the_operators_phone_is_offered_first_what_the_caller_speaks(stack: Stack, law: Law) -> None:
    async with stack.operator("1009") as phone, stack.carrier(laws=(law,)) as carrier:
        call = await dial(carrier)
        incoming = await phone.incoming()
        await incoming.answer()
        assert (call.law, incoming.law) == (law, law)
        await call.hang_up()


@pytest.mark.parametrize(("digit", "queue", "operator"), [("1", "ventas", "1001"), ("3", "reclamaciones", "1017")])
async def test_each_menu_digit_leads_to_its_queue(stack: Stack, digit: str, queue: str, operator: str) -> None:
    async with stack.watch() as watch, stack.operator(operator) as phone, stack.carrier() as carrier:
        call = await dial(carrier, "900100200")
        await call.send_digit(digit)
        incoming = await phone.incoming()
        await watch.call(stage="ringing", queue=queue, operator=operator)
        await call.hang_up()
        await incoming.cancelled()


async def test_english_callers_get_an_operator_who_speaks_it_while_others_are_idle_for_longer(stack: Stack) -> None:
    async with (
        stack.watch() as watch,
        stack.operator("1001") as spanish,
        stack.operator("1004", OTHER_HZ) as english,
        stack.carrier() as carrier,
    ):
        call = await dial(carrier, "900100200")
        await call.send_digit("9")
        await call.send_digit("1")
        incoming = await english.incoming(timeout_s=20)  # two notices, heard in full
        await watch.call(stage="ringing", queue="ventas", operator="1004")
        await call.hang_up()
        await incoming.cancelled()
        assert spanish.calls == ()


async def test_caller_who_presses_nothing_twice_reaches_support(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier, "900100200")
        await watch.call(within_s=60, stage="waiting", queue="soporte")
        await call.hang_up()


async def test_wrong_digits_end_in_support_and_never_in_silence(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier, "900100200")
        for digit in ("7", "#"):
            await call.send_digit(digit)
            await asyncio.sleep(0.4)  # a person presses one key after the other
        await watch.call(within_s=60, stage="waiting", queue="soporte")
        await call.hang_up()


async def test_zero_leads_to_support(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier, "900100200")
        await call.send_digit("0")
        await watch.call(stage="waiting", queue="soporte")
        await call.hang_up()


async def test_out_of_hours_the_caller_is_told_and_released(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier, "900100202")
        assert await call.ended(30) == "remote_bye"
        assert not call.heard.silent(30)
        await watch.call(stage="ended", number="900100202")


async def test_an_unknown_number_gets_an_announcement_and_is_hung_up(stack: Stack) -> None:
    async with stack.carrier() as carrier:
        call = await dial(carrier, "900100999")
        assert await call.ended(20) == "remote_bye"
        assert not call.heard.silent(20)


async def test_nobody_but_the_carrier_reaches_the_companys_numbers(stack: Stack) -> None:
    async with SipAgent("127.0.0.3", registrar=stack.registrar, user="600111222") as stranger:
        call = await stranger.call("900100201")
        with pytest.raises(CallRefused) as refused:
            await call.answered()
        assert refused.value.status == 401


async def test_a_phone_with_a_wrong_secret_is_refused_like_an_unknown_one(stack: Stack) -> None:
    statuses = []
    for code in ("1001", "5555"):
        async with stack.phone(code, secret="wrong") as phone:
            with pytest.raises(Exception, match=r"401|403") as refused:
                await phone.register()
            statuses.append(refused.value.args)
    assert statuses[0] == statuses[1]


# -- the caller hangs up at every stage ----------------------------------------------------------------------------------


async def test_caller_who_hangs_up_in_the_menu_leaves_nothing_behind(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier, "900100200")
        await watch.call(stage="menu")
        await call.hang_up()
        ended = await watch.call(stage="ended")
        assert ended["end_reason"] == "caller_hung_up"


async def test_caller_who_hangs_up_in_the_queue_is_counted_as_abandoned(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier)
        await watch.call(stage="waiting", queue="soporte", position=1)
        before = await watch.queue("soporte", waiting=1)
        await call.hang_up()
        after = await watch.queue("soporte", waiting=0)
        assert after["abandoned"] == before["abandoned"] + 1


async def test_caller_who_hangs_up_while_ringing_frees_the_operator(stack: Stack) -> None:
    async with stack.watch() as watch, stack.operator("1009") as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        incoming = await phone.incoming()
        incoming.ring()
        await watch.operator("1009", state="ringing")
        await call.hang_up()
        await incoming.cancelled()
        await watch.operator("1009", state="ready")


async def test_caller_who_hangs_up_while_talking_releases_the_operator_into_wrap_up(stack: Stack) -> None:
    async with stack.watch() as watch, stack.operator("1009") as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        incoming = await phone.incoming()
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], BOTH)
        await call.hang_up()
        assert await incoming.ended() == "remote_bye"
        await watch.operator("1009", state="wrap_up")


# -- the operator's phone in every mood ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [486, 603, 480])
async def test_a_phone_that_refuses_passes_the_call_on_and_is_not_rung_again_at_once(stack: Stack, status: int) -> None:
    async with (
        stack.watch() as watch,
        stack.operator("1009") as refusing,
        stack.operator("1010", OTHER_HZ) as answering,
        stack.carrier() as carrier,
    ):
        refusing.auto_reject = status
        call = await dial(carrier)
        await refusing.incoming()
        await watch.operator("1009", state="paused")
        incoming = await answering.incoming()
        await incoming.answer()
        await call.heard_only([OTHER_HZ], (*BOTH, OTHER_HZ))
        await watch.operator("1009", state="ready")
        await call.hang_up()
        await incoming.ended()


async def test_a_phone_that_nobody_picks_up_passes_the_call_on_after_the_ring_timeout(stack: Stack) -> None:
    async with (
        stack.watch() as watch,
        stack.operator("1009") as ignoring,
        stack.operator("1010", OTHER_HZ) as answering,
        stack.carrier() as carrier,
    ):
        ignoring.auto_ring = True
        call = await dial(carrier)
        first = await ignoring.incoming()
        await first.cancelled(timeout_s=10)
        incoming = await answering.incoming()
        await incoming.answer()
        await call.heard_only([OTHER_HZ], (*BOTH, OTHER_HZ))
        missed = await watch.operator("1009", state="paused")
        assert missed["reason"] == "missed"
        await call.hang_up()


async def test_an_operator_who_was_alone_and_missed_the_call_is_offered_it_again_after_the_pause(stack: Stack) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        (await phone.incoming()).reject(603)
        again = await phone.incoming()
        await again.answer()
        await call.heard_only([OPERATOR_HZ], BOTH)
        await call.hang_up()
        await again.ended()


async def test_an_operator_who_hangs_up_releases_the_caller(stack: Stack) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        incoming = await phone.incoming()
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], BOTH)
        await incoming.hang_up()
        assert await call.ended() == "remote_bye"


async def test_an_operator_without_a_phone_is_not_offered_calls(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        await stack.set_state("1009", "ready")
        shown = await watch.operator("1009", state="ready", phone="unreachable")
        assert shown["call"] is None
        call = await dial(carrier)
        await watch.call(stage="waiting", queue="soporte")
        async with stack.operator("1010", OTHER_HZ) as phone:
            incoming = await phone.incoming()
            await incoming.answer()
            await call.heard_only([OTHER_HZ], (*BOTH, OTHER_HZ))
            await call.hang_up()
        await stack.set_state("1009", "logged_out")


async def test_a_phone_that_was_unplugged_while_it_rings_passes_the_call_on(stack: Stack) -> None:
    async with (
        stack.operator("1009") as unplugged,
        stack.operator("1010", OTHER_HZ) as answering,
        stack.carrier() as carrier,
    ):
        unplugged.silent = True
        call = await dial(carrier)
        incoming = await answering.incoming(timeout_s=10)
        await incoming.answer()
        await call.heard_only([OTHER_HZ], (*BOTH, OTHER_HZ))
        await call.hang_up()
        await incoming.ended()
        unplugged.silent = False


# -- order, commands ------------------------------------------------------------------------------------------------------


async def test_two_callers_and_one_operator_are_served_in_the_order_of_their_arrival(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier(CALLER_HZ) as first, stack.carrier(OTHER_HZ) as second:
        one = await dial(first)
        await watch.call(stage="waiting", position=1)
        two = await dial(second)
        await watch.call(stage="waiting", position=2)
        async with stack.operator("1009") as phone:
            incoming = await phone.incoming()
            await incoming.answer()
            await incoming.heard_only([CALLER_HZ], (CALLER_HZ, OTHER_HZ))
            await watch.call(stage="waiting", position=1)
            await incoming.hang_up()
            assert await one.ended() == "remote_bye"
            incoming = await phone.incoming()
            await incoming.answer()
            await incoming.heard_only([OTHER_HZ], (CALLER_HZ, OTHER_HZ))
            await two.hang_up()
            await incoming.ended()


async def test_a_supervisor_ends_a_call_by_the_api(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier, stack.api() as api:
        await api.log_in("2001", WEB_SECRET)
        call = await dial(carrier)
        shown = await watch.call(stage="waiting")
        await api.hang_up(shown["id"])
        assert await call.ended() == "remote_bye"
        ended = await watch.call(id=shown["id"], stage="ended")
        assert ended["end_reason"] == "hung_up_by_command"


async def test_feature_codes_from_the_phone_do_what_the_api_does(stack: Stack) -> None:
    async with stack.watch() as watch, stack.phone("1009") as phone:
        await phone.register()
        await watch.operator("1009", phone="reachable")
        for code, state in (("*11", "ready"), ("*12", "paused"), ("*14", "ready"), ("*13", "logged_out")):
            call = await phone.call(code)
            await call.answered()
            await watch.operator("1009", state=state)
            assert await call.ended(10) == "remote_bye"
            assert not call.heard.silent(10)


async def test_finishing_wrap_up_from_the_phone_makes_the_operator_ready(stack: Stack) -> None:
    async with stack.watch() as watch, stack.operator("1009") as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        incoming = await phone.incoming()
        await incoming.answer()
        await watch.operator("1009", state="talking")
        await call.hang_up()
        await watch.operator("1009", state="wrap_up")
        feature = await phone.call("*14")
        await feature.answered()
        await watch.operator("1009", state="ready")
        await feature.ended(10)


async def test_a_caller_who_hangs_up_the_moment_the_operator_answers_leaves_no_bridge_or_leg(stack: Stack) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier, stack.watch() as watch:
        phone.auto_answer = 0.0
        for _ in range(5):
            call = await dial(carrier)
            await phone.incoming()
            await call.hang_up()
            await watch.operator("1009", state="ready")
    await stack.nothing_is_left()

"""Calls between the carrier and people in a browser, with a tone at each end: who hears whom, and what is left."""

from __future__ import annotations

import asyncio

import pytest

from ari_app.demo.recording import hear_recording
from sip_agents import Law, RegistrationRefused
from tests.browser.people import BrowserStack
from tests.browser.seats import Kind, beside, hear_each_other
from tests.e2e.stack import SIP_SECRET, dial

CALLER_HZ, OPERATOR_HZ, OTHER_HZ = 640.0, 1250.0, 2000.0
BOTH = (CALLER_HZ, OPERATOR_HZ)


async def test_operator_in_a_browser_takes_a_call_and_both_are_heard_and_recorded(stack: BrowserStack) -> None:
    async with stack.watch() as watch, stack.browser_operator("1009", OPERATOR_HZ) as phone, stack.carrier() as carrier:
        call = await dial(carrier, "900100201")
        await phone.talking()
        shown = await watch.call(stage="talking", queue="soporte", operator="1009")
        assert phone.call is not None
        assert phone.call["from"] == "600111222"
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await asyncio.sleep(1.0)  # something to record
        media = await phone.media()
        await call.hang_up()
        assert await phone.ended() == "remote"
        ended = await watch.call(id=shown["id"], stage="ended")
        assert ended["end_reason"] == "caller_hung_up"
        await watch.operator("1009", state="wrap_up")
    assert media.lost == 0
    assert min(media.received, media.sent) > 50  # packets of 20 ms
    await stack.nothing_is_left()
    recording = hear_recording(await stack.recorded(ended["recording"]), CALLER_HZ, OPERATOR_HZ)
    assert recording.left_is_caller, recording
    assert recording.right_is_operator, recording
    assert 0.8 < recording.duration_s < 6.0


@pytest.mark.parametrize("law", ["PCMA", "PCMU"])
async def test_a_browser_speaks_what_the_caller_speaks_so_that_nothing_is_translated(
    stack: BrowserStack, law: Law
) -> None:
    async with stack.browser_operator("1009", OPERATOR_HZ) as phone, stack.carrier(laws=(law,)) as carrier:
        call = await dial(carrier)
        await phone.talking()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        media = await phone.media()
        assert (call.law, media.codec, media.codec_out) == (law, f"audio/{law}", f"audio/{law}")
        await call.hang_up()


async def test_operator_in_a_browser_hangs_up(stack: BrowserStack) -> None:
    async with stack.watch() as watch, stack.browser_operator("1009", OPERATOR_HZ) as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        await phone.talking()
        await phone.hang_up()
        assert await call.ended() == "remote_bye"
        ended = await watch.call(stage="ended")
        assert ended["end_reason"] == "operator_hung_up"
        await watch.operator("1009", state="ready")


async def test_caller_who_hangs_up_stops_the_ringing_in_the_browser(stack: BrowserStack) -> None:
    async with stack.browser_operator("1009", answers=False) as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        await phone.rings()
        await call.hang_up()
        assert await phone.ended() == "remote"


async def test_a_browser_that_refuses_is_a_rejected_offer(stack: BrowserStack) -> None:
    async with (
        stack.watch() as watch,
        stack.browser_operator("1009", answers=False) as phone,
        stack.carrier() as carrier,
    ):
        call = await dial(carrier)
        await phone.rings()
        await phone.hang_up()
        await watch.operator("1009", state="paused")
        await call.hang_up()


async def test_keys_pressed_in_the_browser_reach_the_caller_as_events(stack: BrowserStack) -> None:
    async with stack.browser_operator("1009", OPERATOR_HZ) as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        await phone.talking()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await phone.press("2")
        await phone.press("7")
        await call.received_digits("27")
        await call.hang_up()


async def test_a_browser_dials_a_feature_code_and_hears_the_answer(stack: BrowserStack) -> None:
    async with stack.watch() as watch, stack.browser_operator("1009", OPERATOR_HZ) as phone:
        await phone.dial("*12")
        await phone.heard_sound([OPERATOR_HZ])
        await watch.operator("1009", state="paused")
        await phone.ended(timeout_s=10)


@pytest.mark.parametrize(("kind", "code"), [("browser", "2001"), ("sip", "2002")])
async def test_a_supervisor_is_rung_by_an_operator_whatever_the_phone(
    stack: BrowserStack, kind: Kind, code: str
) -> None:
    async with beside(stack, kind, code, OTHER_HZ) as seat, stack.operator("1011", OPERATOR_HZ) as phone:
        call = await phone.call(code)
        supervisor = await seat.takes_a_call()
        await hear_each_other((call, OPERATOR_HZ), (supervisor, OTHER_HZ))
        await supervisor.hang_up()
        assert await call.ended() == "remote_bye"


async def test_a_muted_browser_is_silent_and_goes_on_sending(stack: BrowserStack) -> None:
    """Or its call would be taken for one whose tab was closed (rtp_timeout)."""
    async with stack.browser_operator("1009", OPERATOR_HZ) as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        await phone.talking()
        await call.heard_only([OPERATOR_HZ], BOTH)
        await phone.mute()
        await call.heard_silence()
        before = call.heard.packets
        await call.heard_silence(for_s=1.0)
        assert call.heard.packets - before > 40  # of 50
        await call.hang_up()


async def test_two_in_browsers_call_each_other(stack: BrowserStack) -> None:
    async with (
        stack.browser_operator("1009", OPERATOR_HZ) as caller,
        stack.browser_operator("1010", OTHER_HZ) as called,
    ):
        await caller.dial("1010")
        await called.talking()
        await caller.talking()
        await hear_each_other((caller, OPERATOR_HZ), (called, OTHER_HZ))
        await caller.hang_up()
        await called.ended()


async def test_a_wrong_secret_is_refused(stack: BrowserStack) -> None:
    async with stack.browser_phone("1009", secret=f"not {SIP_SECRET}") as phone:
        with pytest.raises(RegistrationRefused):
            await phone.register()


async def test_a_closed_tab_is_an_unreachable_phone(stack: BrowserStack) -> None:
    async with stack.watch() as watch:
        async with stack.browser_operator("1009"):
            pass
        await watch.operator("1009", phone="unreachable")


async def test_a_tab_closed_during_a_call_gives_the_caller_back_to_the_queue(stack: BrowserStack) -> None:
    async with stack.watch() as watch, stack.browser_operator("1009", OPERATOR_HZ) as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        await phone.talking()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await phone.close_tab()
        await watch.call(40, stage="waiting", queue="soporte")
        await watch.operator("1009", phone="unreachable")
        await call.hang_up()


async def test_a_person_gets_a_phone_in_a_browser_by_a_reload(stack: BrowserStack) -> None:
    people = stack.settings.centre / "operators.yaml"
    before = people.read_text(encoding="utf-8")
    try:
        people.write_text(
            before.replace("name: Irene Lozano Mora", "name: Irene Lozano Mora\n    phone: browser"), "utf-8"
        )
        answer = await stack.ask("3001", "POST", "reload")
        assert answer["needs_restart"] == []
        async with stack.browser_operator("1011", OPERATOR_HZ) as phone, stack.carrier() as carrier:
            call = await dial(carrier)
            await phone.talking()
            await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
            await call.hang_up()
    finally:
        people.write_text(before, encoding="utf-8")
        await stack.ask("3001", "POST", "reload")

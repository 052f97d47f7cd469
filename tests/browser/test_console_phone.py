"""The phone of the console's own page: an operator at home takes calls with it, and is offered none while it is not well."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import pytest

from ari_app.calls.talking import CUT_OFF_PRIORITY
from tests.browser.console_page import NARROW, WIDE, Theme, findings, signed_in
from tests.browser.console_phone import ConsolePhone
from tests.browser.people import BrowserStack
from tests.browser.seats import SipSeat, each_hears, hear_each_other
from tests.browser.tools import Tools
from tests.e2e.stack import dial
from tests.network import ADDRESS

CALLER_HZ, OPERATOR_HZ, OTHER_HZ = 640.0, 1250.0, 2000.0
TONES: Final = (CALLER_HZ, OPERATOR_HZ, OTHER_HZ)
NOTICED_S: Final = 5.0
"""So soon a dead phone is known. A busy machine may be late, so only the unit tests assert it, whose clock is their own."""
PATIENCE_S: Final = 30.0


@asynccontextmanager
async def at_home(stack: BrowserStack, code: str = "1009", tone_hz: float = OPERATOR_HZ) -> AsyncIterator[ConsolePhone]:
    """An operator with the phone on, and ready; logged out afterwards."""
    async with stack.watch() as watch, ConsolePhone(stack.browser, stack.settings.console_url, code, tone_hz) as phone:
        await phone.switch_on()
        await watch.operator(code, phone="reachable")
        await stack.set_state(code, "ready")
        try:
            yield phone
        finally:
            await stack.set_state(code, "logged_out")


@contextmanager
def network_cut(stack: BrowserStack) -> Iterator[None]:
    """Nothing passes between browsers and the console, nor any of browsers' sound; nobody is told."""
    port = str(stack.settings.console_port)
    rules = [
        ["-p", "tcp", "--dport", port],
        ["-p", "tcp", "--sport", port],
        ["-p", "udp", "-s", ADDRESS],
        ["-p", "udp", "-d", ADDRESS],
    ]
    for rule in rules:
        subprocess.run(["iptables", "-I", "INPUT", *rule, "-j", "DROP"], check=True)
    try:
        yield
    finally:
        for rule in rules:
            subprocess.run(["iptables", "-D", "INPUT", *rule, "-j", "DROP"], check=True)


# -- calls -------------------------------------------------------------------------------------------------------------------


async def test_an_operator_registers_and_takes_a_call_of_the_toll_free_number(stack: BrowserStack) -> None:
    async with at_home(stack) as phone, stack.carrier(CALLER_HZ) as carrier:
        call = await dial(carrier)
        await phone.answer()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await phone.hang_up()
        assert await call.ended() == "remote_bye"
        assert phone.messages == []


async def test_the_pages_policy_refuses_nothing_that_the_phone_needs(stack: BrowserStack) -> None:
    url = stack.settings.console_url
    async with ConsolePhone(stack.browser, url, "2001", ears=False) as phone, stack.operator("1011", OTHER_HZ) as sip:
        await phone.switch_on()
        call = await sip.call("2001")
        await phone.answer()
        await call.heard_only([OPERATOR_HZ], TONES)
        level = "import('/js/phone/phone.js').then(({ phone }) => phone.readLevels().output)"
        while await phone.page.evaluate(level) < 0.5:
            await asyncio.sleep(0.1)
        await call.hang_up()
        await phone.ended()
        assert phone.messages == []


async def test_hold_mute_keys_and_the_callers_end(stack: BrowserStack) -> None:
    async with at_home(stack) as phone, stack.carrier(CALLER_HZ) as carrier:
        call = await dial(carrier)
        await phone.answer()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await phone.ask("hold")
        await call.heard_sound(TONES)
        await phone.heard_none_of(TONES)
        await phone.ask("resume")
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await phone.click("Mute")
        await call.heard_silence()
        await phone.click("Unmute")
        await call.heard_only([OPERATOR_HZ], TONES)
        await phone.page.keyboard.press("Alt+Shift+K")
        for key in "27#":
            await phone.click(key)
        await call.received_digits("27#")
        await call.hang_up()
        await phone.ended()


async def test_an_attended_transfer_to_a_sip_phone(stack: BrowserStack) -> None:
    async with (
        at_home(stack) as phone,
        stack.carrier(CALLER_HZ) as carrier,
        stack.watch() as watch,
    ):
        call = await dial(carrier)
        await phone.answer()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        async with stack.operator("1011", OTHER_HZ) as sip:
            await phone.ask("consult", "1011")
            other = await SipSeat(sip).takes_a_call()
            await each_hears((phone, {OTHER_HZ}), (other, {OPERATOR_HZ}), among=TONES)
            await call.heard_none_of([OPERATOR_HZ, OTHER_HZ])
            await phone.ask("conference")
            await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ), (other, OTHER_HZ))
            await phone.ask("complete")
            await phone.ended()
            await hear_each_other((call, CALLER_HZ), (other, OTHER_HZ))
            await watch.call(stage="talking", operator="1011")
            await call.hang_up()
            await other.ended()


async def test_a_blind_transfer_to_a_queue_and_a_call_that_is_rejected(stack: BrowserStack) -> None:
    async with at_home(stack) as phone, stack.carrier(CALLER_HZ) as carrier, stack.watch() as watch:
        call = await dial(carrier)
        await phone.answer()
        await phone.ask("transfer", "soporte_n2")
        await phone.ended()
        await watch.call(stage="waiting", queue="soporte_n2")
        await call.hang_up()
        await watch.operator("1009", state="ready")
        call = await dial(carrier)
        await phone.rings()
        await phone.click("Reject")
        await watch.operator("1009", state="paused", reason="rejected")
        await call.hang_up()


async def test_the_phone_dials_and_answers_by_itself_when_asked_to(stack: BrowserStack) -> None:
    async with (
        at_home(stack) as phone,
        ConsolePhone(stack.browser, stack.settings.console_url, "2001", OTHER_HZ) as boss,
        stack.carrier(CALLER_HZ) as carrier,
        stack.watch() as watch,
    ):
        await boss.switch_on()
        call = await dial(carrier)
        await phone.answer()
        shown = await watch.call(stage="talking", operator="1009")
        supervise = f"calls/{shown['id']}/supervise"
        await stack.ask("2001", "POST", supervise, {"mode": "listen"})
        await boss.talking()
        await each_hears((call, {OPERATOR_HZ}), (phone, {CALLER_HZ}), (boss, {CALLER_HZ, OPERATOR_HZ}), among=TONES)
        await stack.ask("2001", "POST", supervise, {"mode": "whisper"})
        await each_hears(
            (call, {OPERATOR_HZ}), (phone, {CALLER_HZ, OTHER_HZ}), (boss, {CALLER_HZ, OPERATOR_HZ}), among=TONES
        )
        await call.hang_up()
        await boss.ended()
        await phone.ended()
        await watch.operator("1009", state="ready")
        await phone.page.keyboard.press("Alt+Shift+K")
        await phone.page.fill("input[name=number]", "*12")
        await phone.click("Call")
        await watch.operator("1009", state="paused")
        await phone.ended()


async def test_on_the_desk_the_phone_answers_and_the_desk_holds_and_hangs_up(stack: BrowserStack) -> None:
    desk = ConsolePhone(stack.browser, stack.settings.console_url, "1009", OPERATOR_HZ, path="/desk")
    async with stack.watch() as watch, desk as phone, stack.carrier(CALLER_HZ) as carrier:
        await phone.switch_on()
        await watch.operator("1009", phone="reachable")
        await stack.set_state("1009", "ready")
        call = await dial(carrier)
        await phone.answer()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await phone.page.locator(".control.hold").click()
        await call.heard_sound(TONES)
        await phone.page.locator(".control.resume").click()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await phone.page.locator(".control.hangup").click()
        await call.ended()
        await phone.ended()
        await stack.set_state("1009", "logged_out")


async def test_a_supervisor_at_the_wall_answers_in_a_corner_of_the_page(stack: BrowserStack) -> None:
    url = stack.settings.console_url
    async with (
        ConsolePhone(stack.browser, url, "2001", OTHER_HZ) as boss,
        at_home(stack) as phone,
        stack.carrier(CALLER_HZ) as carrier,
        stack.watch() as watch,
    ):
        await boss.switch_on()
        await boss.page.get_by_role("link", name="Wallboard").click()
        await boss.page.locator("section.phone").wait_for(state="detached")
        call = await dial(carrier)
        await phone.answer()
        shown = await watch.call(stage="talking", operator="1009")
        await stack.ask("2001", "POST", f"calls/{shown['id']}/supervise", {"mode": "listen"})
        await boss.page.locator(".phone-dock .now.up").wait_for()
        await each_hears((boss, {CALLER_HZ, OPERATOR_HZ}), among=TONES)
        await boss.hang_up()
        await call.hang_up()
        await phone.ended()


async def test_whoever_has_a_sip_phone_is_shown_none_in_the_browser(stack: BrowserStack) -> None:
    async with signed_in(stack.browser, stack.settings.console_url, "1011", "/phone", language="en") as page:
        await page.get_by_text("Your own set is called").wait_for()
        assert await page.get_by_role("link", name="Phone").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_nothing_hinders_people_at_the_phones_page(
    stack: BrowserStack, tools: Tools, size: tuple[int, int], theme: Theme
) -> None:
    url = stack.settings.console_url
    async with signed_in(stack.browser, url, "1009", "/phone", size=size, theme=theme, language="en") as page:
        await page.get_by_role("button", name="Switch the phone on").click()
        await page.locator("[data-line=ready]").wait_for()
        await page.get_by_text("Sound and settings").click()
        await page.get_by_role("button", name="Keypad").click()
        assert await findings(page, tools.axe) == []


# -- a phone that is not well ------------------------------------------------------------------------------------------------


async def test_a_killed_tab_is_offered_no_call_and_the_reason_is_shown(stack: BrowserStack) -> None:
    async with at_home(stack) as phone, stack.watch() as watch:
        await phone.kill_tab()
        await watch.operator("1009", phone="unreachable", phone_reason="browser_silent")
        async with stack.operator("1011", OTHER_HZ) as other, stack.carrier(CALLER_HZ) as carrier:
            call = await dial(carrier)
            talks = await SipSeat(other).takes_a_call()
            await hear_each_other((call, CALLER_HZ), (talks, OTHER_HZ))
            await call.hang_up()
            await talks.ended()


async def test_a_tab_that_is_closed_says_so(stack: BrowserStack) -> None:
    async with at_home(stack) as phone, stack.watch() as watch:
        await phone.close_tab()
        await watch.operator("1009", phone="unreachable", phone_reason="not_registered")


async def test_a_cut_network_is_noticed_on_both_sides_and_mends_by_itself(stack: BrowserStack) -> None:
    async with at_home(stack) as phone, stack.carrier(CALLER_HZ) as carrier, stack.watch() as watch:
        with network_cut(stack):
            await watch.operator("1009", phone="unreachable", phone_reason="browser_silent")
            await phone.warned("unheard")
            call = await dial(carrier)
            await watch.call(stage="waiting", queue="soporte")
        await watch.operator("1009", PATIENCE_S, phone="reachable", phone_reason=None)
        await phone.rings(PATIENCE_S)
        await phone.answer()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await call.hang_up()
        await phone.ended()


async def test_a_lost_microphone_is_offered_no_call_until_it_is_back(stack: BrowserStack) -> None:
    async with at_home(stack) as phone, stack.carrier(CALLER_HZ) as carrier, stack.watch() as watch:
        await phone.page.evaluate("pullMicrophone()")
        await watch.operator("1009", phone="unreachable", phone_reason="microphone_lost")
        await phone.warned("microphone_lost")
        call = await dial(carrier)
        await watch.call(stage="waiting", queue="soporte")
        await phone.click("Try the microphone again")
        await watch.operator("1009", phone="reachable", phone_reason=None)
        await phone.answer()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await phone.page.evaluate("pullMicrophone()")  # in the midst of a call: it goes on, in silence
        await phone.warned("microphone_lost")
        await call.heard_silence(for_s=1.0)
        await phone.click("Try the microphone again")
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await call.hang_up()
        await phone.ended()


async def test_a_microphone_that_is_not_allowed_is_no_phone_and_a_silent_one_is_only_warned_of(
    stack: BrowserStack,
) -> None:
    url = stack.settings.console_url
    async with stack.watch() as watch, ConsolePhone(stack.browser, url, "1009", allowed=False) as phone:
        await phone.switch_on(ready=False)
        await phone.warned("microphone_denied")
        await watch.operator("1009", phone="unreachable", phone_reason="microphone_denied")
    async with at_home(stack) as phone, stack.watch() as watch:
        await phone.page.evaluate("switchMicrophone(false)")
        await phone.warned("microphone_silent")
        await watch.operator("1009", phone="reachable")


async def test_a_tab_killed_in_a_call_gives_the_caller_back_to_the_queue_before_everybody_else(
    stack: BrowserStack,
) -> None:
    async with at_home(stack) as phone, stack.carrier(CALLER_HZ) as carrier, stack.watch() as watch:
        call = await dial(carrier)
        await phone.answer()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        shown = await watch.call(stage="talking", operator="1009")
        await phone.kill_tab()
        await watch.operator("1009", phone="unreachable", phone_reason="browser_silent")
        await watch.call(PATIENCE_S, id=shown["id"], stage="waiting", priority=CUT_OFF_PRIORITY)
        async with stack.operator("1011", OTHER_HZ) as other:
            talks = await SipSeat(other).takes_a_call()
            await hear_each_other((call, CALLER_HZ), (talks, OTHER_HZ))
            await call.hang_up()
            await talks.ended()


# -- tabs, and what is restarted -----------------------------------------------------------------------------------------------


async def test_one_tab_is_the_phone_and_the_next_takes_over_when_it_is_closed_or_asked_to(stack: BrowserStack) -> None:
    url = stack.settings.console_url
    async with ConsolePhone(stack.browser, url, "1009") as first:
        await first.switch_on()
        async with ConsolePhone(stack.browser, url, "1009", context=first.context) as second:
            await second.until("a tab that waits", lambda: second.state["line"] == "waiting")
            await second.click("Use it here")
            await second.until("the phone here", lambda: second.state["line"] == "ready")
            await first.until("the phone elsewhere", lambda: first.state["line"] == "elsewhere")
        await first.click("Use it here")
        await first.until("the phone back", lambda: first.state["line"] == "ready")
        async with ConsolePhone(stack.browser, url, "1009", context=first.context) as third:
            await third.until("a tab that waits", lambda: third.state["line"] == "waiting")
            await first.page.close()
            await third.until("the phone here", lambda: third.state["line"] == "ready")


async def test_the_phone_on_another_machine_takes_over_and_the_older_one_says_so(stack: BrowserStack) -> None:
    url = stack.settings.console_url
    async with ConsolePhone(stack.browser, url, "1009") as first, ConsolePhone(stack.browser, url, "1009") as second:
        await first.switch_on()
        await second.switch_on()
        await first.until("the phone elsewhere", lambda: first.state["line"] == "elsewhere")
        await asyncio.sleep(NOTICED_S)  # long enough for two that fight to have begun
        assert second.state["line"] == "ready"
        async with stack.watch() as watch:
            await watch.operator("1009", phone="reachable")


@pytest.mark.parametrize("part", ["console", "engine"])
async def test_a_call_outlives_a_restart_of_the_console_and_of_the_controller_and_its_end_is_heard_of(
    stack: BrowserStack, part: str
) -> None:
    async with at_home(stack) as phone, stack.carrier(CALLER_HZ) as carrier, stack.watch() as watch:
        call = await dial(carrier)
        await phone.answer()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        child = getattr(stack.instance, part)
        await child.kill()
        await (stack.instance.start_console() if part == "console" else stack.instance.start_engine())
        await phone.until("the phone ready again", lambda: phone.state["line"] == "ready", PATIENCE_S)
        await watch.operator("1009", PATIENCE_S, phone="reachable", phone_reason=None)
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await call.hang_up()
        await phone.ended()

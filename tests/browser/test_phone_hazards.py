"""What must not happen to the phone of the console's page: another tab cuts a call, a microphone stays open, the room is heard."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ari_app.phone_watch import TOLD_EVERY_S
from tests.browser.chromium import Browser
from tests.browser.console_phone import ConsolePhone
from tests.browser.people import BrowserStack
from tests.browser.seats import hear_each_other
from tests.browser.test_console_phone import CALLER_HZ, OPERATOR_HZ, at_home
from tests.e2e.stack import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
FIVE_MINUTES_SLOW = "{ const now = Date.now; Date.now = () => now() - 300_000; }"


async def profile(browser: Browser, url: str, before: str) -> Any:
    """A browser's profile in whose pages ``before`` runs first."""
    context = await browser.new_context(locale="en", bypass_csp=True)
    await context.grant_permissions(["microphone"], origin=url)
    await context.add_init_script(before)
    return context


async def test_a_call_lasts_as_long_as_it_does_where_the_machines_clock_is_wrong(stack: BrowserStack) -> None:
    url = stack.settings.console_url
    context = await profile(stack.browser, url, FIVE_MINUTES_SLOW)
    async with (
        ConsolePhone(stack.browser, url, "2001", context=context) as phone,
        stack.operator("1011", CALLER_HZ) as sip,
    ):
        await phone.switch_on()
        call = await sip.call("2001")
        await phone.answer()
        lasts = await phone.page.locator(".now.up .number").inner_text()
        await call.hang_up()
        await phone.ended()
    await context.close()
    assert lasts.startswith("0:"), lasts


async def test_a_tab_that_waits_does_not_cut_the_call_of_the_one_that_is_the_phone(stack: BrowserStack) -> None:
    url = stack.settings.console_url
    async with at_home(stack) as phone, stack.carrier(CALLER_HZ) as carrier:
        async with ConsolePhone(stack.browser, url, "1009", context=phone.context) as second:
            await second.until("a tab that waits", lambda: second.state["line"] == "waiting")
            take = second.page.get_by_role("button", name="Use it here")
            assert await take.is_enabled()
            call = await dial(carrier)
            await phone.answer()
            await take.dispatch_event("click")
            await second.page.get_by_text("A call goes on there").wait_for()
            await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
            assert await take.is_disabled()
            await call.hang_up()
            await phone.ended()
            await take.click()
            await second.until("the phone here", lambda: second.state["line"] == "ready")
        await phone.until("the phone elsewhere", lambda: phone.state["line"] == "elsewhere")


async def test_a_call_is_talked_to_its_end_before_another_machine_takes_the_phone(stack: BrowserStack) -> None:
    url = stack.settings.console_url
    async with at_home(stack) as phone, stack.carrier(CALLER_HZ) as carrier:
        call = await dial(carrier)
        await phone.answer()
        async with ConsolePhone(stack.browser, url, "1009") as second:
            await second.switch_on()
            async with stack.watch() as watch:
                await watch.operator("1009", phone="reachable")
            await asyncio.sleep(2 * TOLD_EVERY_S)  # by then the first one has been told
            await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
            await call.hang_up()
            await phone.until("the phone elsewhere", lambda: phone.state["line"] == "elsewhere")
            assert second.state["line"] == "ready"


async def test_the_page_asks_before_it_is_left_in_the_midst_of_a_call(stack: BrowserStack) -> None:
    async with at_home(stack) as phone, stack.carrier(CALLER_HZ) as carrier:
        call = await dial(carrier)
        await phone.answer()
        asked: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def stay(dialog: Any) -> None:
            asked.set_result(dialog.type)
            await dialog.dismiss()

        phone.page.on("dialog", stay)
        await phone.page.close(run_before_unload=True)
        assert await asyncio.wait_for(asked, 10) == "beforeunload"
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await call.hang_up()
        await phone.ended()


async def test_a_phone_that_is_switched_off_while_the_microphone_is_asked_for_keeps_none_open(
    stack: BrowserStack,
) -> None:
    async with ConsolePhone(stack.browser, stack.settings.console_url, "1009") as phone:
        await phone.page.evaluate(
            """() => {
                const now = navigator.mediaDevices.getUserMedia;
                navigator.mediaDevices.getUserMedia = async (wanted) => {
                    await new Promise((allow) => (window.allow = allow));
                    return (window.given = await now(wanted));
                };
            }"""
        )
        await phone.switch_on(ready=False)
        await phone.page.wait_for_function("Boolean(window.allow)")
        await phone.click("Switch off")
        await phone.until("a phone that is off", lambda: phone.state["line"] == "off")
        await phone.page.evaluate("() => window.allow()")
        await phone.page.wait_for_function("window.given?.getTracks()[0].readyState === 'ended'", timeout=10_000)
        assert phone.state["line"] == "off"


async def test_when_the_headset_is_unplugged_the_room_is_not_heard_in_its_place(stack: BrowserStack) -> None:
    async with at_home(stack) as phone, stack.carrier(CALLER_HZ) as carrier:
        call = await dial(carrier)
        await phone.answer()
        await hear_each_other((call, CALLER_HZ), (phone, OPERATOR_HZ))
        await phone.page.evaluate(
            """() => {
                window.there = ["Default - Laptop"];
                const one = (label) => ({ kind: "audioinput", deviceId: label, groupId: label, label });
                navigator.mediaDevices.enumerateDevices = async () => window.there.map(one);
                pullMicrophone();
            }"""
        )
        await phone.warned("microphone_lost")
        await phone.page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
        await call.heard_silence(for_s=1.0)
        assert [one["code"] for one in phone.state["problems"]] == ["microphone_lost"]
        await phone.page.evaluate("{ there = ['MediaStreamAudioDestinationNode']; }")
        await phone.page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
        await call.heard_only([OPERATOR_HZ], (CALLER_HZ, OPERATOR_HZ))
        await call.hang_up()
        await phone.ended()

"""One call through all of the console: an operator at home, a supervisor in a browser, and the second level, who sees all of it.

The operator has the phone in the browser and the second level a SIP phone; the supervisor listens in a corner of the wallboard. Who
hears whom is measured at every ear by tones, the supervisor's whisper at the caller's included.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio

from ari_app.demo.api_client import ApiClient, ApiRefused
from sip_agents import OutgoingCall, SipAgent
from tests.browser.chromium import Browser, Page
from tests.browser.console_page import signed_in
from tests.browser.console_phone import ConsolePhone
from tests.browser.people import browser_centre
from tests.e2e.stack import WEB_SECRET, Stack, running_stack
from tests.e2e.waiting_centre import change
from tests.e2e.watch import Watch

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

CALLER_HZ, HOME_HZ, SECOND_HZ, BOSS_HZ = 640.0, 1250.0, 2000.0, 3000.0
TONES: Final = (CALLER_HZ, HOME_HZ, SECOND_HZ, BOSS_HZ)
AT_HOME, SECOND_LEVEL, BOSS = "1009", "1015", "2001"
TOLL_FREE: Final = "900100200"
HEARD_WITHIN_S: Final = 20.0
PATIENCE_S: Final = 30.0
SUBJECT, WHAT_WAS_SAID, TO_KNOW = "Sin luz en toda la escalera", "Ya ha mirado el automático.", "Tiene un bebé en casa."


def whole_centre(folder: Path) -> Path:
    """The centre of the browser tests, with outcomes that support insists on and phones that ring for a while."""
    centre = browser_centre(folder)
    support = {
        "ring_timeout_s": 30.0,
        "wrap_up_s": 60.0,
        "dispositions": ["resuelto", "visita_tecnica"],
        "wrap_up_until_disposition": True,
    }
    change(centre / "queues.yaml", {"soporte": support, "soporte_n2": {"ring_timeout_s": 30.0}})
    return centre


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("whole"), centre=whole_centre) as stack:
        await stack.instance.start_console()
        yield stack


@asynccontextmanager
async def at_work_at_home(stack: Stack, browser: Browser, watch: Watch) -> AsyncIterator[ConsolePhone]:
    """The operator at home: signed in at the desk, phone switched on there, ready by the desk's own button."""
    desk = ConsolePhone(browser, stack.settings.console_url, AT_HOME, HOME_HZ, path="/desk", language="es")
    async with desk:
        await desk.page.get_by_role("button", name="Encender el teléfono").click()
        await watch.operator(AT_HOME, PATIENCE_S, phone="reachable")
        await desk.click("Conectar y quedar disponible")
        await watch.operator(AT_HOME, state="ready")
        try:
            yield desk
        finally:
            await stack.set_state(AT_HOME, "logged_out")


@asynccontextmanager
async def supervisor(stack: Stack, browser: Browser) -> AsyncIterator[ConsolePhone]:
    """At the wallboard, with the phone switched on and no longer in the way."""
    async with ConsolePhone(browser, stack.settings.console_url, BOSS, BOSS_HZ, language="es") as boss:
        await boss.page.get_by_role("button", name="Encender el teléfono").click()
        await boss.until("a phone that is ready", lambda: boss.state["line"] == "ready", PATIENCE_S)
        await boss.page.locator("#menu a[href='/wall']").click()
        await boss.page.locator("[data-stale=false]").wait_for()
        yield boss


async def toll_free(carrier: SipAgent) -> OutgoingCall:
    """A caller who presses 2, for support, in the menu."""
    call = await carrier.call(TOLL_FREE, from_user="600111222")
    await call.answered()
    return call


async def each(*heard: tuple[Any, set[float]]) -> None:
    """Each hears just these tones, all at one time."""
    await asyncio.gather(*(talker.heard_only(tones, TONES, HEARD_WITHIN_S) for talker, tones in heard))


async def test_from_home_to_the_second_level_with_a_supervisor_who_listens_and_whispers(
    running: Stack, browser: Browser
) -> None:
    stack, url = running, running.settings.console_url
    async with (
        stack.watch() as watch,
        stack.operator(SECOND_LEVEL, SECOND_HZ) as second_phone,
        at_work_at_home(stack, browser, watch) as home,
        supervisor(stack, browser) as boss,
        signed_in(browser, url, SECOND_LEVEL, "/desk") as second_desk,
        stack.carrier(CALLER_HZ) as carrier,
    ):
        caller = await toll_free(carrier)
        await press_until_it_rings(caller, home)
        await home.page.locator(".call").get_by_text("600 111 222").first.wait_for()  # the pop, while it rings
        await home.answer()
        call = (await watch.call(stage="talking", operator=AT_HOME))["id"]
        await each((caller, {HOME_HZ}), (home, {CALLER_HZ}))

        await hold_and_take_back(home, caller)
        await listen_and_whisper(boss, home, caller, watch)
        ref = await open_ticket(home.page)
        second = await pass_on_with_the_caller(home, caller, second_phone, second_desk, watch, ref)
        await give_outcome(home.page, watch, call)
        await the_second_level_sees_all_of_it(second_desk, ref)

        await caller.hang_up()
        await second.ended()
        await second_desk.get_by_role("button", name="Terminar y quedar disponible").click()
        await watch.operator(SECOND_LEVEL, state="ready")
        assert [message for message in home.messages + boss.messages if message.startswith("error")] == []
    await it_is_all_in_the_history(url, call, ref)
    await stack.nothing_is_left()


async def press_until_it_rings(caller: OutgoingCall, home: ConsolePhone) -> None:
    """A key during the greeting is used by the menu."""
    await caller.send_digits("2")
    await home.rings(PATIENCE_S)


async def hold_and_take_back(home: ConsolePhone, caller: OutgoingCall) -> None:
    await home.page.locator(".control.hold").click()
    await caller.heard_sound(TONES, HEARD_WITHIN_S)
    await home.heard_none_of(TONES, timeout_s=HEARD_WITHIN_S)
    await home.page.locator(".control.resume").click()
    await each((caller, {HOME_HZ}), (home, {CALLER_HZ}))


async def listen_and_whisper(boss: ConsolePhone, home: ConsolePhone, caller: OutgoingCall, watch: Watch) -> None:
    row = boss.page.locator(f".operators [data-operator='{AT_HOME}']")
    await row.locator("[data-operator-state=talking]").wait_for()
    await row.get_by_role("button", name="Escuchar").click()
    await boss.page.locator("[data-supervision=listening]").wait_for()
    await each((caller, {HOME_HZ}), (home, {CALLER_HZ}), (boss, {CALLER_HZ, HOME_HZ}))
    bar = boss.page.locator("[data-supervision]")
    await bar.get_by_role("button", name="Susurrar").click()
    await bar.locator("button[aria-pressed=true]", has_text="Susurrar").wait_for()
    await each((caller, {HOME_HZ}), (home, {CALLER_HZ, BOSS_HZ}), (boss, {CALLER_HZ, HOME_HZ}))
    await bar.get_by_role("button", name="Terminar").click()
    await bar.wait_for(state="detached")
    await boss.ended()
    await each((caller, {HOME_HZ}), (home, {CALLER_HZ}))


async def open_ticket(page: Page) -> str:
    """From the call, at the desk; its number."""
    panel = page.locator(".ticket-panel")
    await panel.get_by_role("button", name="Nueva solicitud").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Asunto").fill(SUBJECT)
    await dialog.get_by_label("Nota", exact=False).fill(WHAT_WAS_SAID)
    await dialog.get_by_role("button", name="Abrir").click()
    link = panel.get_by_role("link", name=SUBJECT)
    await link.wait_for()
    return str(await link.get_attribute("href")).split("/")[2].split("?")[0]


async def pass_on_with_the_caller(
    home: ConsolePhone, caller: OutgoingCall, second_phone: SipAgent, second_desk: Page, watch: Watch, ref: str
) -> Any:
    """Attended: the operator at home talks with the second level first, then the caller does. Returns the second level's call."""
    line = home.page.locator(".ticket-panel li", has_text=SUBJECT)
    await line.get_by_role("button", name="Pasar").click()
    dialog = home.page.get_by_role("dialog")
    await dialog.get_by_label("Con consulta", exact=False).check()
    await dialog.get_by_label("Qué debe saber quien la recibe").fill(TO_KNOW)
    await dialog.get_by_role("button", name="Pasar").click()
    second = await second_phone.incoming(PATIENCE_S)
    await second_desk.locator(".ticket-panel").get_by_text(SUBJECT).wait_for()  # known before it is answered
    await second.answer()
    await watch.call(control="consulting", consulting=SECOND_LEVEL)
    await each((home, {SECOND_HZ}), (second, {HOME_HZ}))
    await caller.heard_sound(TONES, HEARD_WITHIN_S)
    await home.page.locator(".control.complete").click()
    await watch.call(operator=SECOND_LEVEL, stage="talking", ticket=ref)
    await each((caller, {SECOND_HZ}), (second, {CALLER_HZ}))
    await home.ended()
    return second


async def give_outcome(page: Page, watch: Watch, call: str) -> None:
    await page.locator(".wrap-up").get_by_role("button", name="Visita").click()
    await watch.call(id=call, disposition="visita_tecnica")
    await watch.operator(AT_HOME, state="ready")


async def the_second_level_sees_all_of_it(desk: Page, ref: str) -> None:
    """What was said, what to know, whose it is now, and what the caller did before."""
    await desk.locator(".ticket-panel").get_by_role("link", name=SUBJECT).click()
    card = desk.locator("header.card")
    await card.get_by_role("heading", name=SUBJECT).wait_for()
    await card.get_by_text(f"({SECOND_LEVEL})").first.wait_for()
    for said in (WHAT_WAS_SAID, TO_KNOW):
        await desk.locator(".ticket-timeline").get_by_text(said).wait_for()
    await desk.locator(".ticket-call summary").first.click()
    await desk.locator(".ticket-story li").first.wait_for()
    assert ref in desk.url
    await desk.locator("#menu a[href='/desk']").click()


async def it_is_all_in_the_history(url: str, call: str, ref: str) -> None:
    """The ticket is the second level's, and the call with its outcome is in the figures' history."""
    async with ApiClient(url) as api:
        await api.log_in(BOSS, WEB_SECRET)
        ticket = await api.get(f"tickets/{ref}")
        assert (ticket["state"], ticket["owner"], ticket["level"]) == ("in_progress", SECOND_LEVEL, 2)
        assert [one["call"] for one in ticket["calls"]] == [call]
        kept: dict[str, Any] = {}
        served: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            # Its stretches are entered from the journal, one after the other.
            while kept.get("ended") is None or served[-1:] != [SECOND_LEVEL]:
                with contextlib.suppress(ApiRefused):  # nothing of it yet
                    kept = await api.get(f"history/calls/{call}")
                    served = [one["who"] for one in kept["segments"] if one["kind"] == "talking"]
                await asyncio.sleep(0.2)
        assert (kept["disposition"], kept["ticket"], kept["number"]) == ("visita_tecnica", ref, TOLL_FREE)
        assert served[0] == AT_HOME
        assert {"menu", "waiting", "ringing", "held", "consult"} <= {one["kind"] for one in kept["segments"]}

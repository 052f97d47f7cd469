"""Limits of alarms are set in one browser and hold in another: the centre's for everybody, one's own for oneself alone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
import yaml

from ari_app.demo.api_client import ApiClient
from tests.browser.chromium import Browser, Page
from tests.browser.console_page import LOOKS, Language, Theme, findings, signed_in
from tests.browser.tools import Tools
from tests.e2e.stack import WEB_SECRET, Stack, quick_centre, running_stack

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

SUPERVISOR, OF_SALES, LEADER, COORDINATOR = "2001", "2002", "2101", "3001"
COORDINATORS_NAME: Final = "Isabel Quintana Robles"
WITHIN_A_MINUTE_MS: Final = 60_000
KEPT: Final = "centralita.alarms"


def centre_with_a_supervisor_of_sales(folder: Path) -> Path:
    """The quick centre, in which one supervisor has queues."""
    centre = quick_centre(folder)
    path = centre / "operators.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["supervisors"][int(OF_SALES)]["queues"] = ["ventas"]
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return centre


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    folder = tmp_path_factory.mktemp("limits")
    async with running_stack(folder, centre=centre_with_a_supervisor_of_sales) as stack:
        await stack.instance.start_console()
        yield stack


async def ask(stack: Stack, code: str, method: str, path: str = "", body: object = None) -> Any:
    """What the console answers that person about the limits."""
    async with ApiClient(stack.settings.console_url) as api:
        await api.log_in(code, WEB_SECRET)
        return await api.ask(method, f"/api/v1/alarms/limits{path}", body)


async def set_limits(stack: Stack, code: str, whose: str, rules: Any) -> None:
    """As any program may."""
    version = (await ask(stack, code, "GET"))[whose]["version"]
    await ask(stack, code, "PUT", f"/{whose}", {"version": version, "rules": rules})


@pytest_asyncio.fixture(loop_scope="session")
async def stack(running: Stack) -> AsyncIterator[Stack]:
    """Nobody has set any limits, neither before nor afterwards."""
    yield running
    for code, whose in (*((one, "mine") for one in (SUPERVISOR, OF_SALES, LEADER)), (COORDINATOR, "centre")):
        if (await ask(running, code, "GET"))[whose]["rules"]:
            await set_limits(running, code, whose, {})


@asynccontextmanager
async def at_the_limits(browser: Browser, stack: Stack, code: str, **how: Any) -> AsyncIterator[Page]:
    """Somebody's wallboard in a browser of its own, with the alarms' dialog open."""
    async with signed_in(browser, stack.settings.console_url, code, "/wall", **how) as page:
        await page.locator("[data-stale=false]").wait_for()
        await page.keyboard.press("a")
        await page.locator("dialog table.limits").wait_for()
        yield page


async def shown(page: Page, kind: str, limit: str, whose: str, **how: Any) -> None:
    """Wait until the limit stands there, and whose it is."""
    await page.locator(f"[data-limit={kind}][data-of={whose}]").wait_for(**how)
    await page.wait_for_function(
        "([kind, limit]) => document.querySelector(`[data-limit=${kind}] input.limit`).value === limit",
        arg=[kind, limit],
    )


async def fill(page: Page, what: str, limit: str) -> None:
    """As a person does: write it, and go on."""
    await page.get_by_label(what, exact=True).fill(limit)
    await page.keyboard.press("Tab")


async def test_the_centres_limits_are_set_once_and_seen_in_another_browser_within_a_minute(
    browser: Browser, stack: Stack
) -> None:
    async with (
        at_the_limits(browser, stack, SUPERVISOR, language="en") as seeing,
        at_the_limits(browser, stack, COORDINATOR) as setting,
    ):
        await shown(seeing, "longest_wait", "60", "usual")
        await setting.get_by_label("Los del centro, para todos").check()
        await fill(setting, "Límite: Espera más larga", "45")
        await shown(setting, "longest_wait", "45", "centre")
        await setting.get_by_text(f"Los del centro los cambió {COORDINATORS_NAME}").wait_for()
        await shown(seeing, "longest_wait", "45", "centre", timeout=WITHIN_A_MINUTE_MS)
        await seeing.locator("[data-limit=longest_wait]").get_by_text("the centre's").wait_for()
        await seeing.get_by_text(f"The centre's were changed by {COORDINATORS_NAME}").wait_for()

        await setting.get_by_role("button", name="Volver a lo habitual: Espera más larga").click()
        await shown(setting, "longest_wait", "60", "usual")
        await shown(seeing, "longest_wait", "60", "usual", timeout=WITHIN_A_MINUTE_MS)


async def test_ones_own_go_before_the_centres_follow_to_another_browser_and_are_given_up_again(
    browser: Browser, stack: Stack
) -> None:
    await set_limits(stack, COORDINATOR, "centre", {"waiting": {"limit": 7}})
    async with at_the_limits(browser, stack, SUPERVISOR) as here:
        await shown(here, "waiting", "7", "centre")
        await fill(here, "Límite: Clientes en espera", "2")
        await shown(here, "waiting", "2", "mine")
        await here.get_by_label("Límites para").select_option(label="Ventas")
        await here.get_by_label("Activa: Abandono").uncheck()
        await here.locator("[data-limit=abandonment][data-of=mine]").wait_for()
        await here.get_by_label("Avisar con sonido").check()
    async with at_the_limits(browser, stack, SUPERVISOR, language="en") as there:
        await shown(there, "waiting", "2", "mine")
        assert not await there.get_by_label("Call with a sound").is_checked(), "sound is a browser's own"
        await there.get_by_label("Limits for").select_option(label="Sales")
        assert not await there.get_by_label("On: Abandonment").is_checked()
        await there.get_by_label("Limits for").select_option(index=0)
        await there.get_by_role("button", name="Back to the centre's: Callers waiting").click()
        await shown(there, "waiting", "7", "centre")
    mine = (await ask(stack, SUPERVISOR, "GET"))["mine"]["rules"]
    assert mine == {"abandonment": {"of": {"ventas": {"on": False}}}}


async def test_what_a_browser_kept_becomes_ones_own_once_and_is_gone_from_there(browser: Browser, stack: Stack) -> None:
    kept = {
        "rules": {"long_pause": {"limit": 300}, "waiting": {"of": {"gone": {"limit": 1}}}, "old": {}},
        "sound": True,
    }
    async with signed_in(browser, stack.settings.console_url, LEADER, "/figures") as page:
        await page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [KEPT, json.dumps(kept)])
        await page.goto(f"{stack.settings.console_url}/wall")
        await page.locator("[data-stale=false]").wait_for()
        await page.wait_for_function(f"!JSON.parse(localStorage.getItem('{KEPT}')).rules")
        assert json.loads(await page.evaluate(f"localStorage.getItem('{KEPT}')")) == {"sound": True}
        assert (await ask(stack, LEADER, "GET"))["mine"]["rules"] == {"long_pause": {"limit": 300}}
        await page.keyboard.press("a")
        await shown(page, "long_pause", "300", "mine")
        assert await page.get_by_label("Avisar con sonido").is_checked()
        assert await page.get_by_label("Los del centro, para todos").count() == 0, "a team leader sets none"
        await page.get_by_role("button", name="Volver a los del centro", exact=True).click()
        await shown(page, "long_pause", "900", "usual")
        await page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [KEPT, json.dumps(kept)])
        await page.reload()
        await page.wait_for_function(f"!JSON.parse(localStorage.getItem('{KEPT}')).rules")
        assert (await ask(stack, LEADER, "GET"))["mine"]["rules"] == {}, "only where one has set none yet"


async def test_a_supervisor_of_some_queues_sets_the_centres_for_these_and_what_cannot_be_is_said(
    browser: Browser, stack: Stack
) -> None:
    async with at_the_limits(browser, stack, OF_SALES) as page:
        await page.get_by_label("Los del centro, para todos").check()
        offered = await page.get_by_label("Límites para").locator("option").all_inner_texts()
        assert offered == ["Ventas"]
        await fill(page, "Límite: Abandono", "500")
        await page.locator("dialog [role=alert]").get_by_text("como mucho 100 %").wait_for()
        await fill(page, "Límite: Abandono", "8")
        await shown(page, "abandonment", "8", "centre")
        await page.locator("dialog [role=alert]").wait_for(state="detached")
        await stack.instance.console.kill()
        try:
            await fill(page, "Límite: Abandono", "9")
            await page.locator("dialog [role=alert]").get_by_text("no hay conexión").wait_for()
        finally:
            await stack.instance.start_console()
        await page.wait_for_function("document.querySelector('[data-limit=abandonment] input.limit').value === '8'")
    assert (await ask(stack, OF_SALES, "GET"))["centre"]["rules"] == {
        "abandonment": {"of": {"ventas": {"limit": 0.08}}}
    }
    acts = [one["act"] for one in await _audit(stack)]
    assert acts.count("alarm_limits_set") >= 1


async def _audit(stack: Stack) -> list[dict[str, Any]]:
    async with ApiClient(stack.settings.console_url) as api:
        await api.log_in(COORDINATOR, WEB_SECRET)
        entries: list[dict[str, Any]] = (await api.get("audit"))["items"]
        return entries


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
async def test_the_limits_hinder_nobody(
    browser: Browser,
    stack: Stack,
    tools: Tools,
    size: tuple[int, int],
    language: Language,
    theme: Theme,
    tmp_path: Path,
) -> None:
    found = {}
    async with at_the_limits(browser, stack, SUPERVISOR, size=size, language=language, theme=theme) as page:
        await page.locator("[data-limit=waiting] input.limit").fill("3")
        await page.keyboard.press("Tab")
        await page.locator("[data-limit=waiting][data-of=mine]").wait_for()
        found["mine"] = await findings(page, tools.axe)
        assert await page.evaluate("(one => one.scrollWidth <= one.clientWidth)(document.querySelector('dialog'))")
        await page.screenshot(path=tmp_path / "mine.png")
        await page.locator("fieldset.whose input").nth(1).check()
        await page.locator("[data-whose=centre]").wait_for()
        await page.locator("[data-limit=long_pause]").wait_for()  # one who looks after all queues sets what is for all
        found["centre"] = await findings(page, tools.axe)
        await page.screenshot(path=tmp_path / "centre.png")
    assert {where: what for where, what in found.items() if what} == {}

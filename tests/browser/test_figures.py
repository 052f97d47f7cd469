"""A real call in the figures: counted a moment after its end, behind its number, and told by its stretches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio

from tests.browser.chromium import Browser
from tests.browser.console_page import NARROW, WIDE, Language, Theme, findings, signed_in
from tests.browser.test_wall import wall_centre
from tests.browser.tools import Tools
from tests.e2e.stack import WEB_SECRET, Stack, dial, running_stack

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

COORDINATOR, OPERATOR = "3001", "1011"
CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0
COUNTED_WITHIN_S: Final = 60.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("figures"), centre=wall_centre) as stack:
        await stack.instance.start_console()
        yield stack


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def call(running: Stack) -> str:
    """The id of one that was answered, has ended, was written up, and is in the history."""
    async with running.watch() as watch, running.operator(OPERATOR, OPERATOR_HZ) as phone:
        async with running.carrier(CALLER_HZ) as line:
            caller = await dial(line)
            id_: str = (await watch.call(stage="ringing"))["id"]
            rings = await phone.incoming(30.0)
            await rings.answer()
            await watch.call(stage="talking")
            await caller.hang_up()
        await watch.operator(OPERATOR, state="wrap_up")
        await watch.operator(OPERATOR, state="ready")
    async with httpx.AsyncClient(base_url=running.settings.console_url) as http:
        said = await http.post("/api/v1/login", json={"code": COORDINATOR, "secret": WEB_SECRET})
        http.headers["Authorization"] = f"Bearer {said.json()['token']}"
        async with asyncio.timeout(COUNTED_WITHIN_S):
            while not _is_whole((await http.get(f"/api/v1/history/calls/{id_}")).json()):
                await asyncio.sleep(0.2)
    return id_


def _is_whole(said: dict[str, Any]) -> bool:
    return bool(said.get("ended")) and "wrap_up" in {one["what"] for one in said.get("counted", ())}


async def test_from_a_number_to_its_call_and_to_its_stretches(browser: Browser, running: Stack, call: str) -> None:
    async with signed_in(browser, running.settings.console_url, COORDINATOR, "/figures") as page:
        cell = page.locator("table.figures[data-by=queue] tbody td[data-figure=answered]").first
        await cell.wait_for()
        assert await cell.get_attribute("data-value") == "1"
        await page.locator(".curve canvas").wait_for()
        await cell.locator("button").focus()
        await page.locator("[role=tooltip]", has_text="Atendidas").wait_for()
        await cell.locator("button").click()
        await page.locator(".call-list[data-total='1']").wait_for()
        await page.locator(f".call-list a[href='/calls/{call}']").click()
        for kind in ("waiting", "ringing", "talking", "wrap_up"):
            await page.locator(f".stretch-list [data-kind={kind}]").first.wait_for()


async def test_an_operator_sees_the_own_day(browser: Browser, running: Stack, call: str) -> None:
    async with signed_in(browser, running.settings.console_url, OPERATOR, "/figures") as page:
        await page.locator(".own-figures [data-figure=handled]", has_text="1").wait_for()
        await page.locator("table.figures[data-by=hour] tbody tr").first.wait_for()


@pytest.mark.parametrize(
    ("size", "language", "theme"), [(WIDE, "es", "light"), (NARROW, "en", "dark"), (NARROW, "es", "light")]
)
async def test_everybody_can_read_figures(
    browser: Browser,
    running: Stack,
    tools: Tools,
    call: str,
    size: tuple[int, int],
    language: Language,
    theme: Theme,
) -> None:
    console = running.settings.console_url
    async with signed_in(
        browser, console, COORDINATOR, "/figures?by=operator&all=1", size=size, language=language, theme=theme
    ) as page:
        await page.locator("table.figures tfoot").wait_for()
        assert await findings(page, tools.axe) == []
        await page.goto(f"{console}/calls/{call}")
        await page.locator(".stretch-list").wait_for()
        assert await findings(page, tools.axe) == []

"""Does every page work under the policy that people's browsers get, ask nobody else, and begin small?"""

from __future__ import annotations

import asyncio
from typing import Final

import pytest

from ari_app.permissions import Role
from tests.browser.chromium import Browser
from tests.browser.people import BrowserStack
from tests.browser.watched import watched

FIRST_PAGE_BYTES: Final = 150_000
WHO: Final[dict[Role, str]] = {
    "operator": "1009",
    "team_leader": "2101",
    "supervisor": "2001",
    "coordinator": "3001",
    "administrator": "4001",
}
SETTLES_S: Final = 1.0


@pytest.fixture(autouse=True)
async def console(stack: BrowserStack) -> str:
    if not stack.instance.console.running:
        await stack.instance.start_console()
    return stack.settings.console_url


async def test_the_first_page_is_small_and_all_of_it_is_from_here(browser: Browser, console: str) -> None:
    async with watched(browser, console) as seen:
        await seen.page.locator("form button.primary").wait_for()
        await asyncio.sleep(SETTLES_S)
        assert 0 < seen.loaded_bytes <= FIRST_PAGE_BYTES
        assert (seen.wrong, seen.elsewhere) == ([], [])


@pytest.mark.parametrize("role", WHO)
async def test_every_page_of_a_role_opens_without_an_error(browser: Browser, console: str, role: Role) -> None:
    async with watched(browser, console) as seen:
        await seen.sign_in(WHO[role])
        await seen.page.locator("#menu").wait_for(state="attached")
        links = await seen.page.locator("#menu a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
        assert links, f"nothing is there for a {role}"
        for link in links:
            await seen.page.locator(f'#menu a[href="{link}"]').click()
            await seen.page.locator(f'#menu a[href="{link}"][aria-current=page]').wait_for()
            while await seen.page.locator("#content [aria-busy=true]").count():
                await asyncio.sleep(0.05)
            await asyncio.sleep(SETTLES_S)
            assert (seen.wrong, seen.elsewhere) == ([], []), link


async def test_a_page_of_another_role_is_not_there_and_the_language_is_kept(browser: Browser, console: str) -> None:
    async with watched(browser, console, "/wall", language="en") as seen:
        await seen.sign_in(WHO["operator"])
        await seen.page.get_by_text("There is no such page.").wait_for()
        assert await seen.page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("cut(['{\"items\": ['])", "Error 0 unreachable"),
        ("'<!doctype html>'", "Error 0 unreachable"),
        ("null", None),
        ("'{\"items\": []}'", {"items": []}),
    ],
)
async def test_an_answer_that_breaks_off_or_is_no_json_counts_as_none(
    browser: Browser, console: str, body: str, wanted: object
) -> None:
    """As when the page is loaded anew while it is being read, or somebody's proxy answers."""
    ask = f"""async () => {{
        const cut = (parts) => new ReadableStream({{ start(out) {{
            for (const part of parts) out.enqueue(new TextEncoder().encode(part));
            out.error(new TypeError("cut"));
        }} }});
        window.fetch = async () => new Response({body}, {{ status: 200 }});
        const {{ get }} = await import("/js/api.js");
        return get("calls").catch((error) => `${{error.name}} ${{error.status}} ${{error.code}}`);
    }}"""
    async with watched(browser, console) as seen:
        assert await seen.page.evaluate(ask) == wanted

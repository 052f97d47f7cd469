"""How does a test use the console as a person does? It signs in, presses buttons by their words, waits for what is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from tests.browser.chromium import Browser, Page
from tests.e2e.stack import WEB_SECRET

Theme = Literal["light", "dark"]
Language = Literal["es", "en"]
WIDE: Final = (1440, 900)
NARROW: Final = (390, 844)
LOOKS: Final[tuple[tuple[tuple[int, int], Language, Theme], ...]] = (
    (WIDE, "es", "light"),
    (WIDE, "en", "dark"),
    (NARROW, "es", "dark"),
    (NARROW, "en", "light"),
)
"""Both widths, both languages and both themes, each twice."""
ELSEWHERE: Final = ZoneInfo("America/Bogota")
"""Where every reader's browser is, and the centre is not."""
LATE_MS: Final = 30_000
"""The machine may be busy with something else."""
SERIOUS: Final = {"serious", "critical"}


@asynccontextmanager
async def signed_in(
    browser: Browser,
    url: str,
    code: str,
    path: str = "/",
    *,
    size: tuple[int, int] = WIDE,
    language: Language = "es",
    theme: Theme = "light",
) -> AsyncIterator[Page]:
    """A page of the console's at ``path``, after the person with this code has signed in there. What goes wrong in its
    scripts fails the test."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        locale=language,
        timezone_id=ELSEWHERE.key,
        bypass_csp=True,  # for axe alone, which is put into the page as a script
    )
    context.set_default_timeout(LATE_MS)
    wrong: list[str] = []
    try:
        page = await context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        await page.goto(url + path)
        await page.locator("input[name=code]").fill(code)
        await page.locator("input[name=secret]").fill(WEB_SECRET)
        await page.locator("form button.primary").click()
        await page.locator("header.top").wait_for()
        yield page
        assert not wrong, wrong
    finally:
        await context.close()


async def findings(page: Page, axe: Path) -> list[str]:
    """What axe finds that is serious, as a line each, and whether anything is wider than the window."""
    if not await page.evaluate("typeof globalThis.axe === 'object'"):
        await page.add_script_tag(path=str(axe))
    told: dict[str, Any] = await page.evaluate("axe.run({resultTypes: ['violations']})")
    found = [
        f"{one['id']}: {node['html'][:160]}: {node['failureSummary'][:200]}"
        for one in told["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]
    width, inside = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [*found, f"{width} px wide in a window of {inside}"] if width > inside else found

"""A wallboard in a real Chromium, for benchmarks.console."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.browser.chromium import Page, chromium
from tests.browser.tools import find_tools
from tests.on_request import cache_folder


@asynccontextmanager
async def wallboard(url: str, code: str, secret: str) -> AsyncIterator[Page]:
    """The first page of somebody who has signed in, once it is live. Raises ToolsMissing."""
    async with chromium(find_tools(cache_folder())) as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(f"{url}/")
        await page.fill("input[name=code]", code)
        await page.fill("input[name=secret]", secret)
        await page.click("button.primary")
        await page.wait_for_selector("header.top")
        yield page

"""A wallboard in a real Chromium, for benchmarks.console."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from tests.browser.chromium import chromium
from tests.browser.tools import find_tools
from tests.on_request import cache_folder

FORGET: Final = "import('/js/live.js').then((live) => void live.delays.splice(0))"
NOTED: Final = "import('/js/live.js').then((live) => live.delays.map((one) => one.seen - one.at))"


class Wallboard:
    """The page, and what Chromium tells of it."""

    def __init__(self, page: Any, devtools: Any) -> None:
        self._page = page
        self._devtools = devtools
        self._began: dict[str, float] = {}

    async def begin(self) -> None:
        """Measure from now on."""
        await self._page.evaluate(FORGET)
        self._began = await self._metrics()

    async def end(self) -> tuple[list[float], float]:
        """How long after each event it was drawn (ms; the last thousand at least), and the share of the time in which the
        page's thread had work."""
        now = await self._metrics()
        busy_s, lasted_s = (now[name] - self._began[name] for name in ("TaskDuration", "Timestamp"))
        return await self._page.evaluate(NOTED), busy_s / lasted_s

    async def _metrics(self) -> dict[str, float]:
        """Of the DevTools protocol's Performance.getMetrics; times in s."""
        told = await self._devtools.send("Performance.getMetrics")
        return {one["name"]: one["value"] for one in told["metrics"]}


@asynccontextmanager
async def wallboard(url: str, code: str, secret: str) -> AsyncIterator[Wallboard]:
    """The wall of somebody who has signed in, once it is live. Raises ToolsMissing."""
    async with chromium(find_tools(cache_folder())) as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(f"{url}/wall")
        await page.fill("input[name=code]", code)
        await page.fill("input[name=secret]", secret)
        await page.click("button.primary")
        await page.wait_for_selector("[data-stale=false]")
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Performance.enable")
        yield Wallboard(page, devtools)

"""What does a page do that it should not? Under its real policy: errors, requests to elsewhere, and how much it loads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from tests.browser.chromium import Browser, Page
from tests.browser.console_page import LATE_MS, WIDE, Language, Theme
from tests.e2e.stack import WEB_SECRET

EXPECTED: Final = ("the server responded with a status of 404", "the server responded with a status of 503")
"""Chromium's own words for an answer that the page itself shows in its place."""


@dataclass
class Watched:
    """A page, what went wrong in it, whom it asked besides its own address, and the bytes that came over the network."""

    page: Page
    wrong: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    loaded_bytes: int = 0

    async def sign_in(self, code: str) -> None:
        """As the person with this code."""
        await self.page.locator("input[name=code]").fill(code)
        await self.page.locator("input[name=secret]").fill(WEB_SECRET)
        await self.page.locator("form button.primary").click()
        await self.page.locator("header.top, .frame.bare").first.wait_for()


@asynccontextmanager
async def watched(
    browser: Browser,
    url: str,
    path: str = "/",
    *,
    size: tuple[int, int] = WIDE,
    language: Language = "es",
    theme: Theme = "light",
) -> AsyncIterator[Watched]:
    """A page at ``path``, nobody signed in, with the policy that people have."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=theme, locale=language
    )
    context.set_default_timeout(LATE_MS)
    try:
        page = await context.new_page()
        seen = Watched(page)
        host = urlsplit(url).netloc

        def told(message: Any) -> None:
            if message.type == "error" and not any(part in message.text for part in EXPECTED):
                seen.wrong.append(message.text)

        def asked(request: Any) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in ("data", "blob") and parts.netloc != host:
                seen.elsewhere.append(request.url)

        def loaded(event: dict[str, Any]) -> None:
            seen.loaded_bytes += int(event["encodedDataLength"])

        page.on("console", told)
        page.on("pageerror", lambda error: seen.wrong.append(str(error)))
        page.on("request", asked)
        network = await context.new_cdp_session(page)
        await network.send("Network.enable")
        network.on("Network.loadingFinished", loaded)
        await page.goto(url + path)
        yield seen
    finally:
        await context.close()

"""How does a test open a phone's page in a real Chromium?"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final, TypeAlias

from aiohttp import web

from tests.browser.tools import PAGE, Tools

Browser: TypeAlias = Any
"""Playwright's; it is not among the libraries that the types are checked with."""
Page: TypeAlias = Any
FLAGS: Final = (
    # Sound between two processes of one machine is wanted here.
    "--allow-loopback-in-peer-connection",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # Several phones are several pages, none of which is in the background.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)


@contextlib.asynccontextmanager
async def chromium(tools: Tools) -> AsyncIterator[Browser]:
    """A browser without a window; it ends with the context."""
    if str(tools.python) not in sys.path:
        sys.path.append(str(tools.python))
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=tools.chromium, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def served_page(jssip: Path) -> AsyncIterator[str]:
    """The address of the phone's page: plain HTTP at 127.0.0.1, where a browser allows a microphone all the same."""

    async def script(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(jssip)

    app = web.Application()
    app.router.add_get("/jssip.js", script)
    app.router.add_static("/", PAGE)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/phone.html"
    finally:
        await runner.cleanup()

"""Who telephones in a browser in these tests, and how does a test get hold of them?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from tests.browser.browser_phone import BrowserPhone, Codec, Line
from tests.browser.chromium import Browser
from tests.e2e.stack import SIP_SECRET, Stack, quick_centre

BROWSERS: Final = {"operators": ("1009", "1010"), "supervisors": ("2001",)}
"""Everybody else in the centre has a SIP phone."""


def browser_centre(folder: Path) -> Path:
    """The quick centre, in which some people have their phone in a browser."""
    centre = quick_centre(folder)
    people = centre / "operators.yaml"
    content = yaml.safe_load(people.read_text(encoding="utf-8"))
    for role, codes in BROWSERS.items():
        for code, person in content[role].items():
            if str(code) in codes:
                person["phone"] = "browser"
    people.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return centre


@dataclass
class BrowserStack(Stack):
    """The running centre, with people in a browser, too."""

    browser: Browser
    page: str

    def browser_phone(
        self,
        code: str,
        tone_hz: float = 1250.0,
        *,
        secret: str = SIP_SECRET,
        codecs: tuple[Codec, ...] | None = None,
        answers: bool = True,
    ) -> BrowserPhone:
        """Somebody's phone in a page of its own, not yet registered."""
        address = self.settings.bind_address
        line = Line(self.page, f"ws://{address}:{self.settings.ari_port}/ws", address)
        return BrowserPhone(self.browser, line, code, secret, tone_hz, codecs=codecs, answers=answers)

    @asynccontextmanager
    async def registered_browser(
        self, code: str, tone_hz: float, codecs: tuple[Codec, ...] | None = None, *, answers: bool = True
    ) -> AsyncIterator[BrowserPhone]:
        """Anybody's phone in a browser (a supervisor's, say), which the exchange can ring; it answers by itself."""
        async with self.browser_phone(code, tone_hz, codecs=codecs, answers=answers) as phone:
            await phone.register()
            yield phone

    @asynccontextmanager
    async def browser_operator(
        self, code: str, tone_hz: float = 1250.0, codecs: tuple[Codec, ...] | None = None, *, answers: bool = True
    ) -> AsyncIterator[BrowserPhone]:
        """An operator at work in a browser: registered and ready; logged out afterwards."""
        async with self.watch() as watch, self.registered_browser(code, tone_hz, codecs, answers=answers) as phone:
            await watch.operator(code, phone="reachable")
            await self.set_state(code, "ready")
            try:
                yield phone
            finally:
                await self.set_state(code, "logged_out")

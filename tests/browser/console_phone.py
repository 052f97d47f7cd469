"""What can a test do with the phone of the console's own page? What a person does: sign in, switch it on, click; and hear."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from sip_agents import Ears, Listener, NotInTime
from sip_agents.waiting import Watch
from tests.browser.chromium import Browser, Page
from tests.e2e.stack import WEB_SECRET

_PAGE: Final = Path(__file__).parent / "page"
EARS: Final = (_PAGE / "ears.js").read_text(encoding="utf-8")
LISTENING: Final = (_PAGE / "listening.js").read_text(encoding="utf-8")
_KEPT_MESSAGES: Final = 200


class ConsolePhone(Ears):
    """A person at the console at ``url``, signed in as ``code``. Use it as ``async with``; leaving closes the tab as a person does.

    ``tone_hz`` is what is said into the microphone; without ``allowed`` the browser gives none. ``context``: that of another tab of
    the same browser. ``path``: a page on which the phone is, the desk,
    say. Without ``ears`` the page's policy is in force, too, which would not let in the script of those.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        code: str,
        tone_hz: float = 1250.0,
        *,
        allowed: bool = True,
        context: Any = None,
        language: str = "en",
        path: str = "/phone",
        ears: bool = True,
        secret: str = WEB_SECRET,
    ) -> None:
        self.code, self._secret = code, secret
        self._browser, self._url, self._path, self._language = browser, url, path, language
        self._mouth = {"toneHz": tone_hz, "allowed": allowed, "listening": LISTENING if ears else ""}
        self._ears = ears
        self._context, self._own_context = context, context is None
        self._watch = Watch()
        self._listener = Listener(time.monotonic)
        self._heard_samples = 0
        self._messages: deque[str] = deque(maxlen=_KEPT_MESSAGES)
        self.state: dict[str, Any] = {"line": None, "call": None, "problems": [], "shown": None}
        self._killed = asyncio.Event()
        self.page: Page = None

    async def __aenter__(self) -> Self:
        if self._own_context:
            self._context = await self._browser.new_context(locale=self._language, bypass_csp=self._ears)
            await self._context.grant_permissions(["microphone"], origin=self._url)
        self.page = page = await self._context.new_page()
        page.on("pageerror", lambda error: self._messages.append(f"error {error}"))
        page.on("console", lambda one: self._messages.append(f"{one.type} {one.text} {one.location['url']}"))
        page.on("crash", lambda _page: self._killed.set())
        await page.expose_function("toldPhone", self._on_state)
        await page.expose_function("toldSound", self._on_sound)
        await page.add_init_script(f"window.toldMouth = {json.dumps(self._mouth)};\n{EARS}")
        await page.goto(f"{self._url}{self._path}")
        if await page.locator("input[name=code]").count() or await self._signed_out():
            await page.fill("input[name=code]", self.code)
            await page.fill("input[name=secret]", self._secret)
            await page.click("button.primary")
        await page.locator("section.phone").wait_for()
        await page.evaluate("watchPhone()")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, GeneratorExit):
            error.add_note(self._seen())
        await self.close_tab()

    async def _signed_out(self) -> bool:
        await self.page.locator("input[name=code], section.phone").first.wait_for()
        return bool(await self.page.locator("input[name=code]").count())

    @property
    def context(self) -> Any:
        """The browser's profile, for another tab in it."""
        return self._context

    @property
    def messages(self) -> list[str]:
        """What the page's scripts complained of."""
        return [text for text in self._messages if text.startswith(("error", "warning"))]

    # -- what a person does ------------------------------------------------------------------------------------------------

    async def switch_on(self, *, ready: bool = True) -> None:
        """Click the button, and wait until the phone is registered."""
        await self.page.get_by_role("button", name="Switch the phone on").click()
        if ready:
            await self.until("a phone that is ready", lambda: self.state["line"] == "ready", 15)

    async def click(self, name: str) -> None:
        """Click a button by its words."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def ask(self, control: str, whom: str | None = None) -> None:
        """Ask the centre for something of the call by its button; ``whom``: what is typed as the one to pass it to."""
        await self.page.locator(f"[data-control={control}]").click()
        if whom is not None:
            await self.page.fill("input[name=to]", whom)
            await self.page.press("input[name=to]", "Enter")

    async def rings(self, timeout_s: float = 10.0) -> None:
        """Wait until it rings. Raises NotInTime."""
        await self.until("a call that rings", lambda: self._stage() == "ringing", timeout_s)

    async def answer(self) -> None:
        """Click Answer, once it rings."""
        await self.rings()
        await self.page.locator("button.answer").click()
        await self.talking()

    async def talking(self, timeout_s: float = 10.0) -> None:
        """Wait until a call is up. Raises NotInTime."""
        await self.until("a call that is up", lambda: self._stage() == "up", timeout_s)

    async def hang_up(self, timeout_s: float = 5.0) -> None:
        """Click Hang up; does nothing without a call."""
        if self._stage() is not None:
            await self.page.locator("button.hang").click()
            await self.ended(timeout_s)

    async def ended(self, timeout_s: float = 10.0) -> str:
        """Wait until no call is there any more. Raises NotInTime."""
        await self.until("the end of the call", lambda: self._stage() is None, timeout_s)
        return "ended"

    async def warned(self, code: str, timeout_s: float = 10.0) -> None:
        """Wait until the page shows that sign. Raises NotInTime."""
        signs: Callable[[], bool] = lambda: any(one["code"] == code for one in self.state["problems"])  # noqa: E731
        await self.until(f"the sign {code}", signs, timeout_s)
        await self.page.locator(f"[data-sign={code}]").wait_for()

    async def close_tab(self) -> None:
        """As a person closes it; safe to call twice."""
        await (self._context if self._own_context else self.page).close()

    async def kill_tab(self) -> None:
        """As the machine kills it: the page cannot say a word more."""
        session = await self._context.new_cdp_session(self.page)
        asked = asyncio.ensure_future(session.send("Page.crash"))
        try:
            await asyncio.wait_for(self._killed.wait(), 10)
        finally:  # the answer never comes: whoever would give it is dead
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)

    # -- ears --------------------------------------------------------------------------------------------------------------

    @property
    def heard(self) -> Listener:
        return self._listener

    @property
    def now(self) -> float:
        return time.monotonic()

    def _deaf_because(self) -> str | None:
        return "no call" if self._stage() is None else None

    def _seen(self) -> str:
        return "\n".join([f"{self.code} at the console: {self.state}", *list(self._messages)[-20:]])

    def _stage(self) -> str | None:
        call = self.state["call"]
        return None if call is None else str(call["stage"])

    def _on_state(self, told: str) -> None:
        self.state = json.loads(told)
        self._watch.changed()

    def _on_sound(self, told: str) -> None:
        piece = np.frombuffer(base64.b64decode(told), dtype="<i2")
        self._listener.hear(0, self._heard_samples, piece)
        self._heard_samples += len(piece)
        self._watch.changed()

    async def until(self, awaited: str, true: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Wait until it is true of ``state``. Raises NotInTime."""
        if not await self._watch.until(true, timeout_s):
            raise NotInTime(f"{awaited} within {timeout_s:g} s", self._seen())

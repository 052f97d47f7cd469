"""What can a test do with a phone in a browser? As SipAgent and its Call, for one call at a time."""

from __future__ import annotations

import base64
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeAlias

import numpy as np

from sip_agents import CallOver, Ears, Listener, NotInTime, RegistrationRefused
from sip_agents.waiting import Watch
from tests.browser.chromium import Browser, Page

Codec: TypeAlias = Literal["opus", "PCMA", "PCMU"]
_KEPT_MESSAGES: Final = 200


@dataclass(frozen=True, slots=True)
class Line:
    """Where a phone's page is, and where it registers: the websocket, and the host of its SIP address."""

    page: str
    websocket: str
    host: str


@dataclass(frozen=True, slots=True)
class Media:
    """What the browser counts of its call's sound. Codecs as MIME types, such as ``audio/PCMA``."""

    codec: str | None
    codec_out: str | None
    received: int
    lost: int
    sent: int


class BrowserPhone(Ears):
    """A page with a phone that answers by itself, says ``tone_hz`` and has ears. Use it as ``async with BrowserPhone(...)``.

    ``codecs`` are the only ones that it speaks, in this order; None leaves the choice to Chromium. ``answers`` may be switched off
    to let it ring: then ``answer()`` answers. Waiting methods may be cancelled at any time without harm to the call.
    """

    def __init__(
        self,
        browser: Browser,
        line: Line,
        code: str,
        secret: str,
        tone_hz: float | None = None,
        *,
        codecs: tuple[Codec, ...] | None = None,
        answers: bool = True,
    ) -> None:
        self.code = code
        self._browser, self._line = browser, line
        self._told: dict[str, object] = {
            "ws": line.websocket,
            "host": line.host,
            "code": code,
            "secret": secret,
            "toneHz": tone_hz,
            "codecs": codecs,
            "answers": answers,
        }
        self._watch = Watch()
        self._listener = Listener(time.monotonic)
        self._heard_samples = 0
        self._state: dict[str, Any] = {"connected": False, "registered": None, "call": None}
        self._messages: deque[str] = deque(maxlen=_KEPT_MESSAGES)
        self._page: Page = None

    async def __aenter__(self) -> Self:
        context = await self._browser.new_context()
        self._page = page = await context.new_page()
        page.on("pageerror", lambda error: self._messages.append(f"error {error}"))
        page.on("console", lambda message: self._messages.append(f"{message.type} {message.text}"))
        await page.expose_function("toldState", self._on_state)
        await page.expose_function("toldSound", self._on_sound)
        await page.goto(self._line.page)
        await page.evaluate("(told) => phone.start(told)", self._told)
        await self._until("a websocket", lambda: bool(self._state["connected"]))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaving closes the page as a person closes a tab, after a BYE if a call is up."""
        if self.in_call and not self._page.is_closed():
            await self.hang_up()
        await self.close_tab()

    async def close_tab(self) -> None:
        """Close the page at once, whatever goes on in it; safe to call twice."""
        await self._page.context.close()

    # -- registering -------------------------------------------------------------------------------------------------------

    async def register(self, timeout_s: float = 5.0) -> None:
        """Register and keep it refreshed. Raises RegistrationRefused, NotInTime."""
        await self._page.evaluate("phone.register()")
        await self._until("an answer to REGISTER", lambda: self._state["registered"] is not None, timeout_s)
        if self._state["registered"] != "yes":
            raise RegistrationRefused(0, str(self._state["registered"]))

    # -- the call ----------------------------------------------------------------------------------------------------------

    @property
    def call(self) -> dict[str, Any] | None:
        """The newest call as the page tells it: ``number`` (1, 2, ...), ``from``, ``stage``, ``times`` (ms), ``end``."""
        call: dict[str, Any] | None = self._state["call"]
        return call

    @property
    def in_call(self) -> bool:
        """True while a call rings or is up."""
        return self.call is not None and self.call["end"] is None

    async def talking(self, number: int = 1, timeout_s: float = 5.0) -> None:
        """Wait until this phone's call of that number, counted from 1, is answered and acknowledged. Raises CallOver, NotInTime."""
        await self._until(f"call {number}, answered", lambda: self._stage(number) in ("confirmed", "ended"), timeout_s)
        if self._stage(number) == "ended":
            raise CallOver(f"the call ended: {self._deaf_because()}")

    async def rings(self, number: int = 1, timeout_s: float = 5.0) -> None:
        """Wait for the INVITE of the call of that number. Raises NotInTime."""
        await self._until(f"call {number}", lambda: self._stage(number) is not None, timeout_s)

    async def answer(self) -> None:
        """Answer what rings."""
        await self._page.evaluate("phone.answer()")

    async def dial(self, number: str) -> None:
        """Call a number at the exchange."""
        await self._page.evaluate("(target) => phone.dial(target)", f"sip:{number}@{self._line.host}")

    async def ended(self, timeout_s: float = 5.0) -> str:
        """Wait for the end of the call: ``local`` or ``remote`` (whose BYE), or ``system``. Raises NotInTime."""
        await self._until("the end of the call", lambda: self.call is not None and not self.in_call, timeout_s)
        assert self.call is not None
        return str(self.call["end"]["by"])

    async def hang_up(self, timeout_s: float = 5.0) -> None:
        """Hang up, or refuse what rings; does nothing after the end. Raises NotInTime."""
        if self.in_call:
            await self._page.evaluate("phone.hangUp()")
            await self.ended(timeout_s)

    async def press(self, key: str) -> None:
        """Press a key: RFC 4733 events in the sound."""
        await self._page.evaluate("(key) => phone.sendKey(key)", key)

    async def mute(self) -> None:
        """Switch the microphone off, as a person does."""
        await self._page.evaluate("phone.mute()")

    async def say_tone(self, tone_hz: float | None) -> None:
        """Change the tone; None is silence."""
        await self._page.evaluate("(hz) => phone.say(hz)", tone_hz)

    async def media(self) -> Media:
        """What the browser counts of the sound so far."""
        found = await self._page.evaluate("phone.media()")
        return Media(
            found["codec"],
            found.get("codecOut"),
            found["packetsReceived"],
            found["packetsLost"],
            found["packetsSent"],
        )

    def milliseconds(self, end: str, start: str = "invite") -> float:
        """From one moment of the newest call to another: ``invite``, ``answered``, ``confirmed``, ``sound``, ``ended``."""
        assert self.call is not None
        return float(self.call["times"][end]) - float(self.call["times"][start])

    # -- ears --------------------------------------------------------------------------------------------------------------

    @property
    def heard(self) -> Listener:
        return self._listener

    @property
    def now(self) -> float:
        return time.monotonic()

    def _deaf_because(self) -> str | None:
        end = None if self.call is None else self.call["end"]
        return None if end is None else f"{end['by']}: {end['cause']}"

    def _seen(self) -> str:
        return "\n".join([f"{self.code} in a browser: {self._state}", *list(self._messages)[-20:]])

    # -- what the page tells -----------------------------------------------------------------------------------------------

    def _on_state(self, told: str) -> None:
        self._state = json.loads(told)
        self._watch.changed()

    def _on_sound(self, told: str) -> None:
        piece = np.frombuffer(base64.b64decode(told), dtype="<i2")
        self._listener.hear(0, self._heard_samples, piece)
        self._heard_samples += len(piece)
        self._watch.changed()

    def _stage(self, number: int) -> str | None:
        """The stage of the call of that number, ``ended`` if a later one is there already; None before it came."""
        call = self.call
        if call is None or call["number"] < number:
            return None
        return str(call["stage"]) if call["number"] == number else "ended"

    async def _until(self, awaited: str, true: Callable[[], bool], timeout_s: float = 5.0) -> None:
        if not await self._watch.until(true, timeout_s):
            raise NotInTime(f"{awaited} within {timeout_s:g} s", self._seen())

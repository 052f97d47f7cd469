"""How does a frame come from a browser to Asterisk and back? Two websockets that live and die together, one for each phone.

The console's own side is checked (sip_frames.py), bounded in size and in rate; what Asterisk says is passed as it is. When either
closes, or the log-in is over, both are closed, and Asterisk forgets the phone at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

import aiohttp
import structlog

from ari_app.adapters.http_auth import Caller
from ari_app.rates import Rates
from console.phone.sip_frames import LONGEST_FRAME, BadFrame, NotYours, Owner, outward

log = structlog.get_logger(__name__)
CONNECTS_WITHIN_S: Final = 3.0
BEAT_S: Final = 15.0
FRAMES_PER_S: Final = 30.0
FRAMES_AT_ONCE: Final = 150.0
LONGEST_ANSWER: Final = 256 * 1024
LINES_EACH: Final = 4
"""Connections of one person: some tabs, and one that is not known to be dead yet."""

GOING_AWAY: Final = 1001
BAD_FRAME: Final = 1002
NOT_ALLOWED: Final = 1008
AWAY: Final = 1013
LOGGED_OUT: Final = 4401
REPLACED: Final = 4409
"""Close codes: RFC 6455's, and our own above 4000."""


class Browser(Protocol):
    """The websocket to a browser."""

    async def receive(self) -> str | None:
        """The next frame of text; None once it is closed. Raises BadFrame for one that is no text."""
        ...

    async def send(self, frame: str) -> None:
        """Send a frame of text; harmless on a closed one."""
        ...

    async def close(self, code: int) -> None:
        """Close it; harmless on a closed one."""
        ...


@dataclass(eq=False)
class Line:
    """One phone's connection. ``over`` is set, with the code to close with, when it is to end."""

    caller: Caller
    owner: Owner
    code: int = GOING_AWAY
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, code: int) -> None:
        """End it with this code; the first one counts."""
        if not self.over.is_set():
            self.code = code
            self.over.set()


class PhoneLines:
    """All of them. ``asterisks`` are their websockets' addresses, tried in order. ``run`` it."""

    def __init__(self, asterisks: Sequence[str], now: Callable[[], float]) -> None:
        self._asterisks = tuple(asterisks)
        self._now = now
        self._lines: dict[str, list[Line]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def run(self) -> None:
        """Take phones until cancelled; then every phone's connection ends."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECTS_WITHIN_S)
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as self._session:
            try:
                await asyncio.Event().wait()
            finally:
                for line in self._all():
                    line.end(GOING_AWAY)

    def callers(self) -> list[Caller]:
        """Whose log-ins are to be looked at."""
        return [line.caller for line in self._all()]

    def end_revoked(self, good: Callable[[Caller], bool]) -> None:
        """End the connections of those whose log-in is over."""
        for line in self._all():
            if not good(line.caller):
                line.end(LOGGED_OUT)

    async def pass_on(self, browser: Browser, caller: Caller, owner: Owner) -> None:
        """Until either side closes, the log-in is over, or the browser does what no phone does."""
        line = Line(caller, owner)
        asterisk = await self._connect()
        if asterisk is None:
            await browser.close(AWAY)
            return
        self._begin(line)
        ways = [
            asyncio.ensure_future(way)
            for way in (self._outward(browser, asterisk, line), _inward(browser, asterisk), line.over.wait())
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            self._lines[owner.code].remove(line)
            done = await asyncio.gather(*ways, return_exceptions=True)
            for failed in done:
                if isinstance(failed, Exception) and not isinstance(failed, aiohttp.ClientError | ConnectionError):
                    log.error("phone_line_failed", operator=owner.code, why=repr(failed))
            with suppress(aiohttp.ClientError, ConnectionError):
                await asterisk.close()
            await browser.close(line.code)

    def _all(self) -> Iterable[Line]:
        return [line for lines in self._lines.values() for line in lines]

    def _begin(self, line: Line) -> None:
        lines = self._lines.setdefault(line.owner.code, [])
        lines.append(line)
        for oldest in lines[:-LINES_EACH]:
            oldest.end(REPLACED)

    async def _connect(self) -> aiohttp.ClientWebSocketResponse | None:
        """The first Asterisk that takes a phone; None while there is none."""
        if self._session is None or self._session.closed:
            return None
        for address in self._asterisks:
            try:
                async with asyncio.timeout(CONNECTS_WITHIN_S):
                    return await self._session.ws_connect(
                        address, protocols=("sip",), heartbeat=BEAT_S, max_msg_size=LONGEST_ANSWER, autoping=True
                    )
            except (aiohttp.ClientError, TimeoutError, OSError) as away:
                log.info("asterisk_takes_no_phone", address=address, why=repr(away))
        return None

    async def _outward(self, browser: Browser, asterisk: aiohttp.ClientWebSocketResponse, line: Line) -> None:
        rate = Rates(FRAMES_PER_S, FRAMES_AT_ONCE)
        while (frame := await self._taken(browser, line)) is not None:
            if len(frame) > LONGEST_FRAME or rate.wait_s("", self._now()):
                log.warning("phone_says_too_much", operator=line.owner.code, length=len(frame))
                line.end(NOT_ALLOWED)
                return
            try:
                passed = outward(frame, line.owner)
            except NotYours as refused:
                log.warning("phone_refused", operator=line.owner.code, why=str(refused))
                if refused.answer:
                    await browser.send(refused.answer)
                continue
            except BadFrame as bad:
                log.warning("phone_says_no_sip", operator=line.owner.code, why=str(bad))
                line.end(BAD_FRAME)
                return
            await asterisk.send_str(passed)

    async def _taken(self, browser: Browser, line: Line) -> str | None:
        try:
            return await browser.receive()
        except BadFrame:
            line.end(BAD_FRAME)
            return None


async def _inward(browser: Browser, asterisk: aiohttp.ClientWebSocketResponse) -> None:
    async for message in asterisk:
        if message.type is aiohttp.WSMsgType.TEXT:
            await browser.send(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:  # SIP has no other than text, whatever the frame says
            await browser.send(message.data.decode("utf-8", "replace"))

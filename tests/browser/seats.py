"""How does an operator take a call, whether with a SIP phone or in a browser?

A "who hears whom" test asks for ``seat(stack, kind, ...)`` and never knows which of the two it has.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Literal, Protocol, TypeAlias

from sip_agents import LAWS, Call, IncomingCall, SipAgent
from tests.browser.browser_phone import BrowserPhone, Codec
from tests.browser.people import BrowserStack

Kind: TypeAlias = Literal["sip", "browser"]


class Talker(Protocol):
    """Somebody in a call: a SIP phone's Call, or a BrowserPhone."""

    async def heard_only(
        self, wanted_hz: Collection[float], among_hz: Collection[float], timeout_s: float = 5.0
    ) -> None: ...

    async def heard_none_of(
        self, unwanted_hz: Collection[float], for_s: float = 0.5, timeout_s: float = 5.0
    ) -> None: ...

    async def heard_sound(self, besides_hz: Collection[float] = (), timeout_s: float = 5.0) -> None: ...

    async def hang_up(self, timeout_s: float = 5.0) -> None: ...

    async def ended(self, timeout_s: float = 5.0) -> str: ...


class Seat(ABC):
    """Somebody with a phone, registered."""

    @abstractmethod
    async def takes_a_call(self) -> Talker:
        """Answer the next call, once it rings. Raises NotInTime, CallOver."""


class SipSeat(Seat):
    """With a SIP phone."""

    def __init__(self, phone: SipAgent) -> None:
        self._phone = phone

    async def takes_a_call(self) -> Call:
        call: IncomingCall = await self._phone.incoming()
        await call.answer()
        return call


class BrowserSeat(Seat):
    """In a browser."""

    def __init__(self, phone: BrowserPhone) -> None:
        self._phone = phone
        self._taken = 0

    async def takes_a_call(self) -> BrowserPhone:
        self._taken += 1
        await self._phone.talking(self._taken)
        return self._phone


@asynccontextmanager
async def seat(
    stack: BrowserStack, kind: Kind, code: str, tone_hz: float, codecs: tuple[Codec, ...] | None = None
) -> AsyncIterator[Seat]:
    """An operator at work, with a phone of that kind. ``codecs`` is for browsers; their codes are those of ``BROWSERS``."""
    if kind == "browser":
        async with stack.browser_operator(code, tone_hz, codecs) as in_browser:
            yield BrowserSeat(in_browser)
    else:
        async with stack.operator(code, tone_hz, LAWS) as phone:
            yield SipSeat(phone)


@asynccontextmanager
async def beside(stack: BrowserStack, kind: Kind, code: str, tone_hz: float) -> AsyncIterator[Seat]:
    """Somebody whom the exchange can ring and who takes no calls of queues: a supervisor."""
    if kind == "browser":
        async with stack.registered_browser(code, tone_hz) as in_browser:
            yield BrowserSeat(in_browser)
    else:
        async with stack.phone(code, tone_hz) as phone:
            await phone.register()
            yield SipSeat(phone)


async def each_hears(*heard: tuple[Talker, Collection[float]], among: Collection[float]) -> None:
    """Who hears whom: each of these hears just these of the tones ``among``. Raises NotHeard."""
    for talker, wanted in heard:
        await talker.heard_only(wanted, among)


async def hear_each_other(*talkers: tuple[Talker, float]) -> None:
    """Each of these, with its own tone, hears all the others', and none of its own."""
    tones = [hz for _, hz in talkers]
    await each_hears(*((talker, [hz for hz in tones if hz != own]) for talker, own in talkers), among=tones)

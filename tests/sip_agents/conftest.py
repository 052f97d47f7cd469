"""Phones that call each other over 127.0.0.0/8, and are closed with the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

import pytest

from sip_agents import IncomingCall, OutgoingCall, SipAgent, Timing
from sip_agents.udp import UdpSocket

Phones: TypeAlias = Callable[..., Awaitable[SipAgent]]


async def talk(caller: SipAgent, callee: SipAgent) -> tuple[OutgoingCall, IncomingCall]:
    """An answered call, and its other side."""
    call = await caller.call(callee.uri)
    incoming = await callee.incoming()
    await incoming.answer()
    await call.answered()
    return call, incoming


class Stranger:
    """A bare socket that sends what a test writes and keeps what comes back."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[bytes] = asyncio.Queue()
        self._socket = UdpSocket("127.0.0.1", 0, lambda datagram, _: self.arrived.put_nowait(datagram))
        self.port = self._socket.address[1]
        self.close = self._socket.close

    def send(self, datagram: bytes, to: tuple[str, int]) -> None:
        self._socket.send(datagram, to)

    def ask(
        self, phone: SipAgent, request: str, *headers: str, body: bytes = b"", contact: str = "", sequence: int = 1
    ) -> None:
        """Send ``METHOD CALL-ID BRANCH TO`` as a SIP request from here, From tag ``x``."""
        method, call_id, branch, to = request.split(" ", 3)
        here = f"127.0.0.1:{self.port}"
        lines = [
            f"{method} {phone.uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{branch}",
            f"From: <sip:x@{here}>;tag=x",
            f"To: {to}",
            f"Call-ID: {call_id}",
            f"CSeq: {sequence} {method}",
            f"Contact: {contact or f'<sip:x@{here}>'}",
            *headers,
            f"Content-Length: {len(body)}",
        ]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body, phone.address)

    async def answer(self) -> bytes:
        """The next datagram that came. Raises TimeoutError after 5 s."""
        return await asyncio.wait_for(self.arrived.get(), 5)


@pytest.fixture
async def stranger() -> AsyncIterator[Stranger]:
    """Someone on the network who is no phone."""
    made = Stranger()
    yield made
    made.close()


@pytest.fixture
async def phone() -> AsyncIterator[Phones]:
    """Makes phones: ``await phone(user="ana", tone_hz=697.0)``. Their T1 is 50 ms, so that a lost message costs little."""
    raised: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))
    async with AsyncExitStack() as stack:

        async def make(local_ip: str = "127.0.0.1", **settings: Any) -> SipAgent:
            settings.setdefault("timing", Timing(t1_s=0.05, t2_s=0.2, t4_s=0.2))
            return await stack.enter_async_context(SipAgent(local_ip, **settings))

        yield make
    assert raised == [], "something was raised in a timer or a socket's callback"

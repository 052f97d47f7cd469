"""How do SIP messages get in and out over TLS? (RFC 3261, sections 18.3 and 26.2)"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from typing import Final, Self, cast

from sip_agents.address import SocketAddress

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"^(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,6})[ \t]*$", re.I | re.M)


class TlsConnection(asyncio.Protocol):
    """The phone's one connection to its registrar: all goes there, and all that comes is the registrar's.

    ``on_message(message, source)`` gets one whole SIP message after the other, as a UDP socket's gets datagrams.
    """

    def __init__(self) -> None:
        self._on_message: Callable[[bytes, SocketAddress], None] = lambda _message, _source: None
        self._transport: asyncio.Transport | None = None
        self._read = b""
        self.address: SocketAddress = ("", 0)
        self._far: SocketAddress = ("", 0)

    @classmethod
    async def to(cls, registrar: SocketAddress, local: SocketAddress, context: ssl.SSLContext) -> Self:
        """Connected to the ``registrar``, whose certificate ``context`` judges. Raises OSError (ssl.SSLError included)."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, *registrar, ssl=context, local_addr=local)
        return connection

    def opened(self, on_message: Callable[[bytes, SocketAddress], None]) -> Self:
        self._on_message = on_message
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.address = transport.get_extra_info("sockname")
        self._far = transport.get_extra_info("peername")

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (length := _first_message(self._read)) is not None:
            message, self._read = self._read[:length], self._read[length:]
            self._on_message(message, self._far)

    def send(self, message: bytes, _to: SocketAddress) -> None:
        """Send to the registrar, whatever the address; nothing after the end of the connection."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(message)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _first_message(read: bytes) -> int | None:
    """The length of the first message of a stream, keep-alives before it included; None while it is not whole.

    A stream has no end of a datagram: each message says in Content-Length how long its body is.
    """
    start = len(read) - len(read.lstrip(b"\r\n"))
    head, blank, rest = read[start:].partition(_HEAD_END)
    if not blank:
        return start if start else None
    found = _LENGTH.search(head.replace(b"\r\n", b"\n"))
    body = int(found[1]) if found else 0
    return start + len(head) + len(_HEAD_END) + body if len(rest) >= body else None

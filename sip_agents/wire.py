"""Which SIP messages come and go at this phone's address?"""

from __future__ import annotations

from collections.abc import Callable

from sip_agents.address import SocketAddress
from sip_agents.carriage import OpenCarriage
from sip_agents.errors import MalformedMessage
from sip_agents.message import Message, parse, serialise
from sip_agents.trace import Trace, Traced, Way

_KEEP_ALIVE = b"\r\n\0 "  # RFC 5626 pings and what home routers send


class Wire:
    """The phone's SIP socket. What arrives is parsed, traced and given to ``on_message``.

    ``malformed`` counts datagrams dropped because they are not SIP. ``loses`` may be set by a test: it is asked for every
    message and what it says True to is lost on the way. While ``unplugged`` everything is.
    """

    def __init__(
        self, opened: OpenCarriage, now: Callable[[], float], on_message: Callable[[Message, SocketAddress], None]
    ) -> None:
        self.trace = Trace()
        self.malformed = 0
        self.unplugged = False
        self.loses: Callable[[Way, Message], bool] | None = None
        self._now = now
        self._on_message = on_message
        self._socket = opened(self._received)
        self.address = self._socket.address

    def send(self, message: Message, to: SocketAddress) -> None:
        if not self._lost("out", message, to):
            self._socket.send(serialise(message), to)

    def close(self) -> None:
        self._socket.close()

    def _received(self, datagram: bytes, source: SocketAddress) -> None:
        if not datagram.strip(_KEEP_ALIVE):
            return
        try:
            message = parse(datagram)
            if not self._lost("in", message, source):
                self._on_message(message, source)
        except MalformedMessage:
            self.malformed += 1

    def _lost(self, way: Way, message: Message, peer: SocketAddress) -> bool:
        lost = self.unplugged or (self.loses is not None and self.loses(way, message))
        self.trace.add(Traced(self._now(), way, peer, message, lost))
        return lost

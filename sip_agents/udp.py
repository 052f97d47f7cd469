"""How do datagrams get in and out?"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Final

from sip_agents.address import SocketAddress

_LARGEST = 65535
_TRIES = 64
_SO_TIMESTAMPNS: Final = 35  # Linux, asm-generic/socket.h; Python has no name for it
_TIMESPEC: Final = struct.Struct("@ll")


class UdpSocket:
    """A bound socket that calls ``on_datagram(datagram, source)`` in the running loop, until ``close()``.

    Plain non-blocking calls, not an asyncio transport: opening and sending need no await, and RTP is sent from a timer.
    ``timed`` asks the kernel when each came: ``waited_s`` is then how long the datagram in hand had lain in the socket's buffer,
    so that a busy process does not take its own stall for the network's. It is 0 where the system does not tell (not Linux).
    """

    def __init__(
        self,
        ip: str,
        port: int,
        on_datagram: Callable[[bytes, SocketAddress], None],
        *,
        even: bool = False,
        timed: bool = False,
    ) -> None:
        self._on_datagram = on_datagram
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = _bound(ip, port, even)
        self.address: SocketAddress = self._socket.getsockname()
        self.unsent = 0
        self.waited_s = 0.0
        self._timed = timed and sys.platform == "linux"
        if self._timed:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._loop.add_reader(self._socket, self._readable)

    def send(self, datagram: bytes, to: SocketAddress) -> None:
        """Send, or count it in ``unsent``: the network may lose datagrams, so a full buffer is no error here."""
        if self._socket is None:
            return
        try:
            self._socket.sendto(datagram, to)
        except OSError:
            self.unsent += 1

    def close(self) -> None:
        """Safe to call twice."""
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def _readable(self) -> None:
        """Read one datagram: the loop calls again while there are more, and each call's packets come one at a time."""
        if self._socket is None:
            return
        try:
            datagram, source = self._timed_datagram() if self._timed else self._socket.recvfrom(_LARGEST)
        except OSError:
            return
        self._on_datagram(datagram, source)

    def _timed_datagram(self) -> tuple[bytes, SocketAddress]:
        """The kernel stamps with the wall clock; only the difference to that clock now is taken, so its hour does not matter."""
        assert self._socket is not None
        datagram, notes, _, source = self._socket.recvmsg(_LARGEST, socket.CMSG_SPACE(_TIMESPEC.size))
        self.waited_s = 0.0
        for level, kind, stamp in notes:
            if (level, kind, len(stamp)) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS, _TIMESPEC.size):
                seconds, nanoseconds = _TIMESPEC.unpack(stamp)
                since_ns = time.clock_gettime_ns(time.CLOCK_REALTIME) - (seconds * 1_000_000_000 + nanoseconds)
                self.waited_s = max(0.0, since_ns / 1e9)
        return datagram, source


def _bound(ip: str, port: int, even: bool) -> socket.socket:
    """A socket at ``ip``:``port`` (0 = any free one; ``even`` = an even one, as RFC 3550 wants for RTP)."""
    for _ in range(_TRIES):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            opened.setblocking(False)
            opened.bind((ip, port))
        except OSError:
            opened.close()
            raise
        if not even or opened.getsockname()[1] % 2 == 0:
            return opened
        opened.close()
    raise OSError(f"no free even port at {ip}")

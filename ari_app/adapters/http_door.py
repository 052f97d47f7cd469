"""When does the API answer? It listens before anything that cannot be undone, and answers once its code is loaded.

A port that is taken is then the first thing that whoever starts the controller hears. FastAPI and the routes take longer to load
than all that calls need: after a crash callers are taken over first, and who asks the API waits in its port's queue meanwhile.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable

Serve = Callable[[socket.socket], Awaitable[None]]
"""Answers requests until cancelled, and closes the socket."""


class PortTaken(OSError):
    """Another program listens where we should; ``port`` says where."""

    def __init__(self, host: str, port: int, setting: str) -> None:
        super().__init__(
            errno.EADDRINUSE,
            f"port {port} of {host} is taken by another program; stop it, or choose another with {setting}",
        )
        self.port = port


def listen(host: str, port: int, setting: str = "CENTRALITA_API_PORT") -> socket.socket:
    """A listening socket for ``answer``; port 0 takes any free one. Raises PortTaken, or OSError for another fault.

    ``setting`` is what the port can be changed with.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host, port, setting) from None
        raise
    listener.setblocking(False)
    return listener


async def answer(
    listener: socket.socket, begin: Callable[[], Awaitable[None]], load: Callable[[], Serve], loaded: asyncio.Event
) -> None:
    """Answer until cancelled: ``begin`` is awaited first, then ``load`` runs in a thread, then ``loaded`` is set. Raises what these
    raise."""
    try:
        await begin()
        serve = await asyncio.to_thread(load)
        loaded.set()
    except BaseException:
        listener.close()
        raise
    await serve(listener)

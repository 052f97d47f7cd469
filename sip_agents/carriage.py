"""Over what do a phone's SIP messages come and go?"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol, TypeAlias

from sip_agents.address import Parameters, SocketAddress
from sip_agents.tls import TlsConnection
from sip_agents.udp import UdpSocket

OVER_TLS: Final[Parameters] = (("transport", "tls"),)
"""What a URI says whose host is reached over TLS."""


class Carriage(Protocol):
    """A UDP socket, or a TLS connection."""

    address: SocketAddress

    def send(self, message: bytes, to: SocketAddress, /) -> None: ...

    def close(self) -> None: ...


OpenCarriage: TypeAlias = Callable[[Callable[[bytes, SocketAddress], None]], Carriage]
"""Opens it; what comes is given to the function, one message at a time."""


async def carriage(
    local: SocketAddress, registrar: SocketAddress | None, tls: ssl.SSLContext | None
) -> tuple[OpenCarriage, Parameters]:
    """A way for messages, and what the phone's URIs say of it. Raises ValueError, OSError (a wrong certificate included)."""
    if tls is None:
        return partial(UdpSocket, *local), ()
    if registrar is None:
        raise ValueError("without a registrar there is nobody to be connected to over TLS")
    return (await TlsConnection.to(registrar, local, tls)).opened, OVER_TLS

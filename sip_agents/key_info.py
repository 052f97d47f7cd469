"""How does a pressed key travel in a SIP INFO? (RFC 6086, with the body ``application/dtmf-relay`` that is custom)"""

from __future__ import annotations

import asyncio
from typing import Final

from sip_agents.dtmf import check_held, key_code
from sip_agents.errors import CallOver, KeyRefused
from sip_agents.leg import Leg
from sip_agents.message import Field, Response

RELAY_TYPE: Final[Field] = ("Content-Type", "application/dtmf-relay")


def relay_body(key: str, held_ms: int) -> bytes:
    """Raises ValueError for no key, or a length outside 40 to 8,000 ms."""
    assert key_code(key) >= 0
    check_held(held_ms)
    return f"Signal={key.upper()}\r\nDuration={held_ms}\r\n".encode()


async def tell_key(leg: Leg, key: str, held_ms: int) -> None:
    """Send the INFO in an answered call, and wait until the far side has agreed.

    Raises KeyRefused (408 if no answer comes), CallOver (the call ends first), ValueError.
    """
    body = relay_body(key, held_ms)
    answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

    def heard(response: Response) -> None:
        if not answer.done():
            answer.set_result(response)

    def look() -> None:
        if leg.end_reason is not None and not answer.done():
            answer.set_exception(CallOver(f"the call ended before the key was taken: {leg.end_reason}"))

    forget = leg.whenever_changed(look)
    try:
        leg.ask("INFO", RELAY_TYPE, body=body, heard=heard)
        response = await answer
    finally:
        forget()
    if response.status >= 300:
        raise KeyRefused(response.status, response.reason)

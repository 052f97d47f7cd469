"""Does a part of the stack answer yet?"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable

from ari_app.stack.child import Child
from ari_app.stack.faults import StartFailed

Probe = Callable[[], Awaitable[bool]]
_PAUSE_S = 0.05


async def until_ready(child: Child, probe: Probe, within_s: float, hint: str = "") -> None:
    """Return once ``probe`` says True. Raises StartFailed when the child ends first or ``within_s`` has passed."""
    try:
        async with asyncio.timeout(within_s):
            while child.running:
                if await probe():
                    return
                await asyncio.sleep(_PAUSE_S)
    except TimeoutError:
        raise StartFailed(
            f"{child.plan.name} did not answer within {within_s:.0f} s.{hint}\n"
            f"The end of {child.plan.output}:\n{child.last_words()}"
        ) from None
    raise StartFailed(
        f"{child.plan.name} ended with code {await child.wait()} before it was ready.{hint}\n"
        f"The end of {child.plan.output}:\n{child.last_words()}"
    )


async def answers(address: str, port: int, request: bytes, expected: bytes, within_s: float = 2.0) -> bool:
    """True when the server at ``address:port`` answers ``request`` with something that begins with ``expected``."""
    return await _answer(address, port, request, len(expected), within_s) == expected


async def _answer(address: str, port: int, request: bytes, length: int, within_s: float) -> bytes:
    """The answer's first ``length`` bytes (-1: all, until the server closes); nothing when it does not come."""
    try:
        async with asyncio.timeout(within_s):
            reader, writer = await asyncio.open_connection(address, port)
            try:
                writer.write(request)
                await writer.drain()
                return await (reader.read() if length < 0 else reader.readexactly(length))
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return b""


async def redis_answers(address: str, port: int) -> bool:
    """PING is answered by PONG; false while Redis is still loading its data (redis.io/docs, RESP)."""
    return await answers(address, port, b"PING\r\n", b"+PONG")


async def http_ok(address: str, port: int, path: str) -> bool:
    """GET ``path`` is answered by status 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: {address}:{port}\r\nConnection: close\r\n\r\n".encode()
    return await answers(address, port, request, b"HTTP/1.1 200")


async def health_parts(address: str, port: int) -> dict[str, str]:
    """What the engine says of each of its parts at /healthz; nothing when it does not answer."""
    request = f"GET /healthz HTTP/1.1\r\nHost: {address}:{port}\r\nConnection: close\r\n\r\n".encode()
    _, _, body = (await _answer(address, port, request, -1, 2.0)).partition(b"\r\n\r\n")
    try:
        told = json.loads(body)["parts"]
    except (ValueError, LookupError, TypeError):
        return {}
    return {str(name): str(said) for name, said in told.items()} if isinstance(told, dict) else {}


async def ami_greets(address: str, port: int) -> bool:
    """AMI says who it is as soon as one connects."""
    return await answers(address, port, b"", b"Asterisk Call Manager")


async def no_channel_is_up(address: str, ari_port: int, ari_secret: str) -> bool:
    """ARI answers, and with an empty list of channels."""
    login = base64.b64encode(f"centralita:{ari_secret}".encode()).decode()
    request = (
        f"GET /ari/channels HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Basic {login}\r\n\r\n"
    )
    return (await _answer(address, ari_port, request.encode(), -1, 2.0)).endswith(b"\r\n\r\n[]")

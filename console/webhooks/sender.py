"""How does a message leave the machine? One POST, to an address that the guard has judged, without redirects, with a deadline."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from console.webhooks.guard import BadUrl, Guard

WITHIN_S: Final = 15.0
CONNECT_WITHIN_S: Final = 5.0
AGENT: Final = "centralita-webhooks/1"


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` None: there was none, and ``wrong`` says why. What the receiver writes beside it is neither read nor kept."""

    status: int | None
    wrong: str = ""
    retry_after_s: float | None = None


class Sender:
    """One pool of connections; made inside a running loop."""

    def __init__(self, guard: Guard, within_s: float = WITHIN_S) -> None:
        self._guard = guard
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=_Guarded(guard), use_dns_cache=False, limit=100, limit_per_host=4),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=within_s, sock_connect=CONNECT_WITHIN_S),
            headers={"User-Agent": AGENT, "Content-Type": "application/json"},
            trust_env=False,
        )

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """What the receiver said. Whatever goes wrong is an answer, too."""
        try:
            self._guard.check_url(url)
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return Answer(answer.status, retry_after_s=_seconds(answer.headers.get("Retry-After")))
        except BadUrl as refused:
            return Answer(None, str(refused))
        except TimeoutError:
            return Answer(None, "no answer in time")
        except (aiohttp.ClientError, OSError, ValueError) as failed:
            return Answer(None, f"{type(failed).__name__}: {failed}"[:200])

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


class _Guarded(AbstractResolver):
    """Names become only addresses to which webhooks may lead; the very ones are then connected to."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """See AbstractResolver. Raises OSError when no address is left."""
        found = await self._inner.resolve(host, port, family)
        good, refused = [], "it has no address"
        for one in found:
            try:
                self._guard.check_address(ipaddress.ip_address(one["host"].split("%")[0]))
            except BadUrl as bad:
                refused = str(bad)
            else:
                good.append(one)
        if not good:
            raise OSError(errno.EHOSTUNREACH, refused)
        return good

    async def close(self) -> None:
        """See AbstractResolver."""
        await self._inner.close()


def _seconds(retry_after: str | None) -> float | None:
    """Only seconds are understood; a date is not worth the trouble."""
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() and len(retry_after) < 9 else None

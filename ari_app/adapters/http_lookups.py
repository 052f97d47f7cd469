"""How are services asked over HTTP? With a deadline, never twice what must be done once, and with no trace of what was sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
import structlog
from yarl import URL

from ari_app.lookups import LookupAnswer
from ari_app.service_urls import CannotBeSent, filled, names_in, with_query
from ari_app.services import HttpService
from ivr_flows.expressions import Value

log = structlog.get_logger(__name__)
LARGEST_BODY: Final = 64 * 1024
PAUSE_S: Final = 0.2
"""Between two attempts."""
TRANSIENT: Final = frozenset({502, 503, 504})
"""What a proxy says while its service starts anew."""
OUR_HEADERS: Final[Mapping[str, str]] = {
    "Accept": "application/json",
    # A packed answer could unpack to any size.
    "Accept-Encoding": "identity",
    "User-Agent": "centralita",
}


@dataclass(frozen=True, slots=True)
class _Request:
    """One request, made from what is sent; the same for every attempt."""

    url: URL
    body: bytes | None
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An answer; ``again``: another attempt may have a better one and do no harm."""

    answer: LookupAnswer
    again: bool = False


class HttpLookups:
    """Lookups over aiohttp. Create it inside a running event loop, and close it.

    A GET goes over connections that are kept. A POST has one of its own: on a kept one that the service closes just then, nobody
    knows whether it was heard, and it could not be sent again.
    """

    def __init__(self) -> None:
        self._kept = _session(aiohttp.TCPConnector())
        self._own = _session(aiohttp.TCPConnector(force_close=True))

    async def close(self) -> None:
        """Close every connection."""
        await self._kept.close()
        await self._own.close()

    async def ask(self, service: HttpService, sent: Mapping[str, Value]) -> LookupAnswer:
        """See Lookups."""
        try:
            request = _request(service, sent)
        except CannotBeSent as why:
            return _told(service, LookupAnswer(None, why=str(why)), attempts=0)
        attempts = 1
        attempt = await self._attempt(service, request)
        while attempt.again and attempts <= service.retries:
            await asyncio.sleep(PAUSE_S)
            attempts += 1
            attempt = await self._attempt(service, request)
        return _told(service, attempt.answer, attempts)

    async def _attempt(self, service: HttpService, request: _Request) -> _Attempt:
        # Whatever an exception says may hold the URL, and so what was sent: only its kind is kept, and none gets out.
        try:
            async with asyncio.timeout(service.timeout_s):
                answer = await self._answer(service, request)
        except TimeoutError:
            return _Attempt(LookupAnswer(None, why=f"no answer in {service.timeout_s:g} s"), service.repeatable)
        except aiohttp.ClientConnectorError as failed:
            return _Attempt(LookupAnswer(None, why=f"not reached ({type(failed).__name__})"), True)
        except Exception as failed:
            return _Attempt(LookupAnswer(None, why=f"broke off ({type(failed).__name__})"), service.repeatable)
        return _Attempt(answer, answer.status in TRANSIENT and service.repeatable)

    async def _answer(self, service: HttpService, request: _Request) -> LookupAnswer:
        session = self._kept if service.method == "GET" else self._own
        async with session.request(
            service.method, request.url, data=request.body, headers=request.headers, allow_redirects=False
        ) as response:
            body = await _read(response)
        return _understood(response.status, body)


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),  # what a service remembers of one caller is not for the next
        auto_decompress=False,
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None),  # asyncio.timeout has the whole attempt
    )


def _request(service: HttpService, sent: Mapping[str, Value]) -> _Request:
    url = filled(service.url, sent)
    left = {name: value for name, value in sent.items() if name not in names_in(service.url)}
    headers = {**OUR_HEADERS, **service.headers}
    if service.method == "GET":
        return _Request(URL(with_query(url, left), encoded=True), None, headers)
    body = json.dumps(left).encode("ascii")
    return _Request(URL(url, encoded=True), body, {**headers, "Content-Type": "application/json"})


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    """The body; None if it is above LARGEST_BODY."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _understood(status: int, body: bytes | None) -> LookupAnswer:
    """The answer. Only one of 2xx must have a body that can be read: a page of errors is no less a 404."""
    good = 200 <= status < 300
    if body is None:
        return (
            LookupAnswer(None, why=f"the answer is above {LARGEST_BODY // 1024} KiB") if good else LookupAnswer(status)
        )
    if not body.strip():
        return LookupAnswer(status)
    try:
        return LookupAnswer(status, json.loads(body))
    except (ValueError, RecursionError):
        return LookupAnswer(None, why="the answer is not JSON") if good else LookupAnswer(status)


def _told(service: HttpService, answer: LookupAnswer, attempts: int) -> LookupAnswer:
    if answer.status is None or answer.status >= 500 or 300 <= answer.status < 400:
        log.warning(
            "lookup_failed", service=service.name, status=answer.status, why=answer.why or None, attempts=attempts
        )
    return answer

"""Which controller leads, and how is a request handed on to it? Whatever is not the console's own is answered by that one.

A controller that stands by says so, one that is down refuses the connection or takes none: then the next is asked, and remembered.
A command is only sent a second time when it is certain that nobody took it; so of one that hangs nothing is heard, and whoever asks
after that asks the others first.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import aiohttp
import structlog
from multidict import CIMultiDict
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from yarl import URL

from ari_app.adapters.http_console import ADDRESS_HEADER, KEY_HEADER
from ari_app.adapters.http_errors import Refused

log = structlog.get_logger(__name__)
CONNECTS_WITHIN_S: Final = 2.0
SILENT_AT_MOST_S: Final = 300.0
"""An export of recordings may be made for so long before its first byte."""
ASKS_WITHIN_S: Final = 5.0
PIECE: Final = 64 * 1024
HOP_BY_HOP: Final = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
"""RFC 9110, 7.6.1: these are of one connection, and end with it."""
STANDS_BY: Final = b'"standby"'
SMALL: Final = 300
"""An answer that says so is not longer."""
OWN_HEADERS: Final = ("User-Agent", "Accept", "Content-Type")
"""What the library would add of its own."""
NOBODY_TOOK_IT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""There was not even a connection."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A controller's answer, read whole; ``json`` is None for a body that is none."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The body's value."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Controllers:
    """``urls``: the beginnings of their APIs; ``key``: see http_console. To be entered before use."""

    def __init__(self, urls: Sequence[str], key: str) -> None:
        self._urls = tuple(urls)
        self._key = key
        self._leader = 0
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECTS_WITHIN_S, sock_read=SILENT_AT_MOST_S)
        self._session = aiohttp.ClientSession(
            timeout=timeout,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(limit=0),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(
        self, method: str, path: str, body: object = None, authorization: str = "", client: str = ""
    ) -> Answer:
        """Ask the leader something small, as ``authorization`` from the address ``client``, or as the console itself.

        Raises Refused (503) while none answers.
        """
        headers = CIMultiDict({"Authorization": authorization} if authorization else {})
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        try:
            async with asyncio.timeout(ASKS_WITHIN_S):
                response, body_of = await self._send(method, path, headers, data, client)
                async with response:
                    return Answer(response.status, body_of if body_of is not None else await response.read())
        except (aiohttp.ClientError, TimeoutError):
            raise _nobody() from None

    async def pass_on(self, request: Request) -> Response:
        """The leader's answer to a request of somebody's, piece by piece. Raises Refused (503) while none answers."""
        url = URL(request.scope["raw_path"].decode("ascii"), encoded=True).with_query(None)
        query = request.scope["query_string"].decode("ascii", "replace")
        path = f"{url.raw_path}?{query}" if query else url.raw_path
        headers = CIMultiDict(
            (name, value)
            for name, value in request.headers.items()
            if name not in HOP_BY_HOP and name not in ("content-length", "expect")
        )
        body = await request.body()
        client = request.client.host if request.client else ""
        try:
            response, read = await self._send(request.method, path, headers, body or None, client)
        except (aiohttp.ClientError, TimeoutError):
            raise _nobody() from None
        passed = StreamingResponse(_pieces(response, read), response.status)
        passed.raw_headers = [
            (name.lower(), value)
            for name, value in response.raw_headers
            if name.decode("latin-1").lower() not in HOP_BY_HOP
        ]
        return passed

    async def _send(
        self, method: str, path: str, headers: CIMultiDict[str], body: bytes | None, client: str
    ) -> tuple[aiohttp.ClientResponse, bytes | None]:
        """The leader's answer, and its body if that had to be read to know who answers. Raises ClientError, Refused."""
        assert self._session is not None, "not entered"
        ours = {KEY_HEADER.decode(): self._key, ADDRESS_HEADER.decode(): client}
        sent = CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in ours)
        sent.update({name: value for name, value in ours.items() if value})
        standing_by: tuple[aiohttp.ClientResponse, bytes | None] | None = None
        for number in self._in_turn():
            url = URL(self._urls[number] + path, encoded=True)
            try:
                response = await self._session.request(
                    method, url, headers=sent, data=body, allow_redirects=False, skip_auto_headers=OWN_HEADERS
                )
                read = await response.read() if _may_tell_of_standing_by(response) else None
            except NOBODY_TOOK_IT:
                continue
            except BaseException:  # also of a deadline's
                self._leader = (number + 1) % len(self._urls)
                raise
            if read is None or STANDS_BY not in read:
                self._leader = number
                return response, read
            standing_by = response, read
        if standing_by is None:
            raise _nobody()
        return standing_by

    def _in_turn(self) -> Iterable[int]:
        """The one that led last first."""
        return (number % len(self._urls) for number in range(self._leader, self._leader + len(self._urls)))


def _may_tell_of_standing_by(response: aiohttp.ClientResponse) -> bool:
    if response.status not in (200, 503) or not response.headers.get("Content-Type", "").startswith("application/json"):
        return False
    length = response.headers.get("Content-Length", "")
    return length.isdigit() and int(length) <= SMALL


async def _pieces(response: aiohttp.ClientResponse, read: bytes | None) -> AsyncIterator[bytes]:
    async with response:
        if read is not None:
            yield read
            return
        async for piece in response.content.iter_chunked(PIECE):
            yield piece


def _nobody() -> Refused:
    return Refused(
        503, "no_controller", "No controller answers at the moment; try again.", headers={"Retry-After": "1"}
    )

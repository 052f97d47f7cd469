"""How does ARI speak before its command sockets are open? The HTTP client under aioari: a deadline, and errors in our own words.

ARI's status codes stop here: 404 becomes ChannelGone, 409 AlreadyThere, a time-out or a refused connection TelephonyAway.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from aioswagger11.http_client import HttpClient

from ari_app.telephony import AlreadyThere, ChannelGone, PhoneUnreachable, TelephonyAway, TelephonyError

CLOSING_S = 0.5
"""How long a socket that is closed waits for the other side's consent."""
HEARTBEAT_S = 5.0
"""How often the event websocket is asked whether it lives; an answer that takes half as long again is none."""


class AriHttp(HttpClient):  # type: ignore[misc]  # aioswagger11 has no types
    """aioswagger11's HTTP client interface over one aiohttp session.

    ``deadline_s`` bounds every command, connection included. Create it inside a running event loop.
    """

    def __init__(self, user: str, secret: str, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        self.headers = {"Authorization": aiohttp.encode_basic_auth(user, secret)}
        self._session = aiohttp.ClientSession(
            headers=self.headers,
            # Asterisk closes idle sessions after 60 s (http.conf); closing first avoids writing into a closing one.
            connector=aiohttp.TCPConnector(limit=100, keepalive_timeout=30),
        )
        self.connected = asyncio.Event()

    async def close(self) -> None:
        """Close the session and its sockets."""
        await self._session.close()

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
    ) -> aiohttp.ClientResponse:
        """One request, its body read. Raises TelephonyError and its kinds for anything but 2xx."""
        try:
            async with asyncio.timeout(self._deadline_s):
                async with self._session.request(method, url, params=params, data=data, headers=headers) as response:
                    body = await response.text()
        except TimeoutError as late:
            raise TelephonyAway(f"{method} {_path(url)}: no answer in {self._deadline_s:g} s") from late
        except aiohttp.ClientError as broken:
            raise TelephonyAway(f"{method} {_path(url)}: {broken}") from broken
        if response.status >= 400:
            raise refusal(response.status, f"{method} {_path(url)}: {response.status} {body[:200]}")
        return response

    async def ws_connect(self, url: str, params: dict[str, Any] | None = None) -> aiohttp.ClientWebSocketResponse:
        """The event websocket. ``connected`` is set once Asterisk has accepted it. Raises TelephonyAway."""
        try:
            async with asyncio.timeout(self._deadline_s):
                socket = await self._session.ws_connect(
                    url,
                    params=params,
                    heartbeat=HEARTBEAT_S,
                    max_msg_size=0,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSING_S),
                )
        except TimeoutError as late:
            raise TelephonyAway(f"websocket: no answer in {self._deadline_s:g} s") from late
        except aiohttp.ClientError as broken:
            raise TelephonyAway(f"websocket: {broken}") from broken
        self.connected.set()
        return socket


def refusal(status: int, message: str) -> TelephonyError:
    """The error that an ARI status code means. Source: the error responses in Asterisk's rest-api/*.json."""
    match status:
        case 404:
            return ChannelGone(message)
        case 422 if "Event source does not exist" in message:
            # What a subscription to a channel that has just gone is told.
            return ChannelGone(message)
        case 409 if "not in Stasis" in message:
            # It is up but no longer ours: the dialplan has it, or it is on its way out.
            return ChannelGone(message)
        case 409:
            return AlreadyThere(message)
        case 500 if "Allocation failed" in message:
            # What POST /channels/create says when an endpoint has no contact.
            return PhoneUnreachable(message)
        case _:
            return TelephonyError(message)


def _path(url: str) -> str:
    return url.partition("/ari/")[2] or url

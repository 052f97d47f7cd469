"""A company's own system: a real HTTP server on loopback that verifies what it is sent as docs/webhooks.md says, and can fail."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOLERANCE_S = 300


def verified(secret: str, headers: dict[str, str], body: bytes, now: float) -> dict[str, Any]:
    """The message, if it is ours and not an old one sent again. Written from the specification alone. Raises ValueError."""
    id_, stamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(now - int(stamp)) > TOLERANCE_S:
        raise ValueError("too old")
    key = base64.b64decode(secret.split("_", 1)[1])
    wanted = base64.b64encode(hmac.new(key, f"{id_}.{stamp}.".encode() + body, hashlib.sha256).digest()).decode()
    given = [one.split(",", 1) for one in headers["webhook-signature"].split(" ")]
    if not any(version == "v1" and hmac.compare_digest(one, wanted) for version, one in given):
        raise ValueError("not ours")
    message: dict[str, Any] = json.loads(body)
    return message


@dataclass
class Request:
    """One that has come: ``message`` is None where it could not be verified."""

    id: str
    message: dict[str, Any] | None
    headers: dict[str, str] = field(repr=False)
    body: bytes = b""


class Receiver:
    """``answers``: the statuses of the next requests, then 200; ``held``: whether it leaves requests without an answer."""

    def __init__(self, secret: str = "") -> None:
        self.secret = secret
        self.requests: list[Request] = []
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self.held = False
        self.port = 0
        self._came = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def taken(self) -> list[dict[str, Any]]:
        """What it has understood, each id once, in order of the first time."""
        first: dict[str, dict[str, Any]] = {}
        for one in self.requests:
            if one.message is not None:
                first.setdefault(one.id, one.message)
        return list(first.values())

    async def start(self) -> None:
        """On the port that it had before, if any."""
        app = web.Application()
        app.router.add_post("/hooks", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Nobody listens any more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def until(self, requests: int, within_s: float = 30.0) -> None:
        """Wait until so many have come."""
        async with asyncio.timeout(within_s), self._came:
            await self._came.wait_for(lambda: len(self.requests) >= requests)

    async def _take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        try:
            message = verified(self.secret, headers, body, time.time())
        except ValueError:
            message = None
        async with self._came:
            self.requests.append(Request(headers["webhook-id"], message, headers, body))
            self._came.notify_all()
        if self.held:
            await asyncio.sleep(3600)
        if message is None:
            return web.Response(status=401)
        return web.Response(status=self.answers.pop(0) if self.answers else 200, headers=self.headers)

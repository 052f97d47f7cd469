"""A controller's API and the console before it, both on real sockets, with the small centre of the adapters' tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from ari_app.adapters.http_api import create_app as create_api
from ari_app.adapters.http_door import listen
from ari_app.adapters.http_server import serve_on
from ari_app.clock import SystemClock, machine_time
from ari_app.leadership import Role
from ari_app.rates import Rates
from console.app import create_app
from console.controllers import Controllers
from console.mirror import Mirror
from console.reception import ControllersReception
from tests.adapters.conftest import SECRET, TOKEN_KEY, FakeCentre

KEY = "the console's key in these tests"


@dataclass
class Controller:
    """One controller; ``role`` may be changed, ``url`` is where it answers."""

    centre: FakeCentre = field(default_factory=FakeCentre)
    role: Role = "leader"
    key: str = KEY
    url: str = ""

    def __post_init__(self) -> None:
        self.centre.now_s = machine_time()  # the console goes by the same

    def app(self, **options: Any) -> FastAPI:
        """Its API."""
        self.centre.open()
        return create_api(
            self.centre.board,
            self.centre,
            self.centre.accounts,
            TOKEN_KEY,
            lambda: self.centre.now_s,
            lambda: self.centre.parts,
            desk=self.centre,
            role=lambda: self.role,
            console_key=self.key,
            **options,
        )


@asynccontextmanager
async def serving(app: FastAPI, proxies: Sequence[str] = ()) -> AsyncIterator[str]:
    """The application's address while it is served; ``proxies`` as in serve_on."""
    listener = listen("127.0.0.1", 0)
    task = asyncio.ensure_future(serve_on(app, listener, proxies=proxies))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@dataclass
class Console:
    """A console, asked over HTTP."""

    http: httpx.AsyncClient
    mirror: Mirror
    reception: ControllersReception

    async def bearer(self, code: str, secret: str = SECRET) -> dict[str, str]:
        """The header of somebody who has logged in."""
        answer = await self.http.post("/api/v1/login", json={"code": code, "secret": secret})
        return {"Authorization": f"Bearer {answer.json()['token']}"}


@asynccontextmanager
async def console_before(
    *controllers: Controller,
    redis_url: str = "redis://127.0.0.1:1/0",
    rates: Rates | None = None,
    proxies: Sequence[str] = (),
    **options: Any,
) -> AsyncIterator[Console]:
    """The console that finds these controllers in this order; one whose ``url`` is set already is not begun."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        for controller in controllers:
            if not controller.url:
                controller.url = await stack.enter_async_context(serving(controller.app(**options)))
        asked = await stack.enter_async_context(Controllers([controller.url for controller in controllers], KEY))
        mirror, reception = Mirror(redis_url, "centralita:v1:", clock), ControllersReception(asked, clock)
        app = create_app(mirror, asked, reception, clock, address_rates=rates)
        url = await stack.enter_async_context(serving(app, proxies))
        tasks = [asyncio.ensure_future(mirror.run()), asyncio.ensure_future(reception.run())]
        try:
            async with httpx.AsyncClient(base_url=url, timeout=10) as http:
                yield Console(http, mirror, reception)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

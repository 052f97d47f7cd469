"""How does the demo ask the running centre? The HTTP API as any program outside would use it."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import aiohttp


class ApiRefused(Exception):
    """The API answered with an error, or not at all."""


class ApiClient:
    """One account's session at the API. Use it inside ``async with``, then ``log_in``, after which ``headers`` let in."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self.headers: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def log_in(self, code: str, secret: str) -> None:
        """Raises ApiRefused."""
        answer = await self.ask("POST", "/api/v1/login", {"code": code, "secret": secret})
        self.headers = {"Authorization": f"Bearer {answer['token']}"}

    async def get(self, path: str) -> Any:
        """The JSON at ``/api/v1/<path>``. Raises ApiRefused."""
        return await self.ask("GET", f"/api/v1/{path}", None)

    async def set_state(self, operator: str, state: str) -> Any:
        """Ask for an operator's state. Raises ApiRefused."""
        return await self.ask("POST", f"/api/v1/operators/{operator}/state", {"state": state, "reason": None})

    async def hang_up(self, call: str) -> Any:
        """End a call. Raises ApiRefused."""
        return await self.ask("POST", f"/api/v1/calls/{call}/hangup", None)

    async def recorded(self, id_: str, within_s: float = 20.0) -> bytes:
        """A recording as a WAV file, once it is kept. Raises ApiRefused."""
        path = f"/api/v1/recordings/{id_}/audio?format=wav"
        until = asyncio.get_running_loop().time() + within_s
        try:
            while True:
                async with self._session.get(self._base_url + path, headers=self.headers) as response:
                    if response.status < 400:
                        return await response.read()
                    if response.status != 404 or asyncio.get_running_loop().time() > until:
                        raise ApiRefused(f"GET {path}: {response.status} {(await response.text())[:300]}")
                await asyncio.sleep(0.05)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ApiRefused(f"GET {path} at {self._base_url}: {error or type(error).__name__}") from error

    async def ask(self, method: str, path: str, body: object) -> Any:
        """Any request, with its whole path; None for an answer without a body. Raises ApiRefused."""
        try:
            async with self._session.request(
                method, self._base_url + path, json=body, headers=self.headers
            ) as response:
                if response.status >= 400:
                    raise ApiRefused(f"{method} {path}: {response.status} {(await response.text())[:300]}")
                return None if response.status == 204 else await response.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ApiRefused(f"{method} {path} at {self._base_url}: {error or type(error).__name__}") from error

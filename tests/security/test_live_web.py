"""The API of a running centre: log-outs and removed accounts are over in less than 5 s, streams and restarts included."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from redis.asyncio import Redis

from ari_app.sessions import ENDED
from tests.e2e.stack import WEB_SECRET, Stack
from tests.e2e.test_reload import ask_reload

OVER_WITHIN_S = 5.0
CODE = "1020"


class Browser:
    """A page of the API's own address, and what it has logged into."""

    def __init__(self, stack: Stack, session: aiohttp.ClientSession) -> None:
        self.base = f"http://{stack.settings.bind_address}:{stack.settings.api_port}"
        self.session = session
        self.headers = {"Origin": self.base}

    async def log_in(self, code: str) -> None:
        body = {"code": code, "secret": WEB_SECRET}
        async with self.session.post(f"{self.base}/api/v1/login", json=body, headers=self.headers) as answer:
            self.headers["Authorization"] = f"Bearer {(await answer.json())['token']}"

    async def ask(self, method: str, path: str, **headers: str) -> int:
        async with self.session.request(method, f"{self.base}{path}", headers=self.headers | headers) as answer:
            return answer.status

    @asynccontextmanager
    async def following(self) -> AsyncIterator[asyncio.Task[str]]:
        """The stream of events; the task has all of it once it has ended."""
        async with self.session.get(f"{self.base}/api/v1/events", headers=self.headers) as answer:
            assert answer.status == 200
            first = await answer.content.readuntil(b"\n\n")
            reading = asyncio.ensure_future(answer.text())
            assert b"retry" in first
            yield reading


@asynccontextmanager
async def browser(stack: Stack, code: str) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        made = Browser(stack, session)
        await made.log_in(code)
        yield made


async def ended(stream: asyncio.Task[str]) -> str:
    """The name of the last event of a stream that ends."""
    async with asyncio.timeout(OVER_WITHIN_S):
        return str(re.findall(r"^event: (\S+)$", await stream, re.MULTILINE)[-1])


async def test_a_log_out_ends_the_token_and_its_stream_and_is_known_after_the_controllers_restart(stack: Stack) -> None:
    async with browser(stack, CODE) as one, browser(stack, CODE) as another, one.following() as stream:
        assert await one.ask("POST", "/api/v1/logout") == 204
        assert await one.ask("GET", "/api/v1/queues") == 401
        assert await ended(stream) == "revoked"
        async with Redis.from_url(stack.settings.redis_address) as redis, asyncio.timeout(OVER_WITHIN_S):
            while not await redis.keys(f"{stack.settings.redis_prefix}{ENDED}*"):
                await asyncio.sleep(0.01)
        await stack.instance.engine.kill()
        await stack.instance.start_engine()
        assert await one.ask("GET", "/api/v1/queues") == 401
        assert await another.ask("GET", "/api/v1/queues") == 200


async def test_an_account_that_leaves_the_files_is_out_with_its_stream_and_stays_out_when_it_comes_back(
    stack: Stack,
) -> None:
    path = stack.settings.centre / "operators.yaml"
    before = path.read_text(encoding="utf-8")
    without = "".join(line for line in before.splitlines(keepends=True) if not line.startswith(f"  {CODE}:"))
    assert without != before
    async with browser(stack, CODE) as gone, browser(stack, "1019") as stays, gone.following() as stream:
        try:
            path.write_text(without, encoding="utf-8")
            assert (await ask_reload(stack))[0] == 200
            assert await ended(stream) == "revoked"
            assert await gone.ask("GET", "/api/v1/queues") == 401
        finally:
            path.write_text(before, encoding="utf-8")
            assert (await ask_reload(stack))[0] == 200
        assert await gone.ask("GET", "/api/v1/queues") == 401
        assert await stays.ask("GET", "/api/v1/queues") == 200
        await gone.log_in(CODE)
        assert await gone.ask("GET", "/api/v1/queues") == 200


async def test_the_running_api_refuses_pages_of_other_sites_its_stream_included(stack: Stack) -> None:
    async with browser(stack, CODE) as page:
        for path in ("/api/v1/queues", "/api/v1/events", "/healthz", "/metrics"):
            assert await page.ask("GET", path, Origin="https://evil.example") == 403, path
        assert await page.ask("GET", "/api/v1/queues") == 200


async def test_the_running_api_tells_a_client_that_asks_too_often_when_to_come_back(stack: Stack) -> None:
    async with browser(stack, CODE) as greedy, browser(stack, CODE) as other:
        at_once = stack.settings.api_requests_per_s * 5 // 4
        statuses = [await greedy.ask("GET", "/api/v1/queues") for _ in range(at_once)]
        for _ in range(20):  # as many more at the same time: quicker than any could be given back
            statuses += await asyncio.gather(*(greedy.ask("GET", "/api/v1/queues") for _ in range(20)))
        assert statuses[: at_once // 2] == [200] * (at_once // 2)
        assert 429 in statuses
        assert await other.ask("GET", "/api/v1/queues") == 200

"""Who is there for fuzzed requests to act on? Calls and operators that may be held, moved, transferred, and thrown out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from ari_app.demo.api_client import ApiClient, ApiRefused
from sip_agents import SipError
from tests.chaos.fuzz_results import FuzzResult
from tests.chaos.http_requests import Known
from tests.chaos.proper_use import QUEUE
from tests.e2e.stack import Stack, dial

OPERATOR: Final = "1018"
KEY: Final = "3"
"""Of the demo's menu: into the queue that only this operator serves now."""
TALKS_S: Final = 3.0
OPERATORS: Final = ("1001", "1005", "1010", OPERATOR, "2001", "2002", "3001")
QUEUES: Final = ("ventas", "soporte", "soporte_n2", "reclamaciones")


@asynccontextmanager
async def mistreated_calls(stack: Stack, result: FuzzResult) -> AsyncIterator[None]:
    """One call after the other is up meanwhile; what becomes of it does not matter."""
    over = asyncio.Event()

    async def place() -> None:
        while not over.is_set():
            with suppress(SipError, ApiRefused, AssertionError, TimeoutError):
                await _be_there(stack)
                result.beside["calls to be mistreated"] += 1

    async with asyncio.TaskGroup() as group:
        group.create_task(place())
        try:
            yield
        finally:
            over.set()


async def _be_there(stack: Stack) -> None:
    async with stack.operator(OPERATOR, 2000.0) as phone, stack.carrier(600.0) as carrier:
        call = await dial(carrier, "900100200")
        await call.send_digit(KEY)
        incoming = await phone.incoming()
        await incoming.answer()
        with suppress(SipError):
            await call.ended(TALKS_S)
        await call.hang_up()


@asynccontextmanager
async def follow_what_is_known(coordinator: ApiClient, known: Known) -> AsyncIterator[None]:
    """Keep ``known`` up to date: the ids of calls, recordings and links that there are, but for those of proper use."""
    known.ids |= {"operator": list(OPERATORS), "queue": list(QUEUES)}
    over = asyncio.Event()

    async def follow() -> None:
        while not over.is_set():
            with suppress(ApiRefused):
                await _learn(coordinator, known)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await over.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(follow())
        try:
            yield
        finally:
            over.set()


async def _learn(coordinator: ApiClient, known: Known) -> None:
    calls = [call for call in await _items(coordinator, "calls?ended=true") if call["queue"] not in (QUEUE, None)]
    up = [call["id"] for call in calls if call["stage"] != "ended"]
    known.ids["call"] = up * 4 + [call["id"] for call in calls][-10:]
    known.ids["recording"] = [one["id"] for one in await _items(coordinator, "recordings?limit=10")]
    for id_ in known.ids["recording"][:1]:
        if len(known.ids.setdefault("link", [])) < 10:
            path = f"/api/v1/recordings/{id_}/links"
            made = await coordinator.ask("POST", path, {"minutes": 60, "plays": 1000})
            known.ids["link"].append(made["url"].rpartition("/")[2])


async def _items(coordinator: ApiClient, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await coordinator.get(path))["items"]
    return items


async def log_all_out(coordinator: ApiClient) -> None:
    """Whoever was left at work by a request goes home: released first, if need be."""
    for operator in await _items(coordinator, "operators"):
        if operator["state"] != "logged_out":
            with suppress(ApiRefused):
                await coordinator.ask("POST", f"/api/v1/operators/{operator['code']}/release", None)
            await coordinator.set_state(operator["code"], "logged_out")

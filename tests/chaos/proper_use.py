"""Do those who use the system properly notice anything? Health is asked for all the time, and a call is placed now and then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from ari_app.demo.api_client import ApiRefused
from sip_agents import SipError
from tests.chaos.fuzz_results import FuzzResult
from tests.e2e.stack import Stack, dial
from tests.e2e.waiting_centre import FIRST, NUMBERS

QUEUE: Final = "otra"
"""A queue, and its operator, whom no fuzzed request names."""
NUMBER: Final = NUMBERS[QUEUE]
CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0
HEARD_S: Final = 15.0
ANSWERED_S: Final = 5.0
BETWEEN_CHECKS_S: Final = 0.25
BETWEEN_CALLS_S: Final = 5.0


@asynccontextmanager
async def proper_use(stack: Stack, result: FuzzResult) -> AsyncIterator[None]:
    """Meanwhile, somebody asks for health and calls. What is not served is counted, and why is kept."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_again("healthz", lambda: _ask_health(stack), BETWEEN_CHECKS_S, over, result))
        group.create_task(_again("call", lambda: place_call(stack), BETWEEN_CALLS_S, over, result))
        try:
            yield
        finally:
            over.set()


async def _again(
    what: str, do: Callable[[], Awaitable[None]], every_s: float, over: asyncio.Event, result: FuzzResult
) -> None:
    while not over.is_set():
        try:
            await do()
        except (SipError, ApiRefused, AssertionError, OSError, aiohttp.ClientError, TimeoutError) as error:
            result.beside[f"{what} failed"] += 1
            result.harmed("crash", f"proper use: {what}", f"{type(error).__name__}: {error}", b"")
        else:
            result.beside[f"{what} served"] += 1
        try:
            async with asyncio.timeout(every_s):
                await over.wait()
        except TimeoutError:
            continue


async def _ask_health(stack: Stack) -> None:
    address = f"http://{stack.settings.bind_address}:{stack.settings.api_port}/healthz"
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWERED_S)) as session,
        session.get(address) as response,
    ):
        assert response.status == 200, f"healthz: {response.status} {await response.text()}"


async def place_call(stack: Stack) -> None:
    """From the carrier to an operator: both must hear each other. Raises SipError, ApiRefused or AssertionError."""
    both = (CALLER_HZ, OPERATOR_HZ)
    async with stack.operator(FIRST, OPERATOR_HZ) as phone, stack.carrier(CALLER_HZ) as carrier:
        call = await dial(carrier, NUMBER)
        incoming = await phone.incoming(HEARD_S)
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], both, HEARD_S)
        await incoming.heard_only([CALLER_HZ], both, HEARD_S)
        await call.hang_up()
        await incoming.ended()


def engine_troubles(stack: Stack, since: int) -> list[str]:
    """Lines of the engine's log after ``since`` bytes that tell of an exception nobody expected."""
    log = engine_log(stack).read_bytes()[since:].decode(errors="replace")
    signs = ("Traceback (most recent call last)", "api_request_failed", "Exception in ASGI", '"level": "critical"')
    return [line for line in log.splitlines() if any(sign in line for sign in signs)]


def engine_log(stack: Stack) -> Path:
    """What the engine's process prints."""
    return stack.instance.engine.plan.output

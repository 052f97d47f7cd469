"""Does any request make the API fail? Those that schemathesis makes of our own OpenAPI, odd ones, and bytes that are hardly HTTP.

Sent to a whole running centre, with a supervisor's, an operator's, a coordinator's token and none; meanwhile somebody uses the
centre properly and goes on being served, and some calls and operators are there to be mistreated. Harm is HTTP 500, no answer at
all, an answer that the OpenAPI does not tell of, an exception in the engine's log, or another engine than before.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from ari_app.demo.api_client import ApiClient
from tests.chaos.fuzz_results import FuzzResult, Progress, Teller
from tests.chaos.http_exchange import exchange
from tests.chaos.http_oddities import odd_request, spoilt_request
from tests.chaos.http_requests import Known
from tests.chaos.mistreated import follow_what_is_known, log_all_out, mistreated_calls
from tests.chaos.proper_use import engine_log, engine_troubles, proper_use
from tests.chaos.schema_cases import OWN_CODE, Sent, send_cases
from tests.e2e.stack import WEB_SECRET, Stack, running_stack

ROLES: Final = {"supervisor": "2002", "operator": OWN_CODE, "coordinator": "3001"}
SCHEMA_SHARE: Final = 0.45
ODD_SHARE: Final = 0.55
"""Of the rest; what then remains are spoilt bytes."""
AT_ONCE: Final = 6


def run(count: int, seed: int, report_progress: Progress) -> FuzzResult:
    """``count`` requests made from ``seed``, to a stack of its own."""

    async def on_a_stack() -> FuzzResult:
        with tempfile.TemporaryDirectory(prefix="fuzz-api-") as folder:
            async with running_stack(Path(folder)) as stack:
                return await run_on(stack, count, seed, report_progress)

    return asyncio.run(on_a_stack())


async def run_on(stack: Stack, count: int, seed: int, report_progress: Progress) -> FuzzResult:
    """The same on a stack that runs, and is as it was afterwards."""
    result = FuzzResult("api", seed)
    teller = Teller(result, count, report_progress)
    engine, logged = stack.instance.engine.pid, engine_log(stack).stat().st_size
    async with stack.api() as coordinator:
        await coordinator.log_in(ROLES["coordinator"], WEB_SECRET)
        known = Known({"": "", **{role: await _token(stack, code) for role, code in ROLES.items()}})
        async with proper_use(stack, result), mistreated_calls(stack, result), follow_what_is_known(coordinator, known):
            await _send_all(stack, count, seed, known, result, teller)
        await log_all_out(coordinator)
    await _look_back(stack, engine, logged, result)
    teller.tell(last=True)
    return result


async def _token(stack: Stack, code: str) -> str:
    async with stack.api() as api:
        answer = await api.ask("POST", "/api/v1/login", {"code": code, "secret": WEB_SECRET})
        return str(answer["token"])


async def _send_all(stack: Stack, count: int, seed: int, known: Known, result: FuzzResult, teller: Teller) -> None:
    by_schema = int(count * SCHEMA_SHARE)
    numbers = iter(range(by_schema, count))
    over = threading.Event()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_schema_cases(stack, by_schema, seed, known, result, teller, over))
            for _ in range(AT_ONCE):
                group.create_task(_raw(stack, numbers, seed, known, result, teller))
    finally:
        over.set()


async def _schema_cases(
    stack: Stack, count: int, seed: int, known: Known, result: FuzzResult, teller: Teller, over: threading.Event
) -> None:
    """In a thread: schemathesis and its HTTP client wait for each answer."""
    base_url = f"http://{stack.settings.bind_address}:{stack.settings.api_port}"
    async with ApiClient(base_url) as api:
        openapi: dict[str, Any] = await api.get("openapi.json")
    loop = asyncio.get_running_loop()

    def noted(sent: Sent) -> None:
        result.note(sent.kind, str(sent.status or "no answer"), sent.took_s)
        if sent.status == 500:
            result.harmed("error_500", sent.kind, sent.sent.decode(errors="replace")[:200], sent.sent)
        elif sent.failed is not None:
            result.harmed("hang" if "Timeout" in sent.failed else "crash", sent.kind, sent.failed, sent.sent)
        elif sent.undocumented is not None:
            result.harmed("undocumented", sent.kind, sent.undocumented, sent.sent)
        teller.tell()

    def told(sent: Sent) -> None:
        loop.call_soon_threadsafe(noted, sent)

    await asyncio.to_thread(send_cases, openapi, base_url, known, count, seed, told, over)


async def _raw(
    stack: Stack, numbers: Iterator[int], seed: int, known: Known, result: FuzzResult, teller: Teller
) -> None:
    for number in numbers:
        chance = random.Random(f"{seed} api {number}")
        make: Callable[[random.Random, Known], tuple[str, bytes]]
        make = odd_request if chance.random() < ODD_SHARE else spoilt_request
        kind, sent = make(chance, known)
        try:
            answer = await exchange(stack.settings.bind_address, stack.settings.api_port, sent)
        except OSError as error:
            result.note(kind, "nobody listens", 0.0)
            result.harmed("crash", kind, f"{type(error).__name__}: {error}", sent, number)
            continue
        result.note(kind, answer.in_a_word, answer.took_s)
        if 500 in answer.statuses:
            result.harmed("error_500", kind, sent[:200].decode(errors="replace"), sent, number)
        elif answer.hung:
            result.harmed("hang", kind, sent[:200].decode(errors="replace"), sent, number)
        teller.tell()


async def _look_back(stack: Stack, engine: int | None, logged: int, result: FuzzResult) -> None:
    """Whether the engine is the one that it was, has nothing to complain of, and has nothing left of it all."""
    if stack.instance.engine.pid != engine:
        result.harmed("crash", "engine", "it is not the process that it was", b"")
    for line in engine_troubles(stack, logged):
        result.harmed("crash", "engine's log", line, b"")
    try:
        await stack.nothing_is_left(60.0)
    except AssertionError as left:
        result.harmed("left_behind", "stack", str(left), b"")

"""What do wallboards cost, and how late is what they show? 300 calls a minute, seen by one wallboard and then by 200, in one run.

Real Asterisk, Redis, engine and console; phones and callers of ours, each call answered and hung up after a second. The wallboards
are 200 streams of ``/api/v1/events?newest=1`` in a process of their own, each read as a page reads it. An event's delay is the
time at which it is read less the time at which the engine saw it happen (``at``); all share the machine's clock. With ``--page``
one wallboard more is a page in a real Chromium (`make test-browser` installs it), which notes when each event was drawn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import aiohttp

from ari_app.demo.api_client import ApiClient
from benchmarks.race.cost import cpu_s
from benchmarks.race.measured import Measured
from sip_agents import SipAgent
from tests.e2e.stack import WEB_SECRET, Stack, dial, running_stack

CALLS_A_MINUTE: Final = 300
WALLBOARDS: Final = 200
TALK_S: Final = 1.0
OPERATORS: Final = tuple(str(code) for code in range(1005, 1015))
AT: Final = re.compile(rb'"at":"([^"]+)","type"')
AIM_MS: Final = 500.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One phase. CPU in shares of one core; delays in ms over all wallboards; ``drawn_*``: of the page."""

    wallboards: int
    calls: int
    seconds: float
    console_cpu: float
    engine_cpu: float
    events: int
    delay_p50_ms: float
    delay_p95_ms: float
    delay_p99_ms: float
    drawn_p95_ms: float | None = None


# -- the wallboards, in a process of their own ----------------------------------------------------------------------------


async def follow(url: str, token: str, how_many: int) -> list[float]:
    """Read so many streams until standard input ends; every event's delay in ms."""
    delays: list[float] = []
    timeout = aiohttp.ClientTimeout(total=None)
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one() -> None:
            async with session.get(f"{url}/api/v1/events?newest=1", headers=headers) as response:
                assert response.status == 200, await response.text()
                async for piece in response.content.iter_any():
                    now = time.time()
                    for at in AT.findall(piece):
                        delays.append(1000 * (now - datetime.fromisoformat(at.decode()).timestamp()))

        tasks = [asyncio.ensure_future(one()) for _ in range(how_many)]
        await asyncio.sleep(1)
        print("following", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return delays


# -- the calls --------------------------------------------------------------------------------------------------------------


async def one_call(carrier: SipAgent) -> None:
    """Dialled, answered by whoever is free, and hung up."""
    call = await dial(carrier)
    await asyncio.sleep(TALK_S)
    await call.hang_up()


async def calls_for(carrier: SipAgent, seconds: float) -> int:
    """CALLS_A_MINUTE evenly; how many were made."""
    loop, made = asyncio.get_running_loop(), list[asyncio.Task[None]]()
    began = loop.time()
    while loop.time() - began < seconds:
        made.append(asyncio.ensure_future(one_call(carrier)))
        await asyncio.sleep(max(0.0, began + len(made) * 60 / CALLS_A_MINUTE - loop.time()))
    for outcome in await asyncio.gather(*made, return_exceptions=True):
        if isinstance(outcome, BaseException):
            print(f"a call failed: {outcome!r}", file=sys.stderr)
    return len(made)


async def phase(stack: Stack, carrier: SipAgent, token: str, wallboards: int, seconds: float, page: Any) -> Seen:
    """So many wallboards beside the calls."""
    # fmt: off
    readers = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.console", "--follow", str(wallboards), "--url", stack.settings.console_url,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "CENTRALITA_BENCH_TOKEN": token},
    )
    # fmt: on
    assert readers.stdin is not None
    assert readers.stdout is not None
    assert (await readers.stdout.readline()).strip() == b"following"
    console, engine = stack.instance.console.pid, stack.instance.engine.pid
    assert console is not None
    assert engine is not None
    if page is not None:
        await page.evaluate("import('/js/live.js').then((live) => live.delays.splice(0))")
    before, began = (cpu_s(console), cpu_s(engine)), time.monotonic()
    calls = await calls_for(carrier, seconds)
    lasted = time.monotonic() - began
    used = cpu_s(console) - before[0], cpu_s(engine) - before[1]
    drawn = None
    if page is not None:
        noted = await page.evaluate("import('/js/live.js').then((live) => live.delays.map((one) => one.seen - one.at))")
        drawn = Measured(tuple(noted)).share(0.95) if noted else None
    readers.stdin.close()
    delays = json.loads(await readers.stdout.read())
    await readers.wait()
    measured = Measured(tuple(delays))
    shares = (measured.share(0.5), measured.share(0.95), measured.share(0.99))
    return Seen(wallboards, calls, lasted, used[0] / lasted, used[1] / lasted, len(delays), *shares, drawn)


async def measure(seconds: float, folder: Path, with_page: bool) -> list[Seen]:
    """One wallboard, then 200, for ``seconds`` each."""
    async with AsyncExitStack() as exits:
        stack = await exits.enter_async_context(running_stack(folder))
        await stack.instance.start_console()
        api = await exits.enter_async_context(ApiClient(stack.settings.console_url))
        await api.log_in("2001", WEB_SECRET)
        carrier = await exits.enter_async_context(stack.carrier())
        for code in OPERATORS:
            phone = await exits.enter_async_context(stack.operator(code))
            phone.auto_answer = 0.05
        page = await exits.enter_async_context(_page(stack.settings.console_url)) if with_page else None
        token = api.headers["Authorization"].removeprefix("Bearer ")
        found = []
        for wallboards in (1, WALLBOARDS):
            print(f"{wallboards} wallboards, {seconds:g} s", file=sys.stderr, flush=True)
            found.append(await phase(stack, carrier, token, wallboards, seconds, page))
        return found


def _page(url: str) -> Any:
    """A supervisor's wallboard in Chromium."""
    from benchmarks.console_page import wallboard

    return wallboard(url, "2001", WEB_SECRET)


def table(found: Sequence[Seen]) -> str:
    """Both phases, and the second against the first."""
    one, many = found
    lines = [
        "| wallboards | calls/min | console CPU | engine CPU | events read | delay p50, p95, p99, ms | drawn p95, ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for seen in found:
        drawn = "" if seen.drawn_p95_ms is None else f"{seen.drawn_p95_ms:.0f}"
        delays = f"{seen.delay_p50_ms:.0f}, {seen.delay_p95_ms:.0f}, {seen.delay_p99_ms:.0f}"
        lines.append(
            f"| {seen.wallboards} | {60 * seen.calls / seen.seconds:.0f} | {seen.console_cpu:.1%} | {seen.engine_cpu:.1%} "
            f"| {seen.events} | {delays} | {drawn} |"
        )
    met = "met" if many.delay_p95_ms <= AIM_MS else "MISSED"
    lines += [
        f"| ratio | | {many.console_cpu / one.console_cpu:.1f} | {many.engine_cpu / one.engine_cpu:.2f} | | "
        f"{many.delay_p50_ms / one.delay_p50_ms:.2f}, {many.delay_p95_ms / one.delay_p95_ms:.2f}, "
        f"{many.delay_p99_ms / one.delay_p99_ms:.2f} | |",
        "",
        f"Aim: p95 <= {AIM_MS:.0f} ms from event to screen with {WALLBOARDS} wallboards: {met}.",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; with ``--follow`` be the wallboards' process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each phase")
    parser.add_argument("--page", action="store_true", help="one wallboard more in a real Chromium")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--follow", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.follow:
        print(json.dumps(asyncio.run(follow(asked.url, os.environ["CENTRALITA_BENCH_TOKEN"], asked.follow))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(asked.seconds, Path(folder), asked.page))
    print(json.dumps([asdict(seen) for seen in found], indent=2) if asked.json else table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What do wallboards cost, and how late is what they show? 300 calls a minute, seen by one wallboard and then by 200, in one run.

Real Asterisk, Redis, engine and console; phones and callers of ours, each call answered and hung up after a second. The wallboards
are 200 streams of ``/api/v1/events?newest=1`` in a process of their own, each read as a page reads it. An event's delay is the
time at which it is read less the time at which the engine saw it happen (``at``); all share the machine's clock. With ``--page``
one wallboard more is a page in a real Chromium (`make test-browser` installs it), which notes when each event was drawn, and how
busy its one thread was. With ``--operators 200`` so many are at work, each with a phone of its own, and stand on every wallboard.
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
import yaml

from ari_app.demo.api_client import ApiClient
from benchmarks.race.cost import cpu_s
from benchmarks.race.measured import Measured
from sip_agents import SipAgent
from tests.e2e.stack import WEB_SECRET, Stack, dial, quick_centre, running_stack

CALLS_A_MINUTE: Final = 300
WALLBOARDS: Final = 200
TALK_S: Final = 1.0
OPERATORS: Final = 10
FIRST_OF_THE_DEMO: Final = 1005
FIRST_ADDED: Final = 5001
"""Operators of ``soporte``: ten are the demo's, all others are added to it."""
AT: Final = re.compile(rb'"at":"([^"]+)","type"')
AIM_MS: Final = 500.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One phase. CPU in shares of one core; delays in ms over all wallboards; ``drawn_*`` and ``page_busy``: of the page."""

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
    page_busy: float | None = None


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
        await page.begin()
    before, began = (cpu_s(console), cpu_s(engine)), time.monotonic()
    calls = await calls_for(carrier, seconds)
    lasted = time.monotonic() - began
    used = cpu_s(console) - before[0], cpu_s(engine) - before[1]
    drawn, busy = await page.end() if page is not None else ([], None)
    readers.stdin.close()
    delays = json.loads(await readers.stdout.read())
    await readers.wait()
    measured = Measured(tuple(delays))
    shares = (measured.share(0.5), measured.share(0.95), measured.share(0.99))
    drawn_ms = Measured(tuple(drawn)).share(0.95) if drawn else None
    return Seen(wallboards, calls, lasted, used[0] / lasted, used[1] / lasted, len(delays), *shares, drawn_ms, busy)


def centre_with(folder: Path, operators: int) -> Path:
    """The tests' centre with so many operators in ``soporte``."""
    centre = quick_centre(folder)
    path = centre / "operators.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for place in range(operators - OPERATORS):
        content["operators"][FIRST_ADDED + place] = {
            "name": f"Añadido {place + 1:03}",
            "queues": ["soporte"],
            "team": "sur",
        }
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return centre


async def at_work(stack: Stack, operators: int, exits: AsyncExitStack) -> None:
    """Everybody's phone registered and ready, for as long as ``exits`` is open."""
    codes = [
        *range(FIRST_OF_THE_DEMO, FIRST_OF_THE_DEMO + OPERATORS),
        *range(FIRST_ADDED, FIRST_ADDED + operators - OPERATORS),
    ]
    watch = await exits.enter_async_context(stack.watch())
    api = await exits.enter_async_context(stack.api())
    await api.log_in("2001", WEB_SECRET)
    for place, code in enumerate(map(str, codes)):
        phone = await exits.enter_async_context(stack.phone(code))
        phone.auto_answer = 0.05
        await phone.register()
        await watch.operator(code, phone="reachable")
        await api.set_state(code, "ready")
        if place % 50 == 49:
            print(f"{place + 1} operators at work", file=sys.stderr, flush=True)


async def measure(seconds: float, folder: Path, with_page: bool, operators: int = OPERATORS) -> list[Seen]:
    """One wallboard, then 200, for ``seconds`` each."""
    async with AsyncExitStack() as exits:
        stack = await exits.enter_async_context(
            running_stack(folder, centre=lambda folder: centre_with(folder, operators))
        )
        await stack.instance.start_console()
        api = await exits.enter_async_context(ApiClient(stack.settings.console_url))
        await api.log_in("2001", WEB_SECRET)
        carrier = await exits.enter_async_context(stack.carrier())
        await at_work(stack, operators, exits)
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
        "| wallboards | calls/min | console CPU | engine CPU | events read | delay p50, p95, p99, ms | drawn p95, ms | page busy |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for seen in found:
        drawn = "" if seen.drawn_p95_ms is None else f"{seen.drawn_p95_ms:.0f}"
        busy = "" if seen.page_busy is None else f"{seen.page_busy:.0%}"
        delays = f"{seen.delay_p50_ms:.0f}, {seen.delay_p95_ms:.0f}, {seen.delay_p99_ms:.0f}"
        lines.append(
            f"| {seen.wallboards} | {60 * seen.calls / seen.seconds:.0f} | {seen.console_cpu:.1%} | {seen.engine_cpu:.1%} "
            f"| {seen.events} | {delays} | {drawn} | {busy} |"
        )
    met = "met" if many.delay_p95_ms <= AIM_MS else "MISSED"
    lines += [
        f"| ratio | | {many.console_cpu / one.console_cpu:.1f} | {many.engine_cpu / one.engine_cpu:.2f} | | "
        f"{many.delay_p50_ms / one.delay_p50_ms:.2f}, {many.delay_p95_ms / one.delay_p95_ms:.2f}, "
        f"{many.delay_p99_ms / one.delay_p99_ms:.2f} | | |",
        "",
        f"Aim: p95 <= {AIM_MS:.0f} ms from event to screen with {WALLBOARDS} wallboards: {met}.",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; with ``--follow`` be the wallboards' process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each phase")
    parser.add_argument("--page", action="store_true", help="one wallboard more in a real Chromium")
    parser.add_argument("--operators", type=int, default=OPERATORS, help="at work, and on each wallboard (default 10)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--follow", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.operators < OPERATORS:
        parser.error(f"--operators: at least {OPERATORS}, the demo's own")
    if asked.follow:
        print(json.dumps(asyncio.run(follow(asked.url, os.environ["CENTRALITA_BENCH_TOKEN"], asked.follow))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(asked.seconds, Path(folder), asked.page, asked.operators))
    print(json.dumps([asdict(seen) for seen in found], indent=2) if asked.json else table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A floor full of people to look at: ``python -m tests.browser.demo_floor [SECONDS]``.

A whole centre on ports of its own, with operators whose phones answer, some who pause and one whose phone is gone, callers who
come, wait, talk by turns, and go. It says where the console is and with what to log in; it ends after that time, or with Ctrl-C.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import yaml

from sip_agents import Call, SipAgent, SipError
from tests.e2e.stack import PROJECT, WEB_SECRET, Stack, running_stack

NUMBERS: Final = {"ventas": "900100205", "soporte": "900100201", "reclamaciones": "900100206"}
AT_WORK: Final = ("1001", "1002", "1004", "1005", "1006", "1009", "1010", "1011", "1012", "1015", "1017")
PAUSED: Final = {"1003": "descanso", "1013": "formacion", "1018": "reunion"}
UNREACHABLE: Final = "1014"
SUPERVISOR: Final = "2002"
CALLERS_AT_ONCE: Final = 16


def floor_centre(folder: Path) -> Path:
    """The demo, with a number for each queue."""
    centre = folder / "centre"
    shutil.copytree(PROJECT / "centres" / "valdeluna", centre)
    path = centre / "centre.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["numbers"] |= {int(number): {"queue": queue, "told": True} for queue, number in NUMBERS.items()}
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return centre


@asynccontextmanager
async def floor(stack: Stack) -> AsyncIterator[asyncio.TaskGroup]:
    """People at work, and callers who keep coming; all go home at the end."""
    async with AsyncExitStack() as people, stack.watch() as watch, stack.api() as api:
        await api.log_in("3001", WEB_SECRET)
        for code in (*AT_WORK, *PAUSED, UNREACHABLE):
            phone = await people.enter_async_context(stack.phone(code, 400.0 + 37 * int(code[-2:])))
            phone.auto_answer = 2.0
            await phone.register()
            await watch.operator(code, phone="reachable")
            await api.set_state(code, "ready")
            if code == UNREACHABLE:
                await phone.unregister()
        for code, reason in PAUSED.items():
            await api.ask("POST", f"/api/v1/operators/{code}/state", {"state": "paused", "reason": reason})
        boss = await people.enter_async_context(stack.phone(SUPERVISOR, 3000.0))
        boss.auto_answer = 0.5
        await boss.register()
        lines = [await people.enter_async_context(_line(stack, number)) for number in range(CALLERS_AT_ONCE)]
        async with asyncio.TaskGroup() as group:
            callers = [
                group.create_task(_keep_calling(line, random.Random(number))) for number, line in enumerate(lines)
            ]
            yield group
            for caller in callers:
                caller.cancel()


def _line(stack: Stack, number: int) -> SipAgent:
    return SipAgent("127.0.0.2", registrar=stack.registrar, user=f"6001112{number:02}", tone_hz=440.0 + 11 * number)


async def _keep_calling(line: SipAgent, chance: random.Random) -> None:
    while True:
        await asyncio.sleep(chance.uniform(1.0, 12.0))
        queue = chance.choices(list(NUMBERS), weights=[3, 5, 2])[0]
        with contextlib.suppress(SipError):
            await _one_call(line, NUMBERS[queue], chance)


async def _one_call(line: SipAgent, number: str, chance: random.Random) -> None:
    call = await line.call(number, from_user=line.user)
    await call.answered(10.0)
    goes = asyncio.get_running_loop().time() + chance.uniform(8.0, 60.0)
    while asyncio.get_running_loop().time() < goes:
        await _speak(call, chance)
    await call.hang_up()


async def _speak(call: Call, chance: random.Random) -> None:
    """A while of sound, then a while of listening."""
    call.say_tone(chance.uniform(300.0, 900.0))
    await asyncio.sleep(chance.uniform(0.5, 3.0))
    call.say_tone(None)
    await asyncio.sleep(chance.uniform(0.5, 3.0))


async def main(for_s: float) -> None:
    with tempfile.TemporaryDirectory(prefix="floor-") as folder:
        async with running_stack(Path(folder), centre=floor_centre) as stack:
            await stack.instance.start_console()
            print(f"{stack.settings.console_url} {WEB_SECRET} {stack.settings.api_url}", flush=True)  # noqa: T201 - for whoever started it
            async with floor(stack):
                await asyncio.sleep(for_s)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell may have told its background to ignore
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 3600.0))

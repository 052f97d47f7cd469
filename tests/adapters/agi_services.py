"""Services of AGI as companies have them: a FastAGI server written with panoramisk, and plain scripts with the classic loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from panoramisk.fast_agi import Application, Request

METER = """#!/usr/bin/env python3
# A meter's reading, as such programs were written for Asterisk for twenty years.
import sys

env = {}
while line := sys.stdin.readline().strip():
    key, _, value = line.partition(": ")
    env[key] = value


def ask(command):
    print(command, flush=True)
    return sys.stdin.readline().strip()


contract = ask("GET VARIABLE CONTRACT").partition("(")[2].rstrip(")")
ask('STREAM FILE beep ""')
ask(f'SET VARIABLE READING "{int(contract) * 2}"')
ask(f'SET VARIABLE SCRIPT_SAW "{env["agi_request"]} {env["agi_callerid"]} {"agi_network" in env}"')
"""

STUBBORN = """#!/bin/sh
# Never ends by itself, does not care about SIGHUP, and has started something that would outlive it.
trap '' HUP
echo $$ > "$(dirname "$0")/pid"
sleep 600 &
echo $! > "$(dirname "$0")/child"
while :; do sleep 600; done
"""

BROKEN = """#!/bin/sh
echo "the meter does not answer" >&2
echo 'SET VARIABLE READING "half"'
exit 3
"""


class AgiServer:
    """``doubles`` sets DOUBLE to twice NUMBER; ``waits`` goes on until the caller is gone, or ``release`` is set."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.reached = asyncio.Event()
        self.port = 0

    def url(self, route: str) -> str:
        """Where the dialplan finds it."""
        return f"agi://127.0.0.1:{self.port}/{route}"

    async def doubles(self, request: Request) -> None:
        got = await request.send_command("GET VARIABLE NUMBER")
        number = int(got["result"][1])
        await request.send_command('STREAM FILE beep ""')
        await request.send_command(f'SET VARIABLE DOUBLE "{2 * number}"')

    async def waits(self, request: Request) -> None:
        self.reached.set()
        gone = asyncio.ensure_future(request.reader.read())
        released = asyncio.ensure_future(self.release.wait())
        await asyncio.wait({gone, released}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        released.cancel()


@asynccontextmanager
async def agi_server() -> AsyncIterator[AgiServer]:
    """A FastAGI server at a free port."""
    served = AgiServer()
    application: Any = Application(loop=asyncio.get_running_loop())
    application.add_route("doubles", served.doubles)
    application.add_route("waits", served.waits)
    server = await asyncio.start_server(application.handler, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        served.release.set()
        server.close()
        await server.wait_closed()


def script_in(folder: Path, name: str, text: str) -> Path:
    """An executable script."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path

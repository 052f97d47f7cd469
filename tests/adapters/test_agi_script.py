"""Plain scripts behind the controller's own FastAGI server; Asterisk is played by a socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ari_app.adapters.fastagi import serve_fastagi
from ari_app.services import AgiScript
from tests.adapters.agi_services import STUBBORN, script_in

SAYS = """#!/bin/sh
while read -r line && [ -n "$line" ]; do echo "VERBOSE $line"; done
echo "VERBOSE args=$#"
env | grep -v '^_=' | sort | sed 's/^/VERBOSE /'
echo "VERBOSE in=$(pwd)"
"""
TELLS_OF_HANGUP = """#!/bin/sh
trap 'echo hung > hung; exit 0' HUP
while read -r line && [ -n "$line" ]; do :; done
echo VERBOSE ready
while :; do sleep 0.01; done
"""
COMPLAINS = """#!/bin/sh
i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo "complaint $i" >&2; done
head -c 300000 /dev/zero >&2
echo VERBOSE done
"""
ASKS_AND_LEAVES = """#!/bin/sh
echo 'VERBOSE last'
"""
FAILS = """#!/bin/sh
exit 3
"""
HEADERS = (
    "agi_network: yes\nagi_network_script: script\nagi_request: agi://127.0.0.1:4573/script\n"
    "agi_callerid: 600111222\nagi_calleridname: Jos\xff\nagi_arg_1: {name}\nagi_arg_2: further\n\n"
)


def is_alive(pid: str) -> bool:
    """Whether the process runs; one that has ended and is not fetched by whoever adopted it does not."""
    try:
        return Path(f"/proc/{int(pid)}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(what: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not what():
            await asyncio.sleep(0.01)


def nobody_waits_for_a_process() -> bool:
    """Whether asyncio has seen the end of every process that it started: a killed one may take its time on a busy machine."""
    return not any(thread.name.startswith("asyncio-waitpid") for thread in threading.enumerate())


class Asterisk:
    """One AGI connection, from Asterisk's side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def command(self) -> str:
        """What is asked next; empty at the end."""
        async with asyncio.timeout(8):
            return (await self._reader.readline()).decode().rstrip("\n")

    async def commands(self) -> list[str]:
        """All that is asked, each answered, until the script is done; then the connection ends, as Asterisk's does."""
        asked = []
        while command := await self.command():
            asked.append(command)
            self.writer.write(b"200 result=1\n")
        self.writer.close()
        return asked


@asynccontextmanager
async def served(folder: Path, text: str, name: str = "it", timeout_s: float = 5.0) -> AsyncIterator[Asterisk]:
    """Asterisk asks for the script ``it``, which is ``text``."""
    scripts = {"it": AgiScript("it", script_in(folder, "it.sh", text), timeout_s)}
    server = await serve_fastagi("127.0.0.1", 0, lambda _queue: (0, 0, None), scripts.__getitem__)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    writer.write(HEADERS.format(name=name).encode("latin-1"))
    try:
        yield Asterisk(reader, writer)
    finally:
        writer.close()
        server.close()
        await server.wait_closed()
        for others in asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait({others}, timeout=5)
        await until(nobody_waits_for_a_process)
        await asyncio.sleep(0.05)  # the loop has heard of it, and has let go of its pipes


async def test_a_script_sees_what_it_would_see_without_a_network_and_none_of_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CENTRALITA_AMI_SECRET", "hush")
    async with served(tmp_path, SAYS) as asterisk:
        told = [command.removeprefix("VERBOSE ") for command in await asterisk.commands()]
    assert told[:4] == [
        "agi_request: it",
        "agi_callerid: 600111222",
        "agi_calleridname: Jos\N{REPLACEMENT CHARACTER}",
        "agi_arg_1: further",
    ]
    assert told[4] == "args=0"
    assert {line.partition("=")[0] for line in told[5:-1]} <= {"LANG", "PATH", "PWD", "OLDPWD", "SHLVL"}
    assert told[-1] == f"in={tmp_path}"


async def test_what_a_script_asks_last_is_carried_out_before_the_connection_ends(tmp_path: Path) -> None:
    async with served(tmp_path, ASKS_AND_LEAVES) as asterisk:
        assert await asterisk.commands() == ["VERBOSE last"]


@pytest.mark.parametrize(("text", "name", "status"), [(FAILS, "it", "FAILURE"), (FAILS, "other", "NOTFOUND")])
async def test_the_dialplan_is_told_of_a_script_that_fails_or_is_not_there(
    tmp_path: Path, text: str, name: str, status: str
) -> None:
    async with served(tmp_path, text, name) as asterisk:
        assert await asterisk.commands() == [f'SET VARIABLE CENTRALITA_AGI_FAILED "{status}"']


async def test_a_script_that_cannot_be_executed_is_not_found(tmp_path: Path) -> None:
    async with served(tmp_path, "neither a program nor a script of any kind") as asterisk:
        assert await asterisk.commands() == ['SET VARIABLE CENTRALITA_AGI_FAILED "NOTFOUND"']


async def test_a_script_that_does_not_end_is_killed_at_its_deadline_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ari_app.adapters.fastagi.SCRIPT_OVERTIME_S", 0.0)
    async with served(tmp_path, STUBBORN, timeout_s=0.5) as asterisk:
        assert await asterisk.commands() == ['SET VARIABLE CENTRALITA_AGI_FAILED "FAILURE"']
    pids = [(tmp_path / name).read_text(encoding="utf-8") for name in ("pid", "child")]
    await until(lambda: not any(map(is_alive, pids)))


async def test_a_script_may_tidy_up_when_the_caller_hangs_up_and_is_then_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ari_app.adapters.agi_script.LETS_GO_S", 0.2)
    async with served(tmp_path, STUBBORN) as asterisk:
        child = tmp_path / "child"
        await until(lambda: child.exists() and child.read_text(encoding="utf-8"))
        asterisk.writer.write(b"HANGUP\n")
        asterisk.writer.close()
        await until(lambda: not is_alive(child.read_text(encoding="utf-8")))
    async with served(tmp_path, TELLS_OF_HANGUP) as asterisk:
        assert await asterisk.command() == "VERBOSE ready"
        asterisk.writer.write(b"HANGUP\n")
        await until((tmp_path / "hung").exists)


async def test_a_controller_that_stops_leaves_no_script_behind(tmp_path: Path) -> None:
    async with served(tmp_path, STUBBORN):
        child = tmp_path / "child"
        await until(lambda: child.exists() and child.read_text(encoding="utf-8"))
        (serving,) = [task for task in asyncio.all_tasks() if "handle" in repr(task.get_coro())]
        serving.cancel()
        await until(lambda: not is_alive(child.read_text(encoding="utf-8")))


async def test_a_script_that_complains_without_end_fills_neither_the_log_nor_its_pipe(tmp_path: Path) -> None:
    with capture_logs() as logged:
        async with served(tmp_path, COMPLAINS) as asterisk:
            assert await asterisk.commands() == ["VERBOSE done"]
    said = [entry["line"] for entry in logged if entry["event"] == "agi_script_says"]
    assert said == [f"complaint {number}" for number in range(1, 21)]

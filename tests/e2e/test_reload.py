"""The centre's files are read again on a running Asterisk: calls go on, new numbers and phones work, mistakes change nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio
import yaml

from ari_app.stack.child import read_identity
from ari_app.stack.instance import settings_environment
from tests.e2e.stack import PROJECT, WEB_SECRET, Stack, dial

CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0


async def ask_reload(stack: Stack) -> tuple[int, Any]:
    """The coordinator's reload: status and body."""
    base = f"http://{stack.settings.bind_address}:{stack.settings.api_port}/api/v1"
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{base}/login", json={"code": "3001", "secret": WEB_SECRET}) as answer:
            headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}
        async with session.post(f"{base}/reload", headers=headers) as answer:
            return answer.status, await answer.json()


@pytest_asyncio.fixture(loop_scope="session")
async def centre(stack: Stack) -> AsyncIterator[Path]:
    """The running centre's folder; afterwards its files are as before, and in force."""
    folder = stack.settings.centre
    kept = {path: path.read_bytes() for path in folder.glob("*.yaml")}
    yield folder
    for path, content in kept.items():
        path.write_bytes(content)
    assert (await ask_reload(stack))[0] == 200


def change(path: Path, changes: Callable[[Any], None]) -> None:
    """Let ``changes`` alter what stands in the file."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    changes(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def in_operators(centre: Path, code: str, **fields: object) -> None:
    """Give an operator these fields, or be a new one with them."""
    change(centre / "operators.yaml", lambda file: file["operators"].setdefault(_key(file, code), {}).update(fields))


def _key(file: Any, code: str) -> Any:
    return next((known for known in file["operators"] if str(known) == code), code)


def in_queues(centre: Path, name: str, **fields: object) -> None:
    """Give a queue these fields, or be a new one with them."""
    change(centre / "queues.yaml", lambda file: file.setdefault(name, {}).update(fields))


def in_numbers(centre: Path, number: str, **fields: object) -> None:
    """Let a number lead there."""

    def lead(file: Any) -> None:
        known = next((one for one in file["numbers"] if str(one) == number), number)
        file["numbers"][known] = fields

    change(centre / "centre.yaml", lead)


async def test_a_reload_during_a_call_brings_numbers_queues_and_phones_and_disturbs_nobody(
    stack: Stack, centre: Path
) -> None:
    async with stack.watch() as watch, stack.operator("1009") as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        incoming = await phone.incoming()
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], [CALLER_HZ, OPERATOR_HZ])
        in_numbers(centre, "900100209", queue="nueva")
        in_queues(centre, "nueva", wrap_up_s=1)
        in_operators(centre, "1030", name="Nueva", queues=["nueva"])
        status, told = await ask_reload(stack)
        assert (status, told["needs_restart"]) == (200, [])
        assert {"queue nueva: added", "operator 1030: added", "number 900100209: added"} <= set(told["changed"])
        await incoming.heard_only([CALLER_HZ], [CALLER_HZ, OPERATOR_HZ])
        async with stack.operator("1030", 2000.0) as fresh:
            other = await dial(carrier, "900100209")
            offered = await fresh.incoming()
            await watch.call(stage="ringing", queue="nueva", operator="1030")
            await offered.answer()
            await other.heard_only([2000.0], [CALLER_HZ, OPERATOR_HZ, 2000.0])
            await other.hang_up()
        await call.heard_only([OPERATOR_HZ], [CALLER_HZ, OPERATOR_HZ, 2000.0])
        await call.hang_up()


async def test_files_with_mistakes_are_refused_with_all_of_them_and_the_running_centre_stays(
    stack: Stack, centre: Path
) -> None:
    in_operators(centre, "1001", queues=["vetas"])
    in_numbers(centre, "900100201", queue="sopote")
    status, told = await ask_reload(stack)
    problems = told["error"]["problems"]
    assert (status, told["error"]["code"], len(problems)) == (422, "bad_centre", 2)
    assert "did you mean 'soporte'?" in problems[0]
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier)
        await watch.call(stage="waiting", queue="soporte")
        await call.hang_up()


async def test_sighup_reads_the_files_again(stack: Stack, centre: Path) -> None:
    in_operators(centre, "1009", name="Nuria Nueva")
    identity = read_identity(stack.settings.state / "engine.pid")
    assert identity is not None
    async with stack.watch() as watch:
        os.kill(identity[0], signal.SIGHUP)
        await watch.operator("1009", name="Nuria Nueva")


async def test_the_command_at_the_terminal_tells_what_changed_or_what_is_wrong(stack: Stack, centre: Path) -> None:
    in_operators(centre, "1009", name="Nuria Nueva")
    code, said = await at_the_terminal(stack)
    lines = [
        line for line in said.splitlines() if not line.startswith("needs a restart: ")
    ]  # what earlier tests brought
    assert (code, lines) == (0, ["operator 1009: changed", "the centre was read again"])
    in_queues(centre, "ventas", ring_timeout_s=0)
    code, said = await at_the_terminal(stack)
    assert code == 1
    assert "ring_timeout_s: 0 is out of range; give a number above 0" in said


async def at_the_terminal(stack: Stack) -> tuple[int | None, str]:
    """``centralita reload`` with this stack's settings: its exit code, and all that it says."""
    command = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ari_app.cli",
        "reload",
        cwd=PROJECT,
        env={**os.environ, **settings_environment(stack.settings)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await command.communicate()
    return command.returncode, said.decode()

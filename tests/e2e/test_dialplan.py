"""What Asterisk does on its own: is everything that the dialplan names there, and does it reach the controller?"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import aiohttp

from tests.e2e.stack import Stack, running_stack


async def test_every_application_and_function_that_the_dialplan_names_is_loaded(stack: Stack) -> None:
    dialplan = (stack.instance.folders.etc / "extensions.conf").read_text(encoding="utf-8")
    steps = re.findall(r"^(?:exten => [^,]+,|\s*same => )[^,]+,(.*)$", dialplan, re.MULTILINE)
    applications = {step.partition("(")[0] for step in steps} | set(re.findall(r"\?([A-Z]\w+)\(", dialplan))
    functions = set(re.findall(r"Set\(([A-Z]+)\(", dialplan))
    assert {"Stasis", "Queue", "AGI", "Playback"} <= applications
    for name in sorted(applications):
        assert "is (are) not registered" not in await stack.instance.asterisk_rx(f"core show application {name}"), name
    for name in sorted(functions):
        assert "No function by that name" not in await stack.instance.asterisk_rx(f"core show function {name}"), name


async def test_the_dialplan_learns_a_queues_state_from_the_controller(stack: Stack) -> None:
    rx = stack.instance.asterisk_rx
    await rx("dialplan add extension wait,1,Wait(10) into asks-the-controller")
    try:
        async with stack.operator("1009"):
            await _call_within_asterisk(stack, "Local/soporte@fallback")
            async with asyncio.timeout(10):
                while not (asking := [line.split("!")[0] for line in await stack.channels() if "!Queue!" in line]):
                    await asyncio.sleep(0.02)
            told = await rx(f"core show channel {asking[0]}")
    finally:
        await rx("channel request hangup all")
        await rx("dialplan remove context asks-the-controller")
    assert "AGISTATUS=SUCCESS" in told
    assert "CENTRALITA_WAITING=0" in told
    assert "CENTRALITA_READY=1" in told


async def _call_within_asterisk(stack: Stack, endpoint: str) -> None:
    settings = stack.settings
    login = {"Authorization": aiohttp.encode_basic_auth("centralita", settings.ari_secret)}
    url = f"http://{settings.bind_address}:{settings.ari_port}/ari/channels"
    # The far side needs somewhere to be; it is hung up with the rest.
    where = {"endpoint": endpoint, "context": "asks-the-controller", "extension": "wait", "priority": "1"}
    async with aiohttp.ClientSession(headers=login) as session, session.post(url, params=where) as response:
        assert response.status == 200, await response.text()


async def test_asterisk_starts_without_a_warning(tmp_path: Path) -> None:
    async with running_stack(tmp_path, engine=False) as fresh:
        log = (fresh.instance.folders.log / "messages.log").read_text(encoding="utf-8")
    assert [line for line in log.splitlines() if " WARNING" in line or " ERROR" in line] == []

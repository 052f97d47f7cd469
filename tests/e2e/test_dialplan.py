"""What Asterisk does on its own: is everything that the dialplan names there, and does it reach the controller?"""

from __future__ import annotations

import re

from tests.e2e.stack import Stack


async def test_every_application_and_function_that_the_dialplan_names_is_loaded(stack: Stack) -> None:
    dialplan = (stack.instance.folders.etc / "extensions.conf").read_text(encoding="utf-8")
    steps = re.findall(r"^(?:exten => [^,]+,|\s*same => )[^,]+,(.*)$", dialplan, re.MULTILINE)
    applications = {step.partition("(")[0] for step in steps} | set(re.findall(r"\?([A-Z]\w+)\(", dialplan))
    functions = set(re.findall(r"Set\(([A-Z]+)\(", dialplan))
    assert {"Stasis", "Queue", "AGI", "Playback"} <= applications
    for name in sorted(applications):
        assert "not registered" not in await stack.instance.asterisk_rx(f"core show application {name}"), name
    for name in sorted(functions):
        assert "No function by that name" not in await stack.instance.asterisk_rx(f"core show function {name}"), name


async def test_the_dialplan_learns_a_queues_state_from_the_controller(stack: Stack) -> None:
    async with stack.operator("1009"):
        await stack.instance.asterisk_rx("channel originate Local/ask@test-queue-status application Wait 10")
        told = await stack.instance.asterisk_rx("core show globals")
    assert "TOLD=SUCCESS,0,1," in told


async def test_asterisk_starts_without_a_warning(stack: Stack) -> None:
    log = (stack.instance.folders.log / "messages.log").read_text(encoding="utf-8")
    until_booted = log.partition("Asterisk Ready")[0]
    assert [line for line in until_booted.splitlines() if " WARNING" in line or " ERROR" in line][:5] == []

"""Do logs tell whom the centre talked with, or what was pressed? Every log file, after calls of a known number with known keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.stack import Stack
from tests.e2e.waiting_centre import ASKS, FIRST, NUMBERS, PROMPT_HZ

CALLER, KEYS, REFUSED_KEYS = "600987321", "7391", "8264"
CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0
BOTH = (CALLER_HZ, OPERATOR_HZ)


async def types(stack: Stack, keys: str) -> None:
    """A caller types a code, hears it read back, confirms it, and talks with an operator."""
    async with stack.operator(FIRST, OPERATOR_HZ) as phone, stack.outside(CALLER_HZ) as line, stack.watch() as watch:
        call = await line.call(ASKS, from_user=CALLER)
        await call.answered()
        await call.heard_tone(PROMPT_HZ)
        await call.send_digits(keys)
        asked_at = call.now
        await call.heard_tone(PROMPT_HZ, since=asked_at, timeout_s=15.0)
        await call.send_digit("1")
        incoming = await phone.incoming(15.0)
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], BOTH)
        await call.send_digits(REFUSED_KEYS)  # a card's, said by keys to the operator
        await call.hang_up()
        await watch.call(stage="ended")


async def is_called_back(stack: Stack) -> None:
    """A caller agrees to be called back, and is: the centre dials the number itself."""
    async with stack.outside(CALLER_HZ) as line, stack.watch() as watch:
        call = await line.call(NUMBERS["devuelve"], from_user=CALLER)
        await call.answered()
        shown = await watch.call(stage="waiting", queue="devuelve")
        await call.send_digit("5")
        await call.ended(15)
        await watch.call(id=shown["id"], stage="callback")
        async with stack.operator(FIRST, OPERATOR_HZ) as phone:
            phone.auto_answer = 0.02
            await phone.incoming()
            back = await line.incoming()
            await back.answer()
            await watch.call(id=shown["id"], stage="talking")
            await back.hang_up()
            await watch.call(id=shown["id"], stage="ended")


def files_of(stack: Stack) -> list[Path]:
    """Every log, the journal with the ways through flows, and what else the processes write as they go; not the configuration, and
    not Redis's data, where a callback that is still to be made has its number."""
    state = stack.settings.state
    folders = (state / "log", stack.settings.journal, state / "lib", state / "spool")
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def lines_with(path: Path, digits: str) -> list[str]:
    text = path.read_bytes().decode("utf-8", "replace")
    return [line[:300] for line in text.splitlines() if re.search(rf"(?<![0-9A-Fa-f.]){digits}(?![0-9A-Fa-f])", line)]


def telling_of_keys(path: Path) -> list[str]:
    """Lines that tell of a single key, as Asterisk's dtmf level would, or a field of ours of that name."""
    text = path.read_bytes().decode("utf-8", "replace")
    asterisks = r"(?i)\bdtmf\b.*'[0-9*#A-D]'"
    ours = r'"(digits?|keys?|pressed|dtmf)": "?[0-9*#]'
    return [line[:300] for line in text.splitlines() if re.search(f"{asterisks}|{ours}", line)]


@pytest.mark.timeout(120)
async def test_no_whole_caller_number_and_no_pressed_key_is_in_any_log_with_the_engine_at_debug(stack: Stack) -> None:
    assert stack.settings.log_level == "DEBUG"
    await types(stack, KEYS)
    await is_called_back(stack)
    files = files_of(stack)
    assert {"messages.log", "engine.out", "queue_log", "recordings.out"} <= {path.name for path in files}
    log = (stack.settings.state / "log" / "engine.out").read_text(encoding="utf-8")
    assert '"level": "debug"' in log
    assert log.count('"call_over"') >= 2
    for digits in (CALLER, f"34{CALLER}", KEYS, REFUSED_KEYS):
        assert {path.name: lines for path in files if (lines := lines_with(path, digits))} == {}, digits
    assert {path.name: lines for path in files if (lines := telling_of_keys(path))} == {}

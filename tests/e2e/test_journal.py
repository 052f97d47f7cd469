"""What real calls leave in the journal is replayed exactly, and outlives the controller that wrote it."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any

from ari_app.adapters.journal_files import read_files
from ari_app.demo.api_client import ApiRefused
from ari_app.life import chance_of
from queues.replay import lives, replay
from tests.e2e.stack import WEB_SECRET, Stack, dial


async def asked(stack: Stack, path: str) -> Any:
    """A supervisor asks the API."""
    async with stack.api() as api:
        await api.log_in("2001", WEB_SECRET)
        return await api.get(path)


async def a_call(stack: Stack) -> str:
    """One call is answered by 1009 and ended by the caller; its id."""
    async with stack.operator("1009") as phone, stack.carrier() as carrier, stack.watch() as watch:
        call = await dial(carrier)
        incoming = await phone.incoming(timeout_s=10)
        shown = await watch.call(stage="ringing")
        await incoming.answer()
        await watch.call(id=shown["id"], stage="talking")
        await call.hang_up()
        await watch.call(id=shown["id"], stage="ended")
        return str(shown["id"])


def journal_of(stack: Stack) -> Path:
    return max(stack.settings.journal.glob("*.jsonl"), default=Path(os.devnull))


async def written(stack: Stack, call: str) -> None:
    """Wait until the end of the conversation is in the journal."""
    over = f'{{"fact":"ConversationOver","at":[0-9.]+,"call":"{call}"'
    async with asyncio.timeout(5):
        while not re.search(over, journal_of(stack).read_text(encoding="utf-8")):
            await asyncio.sleep(0.02)


async def test_a_real_calls_journal_is_replayed_exactly_and_names_no_caller(stack: Stack) -> None:
    call = await a_call(stack)
    async with asyncio.timeout(5):
        while '"ConversationOver","at":' not in (text := journal_of(stack).read_text()) or call not in text:
            await asyncio.sleep(0.02)
    assert "600111222" not in text
    items, notes = read_files([journal_of(stack)])
    found = lives(items)
    assert [note for note in notes if "torn" not in note] == []
    assert any(life.entries for life in found)
    for life in found:
        assert [difference for _, difference in replay(life, chance_of) if difference] == []


async def test_a_calls_story_and_the_days_figures_outlive_the_controller(stack: Stack) -> None:
    call = await a_call(stack)
    before = await asked(stack, f"calls/{call}/why?lang=en")
    kinds = [step["kind"] for step in before["steps"]]
    assert kinds == ["CallerEntered", "OfferMade", "CallConnected", "ConversationOver"]
    answered = await _answered(stack)
    await written(stack, call)
    await stack.instance.engine.kill()
    await stack.instance.start_engine()
    async with asyncio.timeout(10):
        while await _story(stack, call) != before:
            await asyncio.sleep(0.05)
    assert await _answered(stack) == answered


async def _answered(stack: Stack) -> tuple[int, int]:
    (queue,) = (one for one in (await asked(stack, "figures"))["queues"] if one["name"] == "soporte")
    return queue["answered"], queue["answered_waits"]["number"]


async def _story(stack: Stack, call: str) -> Any:
    try:
        return await asked(stack, f"calls/{call}/why?lang=en")
    except ApiRefused:  # not recalled yet
        return None

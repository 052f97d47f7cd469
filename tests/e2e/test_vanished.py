"""Whoever vanishes without a BYE is ended once no sound has come for long enough, and nobody else is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

import pytest
import pytest_asyncio

from ari_app.calls.talking import CUT_OFF_PRIORITY
from ari_app.centre import load_centre
from ari_app.stack.conf import context_for, rendered, write_private
from ari_app.stack.folders import Folders
from ari_app.stack.written_for import recall
from tests.e2e.stack import PROJECT, Stack, dial

CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0
BOTH = (CALLER_HZ, OPERATOR_HZ)
TIMEOUT_S: Final = 4
PATIENCE_S: Final = 30.0
"""How long a test waits for what takes TIMEOUT_S."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def impatient(session_stack: Stack) -> AsyncIterator[Stack]:
    """The centre of all tests while Asterisk ends calls after TIMEOUT_S without sound; afterwards as before."""
    stack = session_stack
    folders = Folders.below(stack.settings.state)
    known = recall(folders)
    assert known is not None
    pjsip = folders.etc / "pjsip.conf"
    before = pjsip.read_text(encoding="utf-8")
    settings = replace(stack.settings, rtp_timeout_s=TIMEOUT_S)
    context = context_for(settings, load_centre(settings.centre), known[0], folders)
    try:
        await reload(stack, rendered(PROJECT / "asterisk_conf", context)["pjsip.conf"], TIMEOUT_S)
        yield stack
    finally:
        await reload(stack, before, stack.settings.rtp_timeout_s)


async def reload(stack: Stack, pjsip: str, timeout_s: int) -> None:
    write_private(Folders.below(stack.settings.state).etc / "pjsip.conf", pjsip)
    await stack.instance.asterisk_rx("module reload res_pjsip.so")
    async with asyncio.timeout(PATIENCE_S):
        for endpoint in ("carrier-demo", "1009"):
            while f" rtp_timeout : {timeout_s} " not in await shown(stack, endpoint):
                await asyncio.sleep(0.1)


async def shown(stack: Stack, endpoint: str) -> str:
    """What Asterisk says of it, with single spaces."""
    return " ".join((await stack.instance.asterisk_rx(f"pjsip show endpoint {endpoint}")).split())


@pytest_asyncio.fixture(loop_scope="session")
async def stack(impatient: Stack) -> AsyncIterator[Stack]:
    yield impatient
    await impatient.nothing_is_left()


async def test_a_carrier_that_vanishes_while_talking_frees_the_operator_and_is_no_caller_who_hung_up(
    stack: Stack,
) -> None:
    async with stack.watch() as watch, stack.operator("1009", OPERATOR_HZ) as phone, stack.carrier(CALLER_HZ) as line:
        call = await dial(line)
        operator = await phone.incoming()
        await operator.answer()
        await asyncio.gather(call.heard_only([OPERATOR_HZ], BOTH), operator.heard_only([CALLER_HZ], BOTH))
        line.silent = True
        assert await operator.ended(PATIENCE_S) == "remote_bye"
        await watch.operator("1009", state="wrap_up")
        ended = await watch.call(stage="ended", operator="1009")
        assert ended["end_reason"] == "caller_vanished"
        await watch.operator("1009", state="ready")


async def test_of_those_who_wait_whoever_vanished_is_ended_and_whoever_is_only_quiet_or_holds_in_silence_waits_on(
    stack: Stack,
) -> None:
    async with stack.watch() as watch, stack.carrier() as others, stack.carrier() as line:
        quiet, holds = await dial(others), await dial(others)
        quiet.mute()
        await holds.hold()
        await dial(line)
        before = await watch.queue("soporte", waiting=3)
        line.silent = True
        after = await watch.queue("soporte", PATIENCE_S, waiting=2)
        assert after["abandoned"] == before["abandoned"] + 1
        assert (await watch.call(stage="ended"))["end_reason"] == "caller_vanished"
        assert (quiet.end_reason, holds.end_reason) == (None, None)
        await asyncio.gather(quiet.hang_up(), holds.hang_up())


async def test_a_caller_whose_operators_phone_vanishes_is_back_in_the_queue_before_everybody_else(stack: Stack) -> None:
    async with (
        stack.watch() as watch,
        stack.operator("1009", OPERATOR_HZ) as phone,
        stack.carrier(CALLER_HZ) as line,
        stack.carrier() as others,
    ):
        call = await dial(line)
        operator = await phone.incoming()
        await operator.answer()
        await call.heard_only([OPERATOR_HZ], BOTH)
        shown = await watch.call(stage="talking", operator="1009")
        waits = await dial(others)
        await watch.queue("soporte", waiting=1)
        phone.silent = True
        await watch.call(PATIENCE_S, id=shown["id"], stage="waiting", position=1, priority=CUT_OFF_PRIORITY)
        await watch.operator("1009", state="wrap_up")
        phone.silent = False
        await asyncio.gather(call.hang_up(), waits.hang_up())


@pytest.mark.parametrize("endpoint", ["carrier-demo", "1009"])
async def test_whoever_holds_the_call_may_be_silent_for_longer(stack: Stack, endpoint: str) -> None:
    assert f" rtp_timeout_hold : {10 * TIMEOUT_S} " in await shown(stack, endpoint)

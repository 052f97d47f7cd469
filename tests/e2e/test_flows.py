"""Flows on real Asterisk: digits typed on a real line, read back in sound, and what the flow makes of them."""

from __future__ import annotations

from contextlib import suppress

import pytest

from sip_agents import CallOver
from tests.e2e.stack import Stack, dial
from tests.e2e.waiting_centre import ASKS, PROMPT_HZ

ALL_HZ = (640.0, PROMPT_HZ)


@pytest.mark.parametrize(("typed", "queue"), [("42#", "otra"), ("0042", "otra"), ("43#", "fiel")])
async def test_a_code_is_typed_read_back_confirmed_and_decides_where_the_caller_waits(
    stack: Stack, typed: str, queue: str
) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier, ASKS)
        await call.heard_tone(PROMPT_HZ)
        await call.send_digits(typed)
        asked_at = call.now
        await call.heard_sound(ALL_HZ)  # the digits, spoken
        await call.heard_tone(PROMPT_HZ, since=asked_at)
        await call.send_digit("1")
        await watch.call(stage="waiting", queue=queue)
        await call.hang_up()


async def test_whoever_types_nothing_that_fits_is_let_go(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier, ASKS)
        for _ in range(3):
            tried_at = call.now
            await call.heard_tone(PROMPT_HZ, since=tried_at)
            with suppress(CallOver):  # after the third, the call is over before the key's last packet
                await call.send_digit("*")
        await call.ended()
        await watch.call(stage="ended", end_reason="sin_codigo")

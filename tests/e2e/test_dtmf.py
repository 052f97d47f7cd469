"""Keys on real Asterisk, by RFC 4733, in band and by SIP INFO: whatever a carrier sends, a flow hears each key once."""

from __future__ import annotations

import pytest

from sip_agents import Dtmf
from tests.e2e.stack import Stack, dial
from tests.e2e.waiting_centre import ASKS, PROMPT_HZ

ALL_HZ = (640.0, PROMPT_HZ)
WAYS: tuple[Dtmf, ...] = ("rfc4733", "inband", "info")


@pytest.mark.parametrize("dtmf", WAYS)
@pytest.mark.parametrize(("typed", "queue"), [("0042", "otra"), ("43#", "fiel")])
async def test_a_code_typed_into_the_prompt_leads_to_the_same_queue_however_its_keys_travel(
    stack: Stack, dtmf: Dtmf, typed: str, queue: str
) -> None:
    async with stack.watch() as watch, stack.carrier(dtmf=dtmf) as carrier:
        call = await dial(carrier, ASKS)
        await call.heard_tone(PROMPT_HZ)
        await call.send_digits(typed)
        asked_at = call.now
        await call.heard_sound(ALL_HZ)  # the digits, spoken
        await call.heard_tone(PROMPT_HZ, since=asked_at)
        await call.send_digit("1")
        await watch.call(stage="waiting", queue=queue)
        await call.hang_up()

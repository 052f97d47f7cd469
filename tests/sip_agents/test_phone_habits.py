"""A phone left to itself: it answers, rings, refuses, keeps quiet or is closed as it was told."""

from __future__ import annotations

import asyncio

import pytest

from sip_agents import CallRefused, NotInTime, SipAgent

from .conftest import Phones, talk

ANA_HZ, BEA_HZ = 697.0, 1336.0


async def test_phone_answers_rings_or_refuses_by_itself_as_told(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.auto_answer = 0.01
    call = await ana.call(bea.uri)
    await call.answered()
    assert "ringing" in call.times
    bea.auto_answer, bea.auto_ring = None, True
    call = await ana.call(bea.uri)
    await call.reached("ringing")
    await call.hang_up()
    bea.auto_reject = 486
    call = await ana.call(bea.uri)
    with pytest.raises(CallRefused, match="486"):
        await call.answered()


async def test_automatic_answer_to_a_cancelled_call_does_not_happen(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.auto_answer = 0.05
    call = await ana.call(bea.uri)
    incoming = await bea.incoming()
    await call.reached("ringing")
    await call.hang_up()
    bea.auto_answer = 0.1
    await (await ana.call(bea.uri)).answered()  # by now the first timer has passed, and the fixture saw nothing raised
    assert (incoming.end_reason, "answered" in incoming.times) == ("cancelled", False)


async def test_phone_that_ignores_invites_says_not_even_100(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.ignore_invites = True
    call = await ana.call(bea.uri)
    with pytest.raises(NotInTime, match="INVITE"):
        await call.answered(timeout_s=0.3)
    assert "trying" not in call.times
    with pytest.raises(NotInTime):
        await bea.incoming(timeout_s=0.01)


async def test_unplugged_phone_sends_no_sound_either(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    await call.heard_tone(BEA_HZ)
    bea.silent = True
    await asyncio.gather(call.heard_silence(0.2), incoming.heard_silence(0.2))
    bea.silent = False
    await asyncio.gather(call.heard_tone(BEA_HZ), incoming.heard_tone(ANA_HZ))


async def test_closing_a_phone_ends_what_it_had_open(phone: Phones) -> None:
    bea = await phone(user="bea")
    async with SipAgent(user="ana") as ana:
        _, talking = await talk(ana, bea)
        await ana.call(bea.uri)
        ringing = await bea.incoming()
        ringing.ring()
        await bea.call(ana.uri)
        offered = await ana.incoming()
    assert await talking.ended() == "remote_bye"
    await ringing.cancelled()
    assert offered.end_reason == "rejected"
    assert ana.calls == ()


async def test_closing_a_phone_whose_far_side_is_gone_still_ends(phone: Phones) -> None:
    bea = await phone(user="bea")
    async with SipAgent(user="ana") as ana:
        call, _ = await talk(ana, bea)
        await ana.call(bea.uri)
        bea.silent = True
    assert call.end_reason == "local_bye"
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

"""A phone left to itself: it answers, rings, refuses, keeps quiet or is closed as it was told."""

from __future__ import annotations

import asyncio

import pytest

from sip_agents import CallOver, CallRefused, NotInTime, SipAgent
from sip_agents.habits import answer_after_s
from sip_agents.message import Headers, Response

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


def contact_of_refusal(caller: SipAgent) -> str | None:
    """Where the last refusal that ``caller`` got points to."""
    refusals = [
        traced.message
        for traced in caller.trace
        if traced.way == "in" and isinstance(traced.message, Response) and traced.message.status >= 300
    ]
    return refusals[-1].headers.first("Contact")


async def test_forwarding_phone_sends_every_caller_elsewhere(phone: Phones) -> None:
    """RFC 3261, 8.1.3.4 and 21.3.3: 302, and a Contact that says where."""
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.auto_redirect = "sip:1002@127.0.0.1:5070"
    call = await ana.call(bea.uri)
    with pytest.raises(CallRefused, match="302 Moved Temporarily"):
        await call.answered()
    assert contact_of_refusal(ana) == "<sip:1002@127.0.0.1:5070>"
    assert (await bea.incoming()).end_reason == "rejected"


async def test_person_at_a_ringing_phone_sends_the_caller_elsewhere(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    call = await ana.call(bea.uri)
    incoming = await bea.incoming()
    incoming.ring()
    await call.reached("ringing")
    incoming.redirect("sip:1003@127.0.0.1")
    with pytest.raises(CallRefused, match="302"):
        await call.answered()
    assert contact_of_refusal(ana) == "<sip:1003@127.0.0.1>"
    with pytest.raises(CallOver):
        incoming.redirect("sip:1003@127.0.0.1")


@pytest.mark.parametrize(
    ("name", "value", "seconds"),
    [
        ("Call-Info", "<sip:127.0.0.1>;answer-after=0", 0.0),
        ("call-info", "<http://a.example/b;c>;purpose=icon, <sip:x>;answer-after=2", 2.0),
        ("Call-Info", "<sip:x;answer-after=2>", None),
        ("Call-Info", "<sip:x>;answer-after=soon", None),
        ("Alert-Info", "<http://127.0.0.1>;info=alert-autoanswer", 0.0),
        ("Alert-Info", "info=alert-autoanswer", 0.0),
        ("Alert-Info", "<http://127.0.0.1>;info=alert-external", None),
        ("Answer-Mode", "Auto", 0.0),
        ("Answer-Mode", "auto;require", 0.0),
        ("Answer-Mode", "Manual", None),
        ("Subject", "answer-after=0", None),
    ],
)
def test_which_headers_ask_for_an_answer_without_a_hand(name: str, value: str, seconds: float | None) -> None:
    """RFC 5373 for Answer-Mode; the other two are what desk phones are sent by custom."""
    assert answer_after_s(Headers(((name, value),))) == seconds


async def test_headset_phone_answers_what_asks_for_it_and_rings_for_the_rest(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea")
    bea.auto_answer_on_header = True
    call = await ana.call(bea.uri, headers=(("Call-Info", "<sip:x>;answer-after=0"),))
    await call.answered()
    assert (await bea.incoming()).header("call-info") == "<sip:x>;answer-after=0"
    call = await ana.call(bea.uri)
    await call.reached("ringing")
    incoming = await bea.incoming()
    assert incoming.is_waiting
    assert incoming.header("Call-Info") is None


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

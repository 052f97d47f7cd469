"""Hold: who says nothing to whom, whoever began it and whoever else holds too (RFC 3264, section 8.4; RFC 6337, 5.3)."""

from __future__ import annotations

import asyncio
import re

import pytest

from sip_agents import Call, NotHeard, SipAgent
from sip_agents.sdp import AudioPlan, Direction

from .conftest import Phones, Stranger, talk

ANA_HZ, BEA_HZ, EVA_HZ = 697.0, 1336.0, 941.0
ALL_HZ = (ANA_HZ, BEA_HZ, EVA_HZ)


def last_directions(phone: SipAgent) -> list[str]:
    """The directions in the last offer and its answer, as ``phone`` saw them pass."""
    bodies = [traced.message.body.decode() for traced in phone.trace if traced.message.body]
    return [found for body in bodies for found in re.findall(r"^a=(send\w+|recvonly|inactive)\r$", body, re.M)][-2:]


async def silent_both_ways(call: Call, incoming: Call) -> None:
    await asyncio.gather(call.heard_silence(0.2), incoming.heard_silence(0.2))


async def test_hold_is_sendonly_and_its_answer_recvonly(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    assert last_directions(ana) == ["sendrecv", "sendrecv"]
    await call.hold()
    assert last_directions(ana) == ["sendonly", "recvonly"]
    assert (call.held_by_far_side, incoming.held_by_far_side) == (False, True)
    await silent_both_ways(call, incoming)
    await call.resume()
    assert last_directions(ana) == ["sendrecv", "sendrecv"]
    assert not incoming.held_by_far_side


async def test_both_hold_and_each_takes_only_its_own_hold_back(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    await call.hold()
    await incoming.hold()
    assert last_directions(ana) == ["sendonly", "inactive"]
    assert (call.held_by_far_side, incoming.held_by_far_side) == (True, True)
    await call.resume()
    assert last_directions(ana) == ["sendrecv", "sendonly"]
    assert (call.held_by_far_side, incoming.held_by_far_side) == (True, False)
    await silent_both_ways(call, incoming)
    await incoming.resume()
    assert (call.held_by_far_side, incoming.held_by_far_side) == (False, False)
    await asyncio.gather(call.heard_only({BEA_HZ}, ALL_HZ), incoming.heard_only({ANA_HZ}, ALL_HZ))


async def test_hold_outlives_the_far_sides_reinvite(phone: Phones) -> None:
    """A session refresh, or a far side that moves its media, offers sendrecv: it must not let the held one hear again."""
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    await call.hold()
    await incoming.resume()  # a re-INVITE with sendrecv
    assert last_directions(ana) == ["sendrecv", "sendonly"]
    await silent_both_ways(call, incoming)
    await call.resume()
    await incoming.heard_only({ANA_HZ}, ALL_HZ)


async def test_hold_outlives_a_reinvite_without_an_offer(phone: Phones, stranger: Stranger) -> None:
    """RFC 3261, 14.2: the offer is ours then, and says what we want now."""
    ana, bea = await phone(user="ana"), await phone(user="bea")
    _, incoming = await talk(ana, bea)
    await incoming.hold()
    stranger.ask(bea, f"INVITE {incoming.id} r <{bea.uri}>;tag={incoming.local_tag}", sequence=9)
    assert b"a=sendonly" in await stranger.answer()


@pytest.mark.parametrize(
    ("offered_by_them", "answered_by_a_holder"),
    [("sendrecv", "sendonly"), ("sendonly", "inactive"), ("recvonly", "sendonly"), ("inactive", "inactive")],
)
def test_what_a_holder_answers(offered_by_them: Direction, answered_by_a_holder: Direction) -> None:
    """RFC 3264, 6.1, narrowed by our own hold."""
    ours: dict[Direction, Direction] = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly"}
    plan = AudioPlan("127.0.0.1", 4000, "PCMA", None, ours.get(offered_by_them, "inactive"))
    assert plan.held().direction == answered_by_a_holder


async def test_held_side_hears_music_and_not_the_holder(phone: Phones) -> None:
    """The far side plays what is none of the phones' tones while it holds; so does an exchange."""
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    with pytest.raises(NotHeard, match=r"sound besides 697\.0, 941\.0, 1336\.0 Hz"):
        await call.heard_sound(ALL_HZ, timeout_s=0.4)
    incoming.say_tone(523.3)
    await asyncio.gather(call.heard_sound(ALL_HZ), call.heard_none_of(ALL_HZ))
    incoming.say_tone(None)
    with pytest.raises(NotHeard):
        await call.heard_sound(timeout_s=0.4)


async def test_tone_that_stays_away_is_seen_over_the_whole_time(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ), await phone(user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    await incoming.heard_tone(ANA_HZ)
    call.say_tone(EVA_HZ)
    await incoming.heard_none_of({ANA_HZ})
    since = incoming.now
    await asyncio.gather(incoming.heard_tone(EVA_HZ), call.heard_tone(BEA_HZ))
    assert incoming.tones_since(since, ALL_HZ) == {EVA_HZ}
    call.say_tone(ANA_HZ)
    with pytest.raises(NotHeard, match="none of 697"):
        await incoming.heard_none_of({ANA_HZ}, timeout_s=0.8)
    assert incoming.tones_since(since, ALL_HZ) == {ANA_HZ, EVA_HZ}

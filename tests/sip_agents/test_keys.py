"""Keys in band and by SIP INFO: how each sounds, what each says, and what goes wrong."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import numpy as np
import pytest

from sip_agents import LAWS, CallOver, Dtmf, KeyRefused, Law, SipAgent, Timing
from sip_agents.g711 import Samples, decode
from sip_agents.inband import key_tones, tones_of
from sip_agents.incoming import IncomingCall
from sip_agents.key_info import relay_body
from sip_agents.message import Request, parse, response_to, serialise
from sip_agents.sdp import LocalAudio, offer, parse_sdp
from sip_agents.tones import share_of_tone
from sip_agents.voice import Voice

from .conftest import Phones, Stranger, talk

ANA_HZ, BEA_HZ = 500.0, 2000.0
LOWS, HIGHS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
Q23 = dict(zip("123A456B789C*0#D", [(low, high) for low in LOWS for high in HIGHS], strict=True))
BAD_RELAYS = [("x", 100), ("", 100), ("12", 100), ("5", 39), ("5", 8001)]


def sound_of(law: Law, key: str, held_ms: int) -> Samples:
    return decode(law, b"".join(frame.payload for frame in key_tones(law, key, held_ms)))


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("key", Q23)
def test_key_sounds_as_its_two_tones_of_q23_alike_in_strength_and_nothing_else(key: str, law: Law) -> None:
    held = sound_of(law, key, 1000)[400:-400].astype(np.float64)
    power = np.abs(np.fft.rfft(held * np.hanning(len(held)))) ** 2  # a bin for each Hz
    at_tones = [power[hz - 3 : hz + 4].sum() for hz in Q23[key]]
    assert int(np.argmax(power)) in Q23[key]
    assert sum(at_tones) > 0.995 * power.sum()
    assert at_tones[0] == pytest.approx(at_tones[1], rel=0.05)


@pytest.mark.parametrize(("held_ms", "rounded_ms"), [(80, 80), (90, 100), (100, 100)])
def test_key_in_band_is_held_as_long_as_asked_with_50_ms_of_silence_on_both_sides(
    held_ms: int, rounded_ms: int
) -> None:
    sound = np.abs(sound_of("PCMA", "5", held_ms).astype(np.int32))
    (loud,) = np.nonzero(sound > 100)
    assert len(sound) == (50 + rounded_ms + 50) * 8
    assert loud[0] == pytest.approx(50 * 8, abs=4)
    assert loud[-1] == pytest.approx((50 + rounded_ms) * 8, abs=4)


def test_key_is_up_with_the_first_packet_after_its_tones() -> None:
    assert [frame.key_up for frame in key_tones("PCMA", "5", 100)] == 7 * [False] + [True] + 2 * [False]


def test_lower_case_names_the_same_key() -> None:
    assert tones_of("a") == tones_of("A")
    assert relay_body("d", 100) == relay_body("D", 100)


@pytest.mark.parametrize(("key", "held_ms"), [*BAD_RELAYS, ("5", 79)])
def test_no_such_key_or_a_length_that_no_detector_need_hear_is_refused_in_band(key: str, held_ms: int) -> None:
    with pytest.raises(ValueError, match="key"):
        key_tones("PCMA", key, held_ms)


@pytest.mark.parametrize(("key", "held_ms"), BAD_RELAYS)
def test_no_such_key_or_length_is_refused_by_info(key: str, held_ms: int) -> None:
    with pytest.raises(ValueError, match="key"):
        relay_body(key, held_ms)


def test_keys_in_band_take_the_place_of_the_phones_tone_and_follow_one_another_without_it() -> None:
    voice, other, sent = Voice("PCMA", ANA_HZ), Voice("PCMA", ANA_HZ), []
    for key in "15":
        voice.press(key, 100, lambda key=key: sent.append(key), in_band=True)  # type: ignore[misc]
    frames = [voice.frame(160 * n) for n in range(21)]
    assert [frame.is_event or frame.marker for frame in frames] == 21 * [False]  # sound like any other
    assert [frame.timestamp for frame in frames] == [160 * n for n in range(21)]
    keys = b"".join(frame.payload for frame in frames[:20])
    assert keys == b"".join(frame.payload for key in "15" for frame in key_tones("PCMA", key, 100))
    assert frames[20].payload == [other.frame(160 * n) for n in range(21)][20].payload  # its tone again, in phase
    assert sent == ["1", "5"]


@pytest.mark.parametrize(("dtmf", "offered"), [("rfc4733", True), ("inband", False), ("info", False)])
async def test_only_events_are_negotiated_by_whoever_calls_and_whoever_answers(
    phone: Phones, dtmf: Dtmf, offered: bool
) -> None:
    ana, bea = await phone(user="ana", dtmf=dtmf), await phone(user="bea")
    for caller, callee in ((ana, bea), (bea, ana)):
        call, _ = await talk(caller, callee)
        await call.hang_up()
    said = [traced.message.body for traced in ana.trace if traced.way == "out" and traced.message.body]
    assert len(said) == 2
    assert [b"telephone-event" in body and b"101" in body for body in said] == [offered, offered]
    assert all(parse_sdp(body).media[0].carries(encrypted=False) for body in said)


async def test_key_in_band_is_heard_as_its_tones_without_the_phones_own(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ, dtmf="inband"), await phone(user="bea", tone_hz=BEA_HZ)
    call, incoming = await talk(ana, bea)
    await incoming.heard_tone(ANA_HZ)
    pressed_at = call.now
    await call.send_digit("5", held_ms=400)
    low, high = tones_of("5")
    await incoming.heard_tone(low, since=pressed_at)
    assert incoming.tones_since(pressed_at, [low, high]) == {low, high}
    assert call.key_up_at == pytest.approx(pressed_at + 0.45, abs=0.1)
    held = incoming.heard.between(pressed_at + 0.15, pressed_at + 0.35)
    assert share_of_tone(held, 8000, low) + share_of_tone(held, 8000, high) > 0.98
    assert incoming.digits == []
    await incoming.heard_only({ANA_HZ}, (ANA_HZ, low, high))  # and then its own again


async def test_info_says_key_and_length_each_with_the_next_number_while_the_sound_goes_on(phone: Phones) -> None:
    ana, bea = await phone(user="ana", tone_hz=ANA_HZ, dtmf="info"), await phone(user="bea")
    call, incoming = await talk(ana, bea)
    pressed_at = call.now
    await call.send_digits("5#", held_ms=120)
    infos = [
        traced.message for traced in ana.trace if traced.way == "out" and traced.message.headers.cseq.method == "INFO"
    ]
    assert [info.start_line for info in infos] == 2 * [f"INFO {bea.uri} SIP/2.0"]
    assert [info.body for info in infos] == [b"Signal=5\r\nDuration=120\r\n", b"Signal=#\r\nDuration=120\r\n"]
    assert [info.headers.first("Content-Type") for info in infos] == 2 * ["application/dtmf-relay"]
    assert [info.headers.cseq.number for info in infos] == [2, 3]
    assert {info.headers.call_id for info in infos} == {call.id}
    assert call.key_up_at is not None
    assert call.key_up_at >= pressed_at
    await incoming.heard_tone(ANA_HZ, since=pressed_at)


async def test_called_phone_presses_keys_by_info_as_well(phone: Phones) -> None:
    ana, bea = await phone(user="ana"), await phone(user="bea", dtmf="info")
    _, incoming = await talk(ana, bea)
    await incoming.send_digit("7")
    assert b"Signal=7\r\n" in {traced.message.body[:10] for traced in ana.trace if traced.way == "in"}


async def test_info_needs_an_answered_call(phone: Phones) -> None:
    ana, bea = await phone(user="ana", dtmf="info"), await phone(user="bea")
    call = await ana.call(bea.uri)
    with pytest.raises(CallOver, match="not answered yet"):
        await call.send_digit("1")
    await call.hang_up()
    with pytest.raises(CallOver, match="cancelled"):
        await call.send_digit("1")


async def called_by(stranger: Stranger, bea: SipAgent) -> IncomingCall:
    """An answered call from someone who sends no sound and answers nothing by itself."""
    sdp = offer(LocalAudio("127.0.0.1", stranger.port, 1), 1, "inactive")
    stranger.ask(bea, f"INVITE c 1 <{bea.uri}>", "Content-Type: application/sdp", body=sdp)
    incoming = await bea.incoming()
    incoming.accept()
    stranger.ask(bea, f"ACK c 2 <{bea.uri}>;tag={incoming.local_tag}")
    await incoming.answered()
    return incoming


async def next_info(stranger: Stranger) -> Request:
    """The next INFO that comes to the stranger, whatever comes before it."""
    while True:
        message = parse(await stranger.answer())
        if isinstance(message, Request) and message.method == "INFO":
            return message


async def test_refused_info_is_an_error_that_says_why_and_the_call_goes_on(phone: Phones, stranger: Stranger) -> None:
    bea = await phone(user="bea", dtmf="info")
    incoming = await called_by(stranger, bea)
    for status, reason in ((415, "Unsupported Media Type"), (501, "Not Implemented")):
        pressing = asyncio.create_task(incoming.send_digit("1"))
        info = await next_info(stranger)
        stranger.send(serialise(response_to(info, status, reason)), bea.address)
        with pytest.raises(KeyRefused, match=f"{status} {reason}"):
            await pressing
        assert incoming.end_reason is None


async def test_info_that_nobody_answers_is_408(phone: Phones, stranger: Stranger) -> None:
    bea = await phone(user="bea", dtmf="info", timing=Timing(t1_s=0.005, t2_s=0.02, t4_s=0.02))
    incoming = await called_by(stranger, bea)
    with pytest.raises(KeyRefused, match="408 no response to INFO"):
        await incoming.send_digit("1")


@pytest.mark.parametrize("dtmf", ["inband", "info"])
async def test_call_that_ends_before_the_key_is_sent_says_so(phone: Phones, stranger: Stranger, dtmf: Dtmf) -> None:
    bea = await phone(user="bea", dtmf=dtmf)
    incoming = await called_by(stranger, bea)
    pressing = asyncio.create_task(incoming.send_digit("1", held_ms=8000))
    if dtmf == "info":
        await next_info(stranger)
    else:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(pressing), 0.02)
    stranger.ask(bea, f"BYE c 3 <{bea.uri}>;tag={incoming.local_tag}", sequence=2)
    with pytest.raises(CallOver):
        await pressing
    assert incoming.end_reason == "remote_bye"

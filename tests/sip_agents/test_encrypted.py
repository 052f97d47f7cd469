"""Phones that encrypt: they hear each other, nobody on the way does, and what is not the far side's is not heard."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Final

import pytest

from sip_agents import CallRefused
from sip_agents.address import SocketAddress
from sip_agents.g711 import RATE_HZ, encode
from sip_agents.media import Media, RtpIds
from sip_agents.rtp import FRAME_SAMPLES, write_rtp
from sip_agents.sdes import KEY_BYTES, SUITE, Crypto, crypto_in
from sip_agents.sdp import AudioPlan, LocalAudio, NoCommonAudio, agree, answer, offer, parse_sdp
from sip_agents.srtp import TAG_BYTES, Srtp
from sip_agents.tls import TlsConnection
from sip_agents.tones import sine

from .conftest import Phones, Stranger, talk

ANA_HZ, BEA_HZ = 697.0, 1336.0
BOTH: Final = (ANA_HZ, BEA_HZ)
KEY, FAR_KEY = bytes(range(KEY_BYTES)), bytes(range(1, KEY_BYTES + 1))
INLINE = base64.b64encode(KEY).decode()


async def test_two_phones_hear_each_other_and_nobody_on_the_way_hears_them(phone: Phones) -> None:
    ana = await phone(user="ana", tone_hz=ANA_HZ, srtp=True)
    bea = await phone(user="bea", tone_hz=BEA_HZ, srtp=True)
    call, incoming = await talk(ana, bea)
    await asyncio.gather(call.heard_only({BEA_HZ}, BOTH), incoming.heard_only({ANA_HZ}, BOTH))
    for side in (call, incoming):
        assert side.on_the_wire.packets >= side.heard.packets > 0
        assert side.on_the_wire.tones_heard(BOTH, 1.0) == frozenset()
        assert side.forged == 0


async def test_the_sound_is_still_heard_after_hold_and_keys_pressed_are_read(phone: Phones) -> None:
    """A re-INVITE repeats the key, and the packets' numbers go on under it."""
    ana = await phone(user="ana", tone_hz=ANA_HZ, srtp=True)
    bea = await phone(user="bea", tone_hz=BEA_HZ, srtp=True)
    call, incoming = await talk(ana, bea)
    await call.heard_only({BEA_HZ}, BOTH)
    await incoming.hold()
    await incoming.resume()
    await asyncio.gather(call.heard_only({BEA_HZ}, BOTH), incoming.heard_only({ANA_HZ}, BOTH))
    await call.send_digits("42#")
    await incoming.received_digits("42#")


@pytest.mark.parametrize("encrypts", ["caller", "callee"])
async def test_who_encrypts_and_who_cannot_have_no_call(phone: Phones, encrypts: str) -> None:
    ana = await phone(user="ana", srtp=encrypts == "caller")
    bea = await phone(user="bea", srtp=encrypts == "callee")
    call = await ana.call(bea.uri)
    with pytest.raises(CallRefused, match="488"):
        await call.answered()


# -- one packet ----------------------------------------------------------------------------------------------------------


class Ear:
    """A phone's media that takes what ``stranger`` seals with FAR_KEY."""

    def __init__(self, stranger: Stranger) -> None:
        self.media = Media("127.0.0.1", RtpIds(1, 1, 1), lambda: 0.0, None, 1.0, lambda: None, KEY)
        self.media.follow(AudioPlan("127.0.0.1", stranger.port, "PCMA", 101, "sendrecv", Crypto(1, FAR_KEY)))
        self._stranger = stranger
        self._address: SocketAddress = ("127.0.0.1", self.media.port)

    async def takes(self, datagram: bytes) -> tuple[int, int]:
        """How many packets were heard, and how many not taken, once this one has come."""
        before = self._counted
        self._stranger.send(datagram, self._address)
        async with asyncio.timeout(5):
            while self._counted == before:
                await asyncio.sleep(0.001)
        return self.media.heard.packets, self.media.malformed

    @property
    def _counted(self) -> int:
        return self.media.heard.packets + self.media.malformed


@pytest.fixture
async def ear(stranger: Stranger) -> AsyncIterator[Ear]:
    made = Ear(stranger)
    yield made
    made.media.close()


def packet(sequence: int) -> bytes:
    sound = encode("PCMA", sine(ANA_HZ, RATE_HZ, FRAME_SAMPLES))
    return write_rtp(8, False, sequence, sequence * FRAME_SAMPLES, 77, sound)


async def test_only_what_the_far_side_sealed_is_heard_and_that_once(ear: Ear) -> None:
    far, forger = Srtp(FAR_KEY), Srtp(KEY)
    sealed = far.sealed(packet(1))
    assert len(sealed) == len(packet(1)) + TAG_BYTES
    assert await ear.takes(sealed) == (1, 0)
    assert await ear.takes(sealed) == (1, 1)  # played again
    assert await ear.takes(packet(2)) == (1, 2)  # in clear
    assert await ear.takes(forger.sealed(packet(2))) == (1, 3)  # with another key
    changed = bytearray(far.sealed(packet(2)))
    changed[20] ^= 1
    assert await ear.takes(bytes(changed)) == (1, 4)
    assert await ear.takes(far.sealed(packet(3))) == (2, 4)


# -- what SDP says of it -------------------------------------------------------------------------------------------------


def test_the_first_key_of_our_suite_that_asks_for_nothing_unusual_is_taken() -> None:
    other = base64.b64encode(FAR_KEY).decode()
    taken = crypto_in(
        [
            f"crypto:1 AES_CM_128_HMAC_SHA1_32 inline:{INLINE}",
            f"crypto:2 {SUITE} inline:{INLINE}|2^20|1:4",  # MKI
            f"crypto:3 {SUITE} inline:{INLINE} UNENCRYPTED_SRTP",
            f"crypto:4 {SUITE} inline:{INLINE[:-4]}",
            f"crypto:5 {SUITE} inline:{other}|2^20 -NOTHING",
            f"crypto:6 {SUITE} inline:{INLINE}",
        ]
    )
    assert taken == Crypto(5, FAR_KEY)


def test_an_offer_and_its_answer_give_each_side_the_other_s_key_under_the_offer_s_tag() -> None:
    ana, bea = LocalAudio("127.0.0.3", 4000, 1, key=KEY), LocalAudio("127.0.0.4", 5000, 2, key=FAR_KEY)
    offered = parse_sdp(offer(ana, 1))
    plan = agree(offered, bea.laws, encrypted=True)
    answered = parse_sdp(answer(offered, plan, bea, 1))
    assert plan.crypto == Crypto(1, KEY)
    assert agree(answered, ana.laws, encrypted=True).crypto == Crypto(1, FAR_KEY)
    assert {line.protocol for line in (*offered.media, *answered.media)} == {"RTP/SAVP"}


def test_encryption_that_is_only_wished_for_is_taken_by_whoever_encrypts_and_passed_over_by_others() -> None:
    wish = offer(LocalAudio("127.0.0.3", 4000, 1, key=KEY), 1).replace(b"RTP/SAVP", b"RTP/AVP")
    far = parse_sdp(wish)
    ours = LocalAudio("127.0.0.4", 5000, 2, key=FAR_KEY)
    plan = agree(far, ours.laws, encrypted=True)
    assert b"m=audio 5000 RTP/AVP 8 101\r\na=crypto:1 " in answer(far, plan, ours, 1)
    plain = LocalAudio("127.0.0.4", 5000, 2)
    assert b"crypto" not in answer(far, agree(far, plain.laws), plain, 1)


def test_a_key_in_what_is_plain_sound_alone_is_missed() -> None:
    far = parse_sdp(offer(LocalAudio("127.0.0.3", 4000, 1), 1))
    with pytest.raises(NoCommonAudio, match="SRTP"):
        agree(far, ("PCMA",), encrypted=True)


# -- messages in a stream ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_messages_are_found_in_the_stream_however_it_is_cut(at_once: int) -> None:
    messages = [
        b"OPTIONS sip:a SIP/2.0\r\nl: 3\r\n\r\nabc",
        b"A\r\n\r\n",
        b"B\r\nContent-Length:  2\r\nC: d\r\n\r\n\r\n",
    ]
    stream = messages[0] + b"\r\n\r\n" + messages[1] + messages[2]
    found: list[bytes] = []
    connection = TlsConnection().opened(lambda message, _: found.append(message))
    for at in range(0, len(stream), at_once):
        connection.data_received(stream[at : at + at_once])
    assert [message.lstrip(b"\r\n") for message in found if message.strip()] == messages

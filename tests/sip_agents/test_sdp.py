"""Offers and answers as RFC 3264 wants them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_agents.errors import MalformedMessage
from sip_agents.sdp import LocalAudio, NoCommonAudio, agree, answer, offer, parse_sdp

LOCAL = LocalAudio("127.0.0.3", 4000, 99)
# What Asterisk 22 offers, with a video line in front
OFFER = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Asterisk\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=video 21000 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\n"
    b"m=audio 21002 RTP/AVP 3 0 8 97\r\nc=IN IP4 127.0.0.7\r\na=rtpmap:97 telephone-event/8000\r\n"
    b"a=fmtp:97 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
)


def test_first_law_of_the_offer_that_we_speak_is_taken() -> None:
    plan = agree(parse_sdp(OFFER), ("PCMA", "PCMU"))
    assert (plan.ip, plan.port, plan.law, plan.event_payload) == ("127.0.0.7", 21002, "PCMU", 97)
    assert agree(parse_sdp(OFFER), ("PCMA",)).law == "PCMA"


def test_answer_has_a_line_for_each_line_and_refuses_what_is_no_audio() -> None:
    far = parse_sdp(OFFER)
    reply = parse_sdp(answer(far, agree(far, LOCAL.laws), LOCAL, 1))
    assert [(line.kind, line.port) for line in reply.media] == [("video", 0), ("audio", 4000)]
    assert reply.media[1].formats == ("0", "97")


def test_offer_and_its_answer_agree_both_ways() -> None:
    other = LocalAudio("127.0.0.4", 5000, 7, ("PCMU",))
    far = parse_sdp(offer(LOCAL, 1))
    theirs = agree(far, other.laws)
    ours = agree(parse_sdp(answer(far, theirs, other, 1)), LOCAL.laws)
    assert (theirs.law, theirs.port, theirs.event_payload) == ("PCMU", 4000, 101)
    assert (ours.law, ours.port, ours.event_payload) == ("PCMU", 5000, 101)


@pytest.mark.parametrize(
    ("said", "ours", "sends"),
    [
        ("sendrecv", "sendrecv", True),
        ("sendonly", "recvonly", False),
        ("recvonly", "sendonly", True),
        ("inactive", "inactive", False),
    ],
)
def test_direction_is_mirrored_and_a_held_phone_sends_nothing(said: str, ours: str, sends: bool) -> None:
    far = parse_sdp(OFFER.replace(b"sendrecv", said.encode()))
    plan = agree(far, LOCAL.laws)
    assert (plan.direction, plan.sends) == (ours, sends)
    assert f"a={ours}".encode() in answer(far, plan, LOCAL, 1)


def test_direction_of_the_session_holds_for_a_line_without_one() -> None:
    far = parse_sdp(OFFER.replace(b"a=sendrecv\r\n", b"").replace(b"t=0 0\r\n", b"t=0 0\r\na=sendonly\r\n"))
    assert agree(far, LOCAL.laws).direction == "recvonly"


def test_old_style_hold_with_address_zero_sends_nothing() -> None:
    assert not agree(parse_sdp(OFFER.replace(b"127.0.0.7", b"0.0.0.0")), LOCAL.laws).sends


@pytest.mark.parametrize(
    "body",
    [
        OFFER.replace(b"3 0 8 97", b"3 97"),
        OFFER.replace(b"audio 21002", b"audio 0"),
        OFFER.replace(b"RTP/AVP 3", b"RTP/SAVP 3"),
        OFFER.replace(b"IP4 127.0.0.7", b"IP6 ::1").replace(b"c=IN IP4 127.0.0.1", b"c=IN IP6 ::1"),
    ],
)
def test_offer_without_plain_g711_is_refused(body: bytes) -> None:
    with pytest.raises(NoCommonAudio):
        agree(parse_sdp(body), LOCAL.laws)


@pytest.mark.parametrize("body", [b"", b"hello", OFFER.replace(b"audio 21002", b"audio 99999")])
def test_malformed_sdp_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        agree(parse_sdp(body), LOCAL.laws)


@given(st.integers(0, len(OFFER)), st.integers(0, 30), st.binary(max_size=8))
def test_no_damage_to_sdp_raises_anything_but_malformed(at: int, length: int, damage: bytes) -> None:
    with suppress(MalformedMessage):
        agree(parse_sdp(OFFER[:at] + damage + OFFER[at + length :]), LOCAL.laws)

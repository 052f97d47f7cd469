"""RTP packets, the 20 ms clock, and keys pressed in RTP."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_agents.dtmf import DigitReader, ReceivedDigit, key_press
from sip_agents.errors import MalformedMessage
from sip_agents.g711 import decode
from sip_agents.rtp import parse_rtp, write_rtp
from sip_agents.rtp_clock import frames_due
from sip_agents.tones import share_of_tone
from sip_agents.voice import Voice, tone_frames


def test_written_packet_reads_back() -> None:
    packet = parse_rtp(write_rtp(8, True, 65537, 2**32 + 5, 77, b"abc"))
    assert (packet.payload_type, packet.marker, packet.sequence, packet.timestamp) == (8, True, 1, 5)
    assert (packet.ssrc, packet.payload) == (77, b"abc")


def test_sources_extension_and_padding_are_taken_off() -> None:
    head = bytes([0x80 | 0x20 | 0x10 | 1, 0, 0, 1]) + bytes(8) + b"csrc" + b"\xbe\xde\x00\x01" + b"exte"
    assert parse_rtp(head + b"sound" + b"\x00\x02").payload == b"sound"


@given(st.binary(max_size=40))
def test_no_datagram_raises_anything_but_malformed(datagram: bytes) -> None:
    with suppress(MalformedMessage):
        parse_rtp(datagram)


def test_clock_sends_what_is_due_and_passes_over_the_rest_of_a_stall() -> None:
    assert frames_due(0.0) == (1, 0)
    assert frames_due(0.021) == (2, 0)
    assert frames_due(0.05) == (3, 0)
    assert frames_due(1.01) == (3, 48)


def test_key_press_is_as_rfc_4733_wants_it() -> None:
    packets = key_press("5", 100)
    assert [packet.marker for packet in packets] == [True] + 6 * [False]
    assert [int.from_bytes(packet.payload[2:]) for packet in packets] == [160, 320, 480, 640, 800, 800, 800]
    assert [bool(packet.payload[1] & 0x80) for packet in packets] == 4 * [False] + 3 * [True]
    assert {packet.payload[0] for packet in packets} == {5}


@pytest.mark.parametrize("key", ["", "12", "x", "E"])
def test_no_such_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        key_press(key, 100)


def test_digit_is_told_once_however_often_its_end_is_repeated() -> None:
    reader = DigitReader()
    told: list[ReceivedDigit] = []
    for timestamp, key in ((1000, "7"), (3000, "7"), (5000, "#")):
        for packet in key_press(key, 100):
            told += reader.read(timestamp, packet.payload, now=1.5)
    assert [(digit.key, digit.held_ms) for digit in told] == [("7", 100), ("7", 100), ("#", 100)]


def test_digit_whose_ends_were_lost_is_told_with_the_next_one() -> None:
    reader = DigitReader()
    told: list[ReceivedDigit] = []
    for timestamp, key in ((1000, "1"), (3000, "2")):
        lossy = key_press(key, 100)[: 3 if key == "1" else None]
        for packet in lossy:
            told += reader.read(timestamp, packet.payload, now=1.5)
    assert [(digit.key, digit.held_ms) for digit in told] == [("1", 60), ("2", 100)]


def test_event_cut_short_is_malformed_and_an_unknown_one_is_no_digit() -> None:
    with pytest.raises(MalformedMessage):
        DigitReader().read(1, b"\x01\x80", now=0.0)
    assert DigitReader().read(1, b"\x40\x80\x00\xa0", now=0.0) == ()


@pytest.mark.parametrize("hz", [697.0, 1000.5, 333.3])
def test_tone_goes_round_without_a_seam(hz: float) -> None:
    frames = tone_frames("PCMA", hz)
    seam = decode("PCMA", b"".join((*frames[-5:], *frames[:5])))
    assert share_of_tone(seam, 8000, hz) > 0.98


def test_muted_voice_is_silent_and_keeps_the_tones_phase() -> None:
    voice, other = Voice("PCMA", 697.0), Voice("PCMA", 697.0)
    voice.muted = True
    assert np.abs(decode("PCMA", voice.frame(0).payload)).max() <= 8
    voice.muted = False
    other.frame(0)
    assert voice.frame(160) == other.frame(160)


def test_keys_are_kept_apart_by_sound_and_share_one_timestamp_each() -> None:
    voice, sent = Voice("PCMA", None), []
    for key in "12":
        voice.press(key, 40, lambda key=key: sent.append(key))  # type: ignore[misc]
    frames = [voice.frame(160 * n) for n in range(12)]
    assert [frame.is_event for frame in frames] == 4 * [True] + 3 * [False] + 4 * [True] + [False]
    assert {frame.timestamp for frame in frames[:4]} == {0}
    assert {frame.timestamp for frame in frames[7:11]} == {7 * 160}
    assert sent == ["1", "2"]

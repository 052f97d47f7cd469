"""What does this RTP packet say, and how is one written? (RFC 3550, section 5.1)"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from sip_agents.errors import MalformedMessage

FRAME_S: Final = 0.02
FRAME_SAMPLES: Final = 160
_FIXED = struct.Struct("!BBHII")
_VERSION_2: Final = 0x80


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """``timestamp`` counts samples of 1/8000 s, modulo 2**32; ``sequence`` counts packets, modulo 2**16."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse_rtp(datagram: bytes) -> RtpPacket:
    """Contributing sources, header extension and padding are taken off. Raises MalformedMessage."""
    if len(datagram) < _FIXED.size:
        raise MalformedMessage("shorter than an RTP header")
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(datagram)
    if first >> 6 != 2:
        raise MalformedMessage("not RTP version 2")
    start = _FIXED.size + 4 * (first & 15)
    if first & 0x10:
        if len(datagram) < start + 4:
            raise MalformedMessage("RTP extension cut short")
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4])
    end = len(datagram) - (datagram[-1] if first & 0x20 else 0)
    if start > end:
        raise MalformedMessage("RTP payload cut short")
    return RtpPacket(second & 127, bool(second & 128), sequence, timestamp, ssrc, datagram[start:end])


def write_rtp(payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, payload: bytes) -> bytes:
    """The datagram; ``sequence`` and ``timestamp`` may be any whole numbers, they are wrapped here."""
    second = payload_type | (0x80 if marker else 0)
    return _FIXED.pack(_VERSION_2, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload

"""Where does each side want its sound, in which code, and in which direction? (RFC 4566, 3264, 4568 and 4733)"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from sip_agents.errors import MalformedMessage
from sip_agents.g711 import Law
from sip_agents.sdes import OFFERED_TAG, Crypto, crypto_in

Direction: TypeAlias = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
PAYLOAD_TYPES: Final[dict[Law, int]] = {"PCMA": 8, "PCMU": 0}
EVENT_PAYLOAD: Final = 101
CONTENT_TYPE: Final = "application/sdp"
_MIRROR: Final[dict[Direction, Direction]] = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}
_MEDIA = re.compile(r"([a-z]+) ([0-9]{1,5})(?:/[0-9]+)? (\S+) (.+)")
_EVENT_MAP = re.compile(r"rtpmap:([0-9]{1,3}) +telephone-event/8000", re.I)


@dataclass(frozen=True, slots=True)
class MediaLine:
    """One ``m=`` line and what belongs to it; ``ip`` is the session's if the line has none of its own."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    attributes: tuple[str, ...]
    ip: str

    @property
    def crypto(self) -> Crypto | None:
        """The far side's key: with RTP/SAVP it is a condition, with RTP/AVP a wish that may be passed over."""
        return crypto_in(self.attributes)

    def carries(self, encrypted: bool) -> bool:
        """Whether sound can go this way as we want it."""
        if self.kind != "audio" or self.port == 0:
            return False
        if encrypted:
            return self.protocol in ("RTP/SAVP", "RTP/AVP") and self.crypto is not None
        return self.protocol == "RTP/AVP"


@dataclass(frozen=True, slots=True)
class Description:
    """The far side's SDP: its media lines, and the attributes that hold for all of them."""

    media: tuple[MediaLine, ...]
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AudioPlan:
    """What both sides agreed on. ``event_payload`` is None if digits cannot be sent; ``direction`` is ours.

    ``crypto`` is what the far side's sound is encrypted with; None is plain RTP both ways.
    """

    ip: str
    port: int
    law: Law
    event_payload: int | None
    direction: Direction
    crypto: Crypto | None = None

    @property
    def sends(self) -> bool:
        """False while the far side holds the call: sent packets would not be wanted (RFC 3264, section 5.1)."""
        return self.direction in ("sendrecv", "sendonly") and self.ip != "0.0.0.0"  # noqa: S104 (RFC 2543's hold)

    def without_events(self) -> AudioPlan:
        """The same for a phone that neither sends nor wants telephone-events."""
        return replace(self, event_payload=None)

    def held(self) -> AudioPlan:
        """The same with nothing wanted of the far side: whoever holds goes on holding, whatever is offered to it."""
        return replace(self, direction="sendonly" if self.direction in ("sendrecv", "sendonly") else "inactive")


@dataclass(frozen=True, slots=True)
class LocalAudio:
    """Our side: where we listen, which laws we speak (best first), and the o= line's session id.

    Without ``events`` no telephone-event is offered or agreed to: whoever presses keys otherwise says so by that. With a
    ``key`` nothing but SRTP is, ours encrypted with it.
    """

    ip: str
    port: int
    session_id: int
    laws: tuple[Law, ...] = ("PCMA", "PCMU")
    events: bool = True
    key: bytes | None = None


class NoCommonAudio(MalformedMessage):
    """The far side's SDP has no G.711 audio over plain RTP, or over SRTP if that is what we want."""


def parse_sdp(body: bytes) -> Description:
    """Raises MalformedMessage."""
    sections: list[list[str]] = [[]]
    for line in body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        if line.startswith("m="):
            sections.append([])
        if line.strip():
            sections[-1].append(line.strip())
    session_ip = _connection(sections[0])
    media = tuple(_media_line(section, session_ip) for section in sections[1:])
    if not sections[0] or sections[0][0] != "v=0":
        raise MalformedMessage("not SDP")
    return Description(media, _attributes(sections[0]))


def _attributes(lines: list[str]) -> tuple[str, ...]:
    return tuple(line[2:] for line in lines if line.startswith("a="))


def _connection(lines: list[str]) -> str | None:
    line = next((line for line in lines if line.startswith("c=")), None)
    if line is None:
        return None
    words = line[2:].split()
    if len(words) != 3 or words[:2] != ["IN", "IP4"]:
        return None
    try:
        return str(ipaddress.IPv4Address(words[2].partition("/")[0]))
    except ValueError:
        return None


def _media_line(lines: list[str], session_ip: str | None) -> MediaLine:
    found = _MEDIA.fullmatch(lines[0][2:])
    if not found or int(found[2]) > 65535:
        raise MalformedMessage(f"not a media line: {lines[0][:60]!r}")
    kind, port, protocol, formats = found.groups()
    ip = _connection(lines[1:]) or session_ip or ""
    return MediaLine(kind, int(port), protocol, tuple(formats.split()), _attributes(lines[1:]), ip)


def agree(far: Description, laws: tuple[Law, ...], *, encrypted: bool = False) -> AudioPlan:
    """What to send, seen from us: the first law of the far side's list that we speak. Raises NoCommonAudio."""
    for line in far.media:
        law = _first_common(line, laws)
        if line.carries(encrypted) and law and line.ip:
            crypto = line.crypto if encrypted else None
            return AudioPlan(line.ip, line.port, law, _event_payload(line), _MIRROR[_direction(line, far)], crypto)
    raise NoCommonAudio(f"no G.711 over {'SRTP' if encrypted else 'RTP/AVP'} at an IPv4 address")


def _first_common(line: MediaLine, laws: tuple[Law, ...]) -> Law | None:
    numbers = {str(PAYLOAD_TYPES[law]): law for law in laws}
    return next((numbers[number] for number in line.formats if number in numbers), None)


def _event_payload(line: MediaLine) -> int | None:
    for attribute in line.attributes:
        found = _EVENT_MAP.match(attribute)
        if found and found[1] in line.formats and int(found[1]) < 128:
            return int(found[1])
    return None


def _direction(line: MediaLine, far: Description) -> Direction:
    for attribute in (*line.attributes, *far.attributes):
        for direction in _MIRROR:
            if attribute == direction:
                return direction
    return "sendrecv"


def offer(local: LocalAudio, version: int, direction: Direction = "sendrecv") -> bytes:
    """All that we speak, telephone-event 101 included. ``version`` grows by one with each changed SDP of a call."""
    codes = [(PAYLOAD_TYPES[law], f"{law}/8000") for law in local.laws]
    events = EVENT_PAYLOAD if local.events else None
    crypto = Crypto(OFFERED_TAG, local.key) if local.key is not None else None
    protocol = "RTP/AVP" if crypto is None else "RTP/SAVP"
    return _written(local, version, [_audio(local.port, protocol, crypto, codes, events, direction)])


def answer(far: Description, plan: AudioPlan, local: LocalAudio, version: int) -> bytes:
    """Our answer to an offer: one line for each of its lines, refused ones with port 0 (RFC 3264, section 6)."""
    lines: list[str] = []
    taken = False
    for line in far.media:
        if not taken and line.carries(plan.crypto is not None) and (line.ip, line.port) == (plan.ip, plan.port):
            codes = [(PAYLOAD_TYPES[plan.law], f"{plan.law}/8000")]
            crypto = Crypto(plan.crypto.tag, local.key) if plan.crypto and local.key is not None else None
            lines.append(_audio(local.port, line.protocol, crypto, codes, plan.event_payload, plan.direction))
            taken = True
        else:
            lines.append(f"m={line.kind} 0 {line.protocol} {' '.join(line.formats)}\r\n")
    return _written(local, version, lines)


def _audio(
    port: int,
    protocol: str,
    crypto: Crypto | None,
    codes: list[tuple[int, str]],
    event_payload: int | None,
    direction: Direction,
) -> str:
    if event_payload is not None:
        codes = [*codes, (event_payload, "telephone-event/8000")]
    lines = [f"m=audio {port} {protocol} {' '.join(str(number) for number, _ in codes)}"]
    if crypto is not None:
        lines.append(f"a={crypto.attribute}")
    lines += [f"a=rtpmap:{number} {name}" for number, name in codes]
    if event_payload is not None:
        lines.append(f"a=fmtp:{event_payload} 0-16")
    return "".join(f"{line}\r\n" for line in (*lines, "a=ptime:20", f"a={direction}"))


def _written(local: LocalAudio, version: int, media: list[str]) -> bytes:
    head = f"v=0\r\no=- {local.session_id} {version} IN IP4 {local.ip}\r\ns=-\r\nc=IN IP4 {local.ip}\r\nt=0 0\r\n"
    return (head + "".join(media)).encode()

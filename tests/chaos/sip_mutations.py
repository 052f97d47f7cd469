"""How is a SIP message spoilt so that it still looks like one? Its headers and its SDP line by line, and bytes anywhere."""

from __future__ import annotations

import random
import re
from typing import Final

from tests.chaos.byte_mutations import spoilt
from tests.chaos.sip_words import ODD_HEADERS, ODD_SDP, ODD_VALUES

LARGEST: Final = 60_000


def spoilt_message(chance: random.Random, message: bytes) -> tuple[str, bytes]:
    """(the kind of mutation, the datagram)."""
    kinds = ("headers", "headers", "bytes", *(("SDP", "SDP") if b"\r\nv=0" in message else ()))
    kind = chance.choice(kinds)
    match kind:
        case "headers":
            message = _headers(chance, message)
        case "SDP":
            message = _sdp(chance, message)
        case _:
            message = spoilt(chance, message, LARGEST)
    if chance.random() < 0.1:
        message = spoilt(chance, message, LARGEST)
    return kind, message[:LARGEST]


def _headers(chance: random.Random, message: bytes) -> bytes:
    head, _, body = message.partition(b"\r\n\r\n")
    lines = head.decode(errors="surrogateescape").split("\r\n")
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        at = chance.randrange(1, len(lines)) if len(lines) > 1 else 0
        name, _, value = lines[at].partition(":")
        match chance.randrange(9):
            case 0 if len(lines) > 2:
                del lines[at]
            case 1:
                lines.insert(chance.randrange(1, len(lines) + 1), lines[at])
            case 2:
                lines[at:at] = [lines[at]] * chance.choice((5, 60, 400))
            case 3 | 4:
                lines[at] = f"{name}: {chance.choice(ODD_VALUES)}"
            case 5:
                lines[at] = f"{name}:{value}{chance.choice(ODD_VALUES)}"
            case 6:
                lines.insert(chance.randrange(1, len(lines) + 1), chance.choice(ODD_HEADERS))
            case 7:
                chance.shuffle(rest := lines[1:])
                lines[1:] = rest
            case _:
                lines[0] = _start(chance, lines[0])
    return "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body


def _start(chance: random.Random, line: str) -> str:
    words = line.split(" ")
    match chance.randrange(5):
        case 0:
            words[chance.randrange(len(words))] = chance.choice(ODD_VALUES)
        case 1:
            words.insert(chance.randrange(len(words) + 1), "")
        case 2:
            del words[chance.randrange(len(words))]
        case 3:
            words[0] = chance.choice((words[0].lower(), "X" * 400, "INV%49TE", "", "SIP/2.0", "BYE", "CANCEL", "ACK"))
        case _:
            words[min(1, len(words) - 1)] = chance.choice(
                (
                    "sip:900100201@127.0.0.1;x=" + "y" * 2_000,
                    "sip:9001%30%30201@127.0.0.1",
                    "*",
                    "sip:*31%31009@127.0.0.1",
                    "999",
                    "0",
                    "-200",
                )
            )
    return " ".join(words)


def _sdp(chance: random.Random, message: bytes) -> bytes:
    """The body is changed; Content-Length follows, mostly."""
    head, _, body = message.partition(b"\r\n\r\n")
    lines = body.decode(errors="surrogateescape").split("\r\n")
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines[at:at] = [lines[at]] * chance.choice((1, 10, 300))
            case 2:
                chance.shuffle(lines)
            case 3:
                lines[at] = chance.choice(ODD_SDP)
            case _:
                lines.insert(at, chance.choice(ODD_SDP))
    body = chance.choice(("\r\n", "\r\n", "\r\n", "\n", "\r")).join(lines).encode("utf-8", "surrogatepass")
    if chance.random() < 0.85:
        head = re.sub(rb"Content-Length: *[0-9]+", b"Content-Length: %d" % len(body), head)
    return head + b"\r\n\r\n" + body

"""What may a browser say to Asterisk, and how does it come to prove who it is? One SIP message a frame, in its own person's name.

The browser never knows the SIP secret. It answers Asterisk's challenge with any password, and what counts in that answer (RFC
7616's ``response``) is made anew here, since the console knows who is logged in. So what a phone may do ends with its log-in.

Read strictly: what two parsers could understand differently (folded lines, a header twice, a length that is not the body's) is not
passed on at all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LONGEST_FRAME: Final = 64 * 1024
METHODS: Final = frozenset(
    ["REGISTER", "INVITE", "ACK", "BYE", "CANCEL", "UPDATE", "PRACK", "INFO", "OPTIONS", "REFER", "NOTIFY"]
)
ONCE: Final = frozenset(["from", "to", "call-id", "cseq", "content-length", "authorization"])
NEEDED: Final = ("via", "from", "to", "call-id", "cseq", "content-length")
KEEP_ALIVE: Final = frozenset(["\r\n", "\r\n\r\n"])

_REQUEST: Final = re.compile(r"([A-Z]+) (sips?:[^\s\x00-\x1f]+) SIP/2\.0")
_STATUS: Final = re.compile(r"SIP/2\.0 [1-6][0-9][0-9] [^\x00-\x1f]*")
_HEADER: Final = re.compile(r"([A-Za-z0-9!%*_+`'~.-]+)[ \t]*:[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_ADDRESS: Final = re.compile(r"(?:\"(?:[^\"\\\x00-\x1f]|\\.)*\"|[^\"<>]*)[ \t]*<sip:([^@;?>]+)@([^:;?>]+)>\s*(;.*)?")
_PAIR: Final = re.compile(r'([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


class BadFrame(ValueError):
    """Not one whole SIP message as a browser sends it: whoever sent it is no phone."""


class NotYours(ValueError):
    """A message that is well made, and not allowed. ``answer`` is the response to it, empty where SIP knows none."""

    def __init__(self, why: str, answer: str = "") -> None:
        super().__init__(why)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose phone it is: ``sip:CODE@DOMAIN``, and the secret that Asterisk knows of it."""

    code: str
    domain: str
    secret: str

    def __repr__(self) -> str:
        return f"Owner({self.code!r}, {self.domain!r}, ...)"


@dataclass(frozen=True, slots=True)
class _Message:
    first: str
    headers: Sequence[tuple[str, str]]
    body: str
    method: str | None

    def value(self, name: str) -> str:
        """The header's value, or its first; empty without one."""
        return next((value for known, value in self.headers if known.lower() == name), "")

    def text(self) -> str:
        return "\r\n".join([self.first, *(f"{name}: {value}" for name, value in self.headers), "", self.body])


def outward(frame: str, owner: Owner) -> str:
    """What Asterisk gets of a frame from the browser of ``owner``. Raises BadFrame, NotYours."""
    if frame in KEEP_ALIVE:
        return frame
    message = _read(frame)
    if message.method is None:
        return message.text()
    if message.method not in METHODS:
        raise NotYours(f"{message.method} is not for phones", _refusal(message, "405 Method Not Allowed"))
    first_of_dialog = message.method == "REGISTER" or not _has_tag(message.value("to"))
    named = ("from", "to") if message.method == "REGISTER" else ("from",) if first_of_dialog else ()
    for name in named:
        if _who(message.value(name)) != (owner.code, owner.domain):
            raise NotYours(f"{message.method} in another's name", _refusal(message, "403 Forbidden"))
    return _proved(message, owner).text()


def _read(frame: str) -> _Message:
    head, separator, body = frame.partition("\r\n\r\n")
    lines = head.split("\r\n")
    if not separator or any("\r" in line or "\n" in line for line in lines):
        raise BadFrame("no end of the headers, or a line that ends otherwise")
    request = _REQUEST.fullmatch(lines[0])
    if request is None and _STATUS.fullmatch(lines[0]) is None:
        raise BadFrame("not SIP's first line")
    headers = [_header(line) for line in lines[1:]]
    names = [name.lower() for name, _ in headers]
    if any(len(name) == 1 for name in names) or any(names.count(name) > 1 for name in ONCE):
        raise BadFrame("a header in its short form, which no browser sends, or twice")
    message = _Message(lines[0], headers, body, request[1] if request else None)
    if missing := [name for name in NEEDED if name not in names]:
        raise BadFrame(f"without {missing[0]}")
    if message.value("content-length") != str(len(body.encode())):
        raise BadFrame("the body is not as long as it says")
    return message


def _header(line: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(line)
    if found is None:
        raise BadFrame("a line that is no header")
    return found[1], found[2].rstrip(" \t")


def _has_tag(value: str) -> bool:
    """Whether an address in a header names a dialog. What stands inside its brackets does not."""
    return ";tag=" in value.rpartition(">")[2].lower().replace(" ", "").replace("\t", "")


def _who(value: str) -> tuple[str, str] | None:
    """User and domain of an address in a header; None for one that is written otherwise than JsSIP does."""
    found = _ADDRESS.fullmatch(value)
    return (found[1], found[2]) if found else None


def _proved(message: _Message, owner: Owner) -> _Message:
    headers = [
        (name, _answered(value, message, owner) if name.lower() == "authorization" else value)
        for name, value in message.headers
        if name.lower() != "proxy-authorization"
    ]
    return _Message(message.first, headers, message.body, message.method)


def _answered(value: str, message: _Message, owner: Owner) -> str:
    """The same Authorization with the right ``response``: MD5 as RFC 2617 has it, which is what Asterisk asks browsers for."""
    scheme, _, rest = value.partition(" ")
    said = {found[1].lower(): found[2] if found[3] is None else found[3] for found in _PAIR.finditer(rest)}
    needed = {"username", "realm", "nonce", "uri"}
    if scheme.lower() != "digest" or not needed <= said.keys() or said.get("algorithm", "MD5").upper() != "MD5":
        raise BadFrame("an Authorization of another kind")
    if said["username"] != owner.code:
        raise NotYours("another's Authorization", _refusal(message, "403 Forbidden"))
    method = message.method or ""
    secret = _md5(f"{owner.code}:{said['realm']}:{owner.secret}")
    asked = _md5(f"{method}:{said['uri']}")
    middle = said["nonce"]
    pairs = [(name, f'"{said[name]}"') for name in ("username", "realm", "nonce", "uri")]
    if said.get("qop") == "auth":
        count, once = said.get("nc", ""), said.get("cnonce", "")
        middle = f"{middle}:{count}:{once}:auth"
        pairs += [("qop", "auth"), ("nc", count), ("cnonce", f'"{once}"')]
    pairs += [(name, f'"{said[name]}"') for name in ("opaque",) if name in said]
    pairs += [("algorithm", "MD5"), ("response", f'"{_md5(f"{secret}:{middle}:{asked}")}"')]
    return "Digest " + ", ".join(f"{name}={text}" for name, text in pairs)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # the protocol's choice, not ours


def _refusal(message: _Message, status: str) -> str:
    """A response of our own to a request; ACK has none."""
    if message.method == "ACK":
        return ""
    same = [
        (name, value) for name, value in message.headers if name.lower() in ("via", "from", "to", "call-id", "cseq")
    ]
    tagged = [
        (name, f"{value};tag=console" if name.lower() == "to" and not _has_tag(value) else value)
        for name, value in same
    ]
    return _Message(f"SIP/2.0 {status}", [*tagged, ("Content-Length", "0")], "", None).text()

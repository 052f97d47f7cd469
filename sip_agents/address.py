"""Who and where is meant by this SIP address or Via? (RFC 3261, sections 19.1, 20.10 and 20.42)"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeAlias
from urllib.parse import quote, unquote

from sip_agents.errors import MalformedMessage

SocketAddress: TypeAlias = tuple[str, int]
Parameters: TypeAlias = tuple[tuple[str, str | None], ...]
DEFAULT_PORT: Final = 5060
_REMEMBERED: Final = 512  # one message's addresses are read several times, and a call's messages repeat them

_SIP_URI = re.compile(
    r"(sips?):(?:([^@\s<>]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?((?:;[^?\s]*)?)(\?\S*)?"
)
_OTHER_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(\S+)")
_VIA = re.compile(
    r"SIP\s*/\s*2\.0\s*/\s*([A-Za-z0-9]+)\s+(\[[0-9A-Fa-f:.]+\]|[^\s:;]+)(?:\s*:\s*([0-9]{1,5}))?\s*(;.*)?", re.I
)


def split_outside_quotes(text: str, separator: str) -> list[str]:
    """``text`` cut at every ``separator`` that is neither in "quotes" nor in <angle brackets>; pieces stripped."""
    if '"' not in text and "<" not in text:
        return [piece.strip() for piece in text.split(separator)]
    pieces, start, quoted, depth, skip = [], 0, False, 0, False
    for at, char in enumerate(text):
        if skip:
            skip = False
        elif quoted:
            quoted, skip = char != '"', char == "\\"
        elif char == '"':
            quoted = True
        elif char in "<>":
            depth = 1 if char == "<" else 0
        elif char == separator and not depth:
            pieces.append(text[start:at].strip())
            start = at + 1
    return [*pieces, text[start:].strip()]


def parse_parameters(text: str) -> Parameters:
    """``;a=1;lr`` as ``(("a", "1"), ("lr", None))``; names in lower case, quotes taken off values."""
    parameters: list[tuple[str, str | None]] = []
    for piece in split_outside_quotes(text, ";"):
        name, equals, value = piece.partition("=")
        if name.strip():
            parameters.append((name.strip().lower(), value.strip().strip('"') if equals else None))
    return tuple(parameters)


def parameter(parameters: Parameters, name: str) -> str | None:
    """The value of ``name``; None if it is absent or bare."""
    return next((value for key, value in parameters if key == name), None)


def write_parameters(parameters: Parameters) -> str:
    """The inverse of ``parse_parameters``."""
    return "".join(f";{name}" if value is None else f";{name}={value}" for name, value in parameters)


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if not 0 < int(text) < 65536:
        raise MalformedMessage(f"port out of range: {text}")
    return int(text)


@dataclass(frozen=True, slots=True)
class SipUri:
    """A sip: or sips: URI. Of any other scheme (tel:) all but the scheme is in ``userinfo`` and ``host`` is empty.

    ``headers`` (``?Replaces=...``, escapes undone) belong into a Refer-To or a redirecting Contact and nowhere else
    (19.1.1): ``str()`` leaves them out, ``with_headers()`` writes them.
    """

    userinfo: str | None
    host: str
    port: int | None = None
    parameters: Parameters = ()
    scheme: str = "sip"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def user(self) -> str:
        """The user part, escapes undone and without a password; empty if there is none."""
        return unquote((self.userinfo or "").partition(":")[0].partition(";")[0])

    @property
    def is_loose_router(self) -> bool:
        """True with the ``lr`` parameter: as a Route it leaves the request-URI alone."""
        return any(name == "lr" for name, _ in self.parameters)

    def socket_address(self) -> SocketAddress | None:
        """Where to send for this URI, or None if its host is no IPv4 address: names are not looked up."""
        try:
            return str(ipaddress.IPv4Address(self.host)), self.port or DEFAULT_PORT
        except ValueError:
            return None

    def __str__(self) -> str:
        if not self.host:
            return f"{self.scheme}:{self.userinfo}"
        user = "" if self.userinfo is None else f"{self.userinfo}@"
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}:{user}{self.host}{port}{write_parameters(self.parameters)}"

    def with_headers(self) -> str:
        """The URI with its headers, all but letters, digits and ``-_.~`` escaped (19.1.2): ``@``, ``;`` and ``=`` must be."""
        pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in self.headers)
        return f"{self}?{pairs}" if pairs else str(self)


@lru_cache(_REMEMBERED)
def parse_uri(text: str) -> SipUri:
    """Raises MalformedMessage."""
    if text[:4].lower() in ("sip:", "sips"):
        found = _SIP_URI.fullmatch(text[:4].lower() + text[4:])
        if not found:
            raise MalformedMessage(f"not a SIP URI: {text!r}")
        scheme, user, host, port, parameters, headers = found.groups()
        return SipUri(user, host, _port(port), parse_parameters(parameters), scheme, _uri_headers(headers or ""))
    other = _OTHER_URI.fullmatch(text)
    if not other:
        raise MalformedMessage(f"not a URI: {text!r}")
    return SipUri(other[2], "", scheme=other[1].lower())


def _uri_headers(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (piece.partition("=") for piece in text[1:].split("&") if piece)
    headers = tuple((unquote(name), unquote(value)) for name, _, value in pairs)
    if not all((name + value).isprintable() for name, value in headers):
        raise MalformedMessage("a line break or the like in a URI's headers")  # they become lines of a request
    return headers


@dataclass(frozen=True, slots=True)
class NameAddr:
    """The value of a From, To, Contact, Route or Record-Route header: ``"Ana" <sip:1001@host>;tag=x``."""

    uri: SipUri
    display: str | None = None
    parameters: Parameters = ()

    @property
    def tag(self) -> str | None:
        return parameter(self.parameters, "tag")

    def tagged(self, tag: str) -> NameAddr:
        """The same with ``tag`` in place of any other."""
        others = tuple(item for item in self.parameters if item[0] != "tag")
        return replace(self, parameters=(*others, ("tag", tag)))

    def __str__(self) -> str:
        display = ""
        if self.display is not None:
            display = '"' + self.display.replace("\\", "\\\\").replace('"', '\\"') + '" '
        return f"{display}<{self.uri}>{write_parameters(self.parameters)}"


@lru_cache(_REMEMBERED)
def parse_name_addr(text: str) -> NameAddr:
    """Raises MalformedMessage. Without angle brackets, parameters belong to the header, not to the URI (20.10)."""
    text = text.strip()
    if "<" not in text:
        uri, _, parameters = text.partition(";")
        return NameAddr(parse_uri(uri.strip()), None, parse_parameters(parameters))
    display, rest = _display_and_rest(text)
    address, closed, parameters = rest[1:].partition(">")
    if not closed or not rest.startswith("<"):
        raise MalformedMessage(f"unclosed address: {text!r}")
    return NameAddr(parse_uri(address.strip()), display, parse_parameters(parameters))


def _display_and_rest(text: str) -> tuple[str | None, str]:
    if not text.startswith('"'):
        display, _, rest = text.partition("<")
        return display.strip() or None, "<" + rest
    quoted = re.match(r'"((?:[^"\\]|\\.)*)"\s*', text)
    if not quoted:
        raise MalformedMessage(f"unclosed quotes: {text!r}")
    return re.sub(r"\\(.)", r"\1", quoted[1]), text[quoted.end() :]


@dataclass(frozen=True, slots=True)
class Via:
    """One hop of the way a request came; ``branch`` names the transaction."""

    host: str
    port: int | None
    parameters: Parameters
    transport: str = "UDP"

    @property
    def branch(self) -> str:
        return parameter(self.parameters, "branch") or ""

    @property
    def wants_rport(self) -> bool:
        """RFC 3581: the answer should go back to the port that the request came from."""
        return any(name == "rport" for name, _ in self.parameters)

    def received_from(self, source: SocketAddress) -> Via:
        """This Via as a server must note it: ``received``, and ``rport`` if it was asked for (RFC 3581, section 4)."""
        noted = tuple(item for item in self.parameters if item[0] not in ("received", "rport"))
        rport: Parameters = (("rport", str(source[1])),) if self.wants_rport else ()
        return replace(self, parameters=(*noted, *rport, ("received", source[0])))

    def answer_to(self, source: SocketAddress) -> SocketAddress:
        """Where a response goes (RFC 3261, section 18.2.2)."""
        return source if self.wants_rport else (source[0], self.port or DEFAULT_PORT)

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"SIP/2.0/{self.transport} {self.host}{port}{write_parameters(self.parameters)}"


@lru_cache(_REMEMBERED)
def parse_via(text: str) -> Via:
    """Raises MalformedMessage."""
    found = _VIA.fullmatch(text.strip())
    if not found:
        raise MalformedMessage(f"not a Via: {text!r}")
    transport, host, port, parameters = found.groups()
    return Via(host, _port(port), parse_parameters(parameters or ""), transport.upper())

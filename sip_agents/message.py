"""What does this SIP datagram say, and how is one written? (RFC 3261, sections 7, 8.2.6 and 20)"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from sip_agents.address import NameAddr, Via, parse_name_addr, parse_via, split_outside_quotes
from sip_agents.errors import MalformedMessage

Field: TypeAlias = tuple[str, str]

_COMPACT: Final = {
    "i": "call-id",
    "m": "contact",
    "e": "content-encoding",
    "l": "content-length",
    "c": "content-type",
    "f": "from",
    "s": "subject",
    "k": "supported",
    "t": "to",
    "v": "via",
    "r": "refer-to",
    "b": "referred-by",
    "x": "session-expires",
    "o": "event",
    "u": "allow-events",
}
_REQUEST_LINE = re.compile(r"([A-Za-z0-9.!%*_+`'~-]+) (\S+) SIP/2\.0")
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?")
_CSEQ = re.compile(r"([0-9]{1,10})\s+(\S+)")
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")


@lru_cache(256)
def _canonical(name: str) -> str:
    lowered = name.lower()
    return _COMPACT.get(lowered, lowered)


@dataclass(frozen=True, slots=True)
class CSeq:
    """A request's number in its dialog, and its method."""

    number: int
    method: str

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


@dataclass(frozen=True, slots=True)
class Headers:
    """A message's headers in order. Names compare without case, and compact forms are their long names."""

    fields: tuple[Field, ...] = ()

    def first(self, name: str) -> str | None:
        """The first value of ``name``, or None."""
        wanted = _canonical(name)
        for key, value in self.fields:
            if _canonical(key) == wanted:
                return value
        return None

    def every(self, name: str) -> tuple[str, ...]:
        """Every line of ``name``, uncut."""
        wanted = _canonical(name)
        return tuple(value for key, value in self.fields if _canonical(key) == wanted)

    def listed(self, name: str) -> tuple[str, ...]:
        """Every value of a header that may hold several, separated by commas (Via, Route, Contact, Require...)."""
        return tuple(item for line in self.every(name) for item in split_outside_quotes(line, ",") if item)

    def need(self, name: str) -> str:
        """The first value of ``name``. Raises MalformedMessage if there is none."""
        value = self.first(name)
        if value is None:
            raise MalformedMessage(f"no {name} header")
        return value

    def without(self, *names: str) -> Headers:
        unwanted = {_canonical(name) for name in names}
        return Headers(tuple(field for field in self.fields if _canonical(field[0]) not in unwanted))

    def adding(self, *fields: Field) -> Headers:
        return Headers(self.fields + fields)

    def with_top_via(self, via: Via) -> Headers:
        """The same with ``via`` in place of the top Via."""
        vias = (str(via), *self.listed("Via")[1:])
        return Headers((*(("Via", value) for value in vias), *self.without("Via").fields))

    @property
    def call_id(self) -> str:
        return self.need("Call-ID")

    @property
    def cseq(self) -> CSeq:
        found = _CSEQ.fullmatch(self.need("CSeq"))
        if not found or int(found[1]) >= 2**31:
            raise MalformedMessage("not a CSeq")
        return CSeq(int(found[1]), found[2])

    @property
    def sender(self) -> NameAddr:
        """The From header."""
        return parse_name_addr(self.need("From"))

    @property
    def recipient(self) -> NameAddr:
        """The To header."""
        return parse_name_addr(self.need("To"))

    @property
    def top_via(self) -> Via:
        vias = self.listed("Via")
        if not vias:
            raise MalformedMessage("no Via header")
        return parse_via(vias[0])

    @property
    def contact(self) -> NameAddr | None:
        """The first Contact, or None if there is none or it is ``*``."""
        contacts = self.listed("Contact")
        return parse_name_addr(contacts[0]) if contacts and contacts[0] != "*" else None


@dataclass(frozen=True, slots=True)
class Request:
    """``uri`` is the request-URI as written."""

    method: str
    uri: str
    headers: Headers
    body: bytes = b""

    @property
    def start_line(self) -> str:
        return f"{self.method} {self.uri} SIP/2.0"


@dataclass(frozen=True, slots=True)
class Response:
    """``status`` is 100 to 699."""

    status: int
    reason: str
    headers: Headers
    body: bytes = b""

    @property
    def start_line(self) -> str:
        return f"SIP/2.0 {self.status} {self.reason}"


Message: TypeAlias = Request | Response


def parse(datagram: bytes) -> Message:
    """Read one datagram, checking all that every message must have. Raises MalformedMessage and nothing else."""
    head, blank, rest = datagram.lstrip(b"\r\n").partition(b"\r\n\r\n")
    if not blank:
        raise MalformedMessage("no blank line after the headers")
    try:
        lines = head.decode().split("\r\n")
    except UnicodeDecodeError as error:
        raise MalformedMessage("headers are not UTF-8") from error
    headers = Headers(tuple(_field(line) for line in _unfolded(lines[1:])))
    return _checked(_message(lines[0], headers, _body(headers, rest)))


def _unfolded(lines: list[str]) -> list[str]:
    """Continuation lines (starting with a blank) joined to the line before (7.3.1)."""
    whole: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and whole:
            whole[-1] += " " + line.strip()
        else:
            whole.append(line)
    return whole


def _field(line: str) -> Field:
    name, colon, value = line.partition(":")
    if not colon or not _TOKEN.fullmatch(name.strip()):
        raise MalformedMessage(f"not a header: {line[:60]!r}")
    return name.strip(), value.strip()


def _body(headers: Headers, rest: bytes) -> bytes:
    """Over UDP a body may be followed by bytes that do not count, but must not be cut short (18.3)."""
    length = headers.first("Content-Length")
    if length is None:
        return rest
    if not re.fullmatch(r"[0-9]{1,6}", length) or int(length) > len(rest):
        raise MalformedMessage("Content-Length does not fit the datagram")
    return rest[: int(length)]


def _message(start_line: str, headers: Headers, body: bytes) -> Message:
    if status := _STATUS_LINE.fullmatch(start_line):
        return Response(int(status[1]), status[2] or "", headers, body)
    if request := _REQUEST_LINE.fullmatch(start_line):
        return Request(request[1], request[2], headers, body)
    raise MalformedMessage(f"not a start line: {start_line[:60]!r}")


def _checked(message: Message) -> Message:
    headers = message.headers
    via, cseq = headers.top_via, headers.cseq
    if not (headers.call_id and headers.sender and headers.recipient and via.branch):
        raise MalformedMessage("an empty Call-ID or branch")
    if isinstance(message, Request) and cseq.method != message.method:
        raise MalformedMessage("CSeq and request line name different methods")
    return message


def serialise(message: Message) -> bytes:
    """The datagram for ``message``; Content-Length is counted here."""
    lines = [f"{name}: {value}" for name, value in message.headers.without("Content-Length").fields]
    head = "\r\n".join([message.start_line, *lines, f"Content-Length: {len(message.body)}"])
    return head.encode() + b"\r\n\r\n" + message.body


def response_to(
    request: Request, status: int, reason: str = "", to_tag: str | None = None, *more: Field, body: bytes = b""
) -> Response:
    """A response with all that must be copied from its request (8.2.6.2, 12.1.1), and ``more`` headers."""
    headers = request.headers
    recipient = headers.recipient
    to = str(recipient.tagged(to_tag)) if to_tag and status > 100 and not recipient.tag else headers.need("To")
    routes = headers.every("Record-Route") if request.method == "INVITE" and 100 < status < 300 else ()
    copied: list[Field] = [("Via", via) for via in headers.every("Via")]
    copied += [("Record-Route", route) for route in routes]
    copied += [("From", headers.need("From")), ("To", to), ("Call-ID", headers.call_id), ("CSeq", headers.need("CSeq"))]
    return Response(status, reason or REASONS.get(status, "Final Answer"), Headers((*copied, *more)), body)


REASONS: Final = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    302: "Moved Temporarily",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    415: "Unsupported Media Type",
    420: "Bad Extension",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    600: "Busy Everywhere",
    603: "Decline",
}

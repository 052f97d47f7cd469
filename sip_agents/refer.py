"""What do REFER's headers and reports say? (RFC 3515, RFC 3891 for Replaces, RFC 3420 for message/sipfrag)"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from sip_agents.address import NameAddr, parameter, parse_name_addr, parse_parameters
from sip_agents.errors import MalformedMessage
from sip_agents.message import Field, Headers, Request

SIPFRAG_TYPE: Final[Field] = ("Content-Type", "message/sipfrag;version=2.0")
_STATUS_LINE = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2})(?: |\r|\n|$)")


@dataclass(frozen=True, slots=True)
class Replaces:
    """Which dialog an INVITE takes the place of, as its receiver sees it: ``to_tag`` is the receiver's own tag."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False

    @classmethod
    def of(cls, headers: Headers) -> Self | None:
        """The Replaces header, or None. Raises MalformedMessage: there may be one only (RFC 3891, section 3)."""
        values = headers.every("Replaces")
        if not values:
            return None
        call_id, _, rest = values[0].partition(";")
        parameters = parse_parameters(rest)
        to_tag, from_tag = parameter(parameters, "to-tag"), parameter(parameters, "from-tag")
        if len(values) > 1 or not call_id.strip() or to_tag is None or from_tag is None:
            raise MalformedMessage("not one Replaces with Call-ID, to-tag and from-tag")
        return cls(call_id.strip(), to_tag, from_tag, any(name == "early-only" for name, _ in parameters))

    def __str__(self) -> str:
        early = ";early-only" if self.early_only else ""
        return f"{self.call_id};to-tag={self.to_tag};from-tag={self.from_tag}{early}"


def refer_to(request: Request) -> NameAddr:
    """Whom a REFER means. Raises MalformedMessage unless it names exactly one (RFC 3515, section 2.4.2)."""
    values = request.headers.listed("Refer-To")
    if len(values) != 1:
        raise MalformedMessage("not exactly one Refer-To")
    return parse_name_addr(values[0])


def sipfrag(status: int, reason: str) -> bytes:
    """A report's body: the status line of the referred request's answer (RFC 3515, section 2.4.5)."""
    return f"SIP/2.0 {status} {reason}\r\n".encode()


def status_in(sipfrag_body: bytes) -> int | None:
    """The status that a report's body tells, or None if it tells none."""
    found = _STATUS_LINE.match(sipfrag_body)
    return int(found[1]) if found else None

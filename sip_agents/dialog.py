"""How is the next request of this dialog addressed? (RFC 3261, section 12)"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

from sip_agents.address import NameAddr, SipUri, SocketAddress, Via, parameter, parse_name_addr
from sip_agents.errors import MalformedMessage
from sip_agents.message import Field, Headers, Request, Response

DialogId: TypeAlias = tuple[str, str, str]  # Call-ID, our tag, their tag


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a phone is in the messages it sends: its address of record and where it is reached."""

    aor: NameAddr
    contact: SipUri
    new_branch: Callable[[], str]

    def via(self) -> Via:
        """A fresh Via: its branch names a new transaction (8.1.1.7), its rport asks for an answer to our port."""
        branch = ("branch", self.new_branch())
        transport = parameter(self.contact.parameters, "transport") or "udp"
        return Via(self.contact.host, self.contact.port, (("rport", None), branch), transport.upper())

    def contact_field(self) -> Field:
        return "Contact", f"<{self.contact}>"


@dataclass(frozen=True, slots=True)
class Dialog:
    """One side's view. ``routes`` are Route values in sending order; sequence numbers are the last ones used."""

    call_id: str
    local: NameAddr
    remote: NameAddr
    target: SipUri
    routes: tuple[str, ...]
    peer: SocketAddress  # where messages go if the next hop has a name, which is not looked up
    local_sequence: int
    remote_sequence: int = -1

    @classmethod
    def of_caller(cls, invite: Request, response: Response, peer: SocketAddress) -> Self:
        """From the answer to our INVITE (12.1.2). A missing To tag is an empty one, as older phones have it."""
        headers = response.headers
        target = headers.contact.uri if headers.contact else headers.recipient.uri
        routes = tuple(reversed(headers.listed("Record-Route")))
        sequence = invite.headers.cseq.number
        return cls(headers.call_id, headers.sender, headers.recipient, target, routes, peer, sequence)

    @classmethod
    def of_callee(cls, invite: Request, local_tag: str, peer: SocketAddress) -> Self:
        """From an INVITE we received (12.1.1). Raises MalformedMessage without a Contact."""
        headers = invite.headers
        if headers.contact is None:
            raise MalformedMessage("INVITE without a Contact")
        routes = headers.listed("Record-Route")
        local, remote = headers.recipient.tagged(local_tag), headers.sender
        return cls(headers.call_id, local, remote, headers.contact.uri, routes, peer, 0, headers.cseq.number)

    @property
    def id(self) -> DialogId:
        return self.call_id, self.local.tag or "", self.remote.tag or ""

    def next(self) -> Self:
        """The dialog with our sequence number counted up, for a new request other than ACK and CANCEL."""
        return replace(self, local_sequence=self.local_sequence + 1)

    def hearing(self, request: Request) -> Self:
        """The dialog after a request of theirs: its number, and their new Contact if it refreshes the target (12.2.2)."""
        headers = request.headers
        refreshes = request.method in ("INVITE", "UPDATE") and headers.contact is not None
        target = headers.contact.uri if refreshes and headers.contact else self.target
        return replace(self, remote_sequence=headers.cseq.number, target=target)

    def request(
        self, method: str, identity: Identity, *more: Field, body: bytes = b""
    ) -> tuple[Request, SocketAddress]:
        """A request with the dialog's present sequence number, and where to send it (12.2.1.1)."""
        uri, routes = self._routed()
        fields: list[Field] = [("Via", str(identity.via())), ("Max-Forwards", "70")]
        fields += [("Route", route) for route in routes]
        fields += [("From", str(self.local)), ("To", str(self.remote)), ("Call-ID", self.call_id)]
        fields += [("CSeq", f"{self.local_sequence} {method}"), identity.contact_field(), *more]
        return Request(method, str(uri), Headers(tuple(fields)), body), self._next_hop()

    def _routed(self) -> tuple[SipUri, tuple[str, ...]]:
        """Request-URI and Route values; a strict router (no ``lr``) takes the place of the request-URI."""
        if not self.routes:
            return self.target, ()
        first = parse_name_addr(self.routes[0]).uri
        if first.is_loose_router:
            return self.target, self.routes
        return first, (*self.routes[1:], f"<{self.target}>")

    def _next_hop(self) -> SocketAddress:
        hop = parse_name_addr(self.routes[0]).uri if self.routes else self.target
        return hop.socket_address() or self.peer

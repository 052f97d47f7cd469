"""What does a phone do that a REFER tells to call somebody else? (RFC 3515, sections 2.4.2 and 2.4.4)"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from sip_agents.address import SipUri, SocketAddress
from sip_agents.leg import Leg
from sip_agents.message import REASONS, Field, Request, response_to
from sip_agents.outgoing import OutgoingCall
from sip_agents.refer import SIPFRAG_TYPE, refer_to, sipfrag
from sip_agents.transactions import ServerTransaction

_EXPIRES_S: Final = 180


class Place(Protocol):
    """Calls ``uri``, sending to ``to``, with these headers in the INVITE."""

    def __call__(self, uri: SipUri, to: SocketAddress, headers: tuple[Field, ...]) -> OutgoingCall: ...


def follow(
    leg: Leg, transaction: ServerTransaction, contact: Field, registrar: SocketAddress | None, place: Place
) -> OutgoingCall | None:
    """Agree to a REFER that came in ``leg``, call whom it names, and report until that call is answered or over.

    A host that is no address is reached through ``registrar``; without one the report is 404, and there is no call.
    Raises MalformedMessage.
    """
    refer = transaction.request
    wanted = refer_to(refer).uri
    transaction.respond(response_to(refer, 202, "", None, contact))
    following = Following(leg, refer)
    to = wanted.socket_address() or registrar
    if to is None:
        following.tell(404)
        return None
    replaces = tuple((name, value) for name, value in wanted.headers if name.lower() == "replaces")
    by = tuple(("Referred-By", value) for value in refer.headers.every("Referred-By"))  # RFC 3892, section 2.2
    call = place(wanted, to, replaces + by)
    following.watch(call)
    return call


class Following:
    """The reports on one REFER, sent in the call that it came in, also after that call's end (RFC 5057, section 4.1).

    Their id is the REFER's CSeq (RFC 3515, section 2.4.6).
    """

    def __init__(self, leg: Leg, refer: Request) -> None:
        self._leg = leg
        self._event: Field = ("Event", f"refer;id={refer.headers.cseq.number}")
        self._told = 0
        self._forget: Callable[[], None] = lambda: None
        self.tell(100)

    def watch(self, call: OutgoingCall) -> None:
        """Report what becomes of ``call``, until it is answered or over."""
        self._forget = call.whenever_changed(lambda: self._look(call))
        self._look(call)

    def tell(self, status: int, reason: str = "") -> None:
        """Report ``status``, once; a final one ends the reports."""
        if status == self._told:
            return
        self._told = status
        state = f"active;expires={_EXPIRES_S}" if status < 200 else "terminated;reason=noresource"
        fields: tuple[Field, ...] = (self._event, ("Subscription-State", state), SIPFRAG_TYPE)
        body = sipfrag(status, reason or REASONS.get(status, "Final Answer"))
        self._leg.ask("NOTIFY", *fields, body=body, heard=lambda _: None)
        if status >= 200:
            self._forget()

    def _look(self, call: OutgoingCall) -> None:
        if call.is_confirmed:
            self.tell(200)
        elif call.refusal is not None:
            self.tell(*call.refusal)
        elif call.end_reason is not None:
            self.tell(487)  # it was given up before an answer
        elif "ringing" in call.times:
            self.tell(180)

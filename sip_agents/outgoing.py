"""How does a call go that we make? (RFC 3261, sections 9.1 and 13.2)"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sip_agents.address import NameAddr, SipUri, SocketAddress
from sip_agents.authorise import authorised
from sip_agents.call import Call
from sip_agents.dialog import Dialog
from sip_agents.errors import MalformedMessage
from sip_agents.ids import new_token
from sip_agents.leg import Leg
from sip_agents.line import SDP_TYPE, SUPPORTED, USER_AGENT, Line
from sip_agents.message import Field, Headers, Request, Response


class OutgoingCall(Call):
    """From the INVITE to its answer; Call has the rest."""

    def __init__(
        self, line: Line, sender: NameAddr, target: SipUri, to: SocketAddress, on_end: Callable[[Leg], None]
    ) -> None:
        tag = new_token()
        super().__init__(line, new_token(), tag, on_end)
        self._sender, self._target, self._to = sender.tagged(tag), target, to
        self._invite: Request | None = None
        self._ack: tuple[Request, SocketAddress] | None = None
        self._early_tags: set[str] = set()  # the far side's, one for each phone that rings
        self._provisional = self._cancel_wanted = self._cancel_sent = False

    def start(self, *more: Field) -> None:
        """Send the INVITE, with ``more`` headers."""
        identity = self._line.identity
        fields: list[Field] = [("Via", str(identity.via())), ("Max-Forwards", "70")]
        fields += [("From", str(self._sender)), ("To", f"<{self._target}>"), ("Call-ID", self.id), ("CSeq", "1 INVITE")]
        fields += [identity.contact_field(), self._line.allow, SUPPORTED, USER_AGENT, *more, SDP_TYPE]
        self._mark("invite_sent")
        self._send(Request("INVITE", str(self._target), Headers(tuple(fields)), self._session.offer()), tries=1)

    def _send(self, invite: Request, tries: int) -> None:
        self._invite, self._provisional = invite, False
        self._line.exchange.request(invite, self._to, partial(self._on_response, invite, tries), self._on_timeout)

    def _on_response(self, invite: Request, tries: int, response: Response) -> None:
        if response.status < 200:
            if self.end_reason is None:
                self._on_provisional(response)
        elif response.status < 300:
            self._on_answer(invite, response)
        elif self.end_reason is None:
            self._on_refusal(invite, tries, response)

    def is_dialog(self, call_id: str, local_tag: str, remote_tag: str) -> bool:
        """See Leg.is_dialog. Before the answer there is a dialog for each tag that a provisional answer brought (12.1)."""
        early = self._dialog is None and (call_id, local_tag) == (self.id, self.local_tag)
        return (early and remote_tag in self._early_tags) or super().is_dialog(call_id, local_tag, remote_tag)

    def _on_provisional(self, response: Response) -> None:
        self._provisional = True
        self._early_tags.add(response.headers.recipient.tag or "")
        if self._cancel_wanted:
            self._send_cancel()
        elif response.status == 180:
            self._mark("ringing")
        else:
            self._mark("trying" if response.status == 100 else "progress")
        if not self._cancel_wanted:
            self._session.follow(response)  # early media
        self._watch.changed()

    def _on_refusal(self, invite: Request, tries: int, response: Response) -> None:
        via = self._line.identity.via()
        again = authorised(invite, response, self._line.credentials, via, new_token(), tries)
        if again is not None and not self._cancel_wanted:
            self._send(again, tries + 1)
            return
        self.refusal = (response.status, response.reason)
        self._end("cancelled" if self._cancel_wanted else "refused")

    def _on_timeout(self) -> None:
        """No response at all counts as 408 (8.1.3.1)."""
        if self.end_reason is None:
            self.refusal = (408, "no response to the INVITE")
            self._end("cancelled" if self._cancel_wanted else "no_response")

    def _on_answer(self, invite: Request, response: Response) -> None:
        """A 2xx: each one is acknowledged, repeated or not; a second dialog, or an unwanted one, is ended (13.2.2.4)."""
        dialog = Dialog.of_caller(invite, response, self._to)
        if self._dialog is not None and self._dialog.id == dialog.id:
            if self._ack is not None:
                self._line.exchange.wire.send(*self._ack)
            return
        ack = self._acknowledge(dialog, invite)
        if self._established or self.end_reason is not None:
            bye, to = dialog.next().request("BYE", self._line.identity)
            self._line.exchange.request(bye, to, lambda _: None, lambda: None)
            return
        self._dialog, self._ack = dialog, ack
        self._mark("answered")
        self._mark("ack")
        if self._cancel_wanted:
            self._say_bye("cancelled")  # CANCEL and 200 crossed
        else:
            self._establish(response)

    def _acknowledge(self, dialog: Dialog, invite: Request) -> tuple[Request, SocketAddress]:
        """Send the ACK of a 2xx: a request of its own, with the INVITE's number and proof of identity."""
        names = ("Authorization", "Proxy-Authorization")
        proofs = [(name, proof) for name in names for proof in invite.headers.every(name)]
        ack = dialog.request("ACK", self._line.identity, *proofs)
        self._line.exchange.wire.send(*ack)
        return ack

    def _establish(self, response: Response) -> None:
        try:
            self._session.follow(response)
        except MalformedMessage:
            self._say_bye("no_common_audio")
            return
        if not self._session.agreed:
            self._say_bye("no_common_audio")
            return
        self._established = True
        self._watch.changed()

    def _give_up(self) -> None:
        """CANCEL may only follow a provisional answer (9.1): until one comes, the wish is kept."""
        self._cancel_wanted = True
        if self._provisional:
            self._send_cancel()

    def _send_cancel(self) -> None:
        if self._cancel_sent or self._invite is None:
            return
        self._cancel_sent = True
        headers = self._invite.headers
        fields: list[Field] = [("Via", str(headers.top_via)), ("Max-Forwards", "70")]
        fields += [("From", headers.need("From")), ("To", headers.need("To")), ("Call-ID", self.id)]
        cancel = Headers((*fields, ("CSeq", f"{headers.cseq.number} CANCEL")))
        exchange = self._line.exchange
        self._mark("cancel")
        exchange.request(Request("CANCEL", self._invite.uri, cancel), self._to, lambda _: None, lambda: None)
        exchange.timers.after(exchange.timing.patience_s, self._on_timeout)

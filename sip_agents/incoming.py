"""How does a call go that comes to us? (RFC 3261, sections 9.2 and 13.3)"""

from __future__ import annotations

from collections.abc import Callable

from sip_agents.address import parse_uri
from sip_agents.call import Call
from sip_agents.dialog import Dialog
from sip_agents.errors import CallOver
from sip_agents.ids import new_token
from sip_agents.leg import Leg
from sip_agents.line import Line
from sip_agents.message import Field, Headers, response_to
from sip_agents.session import has_sdp
from sip_agents.transactions import ServerTransaction


class IncomingCall(Call):
    """From the INVITE to its ACK; Call has the rest. 100 has been sent when a driver sees it."""

    def __init__(self, line: Line, transaction: ServerTransaction, on_end: Callable[[Leg], None]) -> None:
        invite, tag = transaction.request, new_token()
        dialog = Dialog.of_callee(invite, tag, transaction.source)
        super().__init__(line, invite.headers.call_id, tag, on_end)
        self._transaction, self._dialog = transaction, dialog
        self._accepted = False
        self.took_over: Call | None = None  # the call of ours that this one replaced (RFC 3891)
        self._mark("invite_received")
        transaction.respond(response_to(invite, 100))

    @property
    def headers(self) -> Headers:
        """The INVITE's headers."""
        return self._transaction.request.headers

    def header(self, name: str) -> str | None:
        """The INVITE's first header of this name (``Call-Info``, ``Alert-Info``, ``Referred-By``...), or None."""
        return self.headers.first(name)

    @property
    def from_user(self) -> str:
        """The caller's number, as the From header has it."""
        return self.headers.sender.uri.user

    @property
    def from_name(self) -> str | None:
        """The caller's display name."""
        return self.headers.sender.display

    @property
    def to_user(self) -> str:
        """The number that was dialled, as the To header has it."""
        return self.headers.recipient.uri.user

    @property
    def received_at(self) -> float:
        """Monotonic second of the INVITE."""
        return self.times["invite_received"]

    @property
    def is_waiting(self) -> bool:
        """True while it can still be answered or rejected."""
        return not self._accepted and self.end_reason is None

    def is_of(self, transaction: ServerTransaction | None) -> bool:
        """True if ``transaction`` is the INVITE that made this call."""
        return self._transaction is transaction

    def ring(self) -> None:
        """Send 180. Does nothing once the call is answered or over."""
        if self.is_waiting:
            fields = self._line.identity.contact_field()
            self._transaction.respond(response_to(self._transaction.request, 180, "", self.local_tag, fields))
            self._mark("ringing")
            self._watch.changed()

    def reject(self, status: int = 486, reason: str = "") -> None:
        """Give a final answer of 300 to 699. Raises CallOver if the call is answered or over, ValueError."""
        if not 300 <= status < 700:
            raise ValueError("a refusal is a status from 300 to 699")
        self._still_waiting()
        self._refuse(status, reason)
        self._end("rejected")

    def redirect(self, uri: str) -> None:
        """Send the caller elsewhere: 302 with ``uri`` as its Contact (RFC 3261, 8.1.3.4). Raises as ``reject``."""
        self._still_waiting()
        self._refuse(302, "", ("Contact", f"<{parse_uri(uri).with_headers()}>"))
        self._end("rejected")

    def accept(self) -> None:
        """Send 200 with our SDP and begin to send sound, without waiting for the ACK. Raises CallOver."""
        self._still_waiting()
        self._accepted = True
        invite = self._transaction.request
        body = self._session.answer(invite) if has_sdp(invite) else self._session.offer()
        self._mark("answered")
        self._respond_with_sdp(self._transaction, body)

    async def answer(self, timeout_s: float = 5.0) -> None:
        """Send 200 and wait for the ACK. Raises CallOver, CallRefused, NotInTime."""
        self.accept()
        await self.answered(timeout_s)

    async def cancelled(self, timeout_s: float = 5.0) -> None:
        """Wait until the caller gives up before the answer. Raises CallOver if it ends otherwise, NotInTime."""
        if await self.ended(timeout_s) != "cancelled":
            raise CallOver(f"the call ended otherwise: {self.end_reason}")

    def on_cancel(self) -> None:
        """The caller sent CANCEL; it comes to nothing if the call has been answered (9.2)."""
        if self.is_waiting:
            self._mark("cancel")
            self._refuse(487)
            self._end("cancelled")

    def _refuse(self, status: int, reason: str = "", *fields: Field) -> None:
        response = response_to(self._transaction.request, status, reason, self.local_tag, *fields)
        self.refusal = (status, response.reason)
        self._transaction.respond(response)

    def _still_waiting(self) -> None:
        if not self.is_waiting:
            raise CallOver(f"the call is {self.end_reason or 'answered'} already")

    def _hear_bye(self, transaction: ServerTransaction) -> None:
        """A caller may end its early dialog with BYE as well (15.1.2)."""
        if self.is_waiting:
            self._refuse(487)
        super()._hear_bye(transaction)

    def _give_up(self) -> None:
        if self._accepted:
            self._say_bye("local_bye")  # answered, but not acknowledged yet
        else:
            self.reject(480)

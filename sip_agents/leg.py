"""How do the two ends of a call keep in step, whoever began it? (RFC 3261, sections 12.2, 14 and 15)"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal, TypeAlias

from sip_agents.address import SocketAddress
from sip_agents.authorise import authorised
from sip_agents.dialog import Dialog
from sip_agents.ids import new_token
from sip_agents.line import SDP_TYPE, SUPPORTED, Line
from sip_agents.message import Field, Request, Response, response_to
from sip_agents.packet_log import PacketLog
from sip_agents.referral import Referral
from sip_agents.sdp import Direction, NoCommonAudio
from sip_agents.session import Session, has_sdp
from sip_agents.transactions import ServerTransaction
from sip_agents.waiting import Watch

EndReason: TypeAlias = Literal[
    "local_bye",  # we hung up
    "remote_bye",  # they hung up
    "cancelled",  # the caller gave up before the answer
    "refused",  # our call got a final answer of 300 or more
    "rejected",  # we gave their call one
    "no_response",  # no answer to our INVITE, or no ACK to our answer
    "no_common_audio",  # the far side's SDP had nothing that we speak
    "agent_closed",  # the phone was closed
]
Milestone: TypeAlias = Literal[
    "invite_sent", "invite_received", "trying", "progress", "ringing", "answered", "ack", "cancel", "bye", "ended"
]


class Leg(ABC):
    """The protocol of one call, as the phone drives it. ``times`` has each milestone's monotonic second, the first time.

    ``end_reason`` is None while the call lives; ``refusal`` is the final answer of 300 or more, if there was one.
    """

    def __init__(self, line: Line, call_id: str, local_tag: str, on_end: Callable[[Leg], None]) -> None:
        self.id = call_id
        self.local_tag = local_tag
        self.times: dict[Milestone, float] = {}
        self.end_reason: EndReason | None = None
        self.refusal: tuple[int, str] | None = None
        self._line, self._on_end = line, on_end
        self._watch = Watch()
        self._session = Session(line, self._watch.changed)
        self._dialog: Dialog | None = None
        self._established = False
        self._bye_answered = False
        self._unacknowledged: list[ServerTransaction] = []
        self._offering = False  # our own re-INVITE has no final answer yet
        self._offer_outcome: Response | None = None
        self._referrals: list[Referral] = []  # our REFERs, oldest first

    @property
    def held_by_far_side(self) -> bool:
        """True while the far side wants no sound from us."""
        plan = self._session.media.plan
        return plan is not None and not plan.sends

    @property
    def arrivals(self) -> PacketLog:
        """When this call's RTP packets came: ``call.arrivals.longest_gap_ms(since=call.now)``, asked later."""
        return self._session.media.arrivals

    @property
    def departures(self) -> PacketLog:
        """When its RTP packets were sent: a gap at the far side that is none here is the exchange's, not this phone's."""
        return self._session.media.departures

    @property
    def is_confirmed(self) -> bool:
        """True once both sides have agreed (2xx and ACK), also after the end."""
        return self._established

    def is_dialog(self, call_id: str, local_tag: str, remote_tag: str) -> bool:
        """True if these three name this call, seen from here (RFC 3261, section 12)."""
        return self._dialog is not None and self._dialog.id == (call_id, local_tag, remote_tag)

    def whenever_changed(self, call: Callable[[], None]) -> Callable[[], None]:
        """Call ``call`` whenever something has happened to this call; returns the function that ends it."""
        return self._watch.whenever_changed(call)

    @property
    def awaits_reports(self) -> bool:
        """True while NOTIFYs may come about a REFER of ours: they outlive the call (RFC 5057, section 4.1)."""
        return any(referral.is_open for referral in self._referrals)

    def on_request(self, transaction: ServerTransaction) -> None:
        """A request inside the dialog (RFC 3261, section 12.2.2). Raises MalformedMessage."""
        request = transaction.request
        if self._dialog is not None:
            if request.headers.cseq.number <= self._dialog.remote_sequence:
                transaction.respond(response_to(request, 500))
                return
            self._dialog = self._dialog.hearing(request)
        match request.method:
            case "BYE":
                self._hear_bye(transaction)
            case "INVITE" | "UPDATE":
                self._renegotiate(transaction)
            case "NOTIFY":
                self._hear_report(transaction)
            case "REFER" if self._line.follows_refer():
                self._line.on_refer((self.id, self.local_tag), transaction)
            case "OPTIONS" | "INFO":
                transaction.respond(response_to(request, 200, "", None, self._line.allow))
            case _:
                transaction.respond(response_to(request, 405, "", None, self._line.allow))

    def on_ack(self, ack: Request) -> None:
        """The ACK of a 2xx we gave; it carries the answer if our 2xx carried the offer. Raises MalformedMessage."""
        for transaction in self._unacknowledged:
            if transaction.request.headers.cseq.number == ack.headers.cseq.number:
                self._unacknowledged.remove(transaction)
                transaction.acknowledge()
                if not has_sdp(transaction.request):
                    self._session.follow(ack)
                self._established = True
                self._mark("ack")
                self._watch.changed()
                return

    def abandon(self) -> None:
        """The phone is being closed: free everything at once, saying nothing."""
        self._end("agent_closed")
        self._session.media.close()

    @abstractmethod
    def _give_up(self) -> None:
        """End a call that is not answered yet."""

    def _mark(self, milestone: Milestone) -> None:
        self.times.setdefault(milestone, self._line.now())

    def _end(self, reason: EndReason) -> None:
        if self.end_reason is None:
            self.end_reason = reason
            self._mark("ended")
            self._session.media.close()
            self._on_end(self)
            self._watch.changed()

    def ask(self, method: str, *fields: Field, body: bytes = b"", heard: Callable[[Response], None]) -> int:
        """Send a request in the dialog and return its CSeq; ``heard`` gets the final answer, 408 if none comes."""
        assert self._dialog is not None
        self._dialog = self._dialog.next()
        self._send_in_dialog(*self._dialog.request(method, self._line.identity, *fields, body=body), 1, heard)
        return self._dialog.local_sequence

    def _send_in_dialog(
        self, request: Request, to: SocketAddress, tries: int, heard: Callable[[Response], None]
    ) -> None:
        def on_response(response: Response) -> None:
            if response.status < 200:
                return
            line = self._line
            again = authorised(request, response, line.credentials, line.identity.via(), new_token(), tries)
            if again is None or self._dialog is None:
                heard(response)
                return
            self._dialog = replace(self._dialog, local_sequence=again.headers.cseq.number)
            self._send_in_dialog(again, to, tries + 1, heard)

        timeout = Response(408, f"no response to {request.method}", request.headers)
        self._line.exchange.request(request, to, on_response, partial(heard, timeout))

    def _say_bye(self, reason: EndReason) -> None:
        self._mark("bye")
        self.ask("BYE", heard=lambda _: self._confirm_bye())
        self._end(reason)

    def _confirm_bye(self) -> None:
        self._bye_answered = True
        self._watch.changed()

    def _hear_bye(self, transaction: ServerTransaction) -> None:
        transaction.respond(response_to(transaction.request, 200))
        self._mark("bye")
        self._end("remote_bye")

    def _renegotiate(self, transaction: ServerTransaction) -> None:
        """Answer a re-INVITE or UPDATE, hold included; a re-INVITE without an offer gets ours (RFC 3261, 14.2)."""
        request = transaction.request
        if self._unacknowledged or self._offering:
            transaction.respond(response_to(request, 491))
            return
        body = b""
        try:
            if has_sdp(request):
                body = self._session.answer(request)
            elif request.method == "INVITE":
                body = self._session.offer()
        except NoCommonAudio:
            transaction.respond(response_to(request, 488))
            return
        self._respond_with_sdp(transaction, body)

    def _offer_again(self, direction: Direction) -> None:
        """Send a re-INVITE. Its final answer will be in ``_offer_outcome``; a refused one changes nothing (14.1)."""
        self._offering, self._offer_outcome = True, None
        self.ask(
            "INVITE",
            self._line.allow,
            SUPPORTED,
            SDP_TYPE,
            body=self._session.offer(direction),
            heard=self._on_offer_response,
        )

    def _on_offer_response(self, response: Response) -> None:
        if response.status < 300 and self._dialog is not None:
            dialog = replace(self._dialog, local_sequence=response.headers.cseq.number)
            self._line.exchange.wire.send(*dialog.request("ACK", self._line.identity))
            if self._offering:
                self._session.follow(response)
        self._conclude_offer(response)

    def _conclude_offer(self, outcome: Response) -> None:
        if self._offering:
            self._offering, self._offer_outcome = False, outcome
            self._watch.changed()

    def _respond_with_sdp(self, transaction: ServerTransaction, body: bytes) -> None:
        """The 200 to an INVITE or UPDATE; an INVITE's is repeated until its ACK comes."""
        fields = (self._line.identity.contact_field(), self._line.allow, SUPPORTED, *((SDP_TYPE,) if body else ()))
        if transaction.request.method == "INVITE":
            self._unacknowledged.append(transaction)
            transaction.on_unacknowledged = self._on_unacknowledged
        transaction.respond(response_to(transaction.request, 200, "", self.local_tag, *fields, body=body))

    def _on_unacknowledged(self) -> None:
        """No ACK came: the session ends with a BYE (RFC 3261, 13.3.1.4)."""
        if self.end_reason is None:
            self._say_bye("no_response")

    def _refer(self, *fields: Field, seen: Callable[[], str]) -> Referral:
        def concluded(response: Response) -> None:
            referral.conclude(response)
            self._let_go()

        referral = Referral(0, seen)
        self._referrals.append(referral)
        referral.sequence = self.ask("REFER", *fields, heard=concluded)
        return referral

    def _hear_report(self, transaction: ServerTransaction) -> None:
        """A NOTIFY: one about a REFER is its report, any other is well (RFC 3515, section 2.4.4)."""
        notify = transaction.request
        transaction.respond(response_to(notify, 200, "", None, self._line.allow))
        for referral in self._referrals:
            if referral.is_open and referral.is_told_in(notify):
                referral.hear(notify)
                self._let_go()
                return

    def _let_go(self) -> None:
        """After the end, the phone keeps a call only as long as reports may come."""
        if self.end_reason is not None and not self.awaits_reports:
            self._on_end(self)

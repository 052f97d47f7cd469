"""How do the two ends of a call keep in step, whoever began it? (RFC 3261, sections 12.2, 14 and 15)"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Literal, TypeAlias

from sip_agents.dialog import Dialog
from sip_agents.line import ALLOW, SDP_TYPE, Line
from sip_agents.message import Request, Response, response_to
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
        self.held_by_far_side = False
        self._line, self._on_end = line, on_end
        self._watch = Watch()
        self._session = Session(line, self._watch.changed)
        self._dialog: Dialog | None = None
        self._established = False
        self._bye_answered = False
        self._unacknowledged: list[ServerTransaction] = []
        self._offering = False  # our own re-INVITE has no final answer yet
        self._offer_outcome: Response | None = None

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
            case "OPTIONS" | "INFO" | "NOTIFY":
                transaction.respond(response_to(request, 200, "", None, ALLOW))
            case _:
                transaction.respond(response_to(request, 405, "", None, ALLOW))

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

    def _say_bye(self, reason: EndReason) -> None:
        assert self._dialog is not None
        self._dialog = self._dialog.next()
        request, to = self._dialog.request("BYE", self._line.identity)
        self._mark("bye")
        self._line.exchange.request(request, to, self._on_bye_response, self._confirm_bye)
        self._end(reason)

    def _on_bye_response(self, response: Response) -> None:
        if response.status >= 200:
            self._confirm_bye()

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
        plan = self._session.media.plan
        self.held_by_far_side = plan is not None and not plan.sends

    def _offer_again(self, direction: Direction) -> None:
        """Send a re-INVITE. Its final answer will be in ``_offer_outcome``; a refused one changes nothing (14.1)."""
        assert self._dialog is not None
        self._offering, self._offer_outcome = True, None
        self._dialog = dialog = self._dialog.next()
        body, identity = self._session.offer(direction), self._line.identity
        request, to = dialog.request("INVITE", identity, ALLOW, SDP_TYPE, body=body)
        timeout = Response(408, "no response to the re-INVITE", request.headers)
        self._line.exchange.request(
            request, to, partial(self._on_offer_response, dialog), partial(self._conclude_offer, timeout)
        )

    def _on_offer_response(self, dialog: Dialog, response: Response) -> None:
        if response.status < 200:
            return
        if response.status < 300:
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
        fields = (self._line.identity.contact_field(), ALLOW, *((SDP_TYPE,) if body else ()))
        if transaction.request.method == "INVITE":
            self._unacknowledged.append(transaction)
            transaction.on_unacknowledged = self._on_unacknowledged
        transaction.respond(response_to(transaction.request, 200, "", self.local_tag, *fields, body=body))

    def _on_unacknowledged(self) -> None:
        """No ACK came: the session ends with a BYE (RFC 3261, 13.3.1.4)."""
        if self.end_reason is None:
            self._say_bye("no_response")

"""Which transaction does this message belong to? (RFC 3261, sections 17.1.3 and 17.2.3)"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from sip_agents.address import SocketAddress
from sip_agents.carriage import OpenCarriage
from sip_agents.errors import MalformedMessage
from sip_agents.message import Message, Request, Response, response_to
from sip_agents.transactions import ClientTransaction, ServerTransaction, Timers, Timing
from sip_agents.wire import Wire

ClientKey: TypeAlias = tuple[str, str]  # branch, method
ServerKey: TypeAlias = tuple[str, str, int | None, str]  # branch, sent-by host and port, method


class Receiver(Protocol):
    """Whoever answers the requests that begin a transaction, and hears of each ACK for a 2xx."""

    def on_request(self, transaction: ServerTransaction) -> None: ...

    def on_ack(self, ack: Request) -> None: ...


class Exchange:
    """All transactions of one phone, and the wire below them."""

    def __init__(self, opened: OpenCarriage, timing: Timing, now: Callable[[], float], receiver: Receiver) -> None:
        self.timers = Timers()
        self.timing = timing
        self.unmatched_responses = 0
        self._receiver = receiver
        self._clients: dict[ClientKey, ClientTransaction] = {}
        self._servers: dict[ServerKey, ServerTransaction] = {}
        self.wire = Wire(opened, now, self._received)

    def request(
        self,
        request: Request,
        to: SocketAddress,
        on_response: Callable[[Response], None],
        on_timeout: Callable[[], None],
    ) -> None:
        """Send a request other than ACK until it is answered or given up."""
        key = (request.headers.top_via.branch, request.method)

        def ended() -> None:
            self._clients.pop(key, None)

        self._clients[key] = ClientTransaction(
            request, to, self.wire.send, self.timers, self.timing, on_response, on_timeout, ended
        )

    def cancelled_invite(self, cancel: Request) -> ServerTransaction | None:
        """The INVITE that a CANCEL means (9.2)."""
        return self._servers.get(_server_key(cancel, "INVITE"))

    def close(self) -> None:
        """No timer and no socket is left behind."""
        self.timers.cancel_all()
        self.wire.close()
        self._clients.clear()
        self._servers.clear()

    def _received(self, message: Message, source: SocketAddress) -> None:
        match message:
            case Request():
                via = message.headers.top_via.received_from(source)
                noted = Request(message.method, message.uri, message.headers.with_top_via(via), message.body)
                self._on_request(noted, source)
            case Response():
                self._on_response(message)

    def _on_response(self, response: Response) -> None:
        transaction = self._clients.get((response.headers.top_via.branch, response.headers.cseq.method))
        if transaction is None:
            self.unmatched_responses += 1
        else:
            transaction.received(response)

    def _on_request(self, request: Request, source: SocketAddress) -> None:
        if request.method == "ACK":
            self._on_ack(request)
            return
        key = _server_key(request, request.method)
        known = self._servers.get(key)
        if known is not None:
            known.repeated()
            return

        def ended() -> None:
            self._servers.pop(key, None)

        transaction = ServerTransaction(request, source, self.wire.send, self.timers, self.timing, ended)
        self._servers[key] = transaction
        try:
            self._receiver.on_request(transaction)
        except MalformedMessage:
            if transaction.final is None:
                transaction.respond(response_to(request, 400))
            raise

    def _on_ack(self, ack: Request) -> None:
        """Of a refusal the ACK belongs to the INVITE's transaction; of a 2xx it is a request of its own (13.2.2.4)."""
        invite = self._servers.get(_server_key(ack, "INVITE"))
        if invite is not None and invite.final is not None and invite.final.status >= 300:
            invite.acknowledge()
        else:
            self._receiver.on_ack(ack)


def _server_key(request: Request, method: str) -> ServerKey:
    via = request.headers.top_via
    return via.branch, via.host, via.port, method

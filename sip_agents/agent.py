"""What can a test do with a SIP phone?"""

from __future__ import annotations

import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Final, Self

from sip_agents.address import NameAddr, SipUri, SocketAddress, parse_uri
from sip_agents.admission import NotAdmitted, admit
from sip_agents.call import Call, hang_up_all
from sip_agents.carriage import OVER_TLS, carriage
from sip_agents.dialog import Identity
from sip_agents.digest import Credentials
from sip_agents.dtmf import Dtmf
from sip_agents.errors import NotInTime, SipError
from sip_agents.exchange import Exchange
from sip_agents.following import follow
from sip_agents.g711 import Law
from sip_agents.habits import Habits
from sip_agents.ids import new_branch
from sip_agents.incoming import IncomingCall
from sip_agents.leg import Leg
from sip_agents.line import CallKey, Line, Sound
from sip_agents.message import Field, Message, Request, response_to
from sip_agents.outgoing import OutgoingCall
from sip_agents.registration import Registration
from sip_agents.trace import Trace, Way
from sip_agents.transactions import ServerTransaction, Timing
from sip_agents.waiting import Watch

_GOODBYE_S: Final = 1.0  # how long closing a phone waits for each kind of consent
_KEPT_INCOMING: Final = 1000


class SipAgent(Habits):
    """A phone (or a carrier's line): registers, calls and is called over UDP or TLS, with real sound, in clear or encrypted.

    Use it as ``async with SipAgent(...) as phone``. Leaving hangs up and unregisters as far as the other side answers
    within a second, and frees every socket and timer.

    How it meets calls is set by the attributes of Habits, at any time; how its keys travel, by ``dtmf``: only "rfc4733" puts
    telephone-event into its SDP. With ``tls``, which judges the registrar's certificate, all SIP goes to the registrar and comes
    from it. ``srtp`` offers and takes encrypted sound alone (SDES; the library pylibsrtp must be there). While ``silent`` is True
    it is an unplugged phone: nothing at all comes in or goes out.
    """

    def __init__(
        self,
        local_ip: str = "127.0.0.1",
        local_port: int = 0,
        *,
        registrar: SocketAddress | None = None,
        user: str = "phone",
        secret: str | None = None,
        display: str | None = None,
        tone_hz: float | None = None,
        keep_s: float = 60.0,
        laws: tuple[Law, ...] = ("PCMA", "PCMU"),
        dtmf: Dtmf = "rfc4733",
        tls: ssl.SSLContext | None = None,
        srtp: bool = False,
        timing: Timing | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.user, self.registrar = user, registrar
        self._local, self._now, self._tls = (local_ip, local_port), now, tls
        self._timing = replace(timing or Timing(), repeats=tls is None)
        self._display, self._sound = display, Sound(tone_hz, keep_s, laws, dtmf, srtp)
        self._credentials = Credentials(user, secret) if secret is not None else None
        self._calls: dict[tuple[str, str], Call] = {}
        self._waiting: deque[IncomingCall] = deque(maxlen=_KEPT_INCOMING)
        self._followed: deque[OutgoingCall] = deque(maxlen=_KEPT_INCOMING)
        self._watch = Watch()
        self._opened: tuple[Line, Registration | None] | None = None

    async def __aenter__(self) -> Self:
        opened, transport = await carriage(self._local, self.registrar, self._tls)
        exchange = Exchange(opened, self._timing, self._now, self)
        contact = SipUri(self.user, *exchange.wire.address, transport)
        home = SipUri(self.user, self.registrar[0]) if self.registrar else contact
        identity = Identity(NameAddr(home, self._display), contact, new_branch)
        line = Line(
            exchange, identity, self._credentials, self._now, self._sound, lambda: self.follows_refer, self._on_refer
        )
        self._opened = line, Registration(line, self.registrar) if self.registrar else None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if not self.silent:
                await self._say_goodbye()
        finally:
            for call in tuple(self._calls.values()):
                call.abandon()
            self._line.exchange.close()

    @property
    def address(self) -> SocketAddress:
        """Where this phone listens for SIP."""
        return self._line.exchange.wire.address

    @property
    def uri(self) -> str:
        """What another phone calls to reach this one without a registrar."""
        return str(self._line.identity.contact)

    @property
    def trace(self) -> Trace:
        """The last 1000 SIP messages; ``trace.ladder()`` is their picture."""
        return self._line.exchange.wire.trace

    @property
    def malformed(self) -> int:
        """How many datagrams were dropped because they were not SIP."""
        return self._line.exchange.wire.malformed

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls that have not ended."""
        return tuple(call for call in self._calls.values() if call.end_reason is None)

    @property
    def registered_until(self) -> float | None:
        """The monotonic second at which the registrar forgets this phone; None if it is not registered."""
        registration = self._open[1]
        return registration.until if registration else None

    @property
    def silent(self) -> bool:
        return self._line.exchange.wire.unplugged

    @silent.setter
    def silent(self, silent: bool) -> None:
        self._line.exchange.wire.unplugged = silent
        for call in self._calls.values():
            call.plug(silent)

    def lose(self, loses: Callable[[Way, Message], bool] | None) -> None:
        """Lose every message that ``loses(way, message)`` says True to, to play a bad network; None plays a good one."""
        self._line.exchange.wire.loses = loses

    async def register(self, expires_s: int = 300, timeout_s: float = 5.0) -> None:
        """Register and keep it refreshed. Raises RegistrationRefused, NotInTime, ValueError (no registrar given)."""
        await self._registration.register(expires_s, timeout_s)

    async def unregister(self, timeout_s: float = 5.0) -> None:
        """Take the registration back. Raises as ``register``."""
        await self._registration.unregister(timeout_s)

    async def call(
        self, target: str, *, from_user: str | None = None, display: str | None = None, headers: tuple[Field, ...] = ()
    ) -> OutgoingCall:
        """Call a number at the registrar, or any ``sip:`` URI whose host is an IPv4 address; returns once it is sent.

        ``from_user`` and ``display`` stand in for the phone's own, as a carrier's line needs. Raises ValueError if
        ``target`` says no place to send to, MalformedMessage if it is no URI.
        """
        uri = parse_uri(target) if target.startswith("sip:") else self._at_registrar(target)
        to = uri.socket_address()
        if to is None:
            raise ValueError(f"not an IPv4 address: {uri.host}")
        return self._place(uri, to, headers, from_user, display)

    async def incoming(self, timeout_s: float = 5.0) -> IncomingCall:
        """The next INVITE not yet handed out, whatever has become of it since. Raises NotInTime."""
        if not await self._watch.until(lambda: bool(self._waiting), timeout_s):
            raise NotInTime(f"an INVITE within {timeout_s:g} s", self.trace.ladder(last=20))
        return self._waiting.popleft()

    async def followed(self, timeout_s: float = 5.0) -> OutgoingCall:
        """The next call that this phone made because a REFER told it to. Raises NotInTime."""
        if not await self._watch.until(lambda: bool(self._followed), timeout_s):
            raise NotInTime(f"a call made for a REFER within {timeout_s:g} s", self.trace.ladder(last=20))
        return self._followed.popleft()

    def on_request(self, transaction: ServerTransaction) -> None:
        """Answer a request that begins a transaction (the Exchange asks). Raises MalformedMessage."""
        request = transaction.request
        tag = request.headers.recipient.tag
        if request.method == "CANCEL":
            self._on_cancel(transaction)
        elif tag is not None:
            call = self._calls.get((request.headers.call_id, tag))
            if call is None or (call.end_reason is not None and request.method != "NOTIFY"):
                transaction.respond(response_to(request, 481))
            else:
                call.on_request(transaction)
        elif request.method == "INVITE":
            self._on_invite(transaction)
        else:
            status = 200 if request.method in ("OPTIONS", "NOTIFY") else 405
            transaction.respond(response_to(request, status, "", None, self._line.allow, ("Accept", "application/sdp")))

    def on_ack(self, ack: Request) -> None:
        """Give the ACK of a 2xx to its call (the Exchange asks). Raises MalformedMessage."""
        call = self._calls.get((ack.headers.call_id, ack.headers.recipient.tag or ""))
        if call is not None:
            call.on_ack(ack)

    @property
    def _open(self) -> tuple[Line, Registration | None]:
        if self._opened is None:
            raise RuntimeError("a phone is used inside `async with`")
        return self._opened

    @property
    def _line(self) -> Line:
        return self._open[0]

    @property
    def _registration(self) -> Registration:
        registration = self._open[1]
        if registration is None:
            raise ValueError("this phone has no registrar")
        return registration

    def _at_registrar(self, number: str) -> SipUri:
        if self.registrar is None:
            raise ValueError("without a registrar only a sip: URI can be called")
        return SipUri(number, *self.registrar, OVER_TLS if self._tls else ())

    def _place(
        self,
        uri: SipUri,
        to: SocketAddress,
        headers: tuple[Field, ...],
        from_user: str | None = None,
        display: str | None = None,
    ) -> OutgoingCall:
        own = self._line.identity.aor
        home = SipUri(from_user or self.user, own.uri.host, own.uri.port)
        call = OutgoingCall(self._line, NameAddr(home, display or own.display), uri, to, self._forget)
        self._calls[call.id, call.local_tag] = call
        call.start(*headers)
        return call

    def _on_refer(self, key: CallKey, transaction: ServerTransaction) -> None:
        call = follow(self._calls[key], transaction, self._line.identity.contact_field(), self.registrar, self._place)
        if call is not None:
            self._followed.append(call)
            self._watch.changed()

    def _forget(self, call: Leg) -> None:
        """Of a call that has ended; one that awaits reports on a REFER is kept until it says so again."""
        if not call.awaits_reports:
            self._calls.pop((call.id, call.local_tag), None)

    def _on_cancel(self, transaction: ServerTransaction) -> None:
        invite = self._line.exchange.cancelled_invite(transaction.request)
        call = next(
            (call for call in self._calls.values() if isinstance(call, IncomingCall) and call.is_of(invite)), None
        )
        if invite is None:
            transaction.respond(response_to(transaction.request, 481))
            return
        transaction.respond(response_to(transaction.request, 200, "", call.local_tag if call else None))
        if call is not None:
            call.on_cancel()

    def _on_invite(self, transaction: ServerTransaction) -> None:
        if self.ignore_invites:
            return
        try:
            replaced = admit(transaction.request, self._sound, self.calls)
        except NotAdmitted as refused:
            transaction.respond(refused.response)
        else:
            self._take(IncomingCall(self._line, transaction, self._forget), replaced)

    def _take(self, call: IncomingCall, replaced: Call | None) -> None:
        """A new call: it waits for the driver and the habits, or takes the place of ``replaced`` at once (RFC 3891)."""
        self._calls[call.id, call.local_tag] = call
        self._waiting.append(call)
        call.took_over = replaced
        if replaced is None:
            self._meet(call, self._line.exchange.timers)
        else:
            call.accept()
            replaced.end_now()
        self._watch.changed()

    async def _say_goodbye(self) -> None:
        await hang_up_all(self.calls, _GOODBYE_S)
        if self.registered_until is not None:
            try:
                await self.unregister(_GOODBYE_S)
            except SipError:
                return  # the registrar will forget us by itself

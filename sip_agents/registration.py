"""Is this phone registered, and until when? (RFC 3261, section 10.2)"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from sip_agents.address import SipUri, SocketAddress, parameter, parse_name_addr
from sip_agents.authorise import authorised
from sip_agents.errors import NotInTime, RegistrationRefused
from sip_agents.ids import new_token
from sip_agents.line import USER_AGENT, Line
from sip_agents.message import Field, Headers, Request, Response
from sip_agents.trace import ladder
from sip_agents.waiting import Watch

_REFRESH_AFTER: Final = 0.8  # of the time granted


class Registration:
    """One phone's binding at its registrar, refreshed until it is taken back.

    ``until`` is the monotonic second at which the registrar forgets us; None while not registered.
    """

    def __init__(self, line: Line, registrar: SocketAddress) -> None:
        self.until: float | None = None
        self.refreshes_failed = 0
        self._line, self._registrar = line, registrar
        self._call_id, self._tag = new_token(), new_token()
        self._sequence = 0
        self._watch = Watch()
        self._round = 0  # counts register and unregister requests, so that a late answer is not taken for a new one's
        self._outcome: Response | None = None
        self._prevent_refresh: Callable[[], None] = lambda: None

    async def register(self, expires_s: int, timeout_s: float) -> None:
        """Raises RegistrationRefused, NotInTime."""
        await self._ask(expires_s, timeout_s)

    async def unregister(self, timeout_s: float) -> None:
        """Raises RegistrationRefused, NotInTime."""
        await self._ask(0, timeout_s)

    async def _ask(self, expires_s: int, timeout_s: float) -> None:
        self._begin(expires_s)
        if not await self._watch.until(lambda: self._outcome is not None, timeout_s):
            seen = ladder(self._line.exchange.wire.trace.of_call(self._call_id)[-20:])
            raise NotInTime(f"an answer from the registrar within {timeout_s:g} s", seen)
        assert self._outcome is not None
        if self._outcome.status >= 300:
            raise RegistrationRefused(self._outcome.status, self._outcome.reason)

    def _begin(self, expires_s: int) -> None:
        self._prevent_refresh()
        self._outcome = None
        self._round += 1
        identity = self._line.identity
        self._sequence += 1
        fields: list[Field] = [("Via", str(identity.via())), ("Max-Forwards", "70")]
        fields += [("From", str(identity.aor.tagged(self._tag))), ("To", str(identity.aor)), ("Call-ID", self._call_id)]
        fields += [("CSeq", f"{self._sequence} REGISTER"), identity.contact_field(), ("Expires", str(expires_s))]
        uri = SipUri(None, self._registrar[0], self._registrar[1])
        self._send(
            Request("REGISTER", str(uri), Headers((*fields, self._line.allow, USER_AGENT))), expires_s, self._round, 1
        )

    def _send(self, request: Request, expires_s: int, round_: int, tries: int) -> None:
        self._sequence = request.headers.cseq.number
        heard = partial(self._on_response, request, expires_s, round_, tries)
        silence = Response(408, "no answer from the registrar", request.headers)
        self._line.exchange.request(request, self._registrar, heard, partial(self._conclude, silence, round_))

    def _on_response(self, request: Request, expires_s: int, round_: int, tries: int, response: Response) -> None:
        if response.status < 200 or round_ != self._round:
            return
        via = self._line.identity.via()
        again = authorised(request, response, self._line.credentials, via, new_token(), tries)
        longer_s = _least_expiry_s(response)
        if again is not None:
            self._send(again, expires_s, round_, tries + 1)
        elif response.status == 423 and expires_s < longer_s:
            self._begin(longer_s)
        else:
            if response.status < 300:
                self._bind(granted_s(response, self._line.identity.contact, expires_s) if expires_s else 0)
            self._conclude(response, round_)

    def _bind(self, expires_s: int) -> None:
        self.until = self._line.now() + expires_s if expires_s else None
        if expires_s:
            refresh = partial(self._begin, expires_s)
            self._prevent_refresh = self._line.exchange.timers.after(expires_s * _REFRESH_AFTER, refresh)

    def _conclude(self, response: Response, round_: int) -> None:
        if round_ == self._round:
            self._outcome = response
            if response.status >= 300:
                self.refreshes_failed += self.until is not None
                self.until = None
            self._watch.changed()


def _least_expiry_s(response: Response) -> int:
    """Min-Expires of a 423 (10.2.8), or 0."""
    text = response.headers.first("Min-Expires") or ""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def granted_s(response: Response, contact: SipUri, asked_s: int) -> int:
    """For how many seconds ``contact`` is bound: its own ``expires``, the Expires header, or what was asked."""
    texts = [response.headers.first("Expires")]
    for value in response.headers.listed("Contact"):
        bound = parse_name_addr(value)
        if (bound.uri.user, bound.uri.host, bound.uri.port) == (contact.user, contact.host, contact.port):
            texts.insert(0, parameter(bound.parameters, "expires"))
    return next((int(text) for text in texts if text and re.fullmatch(r"[0-9]{1,9}", text)), asked_s)

"""When is a SIP message sent again, and when is it given up? (RFC 3261, section 17; RFC 6026)"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sip_agents.address import SocketAddress
from sip_agents.message import Headers, Request, Response

Send: TypeAlias = Callable[[Request | Response, SocketAddress], None]


@dataclass(frozen=True, slots=True)
class Timing:
    """RFC 3261's T1, T2 and T4 in seconds. Tests make T1 short; everything else follows from it.

    ``repeats`` is False over TLS, which loses nothing: only a 2xx to an INVITE is sent again until its ACK comes (13.3.1.4).
    """

    t1_s: float = 0.5
    t2_s: float = 4.0
    t4_s: float = 5.0
    repeats: bool = True

    @property
    def patience_s(self) -> float:
        """Timers B, F, H and L: how long one side waits for the other."""
        return 64 * self.t1_s


class Timers:
    """Timers of one owner, so that none outlives it: after ``cancel_all`` no new one is started."""

    def __init__(self) -> None:
        self._handles: set[asyncio.TimerHandle] = set()
        self._closed = False

    def after(self, delay_s: float, call: Callable[[], None]) -> Callable[[], None]:
        """Call ``call`` in ``delay_s`` seconds. Returns the function that prevents it."""
        if self._closed:
            return lambda: None

        def fire() -> None:
            self._handles.discard(handle)
            call()

        def prevent() -> None:
            handle.cancel()
            self._handles.discard(handle)

        handle = asyncio.get_running_loop().call_later(delay_s, fire)
        self._handles.add(handle)
        return prevent

    def cancel_all(self) -> None:
        self._closed = True
        for handle in self._handles:
            handle.cancel()
        self._handles.clear()


class Repeater:
    """Sends now, and again after T1, 2 T1, 4 T1... until stopped; the pause is never longer than ``longest_s``.

    With ``again`` False it sends once.
    """

    def __init__(
        self, timers: Timers, send: Callable[[], None], first_s: float, longest_s: float, *, again: bool = True
    ) -> None:
        self._timers, self._send, self._pause_s, self._longest_s = timers, send, first_s, longest_s
        self._prevent: Callable[[], None] | None = None
        self._stopped = not again
        self._again()

    def _again(self) -> None:
        self._send()
        if not self._stopped:
            self._prevent = self._timers.after(self._pause_s, self._again)
            self._pause_s = min(2 * self._pause_s, self._longest_s)

    def slow_down(self) -> None:
        """From the next time on pause for the longest time (timer E after a provisional answer, 17.1.2.2)."""
        self._pause_s = self._longest_s

    def stop(self) -> None:
        self._stopped = True
        if self._prevent:
            self._prevent()


class ClientTransaction:
    """One request we sent. ``on_response`` hears each provisional, the first final and every 2xx of an INVITE.

    ``on_timeout`` is called if no final answer came within 64 T1 (for an INVITE: not even a provisional one). A final
    answer >= 300 to an INVITE is acknowledged here, as often as it comes (17.1.1.3).
    """

    def __init__(
        self,
        request: Request,
        to: SocketAddress,
        send: Send,
        timers: Timers,
        timing: Timing,
        on_response: Callable[[Response], None],
        on_timeout: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        self.request, self.to = request, to
        self._send, self._timers, self._timing = send, timers, timing
        self._on_response, self._on_timeout, self._on_end = on_response, on_timeout, on_end
        self._state: Literal["calling", "proceeding", "completed", "accepted"] = "calling"
        longest_s = timing.patience_s if self._is_invite else timing.t2_s
        self._give_up = timers.after(timing.patience_s, self._timed_out)
        self._repeater = Repeater(timers, lambda: send(request, to), timing.t1_s, longest_s, again=timing.repeats)

    @property
    def _is_invite(self) -> bool:
        return self.request.method == "INVITE"

    def received(self, response: Response) -> None:
        """A response whose branch and method are this request's."""
        if response.status < 200:
            self._provisional(response)
        elif self._state in ("calling", "proceeding"):
            self._final(response)
        elif self._is_invite and self._state == "accepted" and response.status < 300:
            self._on_response(response)
        elif self._is_invite and self._state == "completed" and response.status >= 300:
            self._acknowledge(response)

    def _provisional(self, response: Response) -> None:
        if self._state not in ("calling", "proceeding"):
            return
        self._state = "proceeding"
        if self._is_invite:
            self._repeater.stop()
            self._give_up()
        else:
            self._repeater.slow_down()
        self._on_response(response)

    def _final(self, response: Response) -> None:
        self._repeater.stop()
        self._give_up()
        self._state = "accepted" if response.status < 300 else "completed"
        if self._is_invite and response.status >= 300:
            self._acknowledge(response)
        self._timers.after(self._timing.patience_s if self._is_invite else self._timing.t4_s, self._on_end)
        self._on_response(response)

    def _acknowledge(self, response: Response) -> None:
        headers = self.request.headers
        kept = [("Via", str(headers.top_via)), ("Max-Forwards", "70")]
        kept += [("Route", route) for route in headers.every("Route")]
        kept += [("From", headers.need("From")), ("To", response.headers.need("To")), ("Call-ID", headers.call_id)]
        ack = Headers((*kept, ("CSeq", f"{headers.cseq.number} ACK")))
        self._send(Request("ACK", self.request.uri, ack), self.to)

    def _timed_out(self) -> None:
        self._repeater.stop()
        self._on_end()
        self._on_timeout()


class ServerTransaction:
    """One request we received. ``respond`` may be called with provisional answers, then with one final answer.

    A final answer to an INVITE is repeated until its ACK comes (13.3.1.4 and 17.2.1); ``on_unacknowledged`` may be set
    to hear that none came within 64 T1.
    """

    def __init__(
        self,
        request: Request,
        source: SocketAddress,
        send: Send,
        timers: Timers,
        timing: Timing,
        on_end: Callable[[], None],
    ) -> None:
        self.request, self.source = request, source
        self.final: Response | None = None
        self.acknowledged = False
        self.on_unacknowledged: Callable[[], None] = lambda: None
        self._to = request.headers.top_via.answer_to(source)
        self._send, self._timers, self._timing, self._on_end = send, timers, timing, on_end
        self._last: Response | None = None
        self._repeater: Repeater | None = None
        self._give_up: Callable[[], None] = lambda: None

    def respond(self, response: Response) -> None:
        """Send ``response``. Raises RuntimeError after a final answer: there is only one."""
        if self.final is not None:
            raise RuntimeError("this request has had its final answer")
        self._last = response
        if response.status < 200:
            self._send(response, self._to)
            return
        self.final = response
        self._timers.after(self._timing.patience_s, self._on_end)
        if self.request.method != "INVITE":
            self._send(response, self._to)
            return
        self._give_up = self._timers.after(self._timing.patience_s, self._unacknowledged)
        again = self._timing.repeats or response.status < 300
        self._repeater = Repeater(
            self._timers, lambda: self._send(response, self._to), self._timing.t1_s, self._timing.t2_s, again=again
        )

    def repeated(self) -> None:
        """The request came once more: so must the newest answer."""
        if self._last is not None and not self.acknowledged:
            self._send(self._last, self._to)

    def acknowledge(self) -> None:
        """The ACK for the final answer came."""
        self.acknowledged = True
        self._give_up()
        if self._repeater is not None:
            self._repeater.stop()

    def _unacknowledged(self) -> None:
        if self._repeater is not None:
            self._repeater.stop()
        self.on_unacknowledged()

"""How do clients follow every change? Server-sent events: a snapshot, then each change in order, never blocking the engine.

Format: https://html.spec.whatwg.org/multipage/server-sent-events.html. A client that reads too slowly, or whose token
ends, gets one last event that says so; it connects again and starts from a new snapshot, so nothing needs to be resent.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final, Literal

import structlog
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from ari_app.adapters.http_auth import Caller, may_see
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_bytes, list_bytes
from ari_app.board import StatusBoard
from ari_app.contract import CallStatus, StatusEvent, as_json, name_of, timestamp

log = structlog.get_logger(__name__)

Farewell = Literal["lagged", "missed", "expired", "revoked", "closing"]
FAREWELLS: Final[dict[Farewell, str]] = {
    "lagged": "You read too slowly and missed changes; connect again and start from the snapshot.",
    "missed": "Changes were missed; connect again and start from the snapshot.",
    "expired": "Your token is too old; log in again.",
    "revoked": "This log-in has been ended; log in again.",
    "closing": "The server stops; connect again in a moment.",
}
TOGETHER: Final = 100
"""Events sent in one piece at most."""

PIECE: Final = 32 * 1024
STALLED_S: Final = 10.0
"""A client that takes nothing for so long is cut without a word."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something besides the changes, for every client: ``name`` is the event's, ``body`` JSON."""

    name: str
    body: Mapping[str, object]

    @property
    def text(self) -> bytes:
        """It as a server-sent event."""
        return message(self.name, json_bytes(self.body))


class SharedEvent:
    """One change, encoded once for all clients, and only if one wants it."""

    def __init__(self, event: StatusEvent) -> None:
        self.event = event

    @cached_property
    def text(self) -> bytes:
        """The event as a server-sent event."""
        event = self.event
        return message(event.type, json_bytes(as_event_json(event)), f"{event.epoch}-{event.seq}")


def as_event_json(event: StatusEvent) -> dict[str, object]:
    """The contract's JSON object for an event."""
    return {"epoch": event.epoch, "seq": event.seq, "at": event.at, "type": event.type, "body": as_json(event.body)}


def message(event: str, data: bytes, identity: str | None = None) -> bytes:
    """One server-sent event; ``data`` is JSON, so it has no line ends."""
    head = f"id: {identity}\n" if identity else ""
    return f"{head}event: {event}\ndata: ".encode() + data + b"\n\n"


class Follower:
    """One client: what it may see and has not been sent, at most ``cap`` events.

    ``newest``: of each queue, operator and call only the newest of what waits is sent, which is enough for a picture.
    """

    def __init__(self, caller: Caller, board: StatusBoard, cap: int, newest: bool = False) -> None:
        self.caller = caller
        self.farewell: Farewell | None = None
        self.wake = asyncio.Event()
        self.queues = list(board.queues.values())
        self.operators = [operator for operator in board.operators.values() if may_see(caller, operator)]
        self.calls = [call for call in board.calls.values() if call.stage != "ended" and may_see(caller, call)]
        self._held = {call.id for call in self.calls}
        self._waiting: dict[Hashable, SharedEvent | Said] = {}
        self._cap = cap
        self._newest = newest

    def offer(self, shared: SharedEvent) -> None:
        """Queue a change if this client may see it; one too many ends the stream."""
        if self.farewell is not None or not self._concerns(shared.event):
            return
        event = shared.event
        self._queue((event.type, name_of(event.body)) if self._newest else (event.epoch, event.seq), shared)

    def hear(self, said: Said) -> None:
        """Queue something that is said to all."""
        if self.farewell is None:
            self._queue(said.name, said)

    def _queue(self, key: Hashable, what: SharedEvent | Said) -> None:
        self._waiting.pop(key, None)  # what is newer goes behind
        self._waiting[key] = what
        if len(self._waiting) > self._cap:
            self.end("lagged")
        self.wake.set()

    def end(self, farewell: Farewell) -> None:
        """Send nothing more but ``farewell``."""
        self._waiting.clear()
        self.farewell = self.farewell or farewell
        self.wake.set()

    def take(self) -> bytes:
        """The next events as text, b"" when there are none."""
        together = list(islice(self._waiting, TOGETHER))
        return b"".join(self._waiting.pop(key).text for key in together)

    def _concerns(self, event: StatusEvent) -> bool:
        """An operator who gives a call away is told so once, or their screen would show it for ever."""
        body = event.body
        if not isinstance(body, CallStatus):
            return may_see(self.caller, body)
        was_held = body.id in self._held
        held = may_see(self.caller, body)
        if held and body.stage != "ended":
            self._held.add(body.id)
        else:
            self._held.discard(body.id)
        return held or was_held


class EventHub:
    """All clients that follow the board. ``followers_max`` bounds them, ``cap`` what each may have waiting.

    ``pace_s``: after something has happened, how long a client waits for more of it, to be sent together. ``besides``: what is in a
    snapshot besides the lists.
    """

    def __init__(
        self,
        board: StatusBoard,
        now: Callable[[], float],
        cap: int,
        keep_alive_s: float,
        followers_max: int,
        pace_s: float = 0.0,
        besides: Callable[[], Mapping[str, object]] = dict,
    ) -> None:
        self.told: Counter[str] = Counter()
        self._board = board
        self._now = now
        self._cap = cap
        self._keep_alive_s = keep_alive_s
        self._followers_max = followers_max
        self._followers: set[Follower] = set()
        self._closing = False
        self._pace_s = pace_s
        self._besides = besides
        board.add_sink(self._sink)

    @property
    def follower_count(self) -> int:
        """Clients connected now."""
        return len(self._followers)

    def stream(self, caller: Caller, *, newest: bool = False) -> Response:
        """The response that follows the board for ``caller``; ``newest``: see Follower.

        Raises Refused (503) when there are too many, or closing.
        """
        if self._closing or len(self._followers) >= self._followers_max:
            raise Refused(503, "too_many_streams", "Too many clients follow the events; try again later.")
        return EventStream(self, caller, newest)

    @property
    def callers(self) -> set[Caller]:
        """Whose streams go on."""
        return {follower.caller for follower in self._followers}

    def say(self, name: str, body: Mapping[str, object]) -> None:
        """Tell every client something besides the changes."""
        for follower in self._followers:
            follower.hear(Said(name, body))

    def begin_again(self) -> None:
        """Changes were missed: every client is to start from a new snapshot."""
        for follower in self._followers:
            follower.end("missed")

    def snapshot_head(self, epoch: int, seq: int) -> Mapping[str, object]:
        """What is in a snapshot before its lists."""
        return {"epoch": epoch, "seq": seq, "at": timestamp(self._now()), **self._besides()}

    def close(self) -> None:
        """End every stream, and accept no other."""
        self._closing = True
        for follower in self._followers:
            follower.end("closing")

    def end_revoked(self, good: Callable[[Caller], bool]) -> None:
        """End the streams of those who are not ``good`` any more."""
        for follower in self._followers:
            if not good(follower.caller) and follower.caller.expires > self._now():
                follower.end("revoked")

    def join(self, caller: Caller, newest: bool) -> tuple[Follower, int, int]:
        """A new client, and the epoch and sequence number up to which its lists are."""
        follower = Follower(caller, self._board, self._cap, newest)
        self._followers.add(follower)
        if self._closing:
            follower.end("closing")
        return follower, self._board.epoch, self._board.seq

    def leave(self, follower: Follower) -> None:
        """The client is gone."""
        self._followers.discard(follower)

    async def next_text(self, follower: Follower) -> bytes:
        """What to send ``follower`` next; b"" when it is to be said farewell. Waits for a change or the keep-alive."""
        while follower.farewell is None:
            if self._now() >= follower.caller.expires:
                follower.end("expired")
                break
            if text := follower.take():
                return text
            follower.wake.clear()
            try:
                async with asyncio.timeout(self._keep_alive_s):
                    await follower.wake.wait()
            except TimeoutError:
                return b": keep-alive\n\n"
            if self._pace_s:
                await asyncio.sleep(self._pace_s)
        return b""

    def _sink(self, event: StatusEvent) -> None:
        self.told[event.type] += 1
        shared = SharedEvent(event)
        for follower in self._followers:
            follower.offer(shared)


class EventStream(Response):
    """The response: lives until the client leaves, lags, or the hub closes."""

    media_type = "text/event-stream"

    def __init__(self, hub: EventHub, caller: Caller, newest: bool) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._hub = hub
        self._caller = caller
        self._newest = newest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        follower, epoch, seq = self._hub.join(self._caller, self._newest)
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send_all(follower, epoch, seq, send))
                leaving = group.create_task(_until_left(receive))
                await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
                sending.cancel()
                leaving.cancel()
        finally:
            self._hub.leave(follower)

    async def _send_all(self, follower: Follower, epoch: int, seq: int, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await _send(send, b"retry: 2000\n\n" + await _snapshot(follower, self._hub.snapshot_head(epoch, seq)))
            while text := await self._hub.next_text(follower):
                await _send(send, text)
            assert follower.farewell is not None
            last = json_bytes({"message": FAREWELLS[follower.farewell]})
            await _send(send, message(follower.farewell, last), more=False)
        except TimeoutError:
            log.info("event_follower_stalled", account=self._caller.account.code)


async def _snapshot(follower: Follower, head: Mapping[str, object]) -> bytes:
    queues, operators, calls = [
        await list_bytes(part) for part in (follower.queues, follower.operators, follower.calls)
    ]
    lists = b',"queues":' + queues + b',"operators":' + operators + b',"calls":' + calls + b"}"
    return message("snapshot", json_bytes(head)[:-1] + lists, f"{head['epoch']}-{head['seq']}")


async def _send(send: Send, text: bytes, more: bool = True) -> None:
    """Piece by piece: the snapshot of a large centre on a slow line takes longer than nobody may take anything."""
    for start in range(0, len(text), PIECE):
        piece = text[start : start + PIECE]
        body: Message = {"type": "http.response.body", "body": piece, "more_body": more or start + PIECE < len(text)}
        async with asyncio.timeout(STALLED_S):
            await send(body)


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

"""How does one ARI command travel? As JSON over a websocket of its own kind, since that costs a third of what HTTP does.

Asterisk carries out what comes over one socket one after the other, so there are several, and each command takes the one with the
least to do. The socket of the events is never used: a command that blocks would hold them up. Source of the messages: "ARI REST
over WebSocket" in Asterisk's documentation (RESTRequest, RESTResponse).
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, Protocol
from urllib.parse import quote

import structlog
from aioari.client import Client
from aioari.model import Repository
from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from ari_app.adapters.ari_http import refusal
from ari_app.cancellation import in_time
from ari_app.leadership import LeadLost
from ari_app.telephony import TelephonyAway

log = structlog.get_logger(__name__)
SOCKETS: Final = 4

LARGEST_ANSWER: Final = 1 << 28
"""Bytes: a list of 100,000 channels."""
PING_AFTER_S: Final = 20.0
RECONNECTED_S: Final = 2.0
"""For so long a command waits for a connection that was lost to be there again; mostly it takes 0.2 s."""

Connect = Callable[[int, WSListener], Awaitable[WSTransport]]
"""Opens the socket with this number for a listener. Raises TelephonyAway."""


def connect_to(address: Callable[[int], str], headers: Mapping[str, str], deadline_s: float) -> Connect:
    """Sockets at ``address`` of their number, each opened within ``deadline_s``."""

    async def connect(number: int, listener: WSListener) -> WSTransport:
        try:
            async with asyncio.timeout(deadline_s):  # the library's own begins only once the connection is made
                transport, _ = await ws_connect(
                    lambda: listener,
                    address(number),
                    extra_headers=headers,
                    enable_auto_ping=True,
                    auto_ping_idle_timeout=PING_AFTER_S,
                    max_frame_size=LARGEST_ANSWER,
                )
        except (WSError, OSError, TimeoutError) as broken:
            raise TelephonyAway(f"command socket {number}: {str(broken) or type(broken).__name__}") from broken
        return transport

    return connect


@dataclass(frozen=True, slots=True)
class Command:
    """``uri`` is below ``/ari/``, percent-encoded."""

    method: str
    uri: str
    query: Mapping[str, Any]
    body: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.uri}"

    def message(self, number: int) -> bytes:
        """What is sent."""
        message: dict[str, Any] = {
            "type": "RESTRequest",
            "request_id": str(number),
            "method": self.method,
            "uri": self.uri,
            "query_strings": [{"name": name, "value": str(value)} for name, value in self.query.items()],
        }
        if self.body is not None:
            message |= {"content_type": "application/json", "message_body": self.body}
        return json.dumps(message).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What Asterisk said; ``text`` is JSON or empty."""

    status: int
    text: str


@dataclass(slots=True)
class _Asked:
    command: Command
    number: int
    since: float
    told: asyncio.Future[None]
    outcome: Answer | TelephonyAway | None = None

    def ends(self, outcome: Answer | TelephonyAway) -> None:
        self.outcome = outcome
        if not self.told.done():
            self.told.set_result(None)


class _Socket(WSListener):
    """One connection and what was asked over it, oldest first: that is also the order of the answers."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.wire: WSTransport | None = None
        self.asked: deque[_Asked] = deque()
        self._parts: list[bytes] = []

    def on_ws_connected(self, transport: WSTransport) -> None:
        """What an earlier connection left half said belongs to none of this one's answers."""
        self._parts = []

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """At once, with no task between: that is what this library is for."""
        if frame.msg_type is WSMsgType.CLOSE:
            transport.disconnect()
        elif frame.msg_type in (WSMsgType.TEXT, WSMsgType.CONTINUATION):
            self._parts.append(frame.get_payload_as_bytes())
            if frame.fin:
                message, self._parts = b"".join(self._parts), []
                self.take(json.loads(message))

    def take(self, message: Mapping[str, Any]) -> None:
        """An answer; what was asked before it and has none yet gets none any more."""
        if message.get("type") != "RESTResponse":
            return
        number = int(message["request_id"])
        answer = Answer(int(message["status_code"]), message.get("message_body") or "")
        while self.asked and self.asked[0].number <= number:
            one = self.asked.popleft()
            one.ends(answer if one.number == number else TelephonyAway(f"{one.command}: passed over"))

    def fail(self, why: str) -> None:
        """Nothing that was asked will be answered."""
        while self.asked:
            one = self.asked.popleft()
            one.ends(TelephonyAway(f"{one.command}: {why}"))


class CommandSockets:
    """``run`` keeps them open; ``ask`` may be called once ``ready`` is set. Each command is answered within ``deadline_s``."""

    def __init__(self, connect: Connect, deadline_s: float, how_many: int = SOCKETS) -> None:
        self._connect = connect
        self._deadline_s = deadline_s
        self._sockets = [_Socket(number) for number in range(1, how_many + 1)]
        self._numbers = count(1)
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. Raises TelephonyAway when Asterisk does not let a socket be opened."""
        async with asyncio.TaskGroup() as group:
            for socket in self._sockets:
                group.create_task(self._keep_open(socket))
            group.create_task(self._watch_deadlines())

    async def _keep_open(self, socket: _Socket) -> None:
        while True:
            wire = socket.wire = await self._connect(socket.number, socket)
            if all(one.wire is not None for one in self._sockets):
                self.ready.set()
            try:
                await wire.wait_disconnected()
            finally:
                socket.wire = None
                socket.fail("the connection was lost")
                wire.disconnect()

    async def _watch_deadlines(self) -> None:
        """What is asked first on a socket is late first. It holds up what comes behind it, so the socket is opened anew."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._deadline_s / 10)
            for socket in self._sockets:
                if socket.asked and loop.time() - socket.asked[0].since > self._deadline_s:
                    log.warning("ari_command_late", command=str(socket.asked[0].command), behind=len(socket.asked) - 1)
                    socket.fail(f"no answer in {self._deadline_s:g} s")
                    stuck, socket.wire = socket.wire, None
                    if stuck is not None:
                        stuck.disconnect(graceful=False)

    def oldest_s(self) -> float:
        """For how long the oldest command that has no answer yet has been waiting for it; 0.0 if none does."""
        asked = [socket.asked[0].since for socket in self._sockets if socket.asked]
        return asyncio.get_running_loop().time() - min(asked) if asked else 0.0

    async def ask(self, command: Command) -> Answer:
        """Raises TelephonyError and its kinds for anything but 2xx.

        Whoever is cancelled meanwhile is so once the answer is there: Asterisk will do what it was sent, and a leg or a bridge
        that it makes after the clean-up would stay for ever.
        """
        open_sockets = [socket for socket in self._sockets if socket.wire is not None]
        if not open_sockets:
            raise TelephonyAway(f"{command}: no connection to Asterisk")
        socket = min(open_sockets, key=lambda one: len(one.asked))
        assert socket.wire is not None
        loop = asyncio.get_running_loop()
        asked = _Asked(command, next(self._numbers), loop.time(), loop.create_future())
        socket.asked.append(asked)
        socket.wire.send(WSMsgType.TEXT, command.message(asked.number))
        cancelled: asyncio.CancelledError | None = None
        while (answer := asked.outcome) is None:
            try:
                await asked.told
            except asyncio.CancelledError as now:
                cancelled, asked.told = now, loop.create_future()
        if cancelled is not None:
            raise cancelled
        if isinstance(answer, TelephonyAway):
            raise answer
        if answer.status >= 400:
            raise refusal(answer.status, f"{command}: {answer.status} {answer.text[:200]}")
        return answer


class _Operations(Repository):  # type: ignore[misc]  # aioari has no types
    """aioari makes a class each time that an operation is looked up; once is enough."""

    def __getattr__(self, item: str) -> Any:
        operation = super().__getattr__(item)
        self.__dict__[item] = operation
        return operation


class Authority(Protocol):
    """Whether this controller may act at all (ari_app/leadership.py)."""

    @property
    def is_sure(self) -> bool:
        """Whether it may at this instant."""
        ...

    async def be_sure(self) -> None:
        """Wait until it may. Raises LeadLost when another one does instead."""
        ...


class AriClient(Client):  # type: ignore[misc]  # aioari has no types
    """aioari's client, whose operations go over ``commands`` once it is set, as its author foresaw (run_operation)."""

    commands: CommandSockets | None = None
    authority: Authority | None = None
    _next: asyncio.Future[AriClient] | None = None

    def lose(self) -> None:
        """The connection is lost. What is asked from now on waits for the next one: a call must not end for a moment's sake."""
        self._next = asyncio.get_running_loop().create_future()

    def succeeded_by(self, client: AriClient | None) -> None:
        """The next connection is there; None: there will be none."""
        if self._next is None or self._next.done():
            return
        if client is None:
            self._next.set_exception(TelephonyAway("no connection to Asterisk any more"))
            self._next.exception()  # perhaps nobody waits
        else:
            self._next.set_result(client)

    async def _successor(self, awaited: asyncio.Future[AriClient]) -> AriClient:
        try:
            return await in_time(asyncio.shield(awaited), RECONNECTED_S)
        except TimeoutError as late:
            raise TelephonyAway(f"no connection to Asterisk for {RECONNECTED_S:g} s") from late

    async def init(self) -> None:
        """Read what Asterisk's API has."""
        self._ways: dict[Any, _Way] = {}
        await super().init()
        self.repositories = {name: _Operations(self, name, api) for name, api in self.swagger.resources.items()}

    async def run_operation(self, oper: Any, **arguments: Any) -> Any:
        """The response, as aioari wants it. Only what lists or reads has a text: nobody reads what a command says on success."""
        if self._next is not None:
            return await (await self._successor(self._next)).run_operation(oper, **arguments)
        if self.commands is None or oper.json["is_websocket"]:
            return await oper(**arguments)
        if self.authority is not None and not self.authority.is_sure:
            try:
                await self.authority.be_sure()
            except LeadLost as lost:
                raise TelephonyAway(str(lost)) from lost
        way = self._ways.get(oper)
        if way is None:
            way = self._ways[oper] = _Way.of(oper)
        answer = await self.commands.ask(way.command(arguments))
        return answer if way.method == "GET" else _NOTHING

    async def get_resp_text(self, resp: Any) -> str:
        """The text of an answer that came over a command socket, or over HTTP."""
        return resp.text if isinstance(resp, Answer) else str(await resp.text())


_NOTHING: Final = Answer(204, "")


@dataclass(frozen=True, slots=True)
class _Way:
    """How an operation's arguments become a command, from Asterisk's own description of its API."""

    method: str
    uri: str
    in_path: frozenset[str]
    in_body: frozenset[str]

    @classmethod
    def of(cls, oper: Any) -> _Way:
        kinds = {
            name: frozenset(one["name"] for one in oper.json.get("parameters", ()) if one["paramType"] == name)
            for name in ("path", "body")
        }
        return cls(oper.json["httpMethod"], oper.uri.partition("/ari/")[2], kinds["path"], kinds["body"])

    def command(self, arguments: Mapping[str, Any]) -> Command:
        uri, query, body = self.uri, {}, {}
        for name, value in arguments.items():
            if name in self.in_path:
                uri = uri.replace(f"{{{name}}}", quote(str(value), safe=""))
            elif name in self.in_body:
                body[name] = value
            else:
                query[name] = value
        return Command(self.method, uri, query, json.dumps(body) if body else None)

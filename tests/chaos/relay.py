"""What stands between a controller and Asterisk? A relay that can halt before or after any command, and break its connections.

It counts what the controller asks of Asterisk: REST over the command sockets, and AMI actions. What it asks over HTTP while it
starts is not counted. The controller and Asterisk know nothing of it; they only see their connections behave as on a bad network.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

from tests.chaos.ws_frames import TEXT, Frames

When = Literal["before", "after"]
"""Before the command is passed on, or once Asterisk has done it and before the controller is told."""
Kind = Literal["http", "events", "commands", "ami"]
APP: Final = "centralita"
_CHUNK: Final = 1 << 16
_UPGRADE: Final = re.compile(rb"GET /ari/events\?(\S+) HTTP/1\.1\r\n(?:[^\r\n]+\r\n)*\r\n$")
_HEAD_END: Final = b"\r\n\r\n"
_ASKS_NOTHING: Final = frozenset({"login", "ping", "pjsipshowcontacts", "pjsipshowendpoints", "logoff"})
_ID: Final = re.compile(r"(?<=/)[^/]*\d[^/]*")


@dataclass(eq=False)
class Link:
    """One connection of the controller and its far half. Closed gates let nothing through, though the sockets stay open."""

    near: asyncio.StreamReader
    near_out: asyncio.StreamWriter
    far: asyncio.StreamReader
    far_out: asyncio.StreamWriter
    kind: Kind
    up: asyncio.Event = field(default_factory=asyncio.Event)
    down: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def cut(self) -> None:
        """Both halves end."""
        for writer in (self.near_out, self.far_out):
            writer.close()
        for task in self.tasks:
            task.cancel()


@dataclass(eq=False)
class _Halt:
    number: int
    when: When
    reached: asyncio.Future[str]
    awaited: tuple[Link, str] | None = None
    """Whose answer to which request."""


class Relay:
    """``ari_port`` and ``ami_port`` are what the controller connects to; ``commands`` what it has asked, in order."""

    def __init__(self, host: str, ari_port: int, ami_port: int) -> None:
        self._host = host
        self._far_ports = {"http": ari_port, "ami": ami_port}
        self._links: set[Link] = set()
        self._broken: set[Link] = set()
        self._gate = asyncio.Event()
        self._gate.set()
        self._halt: _Halt | None = None
        self.commands: list[str] = []
        self.ari_port = self.ami_port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Relay]:
        """Listen; at the end nothing is left open."""

        async def ari(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(reader, writer, "http")

        async def ami(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(reader, writer, "ami")

        servers = [await asyncio.start_server(take, self._host, 0) for take in (ari, ami)]
        self.ari_port, self.ami_port = (server.sockets[0].getsockname()[1] for server in servers)
        try:
            yield self
        finally:
            for server in servers:
                server.close()
            self.cut()

    # -- halting at a command ------------------------------------------------------------------------------------------

    def count_anew(self) -> None:
        """The next command is number 1."""
        self.commands.clear()

    def halt_at(self, number: int, when: When) -> asyncio.Future[str]:
        """From that command on nothing passes to Asterisk any more; its name, once it is reached."""
        reached: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._halt = _Halt(number, when, reached)
        return reached

    def go_on_counting(self) -> None:
        """Halt nowhere any more."""
        self._halt = None

    def go_on(self) -> None:
        """Whoever was halted is cut off, and the next to connect is served as ever."""
        self._halt = None
        self.cut()
        self._gate.set()

    # -- breaking connections ------------------------------------------------------------------------------------------

    def _of(self, kinds: tuple[Kind, ...]) -> list[Link]:
        return [link for link in self._links - self._broken if not kinds or link.kind in kinds]

    def cut(self, *kinds: Kind) -> None:
        """End these connections (without kinds: all), as a crash of what lies between would."""
        for link in self._of(kinds) if kinds else list(self._links):
            link.cut()

    def half_open(self, *kinds: Kind) -> None:
        """Nothing passes either way any more, and nobody is told: a cable that was pulled."""
        for link in self._of(kinds):
            link.up.clear()
            link.down.clear()
            self._broken.add(link)

    def stall(self, *kinds: Kind) -> None:
        """Nothing is read from Asterisk any more; what the controller says still passes."""
        for link in self._of(kinds):
            link.down.clear()
            self._broken.add(link)

    def end_broken(self) -> None:
        """The connections that were broken end at last."""
        for link in list(self._broken):
            link.cut()

    # -- what passes ---------------------------------------------------------------------------------------------------

    async def _serve(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter, kind: Kind) -> None:
        try:
            far, far_out = await asyncio.open_connection(self._host, self._far_ports[kind])
        except OSError:
            near_out.close()
            return
        link = Link(near, near_out, far, far_out, kind)
        link.up.set()
        link.down.set()
        up, down = (self._ami_up, self._ami_down) if kind == "ami" else (self._ari_up, self._ari_down)
        link.tasks = [asyncio.create_task(_to_its_end(up(link))), asyncio.create_task(_to_its_end(down(link)))]
        self._links.add(link)
        try:
            await asyncio.wait(link.tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            link.cut()
            self._links.discard(link)
            self._broken.discard(link)

    async def _ari_up(self, link: Link) -> None:
        frames, seen = Frames(), b""
        async for data in _chunks(link.near, link.up):
            if link.kind == "commands":
                for frame in frames.feed(data):
                    if frame.opcode == TEXT:
                        await self._rest_command(link, frame.payload)
                    else:
                        await self._gate.wait()
                    await _send(link.far_out, frame.raw)
                continue
            await self._gate.wait()
            if link.kind == "http":
                seen = (seen + data)[-_CHUNK:]
                if (upgrade := _UPGRADE.search(seen)) is not None:
                    link.kind = "commands" if f"app={APP}-commands".encode() in upgrade[1] else "events"
            await _send(link.far_out, data)

    async def _rest_command(self, link: Link, message: bytes) -> None:
        said = json.loads(message)
        await self._asked(link, said["request_id"], f"{said['method']} {_ID.sub('*', said['uri'])}")

    async def _ari_down(self, link: Link) -> None:
        frames, head = Frames(), b""
        async for data in _chunks(link.far, link.down):
            rest = data
            if link.kind == "commands":
                if not head.endswith(_HEAD_END):
                    whole, end, rest = (head + data).partition(_HEAD_END)
                    head = whole + end
                for frame in frames.feed(rest):
                    if frame.opcode == TEXT:
                        await self._answered(link, str(json.loads(frame.payload).get("request_id")))
            await _send(link.near_out, data)

    async def _ami_up(self, link: Link) -> None:
        pending = b""
        async for data in _chunks(link.near, link.up):
            *whole, pending = (pending + data).split(_HEAD_END)
            for message in whole:
                said = _fields(message)
                if said.get("action", "").lower() not in _ASKS_NOTHING:
                    await self._asked(link, said.get("actionid", ""), f"AMI {said.get('action')}")
                await _send(link.far_out, message + _HEAD_END)

    async def _ami_down(self, link: Link) -> None:
        pending = b""
        async for data in _chunks(link.far, link.down):
            *whole, pending = (pending + data).split(_HEAD_END)
            for message in whole:
                said = _fields(message)
                if "response" in said:
                    await self._answered(link, said.get("actionid", ""))
            await _send(link.near_out, data)

    async def _asked(self, link: Link, key: str, name: str) -> None:
        """Count it; return once it may pass."""
        await self._gate.wait()
        self.commands.append(name)
        halt = self._halt
        if halt is None or halt.number != len(self.commands):
            return
        self._gate.clear()
        if halt.when == "after":
            halt.awaited = (link, key)
            return
        halt.reached.set_result(name)
        await self._gate.wait()

    async def _answered(self, link: Link, key: str) -> None:
        halt = self._halt
        if halt is not None and halt.awaited == (link, key) and not halt.reached.done():
            halt.reached.set_result(self.commands[halt.number - 1])
            await self._gate.wait()


async def _chunks(reader: asyncio.StreamReader, gate: asyncio.Event) -> AsyncIterator[bytes]:
    """What is read, while the gate is open."""
    while True:
        await gate.wait()
        data = await reader.read(_CHUNK)
        await gate.wait()
        if not data:
            return
        yield data


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


async def _to_its_end(passing: Coroutine[None, None, None]) -> None:
    with contextlib.suppress(OSError):  # whoever is killed closes no connection in good order
        await passing


def _fields(message: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in message.decode(errors="replace").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines}

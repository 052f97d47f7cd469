"""What the relay of the experiments makes of what passes through it: against a controller's and Asterisk's ends of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.chaos.relay import Relay
from tests.chaos.ws_frames import TEXT, Frames

UPGRADE = b"GET /ari/events?app=centralita-commands-1 HTTP/1.1\r\nHost: x\r\n\r\n"
ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
MASK = b"\x01\x02\x03\x04"


def frame(payload: bytes, *, masked: bool) -> bytes:
    size = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + len(payload).to_bytes(2)
    head = bytes([0x80 | TEXT, size[0] | (0x80 if masked else 0)]) + size[1:]
    if not masked:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


def command(number: int, uri: str = "channels/20261124-1/answer") -> bytes:
    said = {"type": "RESTRequest", "request_id": str(number), "method": "POST", "uri": uri}
    return frame(json.dumps(said).encode(), masked=True)


def answer(number: int) -> bytes:
    return frame(json.dumps({"type": "RESTResponse", "request_id": str(number)}).encode(), masked=False)


class Ends:
    """The two ends of one command socket through a relay."""

    def __init__(self, relay: Relay, near: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        self.relay = relay
        self.near, self.near_out = near
        self.far: asyncio.StreamReader
        self.far_out: asyncio.StreamWriter

    async def passes_up(self, data: bytes) -> None:
        self.near_out.write(data)
        assert await asyncio.wait_for(self.far.readexactly(len(data)), 5) == data

    async def passes_down(self, data: bytes) -> None:
        self.far_out.write(data)
        assert await asyncio.wait_for(self.near.readexactly(len(data)), 5) == data


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """Until the connection ends; what was written into one that is closed unread makes that a reset."""
    try:
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionResetError:
        return b""


@asynccontextmanager
async def ends() -> AsyncIterator[Ends]:
    arrived: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await arrived.put((reader, writer))

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Relay("127.0.0.1", port, port).running() as relay:
        both = Ends(relay, await asyncio.open_connection("127.0.0.1", relay.ari_port))
        both.far, both.far_out = await arrived.get()
        await both.passes_up(UPGRADE)
        await both.passes_down(ACCEPTED)
        yield both
        both.near_out.close()
        both.far_out.close()
    server.close()


@pytest.mark.parametrize("size", [3, 125, 126, 70_000])
def test_frames_are_found_however_they_are_cut(size: int) -> None:
    payload = bytes(at % 251 for at in range(size))
    length = size.to_bytes(2) if size < 65536 else size.to_bytes(8)
    head = bytes([0x81]) + (bytes([size]) if size < 126 else (b"\x7e" if size < 65536 else b"\x7f") + length)
    whole = (head + payload) * 2
    frames = Frames()
    found = [one for at in range(0, len(whole), 7) for one in frames.feed(whole[at : at + 7])]
    assert [one.payload for one in found] == [payload, payload]
    assert b"".join(one.raw for one in found) == whole


async def test_commands_are_counted_by_their_names_and_pass_as_they_are() -> None:
    async with ends() as both:
        await both.passes_up(command(1))
        await both.passes_up(command(2, "bridges/b-1/addChannel"))
        await both.passes_down(answer(1))
        assert both.relay.commands == ["POST channels/*/answer", "POST bridges/*/addChannel"]


async def test_halted_before_a_command_nothing_reaches_asterisk_any_more() -> None:
    async with ends() as both:
        reached = both.relay.halt_at(2, "before")
        await both.passes_up(command(1))
        both.near_out.write(command(2) + command(3))
        assert await asyncio.wait_for(reached, 5) == "POST channels/*/answer"
        both.relay.go_on()
        assert await asyncio.wait_for(both.far.read(), 5) == b""


async def test_halted_after_a_command_asterisk_has_it_and_the_answer_is_kept_back() -> None:
    async with ends() as both:
        reached = both.relay.halt_at(1, "after")
        await both.passes_up(command(1))
        both.near_out.write(command(2))
        both.far_out.write(answer(1))
        await asyncio.wait_for(reached, 5)
        both.relay.go_on()
        assert await asyncio.wait_for(both.far.read(), 5) == b""
        assert await asyncio.wait_for(both.near.read(), 5) == b""


@pytest.mark.parametrize("way", ["half_open", "stall"])
async def test_a_broken_connection_stays_open_and_lets_nothing_down(way: str) -> None:
    async with ends() as both:
        getattr(both.relay, way)("commands")
        both.far_out.write(answer(1))
        both.near_out.write(command(1))
        if way == "stall":
            assert await asyncio.wait_for(both.far.readexactly(len(command(1))), 5) == command(1)
        both.relay.end_broken()
        assert await rest_of(both.near) == b""
        assert await rest_of(both.far) == b""

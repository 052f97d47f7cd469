"""Does a client on a real socket hear of every change it may see, and can no client hold up the engine or a stop?"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message

from ari_app.accounts import Account
from ari_app.adapters import http_events
from ari_app.adapters.http_api import create_app
from ari_app.adapters.http_auth import Caller
from ari_app.adapters.http_door import PortTaken, listen
from ari_app.adapters.http_events import EventHub
from ari_app.adapters.http_server import serve_on
from ari_app.board import StatusBoard
from tests.adapters.conftest import SECRET, TOKEN_KEY, FakeCentre
from tests.contract.centre import ANA, CALL


class Served:
    """A centre whose API listens on a real port; ``stop`` ends it."""

    def __init__(self, centre: FakeCentre, **options: Any) -> None:
        self.centre = centre
        app = create_app(
            centre.board,
            centre,
            centre.accounts,
            TOKEN_KEY,
            lambda: centre.now_s,
            lambda: centre.parts,
            **{"keep_alive_s": 0.05} | options,
        )
        self.hub: EventHub = app.state.events
        centre.open()
        listener = listen("127.0.0.1", 0)
        self.port: int = listener.getsockname()[1]
        self._serving = asyncio.ensure_future(serve_on(app, listener))
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}/api/v1", timeout=10)

    async def stop(self) -> None:
        self._serving.cancel()
        with suppress(asyncio.CancelledError):
            await self._serving
        await self.http.aclose()

    async def bearer(self, code: str) -> dict[str, str]:
        answer = await self.http.post("/login", json={"code": code, "secret": SECRET})
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    @asynccontextmanager
    async def follow(self, code: str) -> AsyncIterator[Stream]:
        async with self.http.stream("GET", "/events", headers=await self.bearer(code)) as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            yield Stream(response)


class Stream:
    """The messages of one stream."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> dict[str, Any]:
        """The next message: id, event, and data read as JSON; or {"comment"}."""
        found: dict[str, Any] = {}
        async with asyncio.timeout(10):
            async for line in self._lines:
                if not line and set(found) - {"retry"}:
                    return found
                name, _, value = line.partition(": ")
                if line:
                    found[name or "comment"] = json.loads(value) if name == "data" else value
        raise EOFError

    async def event(self) -> dict[str, Any]:
        """The next message that is no keep-alive."""
        while "comment" in (found := await self.next()):
            pass
        return found

    async def ends(self) -> bool:
        """True when nothing follows."""
        try:
            await self.event()
        except EOFError:
            return True
        return False


@pytest.fixture
def centre() -> FakeCentre:
    """A centre with nothing on its board: the API is made first, as in the real one."""
    return FakeCentre()


@pytest.fixture
async def served(centre: FakeCentre) -> AsyncIterator[Served]:
    made = Served(centre)
    yield made
    await made.stop()


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_stream_begins_with_everything_and_goes_on_with_each_change(served: Served) -> None:
    async with served.follow("2001") as stream:
        first = await stream.event()
        assert (first["event"], first["retry"]) == ("snapshot", "2000")
        snapshot = first["data"]
        assert [queue["name"] for queue in snapshot["queues"]] == ["soporte"]
        assert [operator["code"] for operator in snapshot["operators"]] == ["1005", "1006"]
        assert [call["id"] for call in snapshot["calls"]] == ["call-1", "call-2"]
        served.centre.hang_up_call("call-2")
        change = await stream.event()
        assert change["event"] == "call.changed"
        assert change["id"] == f"7-{snapshot['seq'] + 1}"
        assert set(change["data"]) == {"epoch", "seq", "at", "type", "body"}
        assert (change["data"]["body"]["id"], change["data"]["body"]["stage"]) == ("call-2", "ended")


async def test_changes_while_a_long_snapshot_is_encoded_follow_it(served: Served) -> None:
    board = served.centre.board
    for number in range(1000):
        board.put_operator(replace(ANA, code=str(number)))
    async with served.follow("2001") as stream:
        for number in range(5):
            board.put_operator(replace(ANA, reason=str(number)))
        seqs = [(await stream.event())["id"] for _ in range(2)]
        assert [int(seq.partition("-")[2]) for seq in seqs][1] - int(seqs[0].partition("-")[2]) == 1


async def test_an_idle_stream_is_kept_alive_with_comments(served: Served) -> None:
    async with served.follow("2001") as stream:
        await stream.event()
        assert await stream.next() == {"comment": "keep-alive"}


async def test_an_operator_follows_queues_and_only_their_own_state_and_calls(served: Served) -> None:
    board = served.centre.board
    async with served.follow("1006") as stream:
        snapshot = (await stream.event())["data"]
        assert [operator["code"] for operator in snapshot["operators"]] == ["1006"]
        assert snapshot["calls"] == []
        board.put_operator(replace(ANA, reason="of another"))
        board.put_call(replace(CALL, id="call-2", stage="ringing", operator="1005"))
        board.put_call(replace(CALL, id="call-2", stage="ringing", operator="1006"))
        board.put_call(replace(CALL, id="call-2", stage="ringing", operator="1007"))
        board.put_call(replace(CALL, id="call-2", stage="talking", operator="1007"))
        board.put_operator(replace(ANA, code="1006", state="paused"))
        told = [(await stream.event())["data"]["body"] for _ in range(3)]
        assert [body.get("operator") or body.get("code") for body in told] == ["1006", "1007", "1006"]
        assert told[2]["state"] == "paused"


async def test_a_client_that_lags_is_told_and_cut_and_the_others_go_on(centre: FakeCentre) -> None:
    served = Served(centre, event_backlog=10)
    async with served.follow("2001") as slow, served.follow("1006") as other:
        await slow.event()
        await other.event()
        for number in range(11):  # faster than anyone could read, and of no concern to 1006
            centre.board.put_operator(replace(ANA, reason=str(number)))
        last = await slow.event()
        assert last["event"] == "lagged"
        assert "connect again" in last["data"]["message"]
        assert await slow.ends()
        centre.board.put_operator(replace(ANA, code="1006", state="paused"))
        assert (await other.event())["data"]["body"]["state"] == "paused"
    await served.stop()


async def _stalled_client(served: Served) -> socket.socket:
    """A client that asks for the events and never reads."""
    headers = await served.bearer("2001")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", served.port))
    request = f"GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {headers['Authorization']}\r\n\r\n"
    client.sendall(request.encode())
    await _until(lambda: served.hub.follower_count == 1)
    return client


async def _flood(served: Served) -> None:
    """More than every buffer on the way holds; each change is a moment's work for the engine."""
    for number in range(200):
        for code in range(50):
            served.centre.board.put_operator(replace(ANA, code=str(code), name="x" * 1000, reason=str(number)))
        await asyncio.sleep(0)


async def test_a_client_that_never_reads_is_given_up(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_events, "STALLED_S", 0.2)
    client = await _stalled_client(served)
    await _flood(served)
    await _until(lambda: served.hub.follower_count == 0)
    client.close()


class SlowLine:
    """An ASGI server's side of a client that always reads, ``bytes_per_s`` of it. ``closed``: nothing more will come."""

    def __init__(self, bytes_per_s: float) -> None:
        self.took = b""
        self.closed = asyncio.Event()
        self._bytes_per_s = bytes_per_s

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.sleep(len(message["body"]) / self._bytes_per_s)
            self.took += message["body"]

    async def receive(self) -> Message:
        await self.closed.wait()
        return {"type": "http.disconnect"}


async def test_a_client_on_a_slow_line_gets_the_snapshot_of_a_large_centre(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_events, "STALLED_S", 0.5)
    board = StatusBoard(lambda: 0.0)
    for code in range(1000, 3000):
        board.put_operator(replace(ANA, code=str(code)))
    hub = EventHub(board, lambda: 0.0, 5000, 15.0, 10)
    caller = Caller(Account("3001", "Coral", "coordinator"), 1e11)
    line = SlowLine(600_000)
    stream = asyncio.ensure_future(hub.stream(caller)({"type": "http"}, line.receive, line.send))
    await _until(lambda: stream.done() or (line.took.endswith(b"\n\n") and b"event: snapshot" in line.took))
    assert not stream.done()
    assert line.took.count(b'"code":') == 2000
    line.closed.set()
    await stream


async def test_a_client_that_leaves_is_forgotten(served: Served) -> None:
    async with served.follow("2001") as stream:
        await stream.event()
        assert served.hub.follower_count == 1
    await served.http.aclose()
    await _until(lambda: served.hub.follower_count == 0)


async def test_a_stream_ends_with_its_token(served: Served) -> None:
    async with served.follow("2001") as stream:
        await stream.event()
        served.centre.now_s += 12 * 3600
        assert (await stream.event())["event"] == "expired"
        assert await stream.ends()


async def test_streams_are_limited_in_number(centre: FakeCentre) -> None:
    served = Served(centre, followers_max=1)
    async with served.follow("2001") as stream:
        await stream.event()
        answer = await served.http.get("/events", headers=await served.bearer("2001"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "too_many_streams")
    await served.stop()


async def test_a_stop_ends_within_two_seconds_whoever_is_connected(centre: FakeCentre) -> None:
    served = Served(centre)
    stalled = await _stalled_client(served)
    await _flood(served)
    async with served.follow("1006") as stream:
        await stream.event()
        async with asyncio.timeout(2):
            stopping = asyncio.ensure_future(served.stop())
            assert (await stream.event())["event"] == "closing"
            assert await stream.ends()
            await stopping
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", served.port)) != 0
    assert not _connections_of(served.port)  # not even the one whose client never reads
    stalled.close()


def _connections_of(port: int) -> list[str]:
    """The established connections whose near end is ``port``, as Linux lists them (proc(5), /proc/net/tcp: state 01)."""
    listed = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return [near for _, near, _, state, *_ in listed if state == "01" and near.endswith(f":{port:04X}")]


def test_a_taken_port_is_told_before_anything_else() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match="CENTRALITA_API_PORT") as taken:
            listen("127.0.0.1", port)
        assert taken.value.port == port


async def test_signals_stay_the_engines(served: Served) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    async with served.follow("2001") as stream:
        await stream.event()
        assert {number: signal.getsignal(number) for number in before} == before
    assert before[signal.SIGTERM] is signal.SIG_DFL


async def test_a_body_announced_too_large_is_refused_without_reading_it(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
    async with asyncio.timeout(10):
        assert b" 413 " in await reader.readline()
    writer.close()
    await writer.wait_closed()

"""Some hundreds of odd requests to a real stack; 10,000: ``python -m tests.chaos.fuzz --only api``."""

from __future__ import annotations

import asyncio
import random
import socketserver
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import pytest

from tests.chaos import fuzz_api, http_exchange
from tests.chaos.fuzz_results import FuzzResult
from tests.chaos.http_exchange import exchange
from tests.chaos.http_oddities import ODDITIES, odd_request, spoilt_request
from tests.chaos.http_requests import Known, valid
from tests.chaos.schema_cases import Sent, send_cases

COUNT, SEED = 300, 20261127
KNOWN = Known(
    {"": "", "operator": "a.b"}, {"call": ["c1"], "recording": ["r1"], "operator": ["1005"], "queue": ["ventas"]}
)
OPENAPI: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "x", "version": "1"},
    "paths": {
        "/calls/{call_id}": {
            "get": {
                "parameters": [{"name": "call_id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "ok"}},
            }
        }
    },
}
Serves = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.mark.e2e
def test_no_request_makes_the_api_fail_and_those_who_use_it_properly_are_served() -> None:
    result = fuzz_api.run(COUNT, SEED, print)
    assert result.unharmed, result.in_words()
    assert result.sample == COUNT
    assert result.beside["call served"] >= 1
    assert result.beside["healthz served"] >= 10
    assert result.answers["200"] > 0
    assert result.answers["422"] > 0
    assert result.answers["429"] < COUNT // 20, "refused by a limit, not by what was odd about them"


@asynccontextmanager
async def serving(serves: Serves) -> AsyncIterator[int]:
    """A server of one's own at a free port; whatever becomes of its connections, they are closed at the end."""
    under_way: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        with suppress(OSError):  # the other side may have gone already
            await serves(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*under_way)


def says(answer: bytes) -> Serves:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(answer)
        await writer.drain()

    return serve


async def test_http_500_is_seen_whatever_was_sent() -> None:
    async with serving(says(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")) as port:
        answer = await exchange("127.0.0.1", port, b"\0nonsense")
    assert answer.statuses == (500,)


async def test_http_500_is_seen_among_pipelined_answers() -> None:
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    bad = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
    async with serving(says(good + bad)) as port:
        answer = await exchange("127.0.0.1", port, b"GET / HTTP/1.1\r\n\r\n" * 2)
    assert answer.statuses == (200, 500)


async def test_a_server_that_neither_answers_nor_closes_is_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_exchange, "QUIET_S", 0.05)
    monkeypatch.setattr(http_exchange, "HUNG_S", 0.05)
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()

    async with serving(serve) as port:
        answer = await exchange("127.0.0.1", port, b"GET / HTTP/1.1\r\n\r\n")
        over.set()
    assert answer.hung


async def test_a_server_that_closes_without_a_word_has_not_hung() -> None:
    async with serving(says(b"")) as port:
        answer = await exchange("127.0.0.1", port, b"\r\n\r\n")
    assert (answer.statuses, answer.hung) == ((), False)


async def test_a_stream_of_events_is_left_after_its_first_bytes() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nretry: 2000\n\n")
        await reader.read(-1)  # until the other side goes

    async with serving(serve) as port:
        answer = await exchange("127.0.0.1", port, b"GET /api/v1/events HTTP/1.1\r\n\r\n")
    assert (answer.statuses, answer.hung) == ((200,), False)


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """The same in a thread, for a client that waits."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the other side may have gone already
                self.request.recv(65_536)
                self.request.sendall(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            serving.join()


def sent_to(port: int, count: int) -> list[Sent]:
    told: list[Sent] = []
    send_cases(OPENAPI, f"http://127.0.0.1:{port}", KNOWN, count, SEED, told.append, threading.Event())
    return told


def test_cases_of_the_schema_tell_http_500_and_how_to_send_them_again() -> None:
    with answering(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") as port:
        told = sent_to(port, 30)
    assert len(told) == 30
    assert {sent.status for sent in told} == {500}
    assert all(b"curl" in sent.sent for sent in told)
    assert any(b"/calls/c1" in sent.sent for sent in told), "about something that there is"


def test_an_answer_that_the_schema_does_not_tell_of_is_told() -> None:
    with answering(b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") as port:
        told = sent_to(port, 5)
    assert all(sent.undocumented is not None and "418" in sent.undocumented and sent.sent for sent in told)


def test_what_is_refused_as_no_http_at_all_is_no_answer_of_the_api() -> None:
    text = b"Invalid HTTP request received."
    head = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    with answering(head % len(text) + text) as port:
        assert [sent.undocumented for sent in sent_to(port, 3)] == [None] * 3
    with answering(head % 1 + b"x") as port:
        assert all(sent.undocumented for sent in sent_to(port, 3))


def test_a_connection_that_is_cut_before_the_answer_is_harm() -> None:
    with answering(b"") as port:
        told = sent_to(port, 5)
    assert len(told) == 5
    assert all(sent.status is None and sent.failed for sent in told)


def test_every_kind_of_odd_request_is_made_and_the_same_seed_makes_the_same() -> None:
    def made() -> list[tuple[str, bytes]]:
        return [odd_request(random.Random(f"{SEED} {number}"), KNOWN) for number in range(400)]

    assert made() == made()
    assert {kind for kind, _ in made()} == set(ODDITIES)


def test_spoilt_requests_differ_from_good_ones_mostly_by_little() -> None:
    for number in range(100):
        kind, spoilt = spoilt_request(random.Random(number), KNOWN)
        assert kind in ("spoilt bytes", "spliced bytes")
        assert len(spoilt) < 100_000
    assert b"HTTP/1.1\r\n" in valid(random.Random(1), KNOWN)


def test_harm_is_counted_and_only_the_first_inputs_are_kept() -> None:
    result = FuzzResult("x", 1)
    for number in range(500):
        result.note("kind", "500", 0.1)
        result.harmed("error_500", "kind", "told", b"\xff%d" % number)
    assert (result.errors_500, result.crashes, result.unharmed) == (500, 0, False)
    shown = result.as_json()
    assert len(shown["findings"]) == 200
    assert shown["findings"][0]["sent_base64"] == "/zA="


def test_somebody_who_was_not_served_is_harm_too() -> None:
    result = FuzzResult("x", 1)
    result.beside["healthz served"] += 1
    assert result.unharmed
    result.beside["healthz failed"] += 1
    assert not result.unharmed

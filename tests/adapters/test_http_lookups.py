"""Does a look-up always end with an answer, charge nobody twice, reach only its service, and leave no trace of what was sent?"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import structlog
from aiohttp import web
from structlog.testing import capture_logs

from ari_app.adapters.http_lookups import LARGEST_BODY, PAUSE_S, HttpLookups
from ari_app.lookups import LookupAnswer, Lookups
from ari_app.services import HttpService
from ivr_flows.expressions import Value

SENTINEL = "4111111111111111"


@pytest.fixture(autouse=True)
def logs_as_they_come() -> Iterator[None]:
    """The command line's tests leave the logs' threshold at errors; here it is the engine's."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


@dataclass
class Asked:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Service:
    """A real HTTP server; ``answers`` are given in turn, the last one for good. None: it never answers."""

    answers: list[web.Response | None]
    origin: str = ""
    asked: list[Asked] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        self.asked.append(Asked(request.method, request.raw_path, dict(request.headers), body, id(request.transport)))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            await self.over.wait()
            return web.Response()
        # An aiohttp response can be sent once only.
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    def at(self, path: str, **fields: Any) -> HttpService:
        return HttpService("clientes", self.origin + path, **fields)


@asynccontextmanager
async def service(*answers: web.Response | None, port: int = 0) -> AsyncIterator[tuple[Service, Lookups]]:
    """A server that answers so, on a port of its own (or this one), and what asks it."""
    serving = Service(list(answers))
    runner = web.ServerRunner(web.Server(serving.handle, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    serving.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    lookups = HttpLookups()
    try:
        yield serving, lookups
    finally:
        await lookups.close()
        serving.over.set()
        await runner.cleanup()


def says(body: object, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


async def test_a_get_fills_the_path_and_sends_the_rest_as_query() -> None:
    async with service(says({"name": "Ana"})) as (crm, lookups):
        asked = crm.at("/customers/{caller}?v=1", headers={"Authorization": "Bearer sesame"})
        answer = await lookups.ask(asked, {"caller": "600000001", "kind": "a&b", "vip": True, "none": None})
        assert answer == LookupAnswer(200, {"name": "Ana"})
        [one] = crm.asked
        assert (one.method, one.target, one.body) == ("GET", "/customers/600000001?v=1&kind=a%26b&vip=true", b"")
        assert one.headers["Authorization"] == "Bearer sesame"


async def test_a_post_sends_what_is_not_in_the_path_as_json() -> None:
    async with service(says({"paid": True}, 201)) as (payments, lookups):
        sent: dict[str, Value] = {"contract": "7", "card": SENTINEL, "amount": 12.5, "code": None}
        answer = await lookups.ask(payments.at("/payments/{contract}", method="POST"), sent)
        assert answer == LookupAnswer(201, {"paid": True})
        [one] = payments.asked
        assert (one.target, one.headers["Content-Type"]) == ("/payments/7", "application/json")
        assert json.loads(one.body) == {"card": SENTINEL, "amount": 12.5, "code": None}


async def test_a_404_is_an_answer_with_or_without_json_and_is_not_asked_again() -> None:
    for answer, body in (
        (says({"error": "unknown"}, 404), {"error": "unknown"}),
        (web.Response(status=404, text="<h1>Not found</h1>"), None),
    ):
        async with service(answer) as (crm, lookups):
            with capture_logs() as logs:
                assert await lookups.ask(crm.at("/x", retries=3), {}) == LookupAnswer(404, body)
            assert (len(crm.asked), logs) == (1, [])


async def test_an_answer_without_a_body_is_one() -> None:
    async with service(web.Response(status=204)) as (crm, lookups):
        assert await lookups.ask(crm.at("/x"), {}) == LookupAnswer(204)


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_service_that_starts_anew_is_asked_again(status: int) -> None:
    async with service(says({}, status), says({"ok": 1})) as (crm, lookups):
        assert await lookups.ask(crm.at("/x"), {}) == LookupAnswer(200, {"ok": 1})
        assert len(crm.asked) == 2


async def test_a_500_is_told_as_it_is_and_not_asked_again() -> None:
    async with service(says({}, 500), says({})) as (crm, lookups):
        with capture_logs() as logs:
            assert await lookups.ask(crm.at("/x"), {}) == LookupAnswer(500, {})
        assert len(crm.asked) == 1
        expected = {"event": "lookup_failed", "log_level": "warning", "service": "clientes", "status": 500}
        assert logs == [{**expected, "why": None, "attempts": 1}]


async def test_retries_come_to_an_end() -> None:
    async with service(says({}, 503)) as (crm, lookups):
        with capture_logs() as logs:
            assert await lookups.ask(crm.at("/x", retries=2), {}) == LookupAnswer(503, {})
        assert (len(crm.asked), logs[0]["attempts"]) == (3, 3)


async def test_a_slow_get_is_asked_again_and_the_second_answer_counts() -> None:
    async with service(None, says({"ok": 1})) as (crm, lookups):
        assert await lookups.ask(crm.at("/x", timeout_s=0.1), {}) == LookupAnswer(200, {"ok": 1})


@pytest.mark.parametrize("first", [None, 502, 503, 504])
async def test_a_payment_that_may_have_been_made_is_not_sent_twice(first: int | None) -> None:
    async with service(None if first is None else says({}, first), says({})) as (payments, lookups):
        once = payments.at("/payments", method="POST", timeout_s=0.1, retries=3)
        answer = await lookups.ask(once, {"card": SENTINEL})
        assert answer.status == first
        assert (answer.why == "no answer in 0.1 s") is (first is None)
        assert len(payments.asked) == 1
        assert (await lookups.ask(replace(once, retry_post=True), {})).status == 200


async def test_a_post_that_takes_it_twice_is_sent_again() -> None:
    async with service(says({}, 503), says({"paid": 1})) as (payments, lookups):
        answer = await lookups.ask(payments.at("/payments", method="POST", retry_post=True), {})
        assert (answer, len(payments.asked)) == (LookupAnswer(200, {"paid": 1}), 2)


async def test_a_payment_that_reached_nobody_is_sent_again() -> None:
    async with service(says({})) as (gone, _):
        pass
    lookups = HttpLookups()
    asking = asyncio.create_task(lookups.ask(gone.at("/payments", method="POST", retries=5), {"card": SENTINEL}))
    await asyncio.sleep(PAUSE_S / 2)
    async with service(says({"paid": 1}), port=int(gone.origin.rpartition(":")[2])) as (payments, _):
        assert await asking == LookupAnswer(200, {"paid": 1})
        assert [json.loads(one.body) for one in payments.asked] == [{"card": SENTINEL}]
    await lookups.close()


async def test_a_service_that_is_not_there_is_not_reached() -> None:
    async with service(says({})) as (crm, _):
        gone = crm.at("/x")
    lookups = HttpLookups()
    with capture_logs() as logs:
        answer = await lookups.ask(gone, {})
    await lookups.close()
    assert answer == LookupAnswer(None, why="not reached (ClientConnectorError)")
    assert (logs[0]["why"], logs[0]["attempts"]) == ("not reached (ClientConnectorError)", 2)


async def test_a_redirect_is_not_followed() -> None:
    async with service(says({"secret": 1})) as (elsewhere, _):
        moved = web.Response(status=302, headers={"Location": f"{elsewhere.origin}/x"})
        async with service(moved) as (crm, lookups):
            with capture_logs() as logs:
                assert await lookups.ask(crm.at("/x"), {}) == LookupAnswer(302)
            assert (len(crm.asked), elsewhere.asked, logs[0]["status"]) == (1, [], 302)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (web.Response(body=b'"' + b"x" * LARGEST_BODY + b'"'), "the answer is above 64 KiB"),
        (web.Response(text="<html>"), "the answer is not JSON"),
        (web.Response(body=b"\xff\xfe\xff"), "the answer is not JSON"),
        (web.Response(body=b"[" * 60_000), "the answer is not JSON"),
        (web.Response(body=b"7" * 60_000), "the answer is not JSON"),
        (
            web.Response(body=gzip.compress(b" " * 10_000_000 + b"{}"), headers={"Content-Encoding": "gzip"}),
            "the answer is not JSON",
        ),
    ],
    ids=["huge", "html", "no text", "deep", "a number without end", "packed"],
)
async def test_an_answer_that_cannot_be_used_is_none(answer: web.Response, why: str) -> None:
    async with service(answer) as (crm, lookups):
        assert await lookups.ask(crm.at("/x"), {}) == LookupAnswer(None, why=why)
        assert len(crm.asked) == 1


async def test_an_answer_as_large_as_may_be_is_one() -> None:
    text = "x" * (LARGEST_BODY - 2)
    async with service(web.Response(body=json.dumps(text))) as (crm, lookups):
        assert await lookups.ask(crm.at("/x"), {}) == LookupAnswer(200, text)


async def test_a_server_that_speaks_no_http_breaks_off() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 smtp.example.com ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    lookups = HttpLookups()
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
    answer = await lookups.ask(HttpService("clientes", url, retries=0), {})
    await lookups.close()
    server.close()
    assert answer.status is None
    assert answer.why.startswith("broke off (")


@pytest.mark.parametrize(
    "value", ["a/b", "?x=1", "#f", "@evil.net", "//evil.net/", "a b\r\nX-Evil: 1", "%2e%2e", "ñ", "a\ud800"]
)
async def test_a_hostile_value_is_one_segment_of_the_path_and_nothing_else(value: str) -> None:
    async with service(says({})) as (crm, lookups):
        assert (await lookups.ask(crm.at("/customers/{caller}/open"), {"caller": value})).status == 200
        [one] = crm.asked
        assert one.target.split("/")[1::2] == ["customers", "open"]
        assert one.target.count("/") == 3
        assert not {"?", "#", " ", "@"} & set(one.target)
        assert "X-Evil" not in one.headers


@pytest.mark.parametrize("value", ["..", ".", "../admin", "", None])
async def test_a_value_that_would_be_another_path_is_not_asked_for(value: Value) -> None:
    async with service(says({})) as (crm, lookups):
        with capture_logs() as logs:
            answer = await lookups.ask(crm.at("/customers/{caller}/open"), {"caller": value})
        assert (answer.status, crm.asked, logs[0]["attempts"]) == (None, [], 0)
        assert "caller" in answer.why


async def test_connections_are_kept_for_get_and_each_post_has_its_own() -> None:
    async with service(says({})) as (crm, lookups):
        for _ in range(2):
            await lookups.ask(crm.at("/x"), {})
        for _ in range(2):
            await lookups.ask(crm.at("/x", method="POST"), {})
        kept = [one.headers.get("Connection", "keep-alive") for one in crm.asked]
        assert crm.asked[0].connection == crm.asked[1].connection
        assert kept == ["keep-alive", "keep-alive", "close", "close"]


async def test_what_a_service_remembers_of_one_caller_is_not_told_of_the_next() -> None:
    async with service(web.Response(body=b"{}", headers={"Set-Cookie": "who=ana; Path=/"})) as (crm, lookups):
        await lookups.ask(crm.at("/x"), {})
        await lookups.ask(crm.at("/x"), {})
        assert "Cookie" not in crm.asked[1].headers


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with service(says({"from": "proxy"})) as (proxy, _), service(says({"from": "crm"})) as (crm, lookups):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
        monkeypatch.setenv("no_proxy", "")
        assert (await lookups.ask(crm.at("/x"), {})).body == {"from": "crm"}
        assert proxy.asked == []


async def test_whoever_hangs_up_meanwhile_is_not_held_up() -> None:
    async with service(None) as (crm, lookups):
        asking = asyncio.create_task(lookups.ask(crm.at("/x", timeout_s=30), {}))
        while not crm.asked:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "answer",
    [
        lambda: says({"echo": SENTINEL}),
        lambda: says({"echo": SENTINEL}, 500),
        lambda: web.Response(text=SENTINEL),
        lambda: None,
    ],
    ids=["good", "refused", "not JSON", "silent"],
)
async def test_nothing_that_is_sent_or_answered_is_in_a_log_or_shown(
    answer: Callable[[], web.Response | None],
    method: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    sent: dict[str, Value] = {"card": SENTINEL, "expiry": f"x{SENTINEL}"}
    shown: list[object] = []
    with capture_logs() as logs:
        async with service(answer()) as (payments, lookups):
            asked = payments.at("/p/{card}", method=method, timeout_s=0.1, headers={"Authorization": SENTINEL})
            shown += [await lookups.ask(asked, sent), asked]
            assert SENTINEL in payments.asked[0].target
            shown.append(await lookups.ask(asked, {**sent, "card": f"../{SENTINEL}"}))
        shown.append(await lookups.ask(asked, sent))  # closed by now: even a fault of ours tells nothing
    assert len(logs) >= 2
    told = " ".join(map(repr, [*logs, *shown, *capsys.readouterr(), caplog.text]))
    assert SENTINEL not in told.replace("\\", "")

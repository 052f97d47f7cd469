"""ARI commands over their own websockets, against a server that answers, stalls and hangs up as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from ari_app.adapters import ari_commands
from ari_app.adapters.ari_commands import Answer, AriClient, Command, CommandSockets, connect_to
from ari_app.telephony import AlreadyThere, ChannelGone, TelephonyAway

DEADLINE_S = 0.3


@dataclass
class Server:
    """What came over each socket, by its number, and what is said to it."""

    heard: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    transports: list[Any] = field(default_factory=list)
    says: Callable[[dict[str, Any]], tuple[int, str] | None] = lambda _: (204, "")
    """The answer to a request; None: none at all."""

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.transports.append(request.transport)
        async for message in socket:
            asked = json.loads(message.data)
            self.heard.append((int(request.query["number"]), asked))
            said = self.says(asked)
            if said is not None:
                await socket.send_json(
                    {
                        "type": "RESTResponse",
                        "request_id": asked["request_id"],
                        "status_code": said[0],
                        "message_body": said[1],
                    }
                )
        return socket


@asynccontextmanager
async def commands(how_many: int = 2) -> AsyncIterator[tuple[Server, CommandSockets]]:
    server = Server()
    app = web.Application()
    app.router.add_get("/", server.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    connect = connect_to(lambda number: f"ws://{host}:{port}/?number={number}", {}, DEADLINE_S)
    sockets = CommandSockets(connect, DEADLINE_S, how_many)
    running = asyncio.create_task(sockets.run())
    try:
        async with asyncio.timeout(5):
            await sockets.ready.wait()
        yield server, sockets
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await runner.cleanup()


def asked(uri: str) -> Command:
    return Command("POST", uri, {"app": "centralita"})


async def test_a_command_is_sent_as_asterisk_wants_it_and_its_answer_comes_back() -> None:
    async with commands() as (server, sockets):
        server.says = lambda _: (200, '{"id": "c1"}')
        answer = await sockets.ask(Command("POST", "channels/c1", {"timeout": 30}, '{"variables": {}}'))
        assert answer == Answer(200, '{"id": "c1"}')
        ((_, heard),) = server.heard
        assert {name: heard[name] for name in ("type", "method", "uri", "query_strings", "message_body")} == {
            "type": "RESTRequest",
            "method": "POST",
            "uri": "channels/c1",
            "query_strings": [{"name": "timeout", "value": "30"}],
            "message_body": '{"variables": {}}',
        }


@pytest.mark.parametrize(("status", "error"), [(404, ChannelGone), (409, AlreadyThere)])
async def test_a_refusal_is_raised_in_our_words(status: int, error: type[Exception]) -> None:
    async with commands() as (server, sockets):
        server.says = lambda _: (status, "no")
        with pytest.raises(error, match="POST bridges/b1: "):
            await sockets.ask(asked("bridges/b1"))


async def test_a_command_that_blocks_holds_up_nothing_on_the_other_sockets() -> None:
    async with commands() as (server, sockets):
        server.says = lambda heard: None if heard["uri"] == "stuck" else (204, "")
        stuck = asyncio.create_task(sockets.ask(asked("stuck")))
        await asyncio.sleep(0)
        for _ in range(20):
            await sockets.ask(asked("quick"))
        where = {
            heard["uri"]: {number for number, one in server.heard if one["uri"] == heard["uri"]}
            for _, heard in server.heard
        }
        assert not where["stuck"] & where["quick"]
        with pytest.raises(TelephonyAway, match=r"POST stuck: no answer in 0\.3 s"):
            await stuck
        server.says = lambda _: (204, "")
        await asyncio.gather(*(sockets.ask(asked("after")) for _ in range(8)))
        while len(server.sockets) < 3:  # its socket is opened anew
            await asyncio.sleep(0.01)


async def test_an_answer_in_several_frames_is_one() -> None:
    async with commands(1) as (server, sockets):
        server.says = lambda _: None
        asking = asyncio.create_task(sockets.ask(asked("long")))
        while not server.heard:
            await asyncio.sleep(0.01)
        number = server.heard[0][1]["request_id"]
        text = json.dumps(
            {"type": "RESTResponse", "request_id": number, "status_code": 200, "message_body": "ñ"}, ensure_ascii=False
        )
        first, last = text.encode()[:-4], text.encode()[-4:]  # the ñ is cut in two
        transport = server.transports[0]
        transport.write(
            bytes((0x01, len(first))) + first
        )  # RFC 6455, 5.2: TEXT that goes on, then the last CONTINUATION
        transport.write(bytes((0x80, len(last))) + last)
        assert await asking == Answer(200, "ñ")


async def test_an_answer_that_was_left_half_said_does_not_spoil_the_next_connections() -> None:
    async with commands(1) as (server, sockets):
        server.says = lambda _: None
        asking = asyncio.create_task(sockets.ask(asked("half")))
        while not server.heard:
            await asyncio.sleep(0.01)
        server.transports[0].write(bytes((0x01, 5)) + b'{"typ')
        with pytest.raises(TelephonyAway, match="no answer"):
            await asking
        server.says = lambda heard: (200, heard["uri"])
        while len(server.sockets) < 2 or sockets._sockets[0].wire is None:
            await asyncio.sleep(0.01)
        assert (await sockets.ask(asked("next"))).text == "next"


async def test_what_waits_for_an_answer_when_the_connection_is_lost_is_told_so() -> None:
    async with commands(1) as (server, sockets):
        server.says = lambda _: None
        waiting = asyncio.create_task(sockets.ask(asked("lost")))
        while not server.heard:
            await asyncio.sleep(0.01)
        await server.sockets[0].close()
        with pytest.raises(TelephonyAway, match="POST lost: the connection was lost"):
            await waiting


async def test_a_cancelled_command_disturbs_nobody_and_is_over_only_when_asterisk_has_carried_it_out() -> None:
    async with commands(1) as (server, sockets):
        held: list[dict[str, Any]] = []
        server.says = lambda heard: held.append(heard) if heard["uri"] == "slow" else (200, heard["uri"])
        slow = asyncio.create_task(sockets.ask(asked("slow")))
        while not held:
            await asyncio.sleep(0.01)
        for _ in range(2):
            slow.cancel()
            await asyncio.sleep(0.01)
        assert not slow.done()
        assert (
            await sockets.ask(asked("next"))
        ).text == "next"  # which shows that the held one will have no answer any more
        with pytest.raises(asyncio.CancelledError):
            await slow


class FakeOperation:
    """An operation as aioari has it: what it is, and how it would be sent over HTTP."""

    json = {"is_websocket": False}  # noqa: RUF012

    async def __call__(self, **arguments: Any) -> str:
        return f"sent with {arguments}"


def client() -> AriClient:
    made = AriClient.__new__(AriClient)  # without aioari's own, which reads what Asterisk has
    made._ways = {}
    return made


async def test_what_is_asked_while_the_connection_is_made_anew_waits_for_it() -> None:
    before, after = client(), client()
    before.lose()
    asked = [asyncio.ensure_future(before.run_operation(FakeOperation(), channelId="a")) for _ in range(2)]
    await asyncio.sleep(0)
    assert not asked[0].done()
    asked[1].cancel()  # a caller hangs up meanwhile, which is nobody else's concern
    await asyncio.sleep(0)
    before.succeeded_by(after)
    assert await asked[0] == "sent with {'channelId': 'a'}"
    assert await before.run_operation(FakeOperation()) == "sent with {}"


async def test_what_is_asked_after_a_controller_has_let_go_is_refused_and_so_is_what_waits() -> None:
    before = client()
    before.lose()
    waits = asyncio.ensure_future(before.run_operation(FakeOperation()))
    await asyncio.sleep(0)
    before.succeeded_by(None)
    with pytest.raises(TelephonyAway):
        await waits
    with pytest.raises(TelephonyAway):
        await before.run_operation(FakeOperation())


async def test_a_connection_that_does_not_come_back_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ari_commands, "RECONNECTED_S", 0.05)
    before = client()
    before.lose()
    with pytest.raises(TelephonyAway, match="no connection to Asterisk"):
        await before.run_operation(FakeOperation())

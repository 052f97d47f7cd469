"""From a browser's websocket to Asterisk's and back, on real sockets, with an Asterisk that only says what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from ari_app.adapters.http_door import listen
from ari_app.adapters.http_server import serve_on
from ari_app.centre_files import PhoneKind
from ari_app.clock import SystemClock
from console.app import create_app
from console.controllers import Controllers
from console.mirror import Mirror
from console.phone.relay import FRAMES_AT_ONCE, LINES_EACH, LOGGED_OUT, NOT_ALLOWED, REPLACED, PhoneLines
from console.phone.routes import phone_routes
from console.phone.tickets import Tickets
from console.reception import ControllersReception
from tests.adapters.conftest import SECRET
from tests.console.people_served import KEY, Controller, serving
from tests.console.phone.test_sip_frames import message, proved

PATIENCE_S = 10.0
SIP_SECRET = "what Asterisk knows of 1005"


@dataclass
class FakeAsterisk:
    """Notes what it is told over its websocket."""

    heard: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    phones: list[web.WebSocketResponse] = field(default_factory=list)
    left: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    url: str = ""

    async def take(self, request: web.Request) -> web.WebSocketResponse:
        phone = web.WebSocketResponse(protocols=("sip",))
        await phone.prepare(request)
        assert phone.ws_protocol == "sip"
        self.phones.append(phone)
        async for said in phone:
            self.heard.put_nowait(said.data)
        self.left.put_nowait(len(self.phones))
        return phone

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_get("/ws", self.take)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"ws://127.0.0.1:{runner.addresses[0][1]}/ws"
            yield
        finally:
            await runner.cleanup()


class FakePhones:
    """Everybody but 1006 has a phone in a browser."""

    def kind(self, code: str) -> PhoneKind:
        return "sip" if code == "1006" else "browser"


@dataclass
class Desk:
    """A console with phones, and a browser before it."""

    http: aiohttp.ClientSession
    asterisk: FakeAsterisk
    url: str

    async def token(self, code: str = "1005") -> dict[str, str]:
        async with self.http.post(f"{self.url}/api/v1/login", json={"code": code, "secret": SECRET}) as answer:
            return {"Authorization": f"Bearer {(await answer.json())['token']}"}

    async def line(self, token: dict[str, str]) -> Any:
        async with self.http.post(f"{self.url}/api/v1/me/phone/line", headers=token) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            return await answer.json()

    async def connect(self, socket: str, **options: Any) -> aiohttp.ClientWebSocketResponse:
        told: dict[str, Any] = {"protocols": ("sip",), "origin": self.url, **options}
        phone: aiohttp.ClientWebSocketResponse = await self.http.ws_connect(f"{self.url}{socket}", **told)
        return phone

    async def phone(self, token: dict[str, str]) -> aiohttp.ClientWebSocketResponse:
        return await self.connect((await self.line(token))["socket"])

    async def heard(self) -> str:
        return await asyncio.wait_for(self.asterisk.heard.get(), PATIENCE_S)


async def closed(phone: aiohttp.ClientWebSocketResponse) -> int | None:
    """With which code the console closes it; what comes before is passed over."""
    async with asyncio.timeout(PATIENCE_S):
        while not phone.closed:
            await phone.receive()
    return phone.close_code


@asynccontextmanager
async def desk(asterisks: Callable[[str], list[str]] = lambda url: [url]) -> AsyncIterator[Desk]:
    controller, asterisk, clock = Controller(), FakeAsterisk(), SystemClock()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asterisk.serving())
        api = await stack.enter_async_context(serving(controller.app(phones=FakePhones())))
        asked = await stack.enter_async_context(Controllers([api], KEY))
        lines = PhoneLines(asterisks(asterisk.url), clock.now)
        reception = ControllersReception(asked, clock)
        reception.watch(lines.callers, lambda: lines.end_revoked(reception.good))
        routes = phone_routes(lines, Tickets(clock.now), reception, asked, lambda _code: SIP_SECRET)
        app = create_app(
            Mirror("redis://127.0.0.1:1/0", "centralita:v1:", clock), asked, reception, clock, parts=[routes]
        )
        listener = listen("127.0.0.1", 0)
        tasks = [
            asyncio.ensure_future(serve_on(app, listener, websockets=True)),
            asyncio.ensure_future(reception.run()),
            asyncio.ensure_future(lines.run()),
        ]
        http = await stack.enter_async_context(aiohttp.ClientSession())
        try:
            yield Desk(http, asterisk, f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def of(code: str, frame: str | None = None) -> str:
    return (frame or message()).replace("1009", code)


async def test_what_phone_and_asterisk_say_comes_to_the_other_with_a_secret_that_the_page_never_saw() -> None:
    async with desk() as at:
        line = await at.line(await at.token())
        assert (line["uri"], line["user"]) == ("sip:1005@phones.invalid", "1005")
        assert SIP_SECRET not in str(line)
        phone = await at.connect(line["socket"])
        assert phone.protocol == "sip"
        asked = 'Digest username="1005", realm="asterisk", nonce="n", uri="sip:x", response="0"'
        await phone.send_str(of("1005", message(Authorization=asked)))
        assert proved(await at.heard())["response"] != "0"
        await at.asterisk.phones[0].send_str("SIP/2.0 200 OK\r\n\r\n")
        assert (await phone.receive(PATIENCE_S)).data == "SIP/2.0 200 OK\r\n\r\n"


async def test_when_either_side_goes_the_other_goes_too() -> None:
    async with desk() as at:
        token = await at.token()
        phone = await at.phone(token)
        await phone.send_str(of("1005"))
        await at.heard()
        await phone.close()
        await asyncio.wait_for(at.asterisk.left.get(), PATIENCE_S)
        phone = await at.phone(token)
        await phone.send_str(of("1005"))
        await at.heard()
        await at.asterisk.phones[1].close()
        assert await closed(phone) == 1001


async def test_a_register_for_another_is_answered_here_and_asterisk_hears_nothing_of_it() -> None:
    async with desk() as at:
        phone = await at.phone(await at.token())
        await phone.send_str(of("1006"))
        assert str((await phone.receive(PATIENCE_S)).data).startswith("SIP/2.0 403 ")
        await phone.send_str(of("1005"))
        assert "1006" not in await at.heard()


@pytest.mark.parametrize("frame", ["not SIP at all", b"\x00\x01"])
async def test_who_speaks_no_sip_is_cut_off(frame: str | bytes) -> None:
    async with desk() as at:
        phone = await at.phone(await at.token())
        await (phone.send_str(frame) if isinstance(frame, str) else phone.send_bytes(frame))
        assert await closed(phone) == 1002
        await asyncio.wait_for(at.asterisk.left.get(), PATIENCE_S)
        assert at.asterisk.heard.empty()


async def test_who_says_too_much_is_cut_off() -> None:
    async with desk() as at:
        phone = await at.phone(await at.token())
        for _ in range(int(2 * FRAMES_AT_ONCE)):
            if phone.closed:
                break
            await phone.send_str("\r\n\r\n")
        assert await closed(phone) == NOT_ALLOWED
    async with desk() as at:
        phone = await at.phone(await at.token())
        await phone.send_str(of("1005", message(body="x" * 70_000)))
        assert await closed(phone) == 1009  # RFC 6455: too big, before it is read


@pytest.mark.parametrize("wrong", ["none", "twice", "origin", "protocol"])
async def test_nobody_connects_without_a_fresh_ticket_from_another_site_or_for_something_else(wrong: str) -> None:
    async with desk() as at:
        socket = (await at.line(await at.token()))["socket"]
        options: dict[str, Any] = {}
        match wrong:
            case "none":
                socket = "/phone/ws?ticket=guessed"
            case "twice":
                await (await at.connect(socket)).close()
            case "origin":
                options["origin"] = "https://evil.example"
            case _:
                options["protocols"] = ()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await at.connect(socket, **options)
        assert refused.value.status == 403


async def test_whoever_logs_out_has_no_phone_a_moment_later() -> None:
    async with desk() as at:
        token, other = await at.token(), await at.token("1007")
        phone, stays = await at.phone(token), await at.phone(other)
        async with at.http.post(f"{at.url}/api/v1/logout", headers=token):
            pass
        assert await closed(phone) == LOGGED_OUT
        await stays.send_str(of("1007"))
        await at.heard()


async def test_a_person_has_some_lines_and_the_oldest_goes() -> None:
    async with desk() as at:
        token = await at.token()
        phones = [await at.phone(token) for _ in range(LINES_EACH + 1)]
        assert await closed(phones[0]) == REPLACED
        await phones[-1].send_str(of("1005"))
        await at.heard()


async def test_whose_phone_is_no_browser_gets_no_line_and_nobody_does_without_a_log_in() -> None:
    async with desk() as at:
        async with at.http.post(f"{at.url}/api/v1/me/phone/line", headers=await at.token("1006")) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (409, "no_browser_phone")
        async with at.http.post(f"{at.url}/api/v1/me/phone/line") as answer:
            assert answer.status == 401


async def test_an_asterisk_that_is_down_is_passed_over_and_without_any_the_page_is_told_to_come_again() -> None:
    async with desk(lambda url: ["ws://127.0.0.1:1/ws", url]) as at:
        phone = await at.phone(await at.token())
        await phone.send_str(of("1005"))
        await at.heard()
    async with desk(lambda _url: ["ws://127.0.0.1:1/ws"]) as at:
        assert await closed(await at.phone(await at.token())) == 1013

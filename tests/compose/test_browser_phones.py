"""Phones in browsers in the composition: SIP by the console and the gate, sound by the published ports, and nothing of ARI."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest
import pytest_asyncio
import yaml

from tests.browser.chromium import Browser, Page, chromium
from tests.browser.console_phone import ConsolePhone
from tests.browser.tools import find_tools
from tests.compose.composition import (
    CALLER_HZ,
    CONSOLE,
    DEMO,
    EXTERNAL,
    OPERATOR_HZ,
    Caller,
    Composition,
    until,
)
from tests.compose.elsewhere import CARRIER_ELSEWHERE, caller_elsewhere, machine_of_the_carrier, only_by_published_ports
from tests.compose.test_calls import OPERATOR, life_of, shown_call
from tests.on_request import ToolsMissing, cache_folder

PATIENCE_S: Final = 30.0
TONES: Final = (CALLER_HZ, OPERATOR_HZ)
REACHABLE: Final = {"reachable": True, "reason": None}
SUPPORT: Final = "900100201"
CONTAINERS: Final = "172.16.0.0/12"
"""Where docker puts its networks, and the composition the one of `voice`."""


@pytest.fixture(scope="module")
def with_browsers(running: Composition, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    """The same composition with a centre in which one operator's phone is in the browser, and which the carrier calls from afar."""
    centre = tmp_path_factory.mktemp("centre") / "valdeluna"
    shutil.copytree(DEMO, centre)
    for name, change in (("operators.yaml", in_a_browser), ("centre.yaml", with_another_carrier)):
        content = yaml.safe_load((centre / name).read_text(encoding="utf-8"))
        change(content)
        (centre / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    changed = replace(running, centre=centre)
    changed.up()
    yield changed
    running.up()


def in_a_browser(people: dict[str, Any]) -> None:
    people["operators"][int(OPERATOR)]["phone"] = "browser"


def with_another_carrier(centre: dict[str, Any]) -> None:
    centre["carriers"].append({"name": "elsewhere", "addresses": [CARRIER_ELSEWHERE]})


@pytest.fixture(scope="module")
def machine(with_browsers: Composition) -> Iterator[int]:
    """Where the carrier is. It is there before the browser: a network that changes ends what a page is loading."""
    with machine_of_the_carrier() as machine, only_by_published_ports(CONTAINERS):
        yield machine


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(machine: int) -> AsyncIterator[Browser]:
    try:
        tools = find_tools(cache_folder())
    except ToolsMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    async with chromium(tools) as browser:
        yield browser


@dataclass
class Lines:
    """The websockets of a page's phone, and what came by them: each connection's address, and SIP."""

    opened: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("websocket", self._on_websocket)

    def _on_websocket(self, websocket: Any) -> None:
        if "/phone/ws" in websocket.url:
            self.opened.append(websocket.url)
            websocket.on("framereceived", lambda frame: self.heard.append(str(frame)))


@dataclass(frozen=True, slots=True)
class AtHome:
    """An operator with the phone in the browser, and a caller; the two talk."""

    running: Composition
    phone: ConsolePhone
    caller: Caller
    lines: Lines

    async def hear_each_other(self) -> None:
        await self.caller.there.do(self.caller.call.heard_only([OPERATOR_HZ], TONES, PATIENCE_S))
        await self.phone.heard_only([CALLER_HZ], TONES, PATIENCE_S)

    async def known_call(self) -> str:
        """The call's id, as whoever leads knows it, once somebody does."""
        async with self.running.supervisor() as api:
            return str((await shown_call(api))["id"])

    async def contact(self) -> str:
        """As what Asterisk has the phone registered."""
        asked = ("asterisk", "-C", "/var/lib/centralita/etc/asterisk.conf", "-rx", f"pjsip show aor {OPERATOR}")
        told = await asyncio.to_thread(self.running.within, "asterisk", *asked)
        (found,) = re.findall(rf"^\s+Contact:\s+{OPERATOR}/(\S+)", told, flags=re.MULTILINE)
        return str(found)


@asynccontextmanager
async def conversation(running: Composition, browser: Browser, machine: int) -> AsyncIterator[AtHome]:
    """The operator signs in at the console, switches the phone on and is ready; a caller comes in, and the page answers."""
    lines, secret = Lines(), running.secret("DEMO_WEB_SECRET")
    async with running.supervisor() as api:
        await api.set_state(OPERATOR, "logged_out")
    context = await browser.new_context(locale="en", bypass_csp=True)
    try:
        await context.grant_permissions(["microphone"], origin=CONSOLE)
        context.on("page", lines.watch)
        desk = ConsolePhone(browser, CONSOLE, OPERATOR, OPERATOR_HZ, path="/desk", context=context, secret=secret)
        async with desk:
            await desk.switch_on()
            await desk.click("Log in and be ready")
            async with caller_elsewhere(machine, SUPPORT) as caller:
                await desk.rings(PATIENCE_S)
                await desk.answer()
                talking = AtHome(running, desk, caller, lines)
                await talking.hear_each_other()
                yield talking
    finally:
        await context.close()


async def test_a_caller_and_an_operator_in_a_browser_hear_each_other_by_the_published_ports(
    with_browsers: Composition, browser: Browser, machine: int
) -> None:
    async with conversation(with_browsers, browser, machine) as talking:
        (offer,) = {frame for frame in talking.lines.heard if frame.startswith("INVITE ")}
        offered = re.findall(r"^a=candidate:\S+ \d UDP \d+ (\S+) (\d+) typ host", offer, flags=re.MULTILINE)
        assert {address for address, _ in offered} == {EXTERNAL}, (
            "browsers are offered an address that only containers reach"
        )
        assert all(10000 <= int(port) <= 10099 for _, port in offered)
        assert f"\nc=IN IP4 {EXTERNAL}\r\n" in offer
        assert re.search(r"^From: .*<sip:\d+@voice>;", offer, flags=re.MULTILINE), (
            "JsSIP takes no name that begins with a digit"
        )
        await talking.phone.hang_up()
        assert await talking.caller.ended() == "remote_bye"
        assert talking.phone.messages == []


async def test_a_controller_that_is_killed_takes_neither_the_phone_nor_the_sound_with_it(
    with_browsers: Composition, browser: Browser, machine: int
) -> None:
    """SIGKILL of the one that leads. The phone keeps its very connection, and does not register anew, however long nobody leads."""
    async with conversation(with_browsers, browser, machine) as talking:
        contact, call = await talking.contact(), await talking.known_call()
        leader = await with_browsers.leader()
        before = life_of(with_browsers, leader)
        os.kill(with_browsers.pid(leader), signal.SIGKILL)
        await talking.hear_each_other()
        await until(lambda: asyncio.to_thread(lambda: life_of(with_browsers, leader) != before))
        assert await talking.known_call() == call
        await talking.phone.until("an answer", lambda: talking.phone.state["shown"] == REACHABLE, PATIENCE_S)
        await talking.hear_each_other()
        assert talking.phone.state["line"] == "ready"
        assert (len(talking.lines.opened), await talking.contact()) == (1, contact)
        await talking.phone.hang_up()
        assert await talking.caller.ended() == "remote_bye"


@pytest.mark.parametrize("service", ["phone-gate", "console"])
async def test_what_passes_sip_on_may_die_in_the_midst_of_a_conversation(
    with_browsers: Composition, browser: Browser, machine: int, service: str
) -> None:
    """Sound does not pass there; the phone comes back by itself, and what is asked by SIP arrives again."""
    async with conversation(with_browsers, browser, machine) as talking:
        before = life_of(with_browsers, service)
        os.kill(with_browsers.pid(service), signal.SIGKILL)
        await until(lambda: asyncio.to_thread(lambda: life_of(with_browsers, service) != before))
        await talking.phone.until(
            "another connection",
            lambda: len(talking.lines.opened) > 1 and talking.phone.state["line"] == "ready",
            PATIENCE_S,
        )
        await talking.hear_each_other()
        await talking.phone.hang_up(PATIENCE_S)
        assert await talking.caller.ended() == "remote_bye"


# -- the gate ------------------------------------------------------------------------------------------------------------------

WEBSOCKET: Final = (
    "Host: voice",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)
SIP: Final = (*WEBSOCKET, "Sec-WebSocket-Protocol: sip")
ASK: Final = """
import json, re, socket, sys
for asked in json.loads(sys.argv[3]):
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), 5) as way:
        way.settimeout(5)
        way.sendall(asked.encode())
        told = b""
        try:
            while more := way.recv(4096):
                told += more
                way.settimeout(1 if b"\\r\\n\\r\\n" in told else 5)
        except (TimeoutError, ConnectionResetError):
            pass
        print(*(status.decode() for status in re.findall(rb"HTTP/1\\.[01] ([0-9]{3}) ", told)))
"""
"""Every answer on each connection, until it is closed or silent."""


def request(line: str, *headers: str, then: str = "") -> str:
    return "\r\n".join((line, *headers, "", then))


def asked(running: Composition, service: str, host: str, port: int, *requests: str) -> list[str]:
    """The status of all answers to each request, which has a connection of its own, as a container of that service gets them."""
    return running.within(service, "python", "-c", ASK, host, str(port), json.dumps(requests)).splitlines()


async def test_a_phone_gets_through_the_gate(with_browsers: Composition) -> None:
    assert asked(with_browsers, "recordings", "voice", 8090, request("GET /ws HTTP/1.1", *SIP)) == ["101"]


@pytest.mark.parametrize(
    "spelling",
    [
        "/ws/",
        "/ws?x",
        "/ws?",
        "/WS",
        "//ws",
        "/./ws",
        "/ari/../ws",
        "/%77s",
        "/ws%00",
        "/ws;x",
        "http://voice/ws",
        "http://voice/ari/asterisk/info",
        "*",
        "/",
        "/ari",
        "/ari/",
        "//ari/asterisk/info",
        "/ws/../ari/asterisk/info",
        "/ws/..%2fari/asterisk/info",
        "/%61ri/asterisk/info",
        "/ari/events?app=centralita",
        "/httpstatus",
        "/media",
        "/metrics",
        "/phoneprov",
        "/static/",
    ],
)
async def test_no_other_address_of_asterisks_is_reached_however_it_is_written(
    with_browsers: Composition, spelling: str
) -> None:
    requests = [request(f"{method} {spelling} HTTP/1.1", *SIP) for method in ("GET", "POST")]
    assert asked(with_browsers, "recordings", "voice", 8090, *requests) == ["403", "403"]


async def test_only_a_websocket_that_speaks_sip_gets_through(with_browsers: Composition) -> None:
    line = "GET /ws HTTP/1.1"
    refused = {
        "no websocket": request(line, "Host: voice"),
        "another upgrade": request(line, *(text.replace("websocket", "h2c") for text in SIP)),
        "no protocol": request(line, *WEBSOCKET),
        "another protocol": request(line, *WEBSOCKET, "Sec-WebSocket-Protocol: media"),
        "one among others": request(line, *WEBSOCKET, "Sec-WebSocket-Protocol: ari, sip"),
        "one in a line of its own": request(line, *SIP, "Sec-WebSocket-Protocol: ari"),
        "another method": request("POST /ws HTTP/1.1", *SIP),
        "a body": request(line, *SIP, "Content-Length: 4", then="GET "),
        "pieces": request(line, *SIP, "Transfer-Encoding: chunked", then="0\r\n\r\n"),
    }
    answers = asked(with_browsers, "recordings", "voice", 8090, *refused.values())
    assert dict(zip(refused, answers, strict=True)) == dict.fromkeys(refused, "403")
    newer = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    assert asked(with_browsers, "recordings", "voice", 8090, newer) == ["400"]


async def test_who_knows_aris_secret_gets_nowhere_with_it_but_from_the_namespace_itself(
    with_browsers: Composition,
) -> None:
    key = f"centralita:{with_browsers.secret('CENTRALITA_ARI_SECRET')}"
    ask = request(f"GET /ari/asterisk/info?api_key={key} HTTP/1.1", "Host: voice")
    assert asked(with_browsers, "controller", "127.0.0.1", 8088, ask) == ["200"]
    assert asked(with_browsers, "recordings", "voice", 8090, ask) == ["403"]
    behind = request("GET /ws HTTP/1.1", *SIP, then=ask)
    assert asked(with_browsers, "recordings", "voice", 8090, behind) == ["101"]

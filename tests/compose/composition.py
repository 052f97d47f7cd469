"""What does a test see of the running composition? What Compose, docker and the kernel tell, its API, and people with phones."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ari_app.demo.api_client import ApiClient
from sip_agents import OutgoingCall, SipAgent
from tests.compose.engine import Engine, EngineFailed
from tests.compose.inside import Inside, inside
from tests.compose.tools import Tools, compose_command
from tests.network import ADDRESS
from tests.on_request import PROJECT

OURS: Final = 10001
LOCAL: Final = ("127.0.0.1", 5060)
FRONT: Final = ("127.0.0.3", 5060)
"""Where Kamailio is to those who share its network, if there are two nodes."""

EXTERNAL: Final = ADDRESS
"""What the composition is told that it is reached at (tools.compose_command), and is."""

CARRIER: Final = "127.0.0.2"
CALLER: Final = "600111222"
CALLER_HZ: Final = 640.0
OPERATOR_HZ: Final = 1250.0
TWO_NODES: Final = "two-nodes"
DEMO: Final = PROJECT / "centres" / "valdeluna"
RUNNING: Final = (
    "voice",
    "asterisk",
    "phone-gate",
    "controller",
    "standby",
    "console",
    "recordings",
    "redis",
    "postgres",
)
ADDED: Final = ("asterisk-b", "kamailio")
"""By the profile."""

CONTROLLERS: Final = {"controller": 8081, "standby": 8082}
"""And where their API is, published nowhere. Which of them leads is for them to settle."""

CONSOLE: Final = "http://127.0.0.1:8080"
"""As it is published."""

ASK: Final = (
    "exec 3<> /dev/tcp/127.0.0.1/$0; printf 'GET /healthz HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n' >&3; cat <&3"
)

STARTS_WITHIN_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Composition:
    """The composition with secrets of its own; ``compose`` waits for the command's end."""

    engine: Engine
    tools: Tools
    secrets: Path
    profile: str = ""
    """What is on besides the rest: nothing, or TWO_NODES."""
    centre: Path = DEMO

    @property
    def services(self) -> tuple[str, ...]:
        """All that go on running."""
        return RUNNING + ADDED if self.profile == TWO_NODES else RUNNING

    @property
    def sip_inside(self) -> tuple[str, int]:
        """Where SIP comes in for those who share its network."""
        return FRONT if self.profile == TWO_NODES else LOCAL

    def compose(self, *arguments: str) -> str:
        """What Compose prints. Raises EngineFailed."""
        told = self.tools.log
        named = (
            f"CENTRALITA_SECRETS_FOLDER={self.secrets}",
            f"CENTRALITA_CENTRE_FOLDER={self.centre}",
            f"COMPOSE_PROFILES={self.profile}",
        )
        return self.engine.run("env", *named, *compose_command(self.tools), *arguments, told=told)

    def up(self, *arguments: str) -> None:
        """Start (or renew) services, else all, and wait until each is healthy. Raises EngineFailed."""
        self.compose("up", "-d", "--wait", "--wait-timeout", "120", *arguments)

    def within(self, service: str, *command: str) -> str:
        """What a command prints that is run in a service's container. Raises EngineFailed."""
        return self.compose("exec", "-T", service, *command)

    def container(self, service: str) -> dict[str, Any]:
        """All that docker tells of a service's container."""
        (found,) = json.loads(self.engine.run("docker", "inspect", f"centralita-{service}-1"))
        return dict(found)

    def pid(self, service: str) -> int:
        """The first process of a service's container, as the machine numbers it."""
        return int(self.container(service)["State"]["Pid"])

    def secret(self, name: str) -> str:
        """One of the secrets."""
        return (self.secrets / name).read_text(encoding="ascii").strip()

    def kept(self, recording: str) -> list[str]:
        """A recording as the catalogue in PostgreSQL has it: its place in the store, and its size there."""
        return next(row[1:] for row in self.catalogue() if row[0] == recording)

    def catalogue(self) -> list[list[str]]:
        """All recordings that the catalogue has: id, place in the store, size there."""
        asked = ("-At", "-F", " ", "-c", "SELECT id, key, stored_bytes FROM recordings ORDER BY id")
        told = self.within("postgres", "psql", "-h", "/tmp", "-U", "centralita", *asked)
        return [line.split() for line in told.splitlines()]

    async def leader(self) -> str:
        """The controller that leads and is well, once there is one. Raises TimeoutError."""
        async with asyncio.timeout(STARTS_WITHIN_S):
            while True:
                for service in CONTROLLERS:
                    if await self.role(service) == "leader":
                        return service
                await asyncio.sleep(0.05)

    async def role(self, service: str) -> str:
        """What a controller that is well says that it is: leader or standby; nothing from one that is not."""
        try:
            told = await asyncio.to_thread(self.within, service, "bash", "-c", ASK, str(CONTROLLERS[service]))
        except EngineFailed:
            return ""
        head, _, body = told.replace("\r\n", "\n").partition("\n\n")
        return str(json.loads(body)["role"]) if head.split()[1] == "200" else ""

    @asynccontextmanager
    async def supervisor(self, code: str = "2001") -> AsyncIterator[ApiClient]:
        """The API of whoever leads, as a supervisor (or whoever has that code) has it by the console."""
        await self.leader()
        async with ApiClient(CONSOLE) as api:
            await api.log_in(code, self.secret("DEMO_WEB_SECRET"))
            yield api

    async def demo(self) -> dict[str, Any]:
        """What the demo's call came to, made by the controller that leads."""
        return dict(
            json.loads(await asyncio.to_thread(self.within, await self.leader(), "centralita", "demo", "--json"))
        )

    @asynccontextmanager
    async def operator(self, code: str = "1009") -> AsyncIterator[SipAgent]:
        """An operator at work, whose phone is outside and comes in by the published ports."""
        phone = SipAgent(registrar=LOCAL, user=code, secret=self.secret("DEMO_SIP_SECRET"), tone_hz=OPERATOR_HZ)
        async with phone, self.supervisor() as api:
            await phone.register()
            await api.set_state(code, "ready")
            await until(lambda: _is_shown(api, code))
            yield phone

    @asynccontextmanager
    async def caller(self, number: str = "900100201") -> AsyncIterator[Caller]:
        """Somebody who has dialled a number, from the carrier's address: that is in the network of `voice` itself."""
        async with inside(await asyncio.to_thread(self.pid, "voice")) as there:
            carrier = SipAgent(CARRIER, registrar=self.sip_inside, user=CALLER, tone_hz=CALLER_HZ)
            await there.do(carrier.__aenter__())
            try:
                yield Caller(there, await there.do(carrier.call(number, from_user=CALLER)))
            finally:
                await there.do(carrier.__aexit__(None, None, None))


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller's phone, in another network than the test."""

    there: Inside
    call: OutgoingCall

    async def hears_the_operator(self) -> None:
        """Now, and nothing else. Raises NotInTime."""
        await self.there.do(self.call.heard_only([OPERATOR_HZ], (CALLER_HZ, OPERATOR_HZ)))

    async def ended(self) -> str:
        """How the call ended. Raises NotInTime."""
        return await self.there.do(self.call.ended())


@contextlib.contextmanager
def secrets_for_containers(folder: Path) -> Iterator[Path]:
    """An empty folder that belongs to whom the containers run as."""
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700)
    os.chown(secrets, OURS, OURS)
    yield secrets


async def until(happened: Callable[[], Any], within_s: float = STARTS_WITHIN_S) -> None:
    """Look until it has happened. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not await happened():
            await asyncio.sleep(0.1)


async def _is_shown(api: ApiClient, code: str) -> bool:
    shown = await api.get(f"operators/{code}")
    return bool(shown["state"] == "ready" and shown["phone"] == "reachable")

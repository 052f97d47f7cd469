"""A whole running centre for tests: real Asterisk, Redis and engine on ports of their own, and people with phones."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from ari_app.centre import load_centre
from ari_app.demo.api_client import ApiClient
from ari_app.settings import Settings, load_settings
from ari_app.stack.asterisk_root import provide_asterisk
from ari_app.stack.instance import Instance
from ari_app.stack.ports import settings_with_free_ports
from ari_app.stack.redis_install import provide_redis
from sip_agents import LAWS, Dtmf, Law, OutgoingCall, SipAgent
from tests.e2e.waiting_centre import add_waiting_queues, outbound_port
from tests.e2e.watch import Watch

PROJECT = Path(__file__).parents[2]
SIP_SECRET = "sip-secret-of-the-tests"
WEB_SECRET = "web-secret-of-the-tests"
QUICK = {
    "ring_timeout_s": 2.0,
    "wrap_up_s": 1.0,
    "no_answer_pause_s": 1.5,
    "reject_pause_s": 1.5,
    "busy_pause_s": 1.5,
    "unreachable_pause_s": 1.5,
    "relax": [{"after_s": 2.0, "anyone": True}],
}
"""The demo's times, made short; what is waited for is always an event."""
LATE_S = 5.0
"""A lag that no test meets unless it means to: the machine may be busy with something else."""


def quick_centre(folder: Path) -> Path:
    """A copy of the demo centre with short times."""
    centre = folder / "centre"
    shutil.copytree(PROJECT / "centres" / "valdeluna", centre)
    add_waiting_queues(centre)
    queues = centre / "queues.yaml"
    content = yaml.safe_load(queues.read_text(encoding="utf-8"))
    for name in content:
        content[name] = {**(content[name] or {}), **deepcopy(QUICK)}
    queues.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return centre


def settings_of_tests(folder: Path, centre: Callable[[Path], Path] = quick_centre) -> Settings:
    """Settings with free ports, and everything below ``folder``; ``centre`` makes the centre's folder there."""
    caches = {name: os.environ[name] for name in ("XDG_CACHE_HOME", "CENTRALITA_CACHE") if name in os.environ}
    settings = replace(
        load_settings(PROJECT, {"CENTRALITA_CENTRE": str(centre(folder)), **caches}),
        redis_url="",
        demo_sip_secret=SIP_SECRET,
        demo_web_secret=WEB_SECRET,
        ari_secret="ari-secret-of-the-tests",
        ami_secret="ami-secret-of-the-tests",
        token_key="token-key-of-the-tests-of-at-least-32-characters",
        console_key="console-key-of-the-tests",
    )
    return settings_with_free_ports(settings, folder / "state")


@dataclass
class Stack:
    """The running centre and its people's doors."""

    instance: Instance
    settings: Settings

    @property
    def registrar(self) -> tuple[str, int]:
        """Where phones register and the carrier sends its calls."""
        return (self.settings.bind_address, self.settings.sip_port)

    def watch(self) -> Watch:
        """A reader of Redis from now on."""
        return Watch(self.settings.redis_address, self.settings.redis_prefix)

    def api(self) -> ApiClient:
        """The HTTP API; log in first."""
        return ApiClient(f"http://{self.settings.bind_address}:{self.settings.api_port}")

    def carrier(self, tone_hz: float = 640.0, laws: tuple[Law, ...] = LAWS, dtmf: Dtmf = "rfc4733") -> SipAgent:
        """The carrier's line, from the address that it is known by; its tone is no note of the music on hold, as 440 Hz is."""
        return SipAgent("127.0.0.2", registrar=self.registrar, user="600111222", tone_hz=tone_hz, laws=laws, dtmf=dtmf)

    def outside(self, tone_hz: float = 640.0) -> SipAgent:
        """The carrier's line at the port where it also takes calls to the outside."""
        port = outbound_port(self.settings.centre)
        return SipAgent("127.0.0.2", port, registrar=self.registrar, user="600111222", tone_hz=tone_hz)

    def phone(
        self, code: str, tone_hz: float = 1250.0, secret: str = SIP_SECRET, laws: tuple[Law, ...] = LAWS
    ) -> SipAgent:
        """An operator's phone, not yet registered."""
        return SipAgent(registrar=self.registrar, user=code, secret=secret, tone_hz=tone_hz, laws=laws)

    async def set_state(self, code: str, state: str) -> None:
        """A supervisor asks for an operator's state."""
        async with self.api() as api:
            await api.log_in("2001", WEB_SECRET)
            await api.set_state(code, state)

    async def recorded(self, key: str) -> bytes:
        """The recording of that name in the store, as a WAV file, once it is kept."""
        async with self.api() as api:
            await api.log_in("3001", WEB_SECRET)
            return await api.recorded(Path(key).name.removesuffix(".opus.age"))

    async def ask(self, code: str, method: str, path: str, body: object = None) -> Any:
        """What the person with this code is answered at ``/api/v1/<path>``. Raises ApiRefused."""
        async with self.api() as api:
            await api.log_in(code, WEB_SECRET)
            return await api.ask(method, f"/api/v1/{path}", body)

    @asynccontextmanager
    async def operator(
        self, code: str, tone_hz: float = 1250.0, laws: tuple[Law, ...] = LAWS
    ) -> AsyncIterator[SipAgent]:
        """An operator at work: registered and ready; logged out afterwards."""
        async with self.phone(code, tone_hz, laws=laws) as phone, self.watch() as watch:
            await phone.register()
            await self.look_for(code)
            await watch.operator(code, phone="reachable")
            await self.set_state(code, "ready")
            try:
                yield phone
            finally:
                await self.set_state(code, "logged_out")

    async def look_for(self, code: str) -> None:
        """Let whoever asks whether that phone is there do it now; nobody has to where it registers at Asterisk itself."""

    async def channels(self) -> list[str]:
        """The channels that Asterisk has, one line each."""
        told = await self.instance.asterisk_rx("core show channels concise")
        return [line for line in told.splitlines() if "!" in line]

    async def bridges(self) -> list[str]:
        """The bridges that Asterisk has."""
        told = await self.instance.asterisk_rx("bridge show all")
        return [line for line in told.partition("Bridge-ID")[2].splitlines()[1:] if line.strip()]

    async def nothing_is_left(self, within_s: float = 10.0) -> None:
        """Wait until no channel, bridge, unfinished recording or shown call is there. Raises AssertionError with what is."""
        deadline = asyncio.get_running_loop().time() + within_s
        while left := await self._left_behind():
            assert asyncio.get_running_loop().time() < deadline, f"left behind: {left}"
            await asyncio.sleep(0.05)

    async def _left_behind(self) -> list[str]:
        raw = [f"raw recording {path.name}" for path in (self.settings.recordings / "raw").glob("*")]
        async with self.watch() as watch:
            calls = await watch.listed("calls")
            working = [
                f"operator {code} {shown['state']}"
                for code, shown in watch.latest["operator.changed"].items()
                if shown["state"] != "logged_out"
            ]
        return [*await self.channels(), *await self.bridges(), *raw, *(f"key call:{call}" for call in calls), *working]


@asynccontextmanager
async def running_stack(
    folder: Path,
    *,
    engine: bool = True,
    centre: Callable[[Path], Path] = quick_centre,
    refuse_above_lag_s: float = LATE_S,
    away_tries: int = 3,
    **changed: Any,
) -> AsyncIterator[Stack]:
    """Start everything below ``folder``; nothing runs afterwards. ``changed``: other settings, by name."""
    settings = replace(settings_of_tests(folder, centre), refuse_above_lag_s=refuse_above_lag_s, **changed)
    asterisk = provide_asterisk(settings.cache, print)
    redis = provide_redis(settings.cache, print)
    async with Instance(settings, load_centre(settings.centre), asterisk, redis, away_tries) as instance:
        if engine:
            await instance.start_engine()
            await instance.start_recordings()
        yield Stack(instance, settings)


async def dial(carrier: SipAgent, number: str = "900100201") -> OutgoingCall:
    """Dial a number (the direct one by default) and wait for the answer."""
    call = await carrier.call(number, from_user="600111222")
    await call.answered()
    return call

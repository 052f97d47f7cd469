"""Where are the experiments made? One running centre with many operators, callers who can be told apart, and its controllers."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from redis.asyncio import Redis

from ari_app.stack import ready
from ari_app.stack.child import Child
from ari_app.stack.ports import settings_with_free_ports
from sip_agents import OutgoingCall, SipAgent
from tests.chaos.relay import Relay
from tests.e2e.stack import PROJECT, Stack, running_stack

QUEUE, NUMBER, RECORDED_NUMBER, FIRST_CODE = "caos", "900100290", "900100291", 6001
PREFIX = "centralita:v1:"
"""How the keys in Redis begin."""
CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0
TIMES = {"ring_timeout_s": 15.0, "wrap_up_s": 0.0, "service_level_s": 20.0}


def centre_with(operators: int) -> Any:
    """Makes the demo centre with one more queue, which so many operators serve and two numbers of its own lead to.

    Who calls the second is recorded, and has been told so: that begins with the conversation.
    """

    def make(folder: Path) -> Path:
        centre = folder / "centre"
        shutil.copytree(PROJECT / "centres" / "valdeluna", centre)
        _change(centre / "queues.yaml", lambda content: content.__setitem__(QUEUE, dict(TIMES)))
        people = {FIRST_CODE + at: {"name": f"Operador {at}", "queues": [QUEUE]} for at in range(operators)}
        _change(centre / "operators.yaml", lambda content: content["operators"].update(people))
        led_here = {NUMBER: {"queue": QUEUE}, RECORDED_NUMBER: {"queue": QUEUE, "told": True, "record": "all"}}
        _change(centre / "centre.yaml", lambda content: content["numbers"].update(led_here))
        return centre

    return make


def _change(path: Path, how: Any) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    how(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@dataclass
class Field:
    """A running centre. ``calls`` are those that the experiment made, by the caller's number."""

    stack: Stack
    exits: AsyncExitStack
    carrier: SipAgent
    phones: dict[str, SipAgent] = field(default_factory=dict)
    calls: dict[str, OutgoingCall] = field(default_factory=dict)
    leader: Stack | None = None
    _next_caller: int = 600_000_000

    @property
    def led_by(self) -> Stack:
        """The stack as seen through the controller that leads."""
        return self.leader or self.stack

    async def operators(self, how_many: int, *, answer_after_s: float | None = 0.0) -> list[str]:
        """So many more phones at work, which answer by themselves (None: which ring)."""
        codes = [str(FIRST_CODE + len(self.phones) + at) for at in range(how_many)]
        for code in codes:
            phone = await self.exits.enter_async_context(self.stack.phone(code, OPERATOR_HZ))
            phone.auto_answer, phone.auto_ring = answer_after_s, answer_after_s is None
            self.phones[code] = phone
            await phone.register()
        for code in codes:
            await self.until_operator(code, phone="reachable")
            await self.led_by.set_state(code, "ready")
        return codes

    async def call(self, number: str = NUMBER, *, sound: bool = False) -> str:
        """One more caller, answered; returns the caller's number."""
        caller = await self.dial(number)
        await self.calls[caller].answered(20.0)
        if not sound:
            self.calls[caller].plug(True)
        return caller

    async def dial(self, number: str = NUMBER) -> str:
        """One more caller, who may hear it ring for long; returns the caller's number."""
        self._next_caller += 1
        caller = str(self._next_caller)
        self.calls[caller] = await self.carrier.call(number, from_user=caller)
        return caller

    def fall_silent(self, *, but: Collection[str]) -> None:
        """The phones of all but these operators send and hear nothing more: their own work would disturb what is measured."""
        for code, phone in self.phones.items():
            for call in phone.calls if code not in but else ():
                call.plug(True)

    def dropped(self) -> list[str]:
        """The callers whose calls have ended, although nobody meant them to."""
        return [caller for caller, call in self.calls.items() if call.end_reason is not None]

    def redis(self) -> Redis:
        """A client of its Redis, as any program outside has one; to be closed (``async with``)."""
        return Redis.from_url(self.stack.settings.redis_address, decode_responses=True)

    async def hang_up(self, caller: str) -> None:
        """This caller ends the call."""
        await self.calls.pop(caller).hang_up()

    # -- what is shown -------------------------------------------------------------------------------------------------

    async def shown(self) -> list[dict[str, Any]]:
        """The calls that are up, as the leader shows them."""
        return list((await self.led_by.ask("2001", "GET", "calls"))["items"])

    async def stages(self) -> dict[str, list[dict[str, Any]]]:
        """The same by stage; those who wait in the order of their positions."""
        found: dict[str, list[dict[str, Any]]] = {}
        for call in await self.shown():
            found.setdefault(call["stage"], []).append(call)
        found.get("waiting", []).sort(key=lambda call: call["position"])
        return found

    async def until_stages(self, within_s: float = 30.0, **counts: int) -> dict[str, list[dict[str, Any]]]:
        """Wait until so many calls are at each of these stages. Raises AssertionError with what there is."""
        deadline = asyncio.get_running_loop().time() + within_s
        while True:
            found = await self.stages()
            if all(len(found.get(stage, [])) == count for stage, count in counts.items()):
                return found
            there = {stage: len(calls) for stage, calls in found.items()}
            assert asyncio.get_running_loop().time() < deadline, f"wanted {counts}, there is {there}"
            await asyncio.sleep(0.05)

    async def until_operator(self, code: str, within_s: float = 20.0, **wanted: str) -> None:
        """Wait until the operator is shown so."""
        deadline = asyncio.get_running_loop().time() + within_s
        while True:
            shown = await self.led_by.ask("2001", "GET", f"operators/{code}")
            if all(shown[name] == value for name, value in wanted.items()):
                return
            assert asyncio.get_running_loop().time() < deadline, f"wanted {wanted}, {code} is {shown}"
            await asyncio.sleep(0.05)

    # -- controllers ---------------------------------------------------------------------------------------------------

    async def is_ready(self, stack: Stack | None = None) -> bool:
        """Whether a controller (by default the first) leads and is well."""
        of = (stack or self.stack).settings
        return await ready.http_ok(of.bind_address, of.api_port, "/readyz")

    async def until_ready(self, stack: Stack | None = None, within_s: float = 30.0) -> None:
        """Wait for that."""
        async with asyncio.timeout(within_s):
            while not await self.is_ready(stack):
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def second_controller(self) -> AsyncIterator[tuple[Child, Stack]]:
        """One that stands by, and the stack as seen through it."""
        free = settings_with_free_ports(self.stack.settings, self.stack.settings.state)
        child = self.stack.instance.another_engine("standby", free.api_port, free.fastagi_port)
        through = Stack(
            self.stack.instance,
            replace(self.stack.settings, api_port=free.api_port, fastagi_port=free.fastagi_port),
        )
        await child.start()
        try:
            address = free.bind_address
            await ready.until_ready(child, lambda: ready.http_ok(address, free.api_port, "/healthz"), 30)
            yield child, through
        finally:
            await child.stop()

    async def end_all(self) -> None:
        """Everybody hangs up, and everybody goes home."""
        for caller in list(self.calls):
            call = self.calls.pop(caller)
            if call.end_reason is None:
                await call.hang_up()
        for code in self.phones:
            await self.led_by.set_state(code, "logged_out")


@asynccontextmanager
async def field_of(folder: Path, operators: int, *, engine: bool = True, away_tries: int = 2) -> AsyncIterator[Field]:
    """Start everything below ``folder`` (without ``engine``: no controller yet); nothing runs afterwards.

    ``away_tries``: how often callers try to reach a controller, every 5 s. Phones may be silent for as long as they like: most
    send no sound, so that those whose sound is measured have the machine.
    """
    running = running_stack(
        folder, engine=engine, centre=centre_with(operators), away_tries=away_tries, rtp_timeout_s=0
    )
    async with running as stack, AsyncExitStack() as exits:
        carrier = await exits.enter_async_context(stack.carrier(CALLER_HZ))
        yield Field(stack, exits, carrier)


@asynccontextmanager
async def relayed_field(folder: Path, operators: int) -> AsyncIterator[tuple[Field, Relay]]:
    """As field_of, with a relay between the controller and Asterisk."""
    async with field_of(folder, operators, engine=False) as field:
        instance, settings = field.stack.instance, field.stack.settings
        async with Relay(settings.bind_address, settings.ari_port, settings.ami_port).running() as relay:
            instance.engine = instance.another_engine(
                "engine", settings.api_port, settings.fastagi_port, ari_port=relay.ari_port, ami_port=relay.ami_port
            )
            await instance.start_engine()
            await instance.start_recordings()
            await field.until_ready()
            yield field, relay
            await instance.engine.stop()


def numbers(calls: Sequence[dict[str, Any]]) -> list[str]:
    """The ids of calls, in order."""
    return [call["id"] for call in calls]

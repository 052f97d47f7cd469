"""Where is a scenario played? One system, its phones and lines, and what it told in queue_log since the scenario began."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from sip_agents import Call, IncomingCall, OutgoingCall, SipAgent
from sip_agents.message import Request
from tests.conformance.scenario import Scenario
from tests.conformance.sounds import ALL_HZ, CALLER_HZ, MEMBER_HZ, OTHER_HZ
from tests.conformance.systems import System, until
from tests.conformance.written import INSIDE, Written
from tests.e2e.stack import Stack

CALLER = "600111222"
FRIEND = "2004"
NAMES = ("first", "second", "third", "fourth")


@dataclass
class Stage:
    """Phones and lines are closed when the scenario is over, by ``exits``."""

    scenario: Scenario
    system: System
    stack: Stack
    written: Written
    exits: AsyncExitStack
    begin: int = 0
    _lines: list[SipAgent] = field(default_factory=list)

    def code(self, member: int) -> str:
        return self.scenario.code(member)

    async def member(self, place: int, tone_hz: float = MEMBER_HZ) -> SipAgent:
        """An operator at work."""
        return await self.exits.enter_async_context(self.system.at_work(self.code(place), tone_hz))

    async def phone(self, place: int, tone_hz: float = MEMBER_HZ) -> SipAgent:
        """A phone of the centre that is registered, and no more."""
        phone = await self.exits.enter_async_context(self.stack.phone(self.code(place), tone_hz))
        await phone.register()
        return phone

    async def friend(self) -> SipAgent:
        """A phone of the centre that is in no queue, and answers whoever calls it."""
        phone = await self.exits.enter_async_context(self.stack.phone(FRIEND, OTHER_HZ))
        await phone.register()
        phone.auto_answer = 0.0
        return phone

    async def dial(self, queue: str, key: str = "", *, caller: str = CALLER, answered: bool = True) -> OutgoingCall:
        """A caller from outside."""
        if not self._lines:
            self._lines.append(await self.exits.enter_async_context(self.stack.carrier(CALLER_HZ)))
        call = await self._lines[0].call(self.number(queue, key), from_user=caller)
        if answered:
            await call.answered()
        return call

    def number(self, queue: str, key: str = "") -> str:
        return self.scenario.number(self.system.name, queue, key)

    def has_entry(self, queue: str, key: str) -> bool:
        return any((way.queue, way.key) == (queue, key) for way in self.scenario.entries)

    def inside_number(self, code: str) -> str:
        """What a phone of the centre dials to reach another."""
        return f"{INSIDE}{code}" if self.system.name == "Queue()" else code

    async def all_free(self, *places: int) -> None:
        """Wait until calls can be offered to all of these."""
        for place in places:
            await self.system.free_again(self.code(place))

    def from_here_on(self) -> None:
        """What queue_log has told so far is not asked for any more."""
        self.begin += len(self._lines_of_log())

    async def told(self, queue: str, last: str) -> str:
        """What queue_log says of the calls in the queue so far, up to and with the event ``last``."""
        seen: list[str] = []

        async def told() -> bool:
            seen[:] = self._events(queue)
            return last in seen

        await until(told, f"{last} in queue_log")
        return ", ".join(seen[: seen.index(last) + 1])

    def _events(self, queue: str) -> list[str]:
        told = [line.split("|") for line in self._lines_of_log()]
        return [
            line[4]
            for line in told
            if len(line) > 4 and line[2] == self.system.named(queue) and line[1] != "NONE" and line[4] != "DID"
        ]

    def _lines_of_log(self) -> list[str]:
        path = self.stack.settings.queue_log_file
        return path.read_text(encoding="utf-8").splitlines()[self.begin :] if path.exists() else []


def rings(phone: SipAgent) -> int:
    """How many calls this phone has been offered so far."""
    offered = {
        traced.call_id
        for traced in phone.trace
        if traced.way == "in"
        and isinstance(traced.message, Request)
        and traced.message.method == "INVITE"
        and traced.message.headers.recipient.tag is None
    }
    return len(offered)


def who_rang(*phones: SipAgent) -> str:
    """The places of the phones that were offered a call, in words."""
    return " and ".join(name for name, phone in zip(NAMES, phones, strict=False) if rings(phone)) or "nobody"


async def first_incoming(phones: Sequence[SipAgent], timeout_s: float = 8.0) -> tuple[IncomingCall, str]:
    """The next call that one of these phones is offered, and the place of the phone in words."""
    waiting = {
        asyncio.ensure_future(phone.incoming(timeout_s)): name for phone, name in zip(phones, NAMES, strict=False)
    }
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        rung = next(iter(done))
        return rung.result(), waiting[rung]
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def hear_each_other(caller: Call, caller_hz: float, far: Call, far_hz: float) -> str:
    """Each hears the other and no third. Raises NotHeard."""
    await caller.heard_only([far_hz], ALL_HZ)
    await far.heard_only([caller_hz], ALL_HZ)
    return "hear each other"

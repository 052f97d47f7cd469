"""Where do the two race? One running centre in which both serve the same phones under the same rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sip_agents import IncomingCall, OutgoingCall, SipAgent
from tests.conformance.rules import Entry, QueueSpec, members
from tests.conformance.scenario import Scenario, SystemName
from tests.conformance.stage import CALLER
from tests.conformance.systems import System, both_systems, until
from tests.conformance.written import Written
from tests.e2e.stack import Stack

OPERATORS = 20
QUEUE = QueueSpec("race", members(*range(1, OPERATORS + 1)), strategy="longest_idle", ring_s=15)


async def nothing(_: object) -> dict[str, str]:
    """The race is no scenario; its rules only are used."""
    return {}


RULES = Scenario(
    name="race",
    place=0,
    checks="",
    play=nothing,
    queues=(QUEUE,),
    entries=(Entry(QUEUE.name),),
    both={},
    operators=OPERATORS,
)


@dataclass
class Arena:
    """One of the two systems, and phones for it."""

    system: System
    stack: Stack
    exits: AsyncExitStack
    line: SipAgent

    @property
    def number(self) -> str:
        """What a caller dials."""
        return RULES.number(self.system.name, QUEUE.name)

    def code(self, place: int) -> str:
        """The operator at this place, from 1."""
        return RULES.code(place)

    async def operators(self, how_many: int) -> list[SipAgent]:
        """So many phones at work, registered and counted as free."""
        return [
            await self.exits.enter_async_context(self.system.at_work(self.code(place), 1250.0))
            for place in range(1, how_many + 1)
        ]

    async def dial(self) -> OutgoingCall:
        """A caller who is connected and then sends and hears nothing, so that the phones' own work does not count."""
        call = await self.line.call(self.number, from_user=CALLER)
        await call.answered()
        call.plug(True)
        return call

    async def waiting(self, how_many: int) -> None:
        """Wait until at least so many stand in the line."""

        async def stand() -> bool:
            return len(await self.system.line(QUEUE.name)) >= how_many

        await until(stand, f"{how_many} callers in line", 30.0)


async def answer(incoming: IncomingCall) -> IncomingCall:
    """Take the call, without any sound of our own."""
    await incoming.answer()
    incoming.plug(True)
    return incoming


@dataclass
class Race:
    """Both systems on one Asterisk."""

    stack: Stack
    systems: dict[SystemName, System]

    async def asterisk(self) -> str:
        """Which Asterisk this is, in its own words."""
        return " ".join((await self.stack.instance.asterisk_rx("core show version")).split()[:2])

    @asynccontextmanager
    async def arena(self, name: SystemName) -> AsyncIterator[Arena]:
        """Phones of this system; nothing is left behind."""
        async with AsyncExitStack() as exits:
            line = await exits.enter_async_context(self.stack.carrier())
            yield Arena(self.systems[name], self.stack, exits, line)
        await self.stack.nothing_is_left(30.0)


@asynccontextmanager
async def race(folder: Path) -> AsyncIterator[Race]:
    """Start everything below ``folder``, on ports of its own; nothing runs afterwards."""
    async with both_systems(folder, Written((RULES,), folder / "centre")) as (stack, systems):
        yield Race(stack, systems)

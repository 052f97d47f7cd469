"""Where do the two race? One running centre in which both serve the same phones under the same rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ari_app.stack.forky_root import provide_root
from benchmarks.race.sipp import Run, Sipp, Told
from sip_agents import IncomingCall, OutgoingCall, SipAgent
from tests.conformance.rules import Entry, QueueSpec, members
from tests.conformance.scenario import Scenario, SystemName
from tests.conformance.stage import CALLER
from tests.conformance.systems import System, both_systems, until
from tests.conformance.written import Written
from tests.e2e.stack import SIP_SECRET, Stack

OPERATORS, CROWD = 20, 100
QUEUE = QueueSpec("race", members(*range(1, OPERATORS + 1)), strategy="longest_idle", ring_s=15)
LOAD = QueueSpec(
    "load", members(*range(OPERATORS + 1, OPERATORS + CROWD + 1)), strategy="longest_idle", ring_s=15
)  # its phones are SIPp's


async def nothing(_: object) -> dict[str, str]:
    """The race is no scenario; its rules only are used."""
    return {}


RULES = Scenario(
    name="race",
    place=0,
    checks="",
    play=nothing,
    queues=(QUEUE, LOAD),
    entries=(Entry(QUEUE.name), Entry(LOAD.name)),
    both={},
    operators=OPERATORS + CROWD,
)


@dataclass
class Arena:
    """One of the two systems, and phones for it."""

    system: System
    stack: Stack
    exits: AsyncExitStack
    line: SipAgent
    sipp: Sipp

    @property
    def number(self) -> str:
        """What a caller dials whom Python's phones serve."""
        return RULES.number(self.system.name, QUEUE.name)

    @property
    def load_number(self) -> str:
        """What a caller dials whom SIPp's phones serve."""
        return RULES.number(self.system.name, LOAD.name)

    def code(self, place: int) -> str:
        """The operator at this place, from 1."""
        return RULES.code(place)

    async def operators(self, how_many: int) -> list[SipAgent]:
        """So many phones at work, registered and counted as free."""
        return [
            await self.exits.enter_async_context(self.system.at_work(self.code(place), 1250.0))
            for place in range(1, how_many + 1)
        ]

    @asynccontextmanager
    async def crowd(self, how_many: int, talk_ms: int) -> AsyncIterator[Run]:
        """So many operators at work whose phones are SIPp's: they answer at once, and hang up after ``talk_ms``."""
        codes = [self.code(OPERATORS + place) for place in range(1, how_many + 1)]
        async with self.sipp.phones(self.stack.registrar, codes, SIP_SECRET, talk_ms) as run:
            await self.system.ready(codes)
            try:
                yield run
            finally:
                await self.system.gone(codes)

    async def calls(self, rate: float, how_many: int) -> Told:
        """SIPp's callers, ``rate`` a second; what they have seen when all is over."""
        return await self.sipp.calls(self.stack.registrar, self.load_number, rate=rate, how_many=how_many)

    async def no_calls(self) -> None:
        """Wait until Asterisk has no channel."""

        async def none() -> bool:
            return not await self.stack.channels()

        await until(none, "no channels", 30.0)

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
    sipp: Sipp

    async def asterisk(self) -> str:
        """Which Asterisk this is, in its own words."""
        return " ".join((await self.stack.instance.asterisk_rx("core show version")).split()[:2])

    @asynccontextmanager
    async def arena(self, name: SystemName) -> AsyncIterator[Arena]:
        """Phones of this system; nothing is left behind."""
        async with AsyncExitStack() as exits:
            line = await exits.enter_async_context(self.stack.carrier())
            yield Arena(self.systems[name], self.stack, exits, line, self.sipp)
        await self.stack.nothing_is_left(30.0)


@asynccontextmanager
async def race(folder: Path) -> AsyncIterator[Race]:
    """Start everything below ``folder``, on ports of its own; nothing runs afterwards."""
    async with both_systems(folder, Written((RULES,), folder / "centre")) as (stack, systems):
        sipp = folder / "sipp"
        sipp.mkdir()
        root = provide_root(stack.settings.cache, print)
        yield Race(stack, systems, Sipp(root.command("usr/bin/sipp"), sipp))

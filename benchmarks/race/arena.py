"""Where do the two race? One running centre in which both serve the same phones under the same rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ari_app.demo.api_client import ApiRefused
from ari_app.stack.forky_root import provide_root
from benchmarks.race.cost import memory_kb
from benchmarks.race.sipp import Run, Sipp, Told
from sip_agents import IncomingCall, OutgoingCall, SipAgent
from tests.conformance.rules import Entry, QueueSpec, members
from tests.conformance.scenario import Scenario, SystemName
from tests.conformance.stage import CALLER
from tests.conformance.systems import System, both_systems, until
from tests.conformance.written import Written, change_yaml, write_yaml
from tests.e2e.stack import SIP_SECRET, Stack

OPERATORS, CROWD, TALKERS = 20, 100, 1000
OPERATOR_HZ = 1250.0
REFUSE_ABOVE_LAG_S = 0.15
"""As it is out of the box."""
QUEUE = QueueSpec("race", members(*range(1, OPERATORS + 1)), strategy="longest_idle", ring_s=15)
SIPPS = members(*range(OPERATORS + 1, OPERATORS + CROWD + 1))
LOAD = QueueSpec("load", SIPPS, strategy="longest_idle", ring_s=15)
RECORDED = QueueSpec("recorded", SIPPS, strategy="longest_idle", ring_s=15, queues_yaml={"record": "all"})
FIRST_TALKER = OPERATORS + CROWD + 1
TALKED = QueueSpec("talked", members(*range(FIRST_TALKER, FIRST_TALKER + TALKERS)), strategy="longest_idle", ring_s=15)
MENU = "9006"
"""How the numbers of the menu begin; the system's follows."""
KEY = "1"


async def nothing(_: object) -> dict[str, str]:
    """The race is no scenario; its rules only are used."""
    return {}


RULES = Scenario(
    name="race",
    place=0,
    checks="",
    play=nothing,
    queues=(QUEUE, LOAD, RECORDED, TALKED),
    entries=(
        Entry(QUEUE.name),
        Entry(LOAD.name),
        Entry(RECORDED.name, before=("MixMonitor(/${UNIQUEID}.raw,bD)",)),
        Entry(TALKED.name),
    ),
    both={},
    operators=OPERATORS + CROWD + TALKERS,
)


class RaceWritten(Written):
    """Beside the queues, a menu: a tone, and another one after the key."""

    def make_centre(self) -> None:
        super().make_centre()
        steps = {
            "menu": {"kind": "menu", "prompts": ["tone_one"], "choices": {KEY: "said"}, "otherwise": "said"},
            "said": {"kind": "say", "prompts": ["tone_two"], "next": "over"},
            "over": {"kind": "hang_up", "reason": "menu_is_over"},
        }
        write_yaml(self.centre / "flows" / "race_menu.yaml", {"entries": {"default": "menu"}, "steps": steps})
        lifted = {"at_once": "none", "per_minute": "none"}  # some cases call from one number, as often as they can
        limits = {"caller": lifted, "withheld": lifted}
        numbers = {menu_number("engine"): {"flow": "race_menu"}}
        change_yaml(self.centre / "centre.yaml", {"numbers": numbers, "limits": limits})

    def extensions_conf(self) -> str:
        number = menu_number("Queue()")
        sounds = self.centre / "prompts" / "es"
        return (
            super().extensions_conf()
            + f"""
[from-carrier](+)
exten => {number},1,Goto(menu-of-the-race,s,1)
[menu-of-the-race]
exten => s,1,Answer()
exten => s,n,Background({sounds}/tone_one)
exten => s,n,WaitExten(10)
exten => {KEY},1,Playback({sounds}/tone_two)
exten => {KEY},n,Hangup()
"""
        )


def menu_number(system: SystemName) -> str:
    """What a caller dials to hear the menu."""
    return f"{MENU}{0 if system == 'engine' else 1:05d}"


@dataclass
class Arena:
    """One of the two systems, and phones for it."""

    system: System
    stack: Stack
    exits: AsyncExitStack
    line: SipAgent
    sipp: Sipp
    fresh_kb: int
    """What the engine needed at first (KiB)."""

    @property
    def number(self) -> str:
        """What a caller dials whom Python's phones serve."""
        return RULES.number(self.system.name, QUEUE.name)

    def code(self, place: int) -> str:
        """The operator at this place, from 1."""
        return RULES.code(place)

    async def operators(self, how_many: int) -> list[SipAgent]:
        """So many phones at work, registered and counted as free."""
        return [
            await self.exits.enter_async_context(self.system.at_work(self.code(place), OPERATOR_HZ))
            for place in range(1, how_many + 1)
        ]

    @asynccontextmanager
    async def crowd(
        self, how_many: int, talk_ms: int, *, echo: bool = False, first: int = OPERATORS + 1
    ) -> AsyncIterator[Run]:
        """So many operators at work, from this place on, whose phones are SIPp's (see Sipp.phones)."""
        codes = [self.code(place) for place in range(first, first + how_many)]
        async with self.sipp.phones(self.stack.registrar, codes, SIP_SECRET, talk_ms, echo=echo) as run:
            await self.system.ready(codes)
            try:
                yield run
            finally:
                await self.system.gone(codes)

    async def calls(self, rate: float, how_many: int) -> Told:
        """SIPp's callers, ``rate`` a second; what they have seen when all is over."""
        return await (await self.calling(rate, how_many)).ended(how_many / rate + 60.0)

    async def calling(
        self, rate: float, how_many: int, queue: str = LOAD.name, *, first: str = "6", sound_for_ever: bool = False
    ) -> Run:
        """The same, going on, and to any queue."""
        number = RULES.number(self.system.name, queue)
        return await self.sipp.calling(
            self.stack.registrar, number, rate=rate, how_many=how_many, first=first, sound_for_ever=sound_for_ever
        )

    async def refused(self, run: Run, of: int, within_s: float) -> int:
        """How many of a run's calls were refused, once each of them was answered or refused."""

        async def all_know() -> bool:
            return len({caller for event, caller, _ in run.log() if event in ("answered", "refused")}) >= of

        await until(all_know, f"{of} calls answered or refused", within_s)
        return sum(event == "refused" for event, _, _ in run.log())

    async def channels(self, how_many: int, within_s: float) -> None:
        """Wait until Asterisk has at least so many."""

        async def there() -> bool:
            return len(await self.stack.channels()) >= how_many

        await until(there, f"{how_many} channels", within_s)

    async def hang_up_all(self) -> None:
        """Whoever is on the line is let go."""
        await self.stack.instance.asterisk_rx("channel request hangup all")
        await self.no_calls()

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
    fresh_kb: int

    async def asterisk(self) -> str:
        """Which Asterisk this is, in its own words."""
        return " ".join((await self.stack.instance.asterisk_rx("core show version")).split()[:2])

    @asynccontextmanager
    async def arena(self, name: SystemName) -> AsyncIterator[Arena]:
        """Phones of this system; nothing is left behind."""
        async with AsyncExitStack() as exits:
            line = await exits.enter_async_context(self.stack.carrier())
            yield Arena(self.systems[name], self.stack, exits, line, self.sipp, self.fresh_kb)
        await self.stack.nothing_is_left(30.0)


async def _is_open(stack: Stack) -> bool:
    """Whether the library's code is loaded: that is done beside the first calls, and is none of their cost."""
    try:
        await stack.ask("3001", "GET", "recordings")
    except ApiRefused:
        return False
    return True


@asynccontextmanager
async def race(folder: Path) -> AsyncIterator[Race]:
    """Start everything below ``folder``, on ports of its own; nothing runs afterwards."""
    async with both_systems(folder, RaceWritten((RULES,), folder / "centre"), REFUSE_ABOVE_LAG_S) as (stack, systems):
        sipp = folder / "sipp"
        sipp.mkdir()
        root = provide_root(stack.settings.cache, print)
        engine = stack.instance.engine.pid
        assert engine is not None
        await until(lambda: _is_open(stack), "the library", 30.0)
        yield Race(stack, systems, Sipp(root.command("usr/bin/sipp"), sipp), memory_kb(engine))

"""Hold, consultation, transfer and conference with operators in a browser, ten times on end: nobody may turn deaf.

Debian's Asterisk may, where anything is translated (ARCHITECTURE.md, decision 23): one time in two, so ten rounds without a loss
are chance once in a thousand.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest

from sip_agents import Law, OutgoingCall
from tests.browser.people import BrowserStack
from tests.browser.seats import Kind, Seat, Talker, hear_each_other, seat
from tests.e2e.stack import dial
from tests.e2e.test_call_control import both_parts_are_recorded
from tests.e2e.watch import Watch

CALLER_HZ, FIRST_HZ, SECOND_HZ = 640.0, 1250.0, 2000.0
TONES = (CALLER_HZ, FIRST_HZ, SECOND_HZ)
ROUNDS: Final = 10
SOMETHING_TO_RECORD_S: Final = 0.5
CODES: Final[dict[Kind, tuple[str, str]]] = {"browser": ("1009", "1010"), "sip": ("1011", "1012")}
"""Operators of ``soporte``, as the first and as the second, by their phones."""
PAIRS: Final[tuple[tuple[Kind, Kind], ...]] = (("browser", "browser"), ("browser", "sip"), ("sip", "browser"))


@dataclass
class Scene:
    """A caller who talks with the first operator; the second is at work, too."""

    stack: BrowserStack
    watch: Watch
    caller: OutgoingCall
    first: Talker
    codes: tuple[str, str]
    seats: tuple[Seat, Seat]
    id: str

    async def ask(self, what: str, body: Any = None, code: str | None = None) -> None:
        """Ask the API, as the first operator unless another is named."""
        await self.stack.ask(code or self.codes[0], "POST", f"calls/{self.id}/{what}", body)

    async def shown(self, **wanted: Any) -> Any:
        return await self.watch.call(id=self.id, **wanted)

    async def consult(self) -> Talker:
        """The first talks with the second."""
        await self.ask("consult", {"to": {"operator": self.codes[1]}})
        second = await self.seats[1].takes_a_call()
        await self.shown(control="consulting")
        await hear_each_other((self.first, FIRST_HZ), (second, SECOND_HZ))
        return second


@asynccontextmanager
async def conversation(
    stack: BrowserStack, kinds: tuple[Kind, Kind] = ("browser", "browser"), law: Law = "PCMA"
) -> AsyncIterator[Scene]:
    codes = (CODES[kinds[0]][0], CODES[kinds[1]][1])
    async with (
        stack.watch() as watch,
        seat(stack, kinds[0], codes[0], FIRST_HZ) as one,
        stack.carrier(CALLER_HZ, laws=(law,)) as carrier,
    ):
        caller = await dial(carrier)
        first = await one.takes_a_call()
        shown = await watch.call(stage="talking", operator=codes[0])
        async with seat(stack, kinds[1], codes[1], SECOND_HZ) as two:
            await hear_each_other((caller, CALLER_HZ), (first, FIRST_HZ))
            yield Scene(stack, watch, caller, first, codes, (one, two), shown["id"])


@pytest.mark.parametrize("law", ["PCMA", "PCMU"])
async def test_held_and_taken_back_ten_times_both_are_heard_each_time(stack: BrowserStack, law: Law) -> None:
    async with conversation(stack, law=law) as scene:
        for _ in range(ROUNDS):
            await scene.ask("hold")
            await scene.shown(control="held")
            await scene.caller.heard_sound(TONES)
            await scene.first.heard_none_of(TONES)
            await scene.ask("resume")
            await scene.shown(control="talking")
            await hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.caller.hang_up()
        await scene.first.ended()


@pytest.mark.parametrize("kinds", PAIRS, ids="_then_".join)
async def test_consulted_and_back_ten_times_all_are_heard_each_time(
    stack: BrowserStack, kinds: tuple[Kind, Kind]
) -> None:
    async with conversation(stack, kinds) as scene:
        for _ in range(ROUNDS):
            second = await scene.consult()
            await scene.ask("consult/cancel")
            await second.ended()
            await scene.shown(control="talking", consulting=None)
            await hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
            await scene.watch.operator(scene.codes[1], state="ready")
        await scene.caller.hang_up()
        await scene.first.ended()


@pytest.mark.parametrize("kinds", PAIRS, ids="_then_".join)
async def test_handed_on_ten_times_caller_and_operator_hear_each_other_each_time(
    stack: BrowserStack, kinds: tuple[Kind, Kind]
) -> None:
    """One call, from one operator to the other and back: each time a new source for the caller's ear and the recording."""
    async with conversation(stack, kinds) as scene:
        for turn in range(ROUNDS):
            mine, other = turn % 2, 1 - turn % 2
            await scene.watch.operator(scene.codes[other], state="ready")
            await scene.ask("transfer", {"to": {"operator": scene.codes[other]}}, scene.codes[mine])
            taker = await scene.seats[other].takes_a_call()
            await scene.shown(stage="talking", operator=scene.codes[other])
            await hear_each_other((scene.caller, CALLER_HZ), (taker, (FIRST_HZ, SECOND_HZ)[other]))
        await scene.caller.hang_up()
        await taker.ended()


@pytest.mark.parametrize("all_three", [False, True], ids=["from_a_consultation", "from_a_conference"])
@pytest.mark.parametrize("kinds", PAIRS, ids="_then_".join)
async def test_whoever_takes_over_hears_and_is_heard_and_each_part_is_recorded(
    stack: BrowserStack, kinds: tuple[Kind, Kind], all_three: bool
) -> None:
    for _ in range(ROUNDS // 2):
        async with conversation(stack, kinds) as scene:
            await asyncio.sleep(SOMETHING_TO_RECORD_S)
            second = await scene.consult()
            if all_three:
                await scene.ask("conference")
                await scene.shown(control="conference")
                await hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ), (second, SECOND_HZ))
            await scene.ask("consult/complete")
            await scene.first.ended()
            await hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
            await asyncio.sleep(SOMETHING_TO_RECORD_S)
            await scene.caller.hang_up()
            await second.ended()
            ended = await scene.shown(stage="ended")
        await both_parts_are_recorded(stack, ended, scene.codes[0])

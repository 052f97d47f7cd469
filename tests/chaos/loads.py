"""Load that goes on: while one controller hands over to the next, and for ten thousand calls in a row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np

from ari_app.stack.forky_root import provide_root
from benchmarks.race.arena import race
from benchmarks.race.cost import memory_kb
from benchmarks.race.load import IN_PROGRESS, TOO_MANY, overload
from benchmarks.race.sipp import Sipp
from tests.chaos.field import FIRST_CODE, NUMBER, PREFIX, Field, field_of
from tests.chaos.report import Aim, Finding, none_of
from tests.e2e.stack import SIP_SECRET

Progress = Callable[[str], None]
TALK_MS = 1000
SETTLES_AFTER = 13_000
"""Calls until the memory is looked at: the stories of the last 12,000 are kept (ari_app/history.py), some 2.7 KiB each."""
EVERY = 1000


def sipp_of(field: Field, folder: Path) -> Sipp:
    """SIPp, out of the folder that Asterisk comes from."""
    place = folder / "sipp"
    place.mkdir(parents=True, exist_ok=True)
    return Sipp(provide_root(field.stack.settings.cache, lambda _text: None).command("usr/bin/sipp"), place)


@asynccontextmanager
async def crowd(field: Field, sipp: Sipp, codes: Sequence[str], talk_ms: int = TALK_MS) -> AsyncIterator[None]:
    """These operators at work, whose phones answer at once and hang up after ``talk_ms``."""
    async with sipp.phones(field.stack.registrar, codes, SIP_SECRET, talk_ms):
        for code in codes:
            await field.until_operator(code, phone="reachable")
            await field.led_by.set_state(code, "ready")
        try:
            yield
        finally:
            for code in codes:
                await field.led_by.set_state(code, "logged_out")


def codes(how_many: int, first: int = 0) -> list[str]:
    """Of operators of the field."""
    return [str(FIRST_CODE + first + at) for at in range(how_many)]


async def rolling_upgrade(folder: Path, *, rate: int, seconds: int, hand_overs: int, progress: Progress) -> Finding:
    """Start the new controller, stop the old one, again and again, while calls come."""
    operators = 3 * rate
    async with field_of(folder, operators) as field:
        sipp = sipp_of(field, folder)
        async with crowd(field, sipp, codes(operators)):
            calls = rate * seconds
            run = await sipp.calling(
                field.stack.registrar, NUMBER, rate=rate, how_many=calls, first="6", sound_for_ever=False
            )
            for at in range(hand_overs):
                await asyncio.sleep(seconds / (hand_overs + 1))
                await _hand_over(field)
                progress(f"{at + 1} of {hand_overs} hand-overs")
            told = await run.ended(seconds + 90.0)
        await field.stack.nothing_is_left(30.0)
    lost = calls - told.succeeded
    return Finding(
        "rolling upgrade",
        f"{calls} calls at {rate} a second, {hand_overs} hand-overs there and back",
        (Aim("0 calls dropped", f"{lost} of {calls}", lost == 0),),
    )


async def _hand_over(field: Field) -> None:
    """To a new controller, and from it to another one: each is started before the one before it is stopped."""
    async with field.second_controller() as (child, through):
        await field.stack.instance.engine.stop()
        await field.until_ready(through)
        await field.stack.instance.start_engine(stands_by=True)
        await child.stop()
        await field.until_ready()


async def many_calls(folder: Path, *, calls: int, rate: int, progress: Progress) -> Finding:
    """Calls in a row, and among them people who are transferred, listened to, or give up waiting."""
    crowd_size = 3 * rate
    async with field_of(folder, crowd_size) as field:
        sipp = sipp_of(field, folder)
        async with crowd(field, sipp, codes(crowd_size)):
            engine = field.stack.instance.engine.pid
            assert engine is not None
            memory: list[tuple[int, int]] = []
            special = SpecialCalls(field)
            others = asyncio.create_task(special.run())
            done = 0
            while done < calls:
                some = min(EVERY, calls - done)
                run = await sipp.calling(
                    field.stack.registrar, NUMBER, rate=rate, how_many=some, first=f"6{done:05d}", sound_for_ever=False
                )
                told = await run.ended(some / rate + 90.0)
                assert told.succeeded == some, f"{some - told.succeeded} of {some} calls failed"
                done += some
                memory.append((done, memory_kb(engine)))
                progress(f"{done} of {calls} calls; the engine has {memory[-1][1] / 1024:.1f} MiB")
            others.cancel()
            await asyncio.wait({others})
            if not others.cancelled() and others.exception() is not None:
                raise AssertionError("the calls besides broke off") from others.exception()
        await field.end_all()
        left = await _left(field)
    slope = _slope(memory)
    return Finding(
        "calls in a row",
        f"{calls} at {rate} a second, {special.made} besides that were transferred and listened to, or abandoned",
        (
            none_of("channels, bridges, snoops, keys or files left", left),
            Aim("memory slope <= 1 % per 1,000 calls", f"{100 * slope:.2f} %", slope <= 0.01),
        ),
        {f"KiB after {done}": kb for done, kb in memory},
    )


async def twice_the_load(folder: Path, *, tenths: int, progress: Progress) -> Finding:
    """Far more calls than can be carried, while some people talk (the benchmark's case `overload`)."""
    async with race(folder) as both, both.arena("engine") as arena:
        progress(f"{TOO_MANY} calls a second for {tenths / 10:g} s")
        figures = (await overload(arena, tenths)).figures
    lost, harmed = figures["neither served nor refused"], figures["conversations harmed"]
    return Finding(
        "more load than can be carried",
        f"{figures['calls offered']:g} calls at {TOO_MANY} a second, {IN_PROGRESS} conversations in progress",
        (
            Aim("the excess is refused with 503", f"{figures['refused with 503']:g} refused, {lost:g} lost", lost == 0),
            Aim("0 conversations harmed", f"{harmed:g}", harmed == 0),
        ),
        dict(figures),
        remark="Two cores carry some 190 calls a second (docs/benchmarks.md, `ceiling`), callers and phones included.",
    )


def _slope(memory: Sequence[tuple[int, int]]) -> float:
    """By least squares, of the first size looked at, for each 1,000 calls."""
    settled = [(done, kb) for done, kb in memory if done >= SETTLES_AFTER] or list(memory)
    if len(settled) < 2:
        return 0.0
    done, kb = np.array(settled, dtype=float).T
    return float(np.polyfit(done / 1000, kb, 1)[0] / kb[0])


class SpecialCalls:
    """Round and round: a supervisor listens while an operator passes a caller on, and somebody else hangs up while waiting."""

    FIRST, SECOND, SUPERVISOR = "1009", "1010", "2001"

    def __init__(self, field: Field) -> None:
        self._field = field
        self.made = 0

    async def run(self) -> None:
        """Until cancelled."""
        field = self._field
        async with AsyncExitStack() as exits:
            for code in (self.FIRST, self.SECOND, self.SUPERVISOR):
                phone = await exits.enter_async_context(field.stack.phone(code))
                phone.auto_answer = 0.0
                await phone.register()
            for code in (self.FIRST, self.SECOND):
                await field.until_operator(code, phone="reachable")
            try:
                while True:
                    await self._round()
            finally:
                await self._go_home()

    async def _round(self) -> None:
        field = self._field
        for code in (self.FIRST, self.SECOND):
            await self._ready(code)
        async with field.stack.carrier() as line:
            talks = await line.call("900100201", from_user="699000001")
            await talks.answered()
            call = await self._until(self.FIRST)
            await field.led_by.ask(self.SUPERVISOR, "POST", f"calls/{call}/supervise", {"mode": "listen"})
            await field.led_by.ask("2002", "POST", f"calls/{call}/transfer", {"to": {"operator": self.SECOND}})
            await self._until(self.SECOND)
            for code in (self.FIRST, self.SECOND):
                await field.led_by.set_state(code, "paused")
            waits = await line.call("900100201", from_user="699000002")
            await waits.answered()
            await waits.hang_up()
            await talks.hang_up()
        self.made += 2

    async def _ready(self, operator: str) -> None:
        """Whatever the last round has left him or her in."""
        async with asyncio.timeout(20):
            while (
                await self._field.led_by.ask(self.SUPERVISOR, "POST", f"operators/{operator}/state", {"state": "ready"})
            )["state"] != "ready":
                await asyncio.sleep(0.05)

    async def _until(self, operator: str) -> str:
        """The call with which the operator talks."""
        async with asyncio.timeout(20):
            while True:
                shown = await self._field.led_by.ask(self.SUPERVISOR, "GET", f"operators/{operator}")
                if shown["state"] == "talking":
                    return str(shown["call"])
                await asyncio.sleep(0.05)

    async def _go_home(self) -> None:
        for code in (self.FIRST, self.SECOND):
            await self._field.led_by.set_state(code, "logged_out")


async def _left(field: Field) -> list[str]:
    try:
        await field.stack.nothing_is_left(30.0)
    except AssertionError as left:
        return [str(left)]
    async with field.redis() as client:
        return [f"key {key}" for key in map(str, await client.keys(f"{PREFIX}caller:*"))]

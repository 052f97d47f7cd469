"""The controller is killed between every two steps of a call: nobody is cut off, nobody is rung in vain, nothing is left.

A step is one command to Asterisk, and the controller is killed before Asterisk gets it, or when it has been done and the controller
has not been told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Final, get_args

from ari_app.demo.api_client import ApiRefused
from sip_agents import SipAgent, SipError
from tests.chaos.field import Field, relayed_field
from tests.chaos.relay import Relay, When
from tests.chaos.report import Finding, at_most, none_of
from tests.chaos.scripted_call import BOSS, BOSS_HZ, RINGS_S, ScriptedCall

Progress = Callable[[str], None]
Point = tuple[int, When]
CLEAN_WITHIN_S: Final = 10.0
PLAYED_WITHIN_S: Final = 90.0
FAILED: Final = (AssertionError, TimeoutError, ValueError, ApiRefused, SipError)
"""How what is waited for shows that it does not come."""


@dataclass
class _Found:
    """What all the tries have shown; each entry names its step."""

    killed: int = 0
    unreached: int = 0
    unserved: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)


@dataclass
class _Ground:
    """A running centre with two operators and a supervisor, and the relay before its controller."""

    field: Field
    relay: Relay
    boss: SipAgent
    clean: bool = True


async def steps(folder: Path, *, samples: int | None, progress: Progress) -> Finding:
    """At every command, before and after it; or at so many, spread over the call."""
    found, at = _Found(), 0
    points: Sequence[Point] | None = None
    commands: list[str] = []
    while points is None or at < len(points):
        async with _ground(folder / f"from-{at}") as ground:
            if points is None:
                commands = await _dry_run(ground)
                points = _spread(len(commands), samples)
                progress(f"{len(commands)} commands, {len(points)} tries")
            while ground.clean and at < len(points):
                told = await _try(ground, points[at], found)
                at += 1
                progress(f"{at} of {len(points)}: {told}")
    return Finding(
        "kill -9 of the controller between two steps of a call",
        f"{found.killed} times, a call of {len(commands)} commands"
        + (f", {found.unreached} not reached" if found.unreached else ""),
        (
            none_of("orphans after 10 s", found.orphans),
            none_of("callers cut off, or not served in the end", found.unserved),
            at_most("everybody served again after the start", 15, found.took, "s"),
        ),
        {"commands": len(commands), "killed": found.killed, "unreached": found.unreached},
    )


def _spread(commands: int, samples: int | None) -> Sequence[Point]:
    every = list(product(range(1, commands + 1), get_args(When)))
    if samples is None:
        return every
    return [every[(2 * at + 1) * len(every) // (2 * samples)] for at in range(samples)]


@asynccontextmanager
async def _ground(folder: Path) -> AsyncIterator[_Ground]:
    async with relayed_field(folder, 2) as (it, relay), it.stack.phone(BOSS, BOSS_HZ) as boss:
        await it.operators(2, answer_after_s=RINGS_S)
        boss.auto_answer = RINGS_S
        await boss.register()
        yield _Ground(it, relay, boss)


async def _dry_run(ground: _Ground) -> list[str]:
    """The commands of one undisturbed call."""
    ground.relay.count_anew()
    async with asyncio.timeout(PLAYED_WITHIN_S):
        await ScriptedCall(ground.field, ground.boss).play()
    commands = list(ground.relay.commands)
    await _is_clean(ground)
    return commands


async def _try(ground: _Ground, point: Point, found: _Found) -> str:
    """Kill there, start, look; what was done in words."""
    call = ScriptedCall(ground.field, ground.boss)
    ground.relay.count_anew()
    try:
        name = await _play_until(ground, call, point)
    except FAILED as failed:
        found.unserved.append(f"{call.step}, undisturbed: {type(failed).__name__} {failed}")
        ground.clean = False
        return found.unserved[-1]
    if name is None:
        found.unreached += 1
        where = f"{point[1]} {point[0]}: not reached"
    else:
        where = f"{call.step}, {point[1]} {point[0]} {name}"
        before = len(found.unserved)
        await _crash(ground, call, where, found)
        where = found.unserved[-1] if len(found.unserved) > before else where
    if (left := await _is_clean(ground)) is not None:
        found.orphans.append(f"{where}: {left}")
        ground.clean = False
        return f"{where}: {left}"
    return where


async def _play_until(ground: _Ground, call: ScriptedCall, point: Point) -> str | None:
    """The command at which all stands still now; None if the call has ended before."""
    reached = ground.relay.halt_at(*point)
    playing = asyncio.create_task(call.play())
    try:
        await asyncio.wait((reached, playing), timeout=PLAYED_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        if playing.done() and not reached.done():
            playing.result()
            with suppress(TimeoutError):  # what is done after the hang-up
                await asyncio.wait_for(asyncio.shield(reached), 2.0)
    finally:
        playing.cancel()
        await asyncio.wait((playing,))
    if reached.done():
        return reached.result()
    ground.relay.go_on_counting()
    return None


async def _crash(ground: _Ground, call: ScriptedCall, where: str, found: _Found) -> None:
    engine, loop = ground.field.stack.instance.engine, asyncio.get_running_loop()
    await engine.kill()
    ground.relay.go_on()
    found.killed += 1
    began = loop.time()
    await engine.start()
    await ground.field.until_ready()
    if call.hung_up or call.caller is None:
        return
    try:
        await call.until_served()
        found.took.append(loop.time() - began)
    except FAILED as failed:
        found.unserved.append(f"{where}: {type(failed).__name__} {failed}")
        ground.clean = False
    if call.caller.end_reason is None:
        await call.caller.hang_up()


async def _is_clean(ground: _Ground) -> str | None:
    """What is left after everybody has hung up and gone home, if anything is; then everybody is at work again."""
    stack = ground.field.stack
    call = ScriptedCall(ground.field, ground.boss)
    try:
        await call.until_nobody_is_called(CLEAN_WITHIN_S)
        await _go_home(ground.field)
        await stack.nothing_is_left(CLEAN_WITHIN_S)
    except FAILED as left:
        return f"{type(left).__name__} {left}, phones {call.called()}"
    await _at_work(ground.field)
    return None


async def _at_work(it: Field) -> None:
    """Ready, and noted so in Redis: a state of the last 10 ms before a crash is not."""
    async with it.stack.watch() as watch:
        for code in it.phones:
            await it.until_operator(code, phone="reachable")
            await it.stack.set_state(code, "ready")
            await watch.operator(code, state="ready")


async def _go_home(it: Field) -> None:
    for code in it.phones:
        await it.stack.set_state(code, "logged_out")

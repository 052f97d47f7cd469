"""From what to what, in milliseconds? Phones in Python, which see every message at once, on each side of each call."""

from __future__ import annotations

import asyncio
import random
from collections import deque

from benchmarks.race.arena import OPERATORS, Arena, answer
from benchmarks.race.measured import Aim, Case, Measured, Play
from sip_agents import IncomingCall, OutgoingCall, SipAgent

WAITING = 30
TALK_S = 0.05


def next_call(operators: int) -> Play:
    """With callers waiting: an operator's BYE to the next INVITE at an operator's phone."""

    async def play(arena: Arena, samples: int) -> Measured:
        phones = await arena.operators(operators)
        callers: list[OutgoingCall] = []
        talking: deque[IncomingCall] = deque()
        for _ in range(operators):
            callers.append(await arena.dial())
            talking.append(await _next(phones))
        callers += [await arena.dial() for _ in range(WAITING)]
        await arena.waiting(WAITING)
        times: list[float] = []
        chance = random.Random(7)
        for _ in range(samples):
            await asyncio.sleep(TALK_S + chance.random())  # out of step with whatever looks once a second
            over = talking.popleft()
            over.end_now()
            incoming = await _next(phones)
            times.append(1000 * (incoming.times["invite_received"] - over.times["bye"]))
            talking.append(incoming)
            callers.append(await arena.dial())
        await _all_hang_up([call for call in callers if call.end_reason is None])
        return Measured(tuple(times))

    return play


async def _next(phones: list[SipAgent]) -> IncomingCall:
    """The next call at any of the phones, answered."""
    waiting = [asyncio.create_task(phone.incoming(15.0)) for phone in phones]
    done, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    (rung,) = done
    return await answer(rung.result())


def arrival(calls_a_second: int) -> Play:
    """With operators free: a caller's 200 OK to the INVITE at an operator's phone."""

    async def play(arena: Arena, samples: int) -> Measured:
        phones = await arena.operators(OPERATORS)
        rung: dict[str, float] = {}
        async with asyncio.TaskGroup() as group:
            serving = [group.create_task(_serve(phone, rung)) for phone in phones]
            begun = asyncio.get_running_loop().time()
            answered: dict[str, float] = {}
            calling = []
            for number in range(samples):
                await asyncio.sleep(max(0.0, begun + number / calls_a_second - asyncio.get_running_loop().time()))
                calling.append(group.create_task(_call(arena, f"6{number:08d}", answered)))
            await asyncio.wait(calling)
            for task in serving:
                task.cancel()
        return Measured(tuple(1000 * (rung[caller] - answered[caller]) for caller in answered))

    return play


async def _serve(phone: SipAgent, rung: dict[str, float]) -> None:
    """Take one call after the other, and end each after a moment."""
    while True:
        incoming = await phone.incoming(3600.0)
        rung[incoming.from_user] = incoming.times["invite_received"]
        await answer(incoming)
        await asyncio.sleep(TALK_S)
        await incoming.hang_up()


async def _call(arena: Arena, caller: str, answered: dict[str, float]) -> None:
    call = await arena.line.call(arena.number, from_user=caller)
    await call.answered(10.0)  # with sound: the dialplan's Answer() waits up to 500 ms for the first of it
    await call.ended(20.0)
    answered[caller] = call.times["answered"]


async def _all_hang_up(calls: list[OutgoingCall]) -> None:
    async with asyncio.TaskGroup() as group:
        for call in calls:
            group.create_task(call.hang_up())


NEXT_CALL = (
    Aim("p50 <= 10 ms", lambda ours, _: ours.p50 <= 10),
    Aim("p99 <= 30 ms", lambda ours, _: ours.p99 <= 30),
    Aim("p50 <= 1/40 of Queue()'s", lambda ours, theirs: ours.p50 <= theirs.p50 / 40),
)
ARRIVAL = (
    Aim("p50 <= Queue()'s + 3 ms", lambda ours, theirs: ours.p50 <= theirs.p50 + 3),
    Aim("p99 <= 20 ms", lambda ours, _: ours.p99 <= 20),
)
TIMED = (
    Case(
        "next_call_1",
        "30 callers waiting, 1 operator: the operator's BYE to the next INVITE at the phone",
        next_call(1),
        trial=2,
        quick=8,
        full=40,
        aims=NEXT_CALL,
    ),
    Case(
        "next_call_20",
        "30 callers waiting, 20 operators: an operator's BYE to the next INVITE at an operator's phone",
        next_call(20),
        trial=2,
        quick=8,
        full=40,
        aims=NEXT_CALL,
    ),
    Case(
        "arrival_10",
        "20 free operators, 10 calls a second: the caller's 200 OK to the operator's INVITE",
        arrival(10),
        trial=10,
        quick=50,
        full=300,
        aims=ARRIVAL,
    ),
)

"""From what to what, in milliseconds? Phones in Python, which see every message at once, on each side of each call."""

from __future__ import annotations

import asyncio
import random
from collections import deque

import numpy as np

from benchmarks.race.arena import KEY, OPERATOR_HZ, Arena, answer, menu_number
from benchmarks.race.measured import Aim, Case, Measured, Play
from sip_agents import Call, IncomingCall, OutgoingCall, SipAgent
from sip_agents.g711 import RATE_HZ, Samples
from sip_agents.rtp import FRAME_S
from tests.conformance.sounds import CALL_SOUND_HZ, CALLER_HZ, QUEUE_SOUND_HZ
from tests.conformance.stage import CALLER

WAITING = 30
QUIET = 1e4
"""Mean square of a sound that is none."""
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


async def connect(arena: Arena, calls: int) -> Measured:
    """The operator answers: when does each side hear the other?"""
    (phone,) = await arena.operators(1)
    times: list[float] = []
    chance = random.Random(7)
    for _ in range(calls):
        call = await arena.line.call(arena.number, from_user=CALLER)
        await call.answered()
        incoming = await phone.incoming(15.0)
        await asyncio.sleep(FRAME_S * chance.random())  # phones send at every 20th ms: answers come at any time between
        both = ((Packets(call), OPERATOR_HZ), (Packets(incoming), CALLER_HZ))
        await incoming.answer()
        answered = incoming.times["answered"]
        await call.heard_tone(OPERATOR_HZ, since=answered)
        await incoming.heard_tone(CALLER_HZ, since=answered)
        times += [1000 * (packets.first_with(hz) - answered) for packets, hz in both]
        await incoming.hang_up()
        await call.ended()
        await arena.system.free_again(arena.code(1))
    return Measured(tuple(times))


async def ivr(arena: Arena, calls: int) -> Measured:
    """A key is pressed in a menu: when does the next prompt begin?"""
    times: list[float] = []
    chance = random.Random(7)
    for _ in range(calls):
        call = await arena.line.call(menu_number(arena.system.name), from_user=CALLER)
        await call.heard_tone(QUEUE_SOUND_HZ)
        await asyncio.sleep(FRAME_S * chance.random())
        packets = Packets(call)
        await call.send_digit(KEY)
        pressed = call.key_up_at or call.now
        await call.heard_tone(CALL_SOUND_HZ, since=pressed)
        times.append(1000 * (packets.first_with(CALL_SOUND_HZ) - pressed))
        await call.hang_up()
    return Measured(tuple(times))


class Packets:
    """Every packet that a call receives from now on: when it came, and its sound."""

    def __init__(self, call: Call) -> None:
        self._taken: list[tuple[float, Samples]] = []
        call.heard.tap = lambda at, sound: self._taken.append((at, sound))

    def first_with(self, hz: float) -> float:
        """When the first that is a tone of ``hz`` came (monotonic seconds)."""
        return next(at for at, sound in self._taken if is_tone(sound, hz))


def is_tone(sound: Samples, hz: float) -> bool:
    """Whether this sound is a tone of ``hz`` from end to end."""
    power = float(np.mean(sound.astype(float) ** 2))
    if power < QUIET:
        return False
    wave = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / RATE_HZ)
    return bool(2 * abs(np.mean(sound * wave)) ** 2 > 0.95 * power)


async def _all_hang_up(calls: list[OutgoingCall]) -> None:
    async with asyncio.TaskGroup() as group:
        for call in calls:
            group.create_task(call.hang_up())


NEXT_CALL = (
    Aim("p50 <= 10 ms", lambda ours, _: ours.p50 <= 10),
    Aim("p99 <= 30 ms", lambda ours, _: ours.p99 <= 30),
    Aim("p50 <= 1/40 of Queue()'s", lambda ours, theirs: ours.p50 <= theirs.p50 / 40),
)
TIMED = (
    Case(
        "next_call_1",
        "30 callers waiting, 1 operator: the operator's BYE to the next INVITE at the phone",
        next_call(1),
        trial=2,
        quick=4,
        full=25,
        aims=NEXT_CALL,
    ),
    Case(
        "next_call_20",
        "30 callers waiting, 20 operators: an operator's BYE to the next INVITE at an operator's phone",
        next_call(20),
        trial=2,
        quick=2,
        full=25,
        aims=NEXT_CALL,
    ),
    Case(
        "connect",
        "the operator's 200 OK to the first sound of the other that each side hears",
        connect,
        trial=1,
        quick=5,
        full=25,
        aims=(
            Aim("p99 <= 60 ms", lambda ours, _: ours.p99 <= 60),
            Aim("p99 <= Queue()'s + 5 ms", lambda ours, theirs: ours.p99 <= theirs.p99 + 5),
        ),
    ),
    Case(
        "ivr",
        "the end of a key's tone to the first sound of the next prompt; beside Background() and WaitExten()",
        ivr,
        trial=1,
        quick=5,
        full=25,
        aims=(Aim("p99 <= the dialplan's + 20 ms", lambda ours, theirs: ours.p99 <= theirs.p99 + 20),),
    ),
)

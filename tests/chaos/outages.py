"""A part that goes away: the frozen leader, Redis, a Redis that lost its last second, Asterisk, and the controller for a while."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from ari_app.stack.conf import AWAY_PAUSE_S, AWAY_TRIES
from tests.chaos.field import CALLER_HZ, OPERATOR_HZ, PREFIX, Field, field_of
from tests.chaos.report import Aim, Finding, at_most, none_of

Progress = Callable[[str], None]
NOTICED_S = 0.5
"""By when Asterisk has noticed that the controller's connection is closed."""
FALLBACK_S = AWAY_PAUSE_S * AWAY_TRIES
SERVED_WITHIN_S = 30.0


async def frozen_leader(folder: Path, *, rounds: int, frozen_s: float, progress: Progress) -> Finding:
    """SIGSTOP the leader while a phone rings for a caller; the standby takes over; SIGCONT."""
    took, double, stale, dropped = [], list[str](), list[str](), list[str]()
    for round_ in range(rounds):
        async with field_of(folder / str(round_), 2) as field, field.second_controller() as (_, other):
            await field.operators(1, answer_after_s=None)
            caller = await field.call(sound=True)
            (phone,) = field.phones.values()
            incoming = await phone.incoming(10)
            await field.until_stages(ringing=1)
            await asyncio.sleep(0.5)  # what is noted beside the call is noted
            frozen = field.stack.instance.engine.pid
            assert frozen is not None
            loop = asyncio.get_running_loop()
            os.kill(frozen, signal.SIGSTOP)
            began = loop.time()
            await field.until_ready(other)
            took.append(loop.time() - began)
            field.leader = other
            await incoming.answer()
            await field.until_stages(talking=1)
            await asyncio.sleep(max(0.0, frozen_s - (loop.time() - began)))
            leader = await _leader(field)
            os.kill(frozen, signal.SIGCONT)
            await field.stack.instance.engine.wait()
            if await _leader(field) != leader:
                stale.append(f"round {round_}: the record of who leads was overwritten")
            if len(phone.calls) != 1:
                double.append(f"round {round_}: {len(phone.calls)} calls at one phone")
            await field.until_stages(talking=1)
            await field.calls[caller].heard_only([OPERATOR_HZ], (CALLER_HZ, OPERATOR_HZ))
            dropped += field.dropped()
            await field.end_all()
            progress(f"{round_ + 1} of {rounds}: taken over after {took[-1]:.2f} s")
    return Finding(
        "SIGSTOP of the leader, SIGCONT",
        f"{rounds} times, frozen for {frozen_s:g} s while a phone rings",
        (
            none_of("stale writes accepted", stale),
            none_of("phones rung twice", double),
            none_of("calls dropped", dropped),
            at_most("taken over after", 5, took, "s"),
        ),
    )


async def _leader(field: Field) -> str | None:
    async with field.redis() as client:
        found = await client.get(f"{PREFIX}leader")
        return None if found is None else str(found)


async def redis_killed(folder: Path, *, away_s: float, calls: int, progress: Progress) -> Finding:
    """kill -9 of Redis for a while, with people talking and new ones calling."""
    async with field_of(folder, 12) as field:
        await field.operators(12)
        before = [await field.call() for _ in range(4)]
        await field.until_stages(talking=4)
        await field.stack.instance.redis.kill()
        progress(f"Redis is away for {away_s:g} s")
        served = 0
        for _ in range(calls):
            caller = await field.call()
            await field.until_stages(talking=5)
            served += 1
            await field.hang_up(caller)
            await field.until_stages(talking=4)
            await asyncio.sleep(away_s / calls)
        took = await _back(field)
        dropped = [caller for caller in before if field.calls[caller].end_reason is not None]
        await field.end_all()
        await field.stack.nothing_is_left(30.0)
    return Finding(
        "kill -9 of Redis",
        f"away for {away_s:g} s, 4 talking, {calls} new calls",
        (
            none_of("calls dropped", dropped),
            Aim(">= 99 % of new calls served", f"{served} of {calls}", served >= 0.99 * calls),
            at_most("reconverged after", 5, [took], "s"),
        ),
    )


async def redis_forgets(folder: Path, *, rounds: int, progress: Progress) -> Finding:
    """A failover that loses the last second: Redis comes back with the file that it had a second before."""
    took, dropped, leaders = [], list[str](), list[str]()
    async with field_of(folder, 8) as field:
        await field.operators(8)
        await field.call()
        for round_ in range(rounds):
            await field.until_stages(talking=1 + round_)
            (log,) = (field.stack.instance.folders.redis / "appendonlydir").glob("*.incr.aof")
            kept = log.stat().st_size
            await field.call()
            await field.until_stages(talking=2 + round_)
            await asyncio.sleep(1.0)
            leader = await _leader(field)
            await field.stack.instance.redis.kill()
            os.truncate(log, kept)
            took.append(await _back(field))
            if await _leader(field) != leader:
                leaders.append(f"round {round_}")
            progress(f"{round_ + 1} of {rounds}: Redis has all again after {took[-1]:.2f} s")
        dropped += field.dropped()
        await field.end_all()
        await field.stack.nothing_is_left(30.0)
    return Finding(
        "failover of Redis that loses the last second",
        f"{rounds} times",
        (
            none_of("calls dropped", dropped),
            none_of("changes of who leads", leaders),
            at_most("reconverged after", 5, took, "s"),
        ),
    )


async def _back(field: Field) -> float:
    """Start Redis; how long until it shows every call as the leader does (s)."""
    await field.stack.instance.start_redis()
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with field.redis() as client:
        while True:
            shown = {call["id"]: call["stage"] for call in await field.shown()}
            listed = await client.smembers(f"{PREFIX}calls")
            held = {call: await client.hget(f"{PREFIX}call:{call!s}", "stage") for call in map(str, listed)}
            if held == shown:
                return loop.time() - began
            assert loop.time() - began < 30, f"Redis has {held}, the leader {shown}"
            await asyncio.sleep(0.05)


async def asterisk_killed(folder: Path, *, rounds: int, progress: Progress) -> Finding:
    """kill -9 of Asterisk with people talking and waiting; the phones register again as it is back."""
    stale, back = list[str](), []
    async with field_of(folder, 4) as field:
        codes = await field.operators(4)
        loop = asyncio.get_running_loop()
        for round_ in range(rounds):
            for _ in range(6):
                await field.call()
            await field.until_stages(talking=4, waiting=2)
            await field.stack.instance.asterisk.kill()
            field.calls.clear()
            await field.stack.instance.start_asterisk()
            began = loop.time()
            stale += [f"round {round_}: {call}" for call in await _still_shown(field, 10.0)]
            registered = loop.time()
            for phone in field.phones.values():
                await phone.register()
            for code in codes:
                await field.until_operator(code, 30.0, state="ready", phone="reachable")
            back.append(loop.time() - registered)
            progress(
                f"{round_ + 1} of {rounds}: operators ready after {back[-1]:.2f} s, clean after {registered - began:.2f} s"
            )
        await field.end_all()
        await field.stack.nothing_is_left(30.0)
    return Finding(
        "kill -9 of Asterisk",
        f"{rounds} times, 4 talking and 2 waiting",
        (
            none_of("stale keys 10 s after it is back", stale),
            at_most("operators ready after registering", 15, back, "s"),
        ),
        remark="Asterisk itself recovers no call after its own crash: these six were lost each time.",
    )


async def _still_shown(field: Field, within_s: float) -> list[str]:
    """The calls that are listed in Redis, once none is or the time is over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within_s
    async with field.redis() as client:
        while (listed := sorted(map(str, await client.smembers(f"{PREFIX}calls")))) and loop.time() < until:
            await asyncio.sleep(0.05)
        return listed


async def called_while_away(folder: Path, *, rounds: int, progress: Progress) -> Finding:
    """A call that comes while there is no controller, which comes back after some seconds."""
    took, silent = [], list[str]()
    async with field_of(folder, 1) as field:
        loop = asyncio.get_running_loop()
        for round_ in range(rounds):
            await field.stack.instance.engine.kill()
            await asyncio.sleep(NOTICED_S)
            caller = await field.call(sound=True)
            await asyncio.sleep(2.5)
            if field.calls[caller].heard.silent():
                silent.append(f"round {round_}")
            await field.stack.instance.engine.start()
            began = loop.time()
            await field.until_ready()
            await field.until_stages(waiting=1)
            took.append(loop.time() - began)
            await field.hang_up(caller)
            await field.until_stages(waiting=0)
            progress(f"{round_ + 1} of {rounds}: taken up {took[-1]:.2f} s after the start")
        await field.stack.nothing_is_left(30.0)
    return Finding(
        "a call arrives while no controller is there",
        f"{rounds} times",
        (none_of("callers in silence", silent), at_most("taken up after the controller's start", 8, took, "s")),
    )


async def fallback(folder: Path, *, callers: int, progress: Progress) -> Finding:
    """No controller comes back: half of the callers dial in the instant of its death, half after it."""
    loop = asyncio.get_running_loop()
    async with field_of(folder, callers, away_tries=AWAY_TRIES) as field:
        await field.until_ready()
        await field.operators(callers)
        engine = field.stack.instance.engine.pid
        assert engine is not None
        began: dict[str, float] = {}
        os.kill(engine, signal.SIGSTOP)  # Asterisk takes it for alive, as in the instant after a death
        for _ in range(callers // 2):
            began[await field.dial()] = loop.time()
        while len(await _callers_in(field, "!Stasis!")) < callers // 2:
            await asyncio.sleep(0.05)
        await field.stack.instance.engine.kill()
        await asyncio.sleep(NOTICED_S)
        for _ in range(callers - callers // 2):
            began[await field.dial()] = loop.time()
        progress(f"{callers} callers wait for the fallback")
        arrived: dict[str, float] = {}
        while len(arrived) < callers and loop.time() < max(began.values()) + 2 * FALLBACK_S:
            now = loop.time()
            arrived |= {
                caller: now - began[caller]
                for caller in await _callers_in(field, "!fallback!")
                if caller not in arrived
            }
            await asyncio.sleep(0.1)
        served = await _served(field, callers)
        for caller in list(field.calls):
            await field.hang_up(caller)
    return Finding(
        "no controller comes back",
        f"{callers} callers at once, half of them in the instant of its death",
        (
            none_of("callers who did not come to the fallback", sorted(began.keys() - arrived)),
            at_most("at the fallback after", FALLBACK_S + 5, arrived.values(), "s"),
            Aim(f"all talk with an operator by Queue() (within {SERVED_WITHIN_S:g} s)", str(served), served == callers),
        ),
        {"first_s": min(arrived.values(), default=0.0)},
    )


async def _callers_in(field: Field, what: str) -> list[str]:
    """The numbers of those whose channels are shown so."""
    return [line.split("!")[7] for line in await field.stack.channels() if what in line and line.split("!")[7]]


async def _served(field: Field, wanted: int) -> int:
    """How many phones talk, once all do or the time is over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + SERVED_WITHIN_S
    while (talking := sum(bool(phone.calls) for phone in field.phones.values())) < wanted and loop.time() < until:
        await asyncio.sleep(0.1)
    return talking

"""Many calls at once: what do they cost, how many can be carried, and what happens beyond that? SIPp calls and answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from benchmarks.race.arena import CROWD, FIRST_TALKER, LOAD, QUEUE, RECORDED, TALKED, Arena, answer
from benchmarks.race.cost import cost_so_far, memory_kb
from benchmarks.race.measured import Aim, Case, Measured, Play
from benchmarks.race.sipp import LoadFailed, Run, Told
from benchmarks.race.watching import at_most, lag_buckets, lags_of_changes

RATE = 60
TALK_MS = 1000
SHORT_TALK_MS = 200
LONG_TALK_MS = 600_000
FIRST_RATE, NARROW = 40, 20
"""``ceiling`` begins with so many calls a second, and ends when it knows the answer within so many."""
CEILING_P99_MS = 100
TOO_MANY, IN_PROGRESS = 400, 5
LAG = "event lag p99, ms"
CPU, CPU_RATE = "CPU a call, ms", "CPU, ms a second"


def serving(arena: Arena, spent: Mapping[str, float]) -> dict[str, float]:
    """Of the processes, those that a user of this system runs."""
    return dict(spent) if arena.system.name == "engine" else {"asterisk": spent["asterisk"]}


def in_all_and_each(unit: str, spent: Mapping[str, float], over: float) -> dict[str, float]:
    """CPU time (ms) for each of ``over``, of all processes and of each."""
    each = {f"{name} {unit}": 1000 * cpu_s / over for name, cpu_s in spent.items()}
    return {unit: sum(each.values()), **each}


async def while_nothing_changes(arena: Arena, over_s: float) -> dict[str, float]:
    """CPU time, ms a second, of what is up and has come to rest."""
    await asyncio.sleep(1)
    before = cost_so_far(arena.stack.instance)
    await asyncio.sleep(over_s)
    return in_all_and_each(CPU_RATE, serving(arena, cost_so_far(arena.stack.instance).since(before)), over_s)


def from_answer_to_ring(told: Told, phones: Run) -> tuple[float, ...]:
    """From each caller's 200 OK to the operator's INVITE (ms)."""
    answered, rung = told.at("answered"), phones.told().at("rung")
    return tuple(1000 * (rung[caller] - when) for caller, when in answered.items() if caller in rung)


def arrival(rate: int) -> Play:
    """Operators are free whenever somebody calls."""

    async def play(arena: Arena, calls: int) -> Measured:
        async with arena.crowd(CROWD, SHORT_TALK_MS) as phones:
            told = await arena.calls(rate, calls)
            return Measured(from_answer_to_ring(told, phones), {"calls failed": calls - told.succeeded})

    return play


async def sustained(arena: Arena, seconds: int) -> Measured:
    """``RATE`` calls a second to 100 operators who talk for a second."""
    calls = RATE * seconds
    async with arena.crowd(CROWD, TALK_MS) as phones:
        before = cost_so_far(arena.stack.instance)
        told = await arena.calls(RATE, calls)
        await arena.no_calls()
        spent = serving(arena, cost_so_far(arena.stack.instance).since(before))
        times = from_answer_to_ring(told, phones)
    return Measured(times, {**in_all_and_each(CPU, spent, calls), "calls failed": calls - told.succeeded})


async def ceiling(arena: Arena, tenths: int) -> Measured:
    """Twice the rate each time (for so many tenths of a second), until calls fail or operators are rung too late; then between."""
    carried, too_many, rate = 0, 0, FIRST_RATE
    async with arena.crowd(CROWD, SHORT_TALK_MS) as phones:
        while not too_many or too_many - carried > NARROW:
            if await _carries(arena, phones, rate, rate * tenths // 10):
                carried = rate
            else:
                too_many = rate
            rate = (carried + too_many) // 2 if too_many else 2 * rate
    return Measured((), {"calls a second": carried})


async def _carries(arena: Arena, phones: Run, rate: int, calls: int) -> bool:
    run = await arena.calling(rate, calls, first=f"6{rate}0")
    try:
        told = await run.ended(calls / rate + 60.0)
    except LoadFailed:  # calls that nobody ends: they were lost
        await arena.hang_up_all()
        return False
    await arena.no_calls()
    times = from_answer_to_ring(told, phones)
    return told.succeeded == len(times) == calls and Measured(times).p99 <= CEILING_P99_MS


async def crowd(arena: Arena, callers: int) -> Measured:
    """Callers wait with music, and nobody serves them."""
    engine = arena.stack.instance.engine.pid
    assert engine is not None
    least_kb = min(arena.fresh_kb, memory_kb(engine))
    run = await arena.calling(50, callers, QUEUE.name)
    await arena.channels(callers, callers / 50 + 30)
    costs = await while_nothing_changes(arena, min(10.0, callers / 20))
    full_kb = memory_kb(engine)
    await arena.hang_up_all()
    await run.ended(30.0)
    memory = {"engine, KiB a caller": (full_kb - least_kb) / callers} if arena.system.name == "engine" else {}
    return Measured((), {**costs, **memory})


async def recorded(arena: Arena, conversations: int) -> Measured:
    """Conversations with sound both ways, recorded in stereo."""
    async with arena.crowd(conversations, LONG_TALK_MS, echo=True):
        run = await arena.calling(20, conversations, RECORDED.name, sound_for_ever=True)
        await arena.channels(2 * conversations, conversations / 20 + 30)
        costs = await while_nothing_changes(arena, min(10.0, conversations / 10))
        await arena.hang_up_all()
        await run.ended(30.0)
    return Measured((), costs)


async def overload(arena: Arena, tenths: int) -> Measured:
    """Far more calls than can be carried, for so many tenths of a second, while some people talk."""
    phones = await arena.operators(IN_PROGRESS)
    talking = [await arena.dial() for _ in phones]
    for phone in phones:
        await answer(await phone.incoming(15.0))
    calls = TOO_MANY * tenths // 10
    async with arena.crowd(CROWD, SHORT_TALK_MS):
        before = await lag_buckets(arena.stack)
        run = await arena.calling(TOO_MANY, calls)
        told = await run.ended(tenths / 10 + 90.0)
        lags = {bound: number - before[bound] for bound, number in (await lag_buckets(arena.stack)).items()}
        harmed = sum(call.end_reason is not None for call in talking)
        for call in talking:
            await call.hang_up()
        await arena.no_calls()
    figures = {
        "calls offered": calls,
        "refused with 503": len(told.at("refused")),
        "neither served nor refused": calls - told.succeeded,
        "conversations harmed": harmed,
    }
    lag = {LAG: 1000 * at_most(lags, 0.99)} if arena.system.name == "engine" else {}
    return Measured((), {**figures, **lag})


async def status(arena: Arena, seconds: int) -> Measured:
    """From each change of state to its being readable in Redis, while calls come and go."""
    async with arena.crowd(CROWD, TALK_MS), lags_of_changes(arena.stack) as lags:
        await arena.calls(RATE, RATE * seconds)
        await arena.no_calls()
    return Measured(tuple(lags))


async def spans(arena: Arena, most_up: int) -> Measured:
    """The same calls come and go while few or many others talk: does each cost the engine the same?

    Those who talk send no sound: waiting with music, a thousand would keep Asterisk so busy that whatever else runs on the same
    cores takes longer, too.
    """
    figures: dict[str, float] = {}
    instance, calls, up = arena.stack.instance, most_up * 3 // 5, 0
    talking: list[Run] = []
    async with arena.crowd(CROWD, SHORT_TALK_MS), arena.crowd(most_up, LONG_TALK_MS, first=FIRST_TALKER):
        await (await arena.calling(20, calls // 3, LOAD.name, first="80")).ended(
            60.0
        )  # so that nothing is done for the first time
        for share in (100, 10, 1):
            more = most_up // share - up
            talking += await _conversations(arena, more, first=f"7{share}")
            up += more
            await arena.channels(2 * up, more / 20 + 60)
            await asyncio.sleep(1)
            before, over_s = cost_so_far(instance), most_up / 200
            await asyncio.sleep(over_s)
            idle_s = cost_so_far(instance).since(before)["engine"] / over_s
            before, began = cost_so_far(instance), asyncio.get_running_loop().time()
            await (await arena.calling(20, calls, LOAD.name, first=f"8{share}")).ended(60.0)
            took_s = asyncio.get_running_loop().time() - began
            spent_s = cost_so_far(instance).since(before)["engine"] - idle_s * took_s
            figures[f"engine {CPU}, {up} up"] = 1000 * spent_s / calls
            figures[f"engine CPU, ms a second, {up} up and nothing happening"] = 1000 * idle_s
        await arena.hang_up_all()
        for run in talking:
            await run.ended(30.0)
    return Measured((), figures)


async def _conversations(arena: Arena, how_many: int, first: str) -> list[Run]:
    """So many callers more who talk for long. Whom the engine refuses, for the machine is busy with something else, call again."""
    runs: list[Run] = []
    while how_many:
        runs.append(await arena.calling(20, how_many, TALKED.name, first=first))
        how_many = await arena.refused(runs[-1], how_many, how_many / 20 + 60)
    return runs


def _flat(ours: Measured, _: Measured) -> bool:
    costs = [value for name, value in ours.figures.items() if "up and nothing" not in name]
    return max(costs) <= 1.2 * min(costs)


ARRIVAL = (
    Aim("p50 <= Queue()'s + 3 ms", lambda ours, theirs: ours.p50 <= theirs.p50 + 3),
    Aim("p99 <= 20 ms", lambda ours, _: ours.p99 <= 20),
    Aim("no call fails", lambda ours, _: ours.figures["calls failed"] == 0),
)
LOADED = (
    *(
        Case(
            f"arrival_{rate}",
            f"{CROWD} free operators, {rate} calls a second: the caller's 200 OK to the operator's INVITE",
            arrival(rate),
            trial=rate,
            quick=rate,
            full=10 * rate,
            aims=ARRIVAL,
        )
        for rate in (10, RATE)
    ),
    Case(
        "sustained",
        f"{RATE} calls a second to {CROWD} operators who talk for {TALK_MS / 1000:g} s: CPU time a call of all processes that"
        " serve it, and the caller's 200 OK to the operator's INVITE",
        sustained,
        trial=1,
        quick=3,
        full=60,
        aims=(
            Aim("no call fails", lambda ours, _: ours.figures["calls failed"] == 0),
            Aim("CPU <= 1.4 x Queue()'s", lambda ours, theirs: ours.figures[CPU] <= 1.4 * theirs.figures[CPU]),
        ),
        next_lever="Asterisk itself costs no more than with `Queue()`; what is above it is the engine's Python. A quarter of"
        " that is the event loop, which each of Asterisk's ten events and seven answers a call wakes on its own. Next: events"
        " without a task between (they come through aioari's reader, which has one), and those that are only filtered away never"
        " made (Asterisk writes JSON of some sixty a call, and looks at the application's filter afterwards).",
    ),
    Case(
        "ceiling",
        f"the highest rate, to {NARROW} calls a second, at which no call fails and 99 % of the operators are rung within"
        f" {CEILING_P99_MS} ms of the caller's 200 OK",
        ceiling,
        trial=2,
        quick=2,
        full=30,
        aims=(
            Aim(
                ">= 0.75 x Queue()'s",
                lambda ours, theirs: ours.figures["calls a second"] >= 0.75 * theirs.figures["calls a second"],
            ),
        ),
        next_lever="Callers, phones, Asterisk and the engine share two cores, so that the ceiling follows from the CPU time a call"
        " of all together: with `sustained`'s ratio it can be 0.69 at most. Next: the same as for `sustained`, and cores of its own"
        " for the load.",
    ),
    Case(
        "crowd",
        "callers wait with music and nobody serves them (500 in a full run): CPU time a second, and the engine's own memory",
        crowd,
        trial=20,
        quick=40,
        full=500,
        aims=(
            Aim(
                "CPU <= 1.1 x Queue()'s",
                lambda ours, theirs: ours.figures[CPU_RATE] <= 1.1 * theirs.figures[CPU_RATE],
            ),
            Aim("<= 16 KiB a caller", lambda ours, _: ours.figures["engine, KiB a caller"] <= 16),
        ),
        next_lever="All but a hundredth of it is Asterisk's, which makes the music for each caller alone, here in Stasis'"
        " loop, there in `Queue()`'s. Next: one bridge a queue with music of its own, made once for all who listen.",
    ),
    Case(
        "recorded",
        "conversations with sound both ways, recorded in stereo (100 in a full run), Queue() by MixMonitor: CPU time a second",
        recorded,
        trial=10,
        quick=20,
        full=100,
        aims=(
            Aim(
                "CPU <= 1.1 x Queue()'s",
                lambda ours, theirs: ours.figures[CPU_RATE] <= 1.1 * theirs.figures[CPU_RATE],
            ),
        ),
    ),
    Case(
        "overload",
        f"{TOO_MANY} calls a second to {CROWD} operators, while {IN_PROGRESS} others talk: what becomes of all, and how late"
        " the engine hears of events (the bound of the histogram's bucket)",
        overload,
        trial=5,
        quick=5,
        full=30,
        aims=(
            Aim("every call is served or refused", lambda ours, _: ours.figures["neither served nor refused"] == 0),
            Aim("no conversation harmed", lambda ours, _: ours.figures["conversations harmed"] == 0),
            Aim("lag p99 <= 250 ms", lambda ours, _: ours.figures[LAG] <= 250),
        ),
    ),
    Case(
        "status",
        f"{RATE} calls a second: a change of state to its being readable in Redis (Queue() has no such thing)",
        status,
        trial=1,
        quick=4,
        full=20,
        aims=(Aim("p99 <= 20 ms", lambda ours, _: ours.p99 <= 20),),
        engine_only=True,
    ),
    Case(
        "spans",
        "20 calls a second while 10, 100 and 1,000 others talk (in a full run): the engine's CPU time a call",
        spans,
        trial=100,
        quick=100,
        full=1000,
        aims=(Aim("flat within 20 %", _flat),),
        next_lever="The figure does not grow with the calls; it falls; why was not found out (perhaps a processor"
        " that sleeps less). Next: a machine for the engine alone.",
        engine_only=True,
    ),
)

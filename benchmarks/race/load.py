"""Many calls at once: what do they cost, and how many can be carried?"""

from __future__ import annotations

from benchmarks.race.arena import CROWD, Arena
from benchmarks.race.cost import cost_so_far
from benchmarks.race.measured import Aim, Case, Measured

RATE = 60
TALK_MS = 1000


async def sustained(arena: Arena, seconds: int) -> Measured:
    """``RATE`` calls a second to 100 operators who talk for a second: times from the caller's 200 OK to the operator's INVITE."""
    async with arena.crowd(CROWD, TALK_MS) as phones:
        before = cost_so_far(arena.stack.instance)
        told = await arena.calls(RATE, RATE * seconds)
        await arena.no_calls()
        spent = cost_so_far(arena.stack.instance).since(before)
        answered, rung = told.at("answered"), phones.told().at("rung")
    times = [1000 * (rung[caller] - when) for caller, when in answered.items() if caller in rung]
    counted = spent if arena.system.name == "engine" else {"asterisk": spent["asterisk"]}
    calls = RATE * seconds
    by_process = {f"{name} CPU a call, ms": 1000 * cpu_s / calls for name, cpu_s in counted.items()}
    return Measured(
        tuple(times),
        {"CPU a call, ms": sum(by_process.values()), **by_process, "calls failed": calls - told.succeeded},
    )


SUSTAINED = Case(
    "sustained",
    f"{RATE} calls a second to {CROWD} operators who talk for {TALK_MS / 1000:g} s; CPU time a call of all processes that serve it,"
    " and the time from the caller's 200 OK to the operator's INVITE",
    sustained,
    trial=2,
    quick=8,
    full=60,
    aims=(
        Aim("no call fails", lambda ours, _: ours.figures["calls failed"] == 0),
        Aim(
            "CPU a call <= 1.4 x Queue()'s",
            lambda ours, theirs: ours.figures["CPU a call, ms"] <= 1.4 * theirs.figures["CPU a call, ms"],
        ),
    ),
)

"""The event socket is cut, falls silent, or stalls while somebody hangs up: that is noticed, and the end is made good.

Commands go on meanwhile over their own sockets, so nothing but the missing events tells the controller.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.chaos.field import CALLER_HZ, OPERATOR_HZ, Field, relayed_field
from tests.chaos.relay import Relay
from tests.chaos.report import Finding, at_most, none_of

Progress = Callable[[str], None]
WAYS: Final = ("cut", "half-open", "stalled")
ENDS: Final = ("caller", "operator")
SEEN_WITHIN_S: Final = 10.0
LOOKED_FOR_S: Final = 30.0


async def sockets(folder: Path, *, rounds: int, progress: Progress) -> Finding:
    """Each way in turn, and each end in turn; whoever waits is served next."""
    took: dict[str, list[float]] = {way: [] for way in WAYS}
    missed: list[str] = []
    async with relayed_field(folder, 1) as (field, relay):
        (operator,) = await field.operators(1)
        talking = await field.call(sound=True)
        await field.until_stages(talking=1)
        for round_ in range(rounds):
            way, end = WAYS[round_ % len(WAYS)], ENDS[round_ % len(ENDS)]
            waiting = await field.call(sound=True)
            await field.until_stages(talking=1, waiting=1)
            took[way].append(await _break(field, relay, way, end, talking, operator))
            missed += [
                f"round {round_}, {way}, {end}: {what}" for what in await _next_is_served(field, operator, waiting)
            ]
            relay.end_broken()
            talking = waiting
            progress(f"{round_ + 1} of {rounds}: {way}, the {end} hung up, seen after {took[way][-1]:.2f} s")
        await field.hang_up(talking)
        await field.end_all()
        await field.stack.nothing_is_left(30.0)
    told = ", ".join(f"{way} {max(found):.2f} s" for way, found in took.items() if found)
    return Finding(
        "event socket cut, half-open or stalled while somebody hangs up",
        f"{rounds} times, one talking and one waiting",
        (
            none_of("end states missed", missed),
            at_most(
                "the end seen after the break", SEEN_WITHIN_S, [one for found in took.values() for one in found], "s"
            ),
        ),
        {f"{way}_s": max(found) for way, found in took.items() if found},
        remark=f"The longest: {told}.",
    )


async def _break(field: Field, relay: Relay, way: str, end: str, talking: str, operator: str) -> float:
    """Break it, hang up, and wait until the call is shown no more (s since the break)."""
    loop = asyncio.get_running_loop()
    (shown,) = (await field.stages())["talking"]
    (at_operator,) = field.phones[operator].calls
    began = loop.time()
    match way:
        case "cut":
            relay.cut("events")
        case "half-open":
            relay.half_open("events")
        case _:
            relay.stall("events")
    caller = field.calls.pop(talking)
    await (caller if end == "caller" else at_operator).hang_up()
    while any(call["id"] == shown["id"] and call["stage"] != "ended" for call in await field.shown()):
        assert loop.time() - began < LOOKED_FOR_S, f"{shown['id']} is shown as {shown['stage']} for ever"
        await asyncio.sleep(0.05)
    seen = loop.time() - began
    await caller.ended(LOOKED_FOR_S)
    await at_operator.ended(LOOKED_FOR_S)
    return seen


async def _next_is_served(field: Field, operator: str, waiting: str) -> list[str]:
    """The operator is free for whoever waits, is rung once, and both hear each other; what was not so."""
    try:
        (shown,) = (await field.until_stages(SEEN_WITHIN_S, talking=1))["talking"]
        assert shown["operator"] == operator
        await field.until_operator(operator, state="talking")
        (incoming,) = field.phones[operator].calls
        await field.calls[waiting].heard_only([OPERATOR_HZ], (CALLER_HZ, OPERATOR_HZ))
        await incoming.heard_only([CALLER_HZ], (CALLER_HZ, OPERATOR_HZ))
    except (AssertionError, ValueError) as missed:
        return [str(missed)]
    return []

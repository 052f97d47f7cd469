"""A controller that is killed: nobody is cut off, everybody keeps the place, nobody is offered twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.chaos.field import Field, field_of, numbers
from tests.chaos.report import Finding, at_most, none_of
from tests.chaos.told_again import told_by, until_noted, until_told_again

SAMPLED = 5
"""So many conversations have sound, and their packets are timed; the phones' own work would disturb the measure with more."""
PACKET_MS = 20.0
SERVED = 2
"""After each crash so many operators hang up, and must be offered the first of those who wait, once."""


async def crashes(folder: Path, *, talking: int, waiting: int, rounds: int, progress: Any) -> Finding:
    """kill -9 of the controller with people talking and waiting, again and again."""
    async with field_of(folder, talking) as field:
        await field.operators(talking)
        sampled = await _pairs(field)
        heard = set(sampled.values())
        for _ in range(talking - SAMPLED):
            await field.call()
        await field.until_stages(talking=talking)
        field.fall_silent(but=heard)
        for _ in range(waiting):
            await field.call()
        await field.until_stages(talking=talking, waiting=waiting)
        took, answers, gaps, out_of_order, wrong_offers = [], [], [], [], []
        for round_ in range(rounds):
            before = numbers((await field.stages())["waiting"])
            since = next(iter(field.calls.values())).now
            adopted_s, answers_s = await _crash(field)
            took.append(adopted_s)
            answers.append(answers_s)
            found = await field.until_stages(talking=talking, waiting=waiting)
            after = numbers(found["waiting"])
            if after != before:
                out_of_order.append(f"round {round_}: {before} became {after}")
            gaps += [_gap_ms(field, caller, operator, since) for caller, operator in sampled.items()]
            wrong_offers += await _serve_first(field, found, before, heard)
            for _ in range(SERVED):
                await field.call()
            await field.until_stages(talking=talking, waiting=waiting)
            progress(
                f"{round_ + 1} of {rounds}: adopted after {adopted_s:.2f} s, the API after {answers_s:.2f} s, "
                f"longest gap {max(gaps[-SAMPLED:]):.0f} ms"
            )
        dropped = field.dropped()
        await field.end_all()
        await field.stack.nothing_is_left(30.0)
    return Finding(
        "kill -9 of the controller",
        f"{rounds} times, {talking} talking and {waiting} waiting",
        (
            none_of("calls dropped", dropped),
            none_of("orders changed", out_of_order),
            none_of("offers that were wrong or came twice", wrong_offers),
            at_most("gap in what callers hear", 60, gaps, "ms"),
            at_most("adopted after the start", 3, took, "s", 0.99),
        ),
        {"adopted_s": max(took), "answers_s": max(answers), "gap_ms": max(gaps)},
    )


async def _pairs(field: Field) -> dict[str, str]:
    """Callers with sound, and the operators with whom they talk."""
    pairs: dict[str, str] = {}
    for _ in range(SAMPLED):
        caller = await field.call(sound=True)
        talking = (await field.until_stages(talking=len(pairs) + 1))["talking"]
        (pairs[caller],) = {call["operator"] for call in talking} - set(pairs.values())
    return pairs


def _gap_ms(field: Field, caller: str, operator: str, since: float) -> float:
    """The longest gap in what the caller hears, less what the operator's phone itself was late: both are this busy process's."""
    (talks,) = field.phones[operator].calls
    late_ms = max(0.0, talks.departures.longest_gap_ms(since) - PACKET_MS)
    return max(PACKET_MS, field.calls[caller].arrivals.longest_gap_ms(since) - late_ms)


async def _crash(field: Field) -> tuple[float, float]:
    """Kill, start; how long from the start until every call is known again, and until the API answers (s)."""
    loop = asyncio.get_running_loop()
    async with field.redis() as client:
        before = await told_by(client)
        await until_noted(client, before.calls)
        await field.stack.instance.engine.kill()
        began = loop.time()
        await field.stack.instance.engine.start()
        await until_told_again(client, before)
        adopted_s = loop.time() - began
    await field.until_ready()
    return adopted_s, loop.time() - began


async def _serve_first(
    field: Field, found: dict[str, list[dict[str, Any]]], before: list[str], heard: set[str]
) -> list[str]:
    """Some operators hang up: who waited longest is next, each rung once."""
    wrong: list[str] = []
    leaving = [call["operator"] for call in found["talking"] if call["operator"] not in heard][-SERVED:]
    for operator in leaving:
        phone = field.phones[operator]
        (up,) = phone.calls
        await up.hang_up()
        served = await _until_talks(field, operator, before)
        if served != before[0]:
            wrong.append(f"{operator} got {served}, {before[0]} was first")
        before = [call for call in before if call != served]
        if len(phone.calls) != 1:
            wrong.append(f"{operator} has {len(phone.calls)} calls")
    field.fall_silent(but=heard)
    for caller in field.dropped():
        del field.calls[caller]  # whom their operators have hung up on
    return wrong


async def _until_talks(field: Field, operator: str, waited: list[str]) -> str:
    deadline = asyncio.get_running_loop().time() + 20
    while True:
        for call in (await field.stages()).get("talking", []):
            if call["operator"] == operator and call["id"] in waited:
                return str(call["id"])
        assert asyncio.get_running_loop().time() < deadline, f"{operator} was offered nothing"
        await asyncio.sleep(0.05)

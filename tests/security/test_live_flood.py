"""One number calls again and again, and everybody else is served: bounds of the centre's files, on real Asterisk."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from ari_app.caller_limits import LIMITS, CallLimits
from sip_agents import CallRefused, OutgoingCall, SipAgent
from sip_agents.errors import SipError
from tests.e2e.stack import Stack, quick_centre, running_stack
from tests.e2e.test_overload import metric

LEGITIMATE, ATTACKS = 200, 400
EVERY_S, TALKS_S = 0.08, 1.5
ATTACKER = "600999000"
AT_LEAST = 0.99


def with_usual_limits(folder: Path) -> Path:
    """The demo's bounds are wide, for trying; here are those of a centre that says nothing."""
    centre = quick_centre(folder)
    path = centre / "centre.yaml"
    text = path.read_text(encoding="utf-8")
    assert "caller: {at_once: 50, per_minute: 600}" in text
    path.write_text(text.replace("caller: {at_once: 50, per_minute: 600}", "caller: {}"), encoding="utf-8")
    return centre


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def flooded_stack(tmp_path_factory) -> AsyncIterator[Stack]:  # type: ignore[no-untyped-def]
    async with running_stack(tmp_path_factory.mktemp("flood"), centre=with_usual_limits) as stack:
        yield stack


async def calls_in(line: SipAgent, caller: str, outcomes: Counter[str]) -> OutgoingCall | None:
    """One call to the queue; "served" if it is answered."""
    call = await line.call("900100201", from_user=caller)
    try:
        await call.answered(10.0)
    except CallRefused as refused:
        outcomes[str(refused.status)] += 1
    except SipError:
        outcomes["nothing"] += 1
    else:
        outcomes["served"] += 1
        return call
    return None


async def attack(line: SipAgent, outcomes: Counter[str], over: asyncio.Event) -> None:
    """Calls as fast as they are refused, ten at a time; each that is answered is kept up to the end."""

    async def one_after_the_other() -> None:
        while not over.is_set() or outcomes.total() < ATTACKS:
            await calls_in(line, ATTACKER, outcomes)
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(one_after_the_other())


async def legitimate(line: SipAgent, outcomes: Counter[str]) -> None:
    """Callers of different numbers, evenly spread; each stays a while."""

    async def one(number: int) -> None:
        call = await calls_in(line, str(610_000_000 + number), outcomes)
        if call is not None:
            await asyncio.sleep(TALKS_S)
            await call.hang_up()

    async with asyncio.TaskGroup() as group:
        for number in range(LEGITIMATE):
            group.create_task(one(number))
            await asyncio.sleep(EVERY_S)


async def test_of_200_callers_from_as_many_numbers_at_least_99_in_100_are_served_while_one_number_sends_hundreds_of_calls(
    flooded_stack: Stack,
) -> None:
    """The sample: 200 legitimate calls within some 16 s, against at least 400 from one number in the same time."""
    stack, rules = flooded_stack, CallLimits()
    assert rules.caller.at_once is not None
    attacks, served, over = Counter[str](), Counter[str](), asyncio.Event()
    async with stack.carrier() as bad, SipAgent("127.0.0.2", registrar=stack.registrar, tone_hz=640.0) as good:
        attacking = asyncio.ensure_future(attack(bad, attacks, over))
        await legitimate(good, served)
        over.set()
        await attacking
        assert served.total() == LEGITIMATE
        assert served["served"] >= AT_LEAST * LEGITIMATE, served
        assert attacks.total() >= ATTACKS
        assert attacks["served"] == rules.caller.at_once, attacks
        assert attacks["503"] == attacks.total() - attacks["served"]
        refused = [
            await metric(stack, f'centralita_calls_refused_for_limits_total{{limit="{limit}"}}') for limit in LIMITS
        ]
        assert dict(zip(LIMITS, refused, strict=True))["caller_at_once"] == attacks["503"]
    await stack.nothing_is_left()
    log = (stack.settings.state / "log" / "engine.out").read_text(encoding="utf-8")
    told = [line for line in log.splitlines() if '"calls_refused_for_limits"' in line]
    assert 1 <= len(told) <= 60, "one line a second at most, however many are refused"
    assert ATTACKER not in log


async def test_those_who_withhold_their_number_share_a_bound_and_leave_the_others_alone(flooded_stack: Stack) -> None:
    stack, at_once = flooded_stack, CallLimits().withheld.at_once
    assert at_once is not None
    outcomes, another = Counter[str](), Counter[str]()
    async with stack.carrier() as line, SipAgent("127.0.0.2", registrar=stack.registrar) as good:
        for nth in range(at_once + 5):
            await calls_in(line, ("anonymous", "unknown", "Restricted")[nth % 3], outcomes)
        await calls_in(good, "610999999", another)
        assert outcomes == {"served": at_once, "503": 5}
        assert another == {"served": 1}
    await stack.nothing_is_left()

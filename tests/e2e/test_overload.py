"""The engine falls behind on real Asterisk: new calls are refused before they are answered, those in progress go on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import pytest
import pytest_asyncio

from sip_agents import CallRefused, SipAgent
from tests.e2e.stack import Stack, dial, running_stack

CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0
BOTH = (CALLER_HZ, OPERATOR_HZ)
REFUSE_ABOVE_S = 1.0
BEHIND_S = 1.5
"""For how long the engine is held still. Commands of calls in progress are given 5 s."""
DEADLINE_S = 30.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sensitive_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("overload"), refuse_above_lag_s=REFUSE_ABOVE_S) as stack:
        yield stack


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def closed_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A centre that refuses every new call."""
    async with running_stack(tmp_path_factory.mktemp("closed"), refuse_above_lag_s=-1.0) as stack:
        yield stack


@contextmanager
def held_still(stack: Stack) -> Iterator[None]:
    """The engine's process gets no time meanwhile."""
    pid = stack.instance.engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def metric(stack: Stack, name: str) -> float:
    """What ``/metrics`` shows for it."""
    address = f"http://{stack.settings.bind_address}:{stack.settings.api_port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        lines = (await answer.text()).splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


async def refusal_of(carrier: SipAgent) -> CallRefused:
    """A call is refused, and was not answered before."""
    with pytest.raises(CallRefused) as refused:
        await dial(carrier)
    return refused.value


async def until_taken(carrier: SipAgent) -> None:
    """Call until a call is taken, and end it."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            try:
                call = await dial(carrier)
            except CallRefused as refused:
                if refused.status != 503:
                    raise
                await asyncio.sleep(0.2)
            else:
                await call.hang_up()
                return


async def test_calls_that_arrive_while_the_engine_is_behind_get_503_and_those_in_progress_go_on(
    sensitive_stack: Stack,
) -> None:
    stack = sensitive_stack
    async with stack.operator("1009") as phone, stack.carrier() as carrier, stack.carrier() as another:
        call = await dial(carrier)
        incoming = await phone.incoming()
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], BOTH)
        before = await metric(stack, "centralita_calls_refused_for_load_total")
        with held_still(stack):
            refused = asyncio.create_task(refusal_of(another))
            async with asyncio.timeout(DEADLINE_S):
                while len(await stack.channels()) < 3:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(BEHIND_S)
        assert (await refused).status == 503
        assert await metric(stack, "centralita_calls_refused_for_load_total") == before + 1
        assert await metric(stack, "centralita_event_lag_seconds_sum") > REFUSE_ABOVE_S
        await call.heard_only([OPERATOR_HZ], BOTH)
        await incoming.heard_only([CALLER_HZ], BOTH)
        await until_taken(another)
        await incoming.hang_up()
        assert await call.ended() == "remote_bye"
    await stack.nothing_is_left()


async def test_a_refused_call_leaves_nothing_and_the_centres_phones_are_served_all_the_same(
    closed_stack: Stack,
) -> None:
    stack = closed_stack
    async with stack.carrier() as carrier, stack.watch() as watch, stack.phone("1009") as phone:
        for _ in range(2):
            assert (await refusal_of(carrier)).status == 503
        await stack.nothing_is_left()
        assert await watch.listed("calls") == set()
        await phone.register()
        code = await phone.call("*11")
        await watch.operator("1009", state="ready")
        await code.ended()
        await stack.set_state("1009", "logged_out")
    await stack.nothing_is_left()

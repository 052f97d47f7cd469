"""Two controllers over one Asterisk: one leads, the other takes over with every call at its stage; who was frozen does no harm."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis.asyncio as redis

from ari_app.stack import ready
from ari_app.stack.child import Child
from ari_app.stack.ports import settings_with_free_ports
from sip_agents import OutgoingCall, SipAgent
from tests.e2e.stack import Stack, dial, quick_centre, running_stack
from tests.e2e.test_faults import both_hear_each_other, talking

pytestmark = pytest.mark.timeout(120)
ENDED_AS_REPLACED = 3


@asynccontextmanager
async def second(stack: Stack) -> AsyncIterator[tuple[Child, Stack]]:
    """A controller that stands by, and the stack as seen through its API."""
    free = settings_with_free_ports(stack.settings, stack.settings.state)
    child = stack.instance.another_engine("standby", free.api_port, free.fastagi_port)
    through = Stack(stack.instance, replace(stack.settings, api_port=free.api_port, fastagi_port=free.fastagi_port))
    await child.start()
    try:
        address = stack.settings.bind_address
        await ready.until_ready(child, lambda: ready.http_ok(address, free.api_port, "/healthz"), 30)
        yield child, through
    finally:
        await child.stop()


async def health(stack: Stack, path: str = "/healthz") -> tuple[int, dict[str, Any]]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://{stack.settings.bind_address}:{stack.settings.api_port}{path}")
    return answer.status_code, answer.json()


async def leads(stack: Stack, within_s: float = 30.0) -> None:
    """Wait until this controller leads and is well."""
    async with asyncio.timeout(within_s):
        while (await health(stack, "/readyz"))[0] != 200:
            await asyncio.sleep(0.05)


async def place_is_noted(stack: Stack) -> None:
    """And that 1009 rings. Beside the call, some milliseconds later: who came just before a crash is guided from the start."""
    async with asyncio.timeout(10), redis.Redis.from_url(stack.settings.redis_address, decode_responses=True) as client:
        while True:
            notes = [str(await client.get(key)) for key in await client.keys("centralita:v1:caller:*")]
            rings = (
                await client.hget("centralita:v1:operator:1009", "state") == "ringing"
            )  # by whom it is known who is at work
            if rings and any('"place":{' in note for note in notes):
                return
            await asyncio.sleep(0.02)


def patient_centre(folder: Path) -> Path:
    """Phones ring for longer than it takes to take over."""
    centre = quick_centre(folder)
    queues = centre / "queues.yaml"
    queues.write_text(
        queues.read_text(encoding="utf-8").replace("ring_timeout_s: 2.0", "ring_timeout_s: 30.0"), "utf-8"
    )
    return centre


@asynccontextmanager
async def at_work(stack: Stack, code: str) -> AsyncIterator[SipAgent]:
    """As Stack.operator, but whoever leads at the end is nobody's concern."""
    async with stack.phone(code) as phone, stack.watch() as watch:
        await phone.register()
        await watch.operator(code, phone="reachable")
        await stack.set_state(code, "ready")
        yield phone


async def waits(stack: Stack, carrier: Any) -> tuple[OutgoingCall, str]:
    """A caller in the queue, and the call's id."""
    async with stack.watch() as watch:
        call = await dial(carrier)
        return call, (await watch.call(stage="waiting"))["id"]


async def test_the_standby_says_so_and_refuses_until_it_leads_and_then_takes_over_everybody_at_his_stage(
    tmp_path: Path,
) -> None:
    async with running_stack(tmp_path) as stack, second(stack) as (_, other):
        assert (await health(other))[1]["role"] == "standby"
        assert (await health(other, "/readyz"))[0] == 503
        refused = await health(other, "/api/v1/queues")
        assert (refused[0], refused[1]["error"]["code"]) == (503, "standby")
        async with at_work(stack, "1009") as phone, stack.carrier() as carrier, stack.carrier() as later:
            call, incoming = await talking(carrier, phone)
            waiting, waiting_id = await waits(stack, later)
            await stack.instance.engine.kill()
            await leads(other)
            await both_hear_each_other(call, incoming)
            shown = await other.ask("2001", "GET", f"calls/{waiting_id}")
            assert (shown["stage"], shown["position"]) == ("waiting", 1)
            await incoming.hang_up()
            next_call = await phone.incoming(10)
            await next_call.answer()
            await both_hear_each_other(waiting, next_call)
            await waiting.hang_up()
            await next_call.ended()
            await stack.instance.start_engine(stands_by=True)
            assert (await health(stack))[1]["role"] == "standby"


async def test_a_reload_while_it_stood_by_counts_for_whoever_takes_over(tmp_path: Path) -> None:
    async with running_stack(tmp_path) as stack, second(stack) as (_, other):
        queues = stack.settings.centre / "queues.yaml"
        queues.write_text(queues.read_text("utf-8") + "nueva: {wrap_up_s: 1}\n", "utf-8")
        await stack.ask("3001", "POST", "reload")
        await stack.instance.engine.kill()
        await leads(other)
        told = await other.ask("3001", "GET", "centre")
        assert "nueva" in [queue["name"] for queue in told["queues"]]


async def test_a_planned_stop_hands_over_at_once_and_a_caller_of_that_instant_is_taken_up(tmp_path: Path) -> None:
    async with running_stack(tmp_path) as stack, second(stack) as (_, other), stack.carrier() as carrier:
        await stack.instance.engine.stop()
        call = await dial(carrier)
        await leads(other)
        async with asyncio.timeout(15):
            while [one["stage"] for one in (await other.ask("2001", "GET", "calls"))["items"]] != ["waiting"]:
                await asyncio.sleep(0.1)
        await call.hang_up()


async def test_a_leader_that_was_frozen_learns_that_it_leads_no_more_before_it_does_anything(tmp_path: Path) -> None:
    async with (
        running_stack(tmp_path, centre=patient_centre) as stack,
        second(stack) as (_, other),
        at_work(stack, "1009") as phone,
        stack.carrier() as carrier,
    ):
        call = await dial(carrier)
        incoming = await phone.incoming()
        incoming.ring()
        await place_is_noted(stack)
        frozen = stack.instance.engine.pid
        assert frozen is not None
        os.kill(frozen, signal.SIGSTOP)
        await leads(other)
        await incoming.answer()  # the phone rings since before
        await both_hear_each_other(call, incoming)
        async with redis.Redis.from_url(stack.settings.redis_address, decode_responses=True) as client:
            before = await client.get("centralita:v1:leader")
            os.kill(frozen, signal.SIGCONT)
            assert await stack.instance.engine.wait() == ENDED_AS_REPLACED
            assert await client.get("centralita:v1:leader") == before
        await both_hear_each_other(call, incoming)
        with pytest.raises(TimeoutError):
            await phone.incoming(1)  # nobody was rung twice
        await call.hang_up()
        await incoming.ended()
        await stack.instance.start_engine(stands_by=True)
        assert (await health(stack))[1]["role"] == "standby"

"""What becomes of calls when a part of the centre dies in the middle."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
from contextlib import suppress
from typing import Any

import pytest
import redis.asyncio as redis

from ari_app.adapters.away_file import AwayFile
from ari_app.adapters.own_seal import OwnSeal
from ari_app.clock import machine_time
from ari_app.demo.api_client import ApiRefused
from sip_agents import IncomingCall, OutgoingCall, SipAgent
from tests.e2e.stack import Stack, dial

CALLER_HZ, OPERATOR_HZ, OTHER_HZ = 640.0, 1250.0, 2000.0
BOTH = (CALLER_HZ, OPERATOR_HZ)


async def both_hear_each_other(call: OutgoingCall, incoming: IncomingCall) -> None:
    await call.heard_only([OPERATOR_HZ], BOTH)
    await incoming.heard_only([CALLER_HZ], BOTH)


async def talking(carrier: SipAgent, phone: SipAgent) -> tuple[OutgoingCall, IncomingCall]:
    """A call through the direct number, answered, in which both hear each other."""
    call = await dial(carrier)
    incoming = await phone.incoming()
    await incoming.answer()
    await both_hear_each_other(call, incoming)
    return call, incoming


async def test_redis_going_away_never_stops_a_call_and_the_newest_state_is_written_when_it_is_back(
    stack: Stack,
) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        call = await dial(carrier)
        incoming = await phone.incoming()
        await stack.instance.redis.kill()
        await incoming.answer()
        await both_hear_each_other(call, incoming)
        await stack.instance.start_redis()
        async with stack.watch() as watch:
            await watch.operator("1009", state="talking")
            await stack.instance.redis.stop()
            await incoming.hang_up()
            assert await call.ended() == "remote_bye"
        await stack.instance.start_redis()
        async with stack.watch() as watch:
            await watch.operator("1009", state="ready")
            assert await watch.listed("calls") == set()


async def test_callers_and_operators_meet_while_redis_is_away(stack: Stack) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        await stack.instance.redis.stop()
        try:
            call, incoming = await talking(carrier, phone)
            await call.hang_up()
            await incoming.ended()
        finally:
            await stack.instance.start_redis()


@pytest.mark.parametrize("back", ["still away", "back, and empty"])
async def test_a_controller_that_dies_while_redis_is_away_loses_nobodys_place(stack: Stack, back: str) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        talk, incoming = await talking(carrier, phone)
        first = await dial(carrier)
        before = await shown_stages(stack, talking=1, waiting=1)
        await stack.instance.redis.kill()
        try:
            later, guided = await dial(carrier), await dial(carrier, "900100200")
            await stack.set_state("1010", "paused")
            before = await shown_stages(stack, talking=1, waiting=2, menu=1)
            await journalled(stack, waiting=2, guided=1, paused="1010")
            await stack.instance.engine.kill()
            if back == "back, and empty":
                shutil.rmtree(stack.settings.state / "redis" / "appendonlydir")
                await stack.instance.start_redis()
            await stack.instance.start_engine()
            assert await shown_stages(stack, 30, talking=1, waiting=2, menu=1) == before
            assert (await stack.ask("2001", "GET", "operators/1010"))["state"] == "paused"
            await both_hear_each_other(talk, incoming)
            for waiting in (first, later):
                await incoming.hang_up()
                incoming = await phone.incoming(15)
                await incoming.answer()
                await both_hear_each_other(waiting, incoming)
            await incoming.hang_up()
            await guided.hang_up()
        finally:
            if back == "still away":
                await stack.instance.start_redis()
        await redis_has_been_told(stack)
        async with redis.Redis.from_url(stack.settings.redis_address, decode_responses=True) as client:
            assert await client.hget("centralita:v1:operator:1010", "state") == "paused"
            async with asyncio.timeout(15):  # the last have only just hung up
                while await client.keys("centralita:v1:caller:*"):
                    await asyncio.sleep(0.05)
        await stack.set_state("1010", "logged_out")


async def shown_stages(stack: Stack, within_s: float = 15, **counts: int) -> dict[str, list[tuple[str, Any]]]:
    """The calls' ids by stage, with their positions, once there are so many; Redis may be away."""
    found: dict[str, list[tuple[str, Any]]] = {}
    async with asyncio.timeout(within_s):
        while {stage: len(calls) for stage, calls in found.items()} != counts:
            found = {}
            with suppress(ApiRefused, ConnectionError, OSError):
                for call in (await stack.ask("2001", "GET", "calls"))["items"]:
                    found.setdefault(call["stage"], []).append((call["id"], call["position"]))
            await asyncio.sleep(0.05)
    return {stage: sorted(calls) for stage, calls in found.items()}


def away_files(stack: Stack) -> dict[str, AwayFile]:
    seal = OwnSeal(stack.settings.notes_key)
    folder = stack.settings.state / "spool"
    return {name: AwayFile(folder / f"{name}_while_redis_is_away.jsonl", seal) for name in ("notes", "status")}


async def journalled(stack: Stack, waiting: int, guided: int, paused: str) -> None:
    """Wait until that is in the journals: they are written beside the calls, some milliseconds later."""
    files = away_files(stack)
    async with asyncio.timeout(15):
        while True:
            with suppress(FileNotFoundError):
                notes = files["notes"].read().notes
                callers = [json.loads(kept.text) for key, kept in notes.items() if ":caller:" in key and kept.text]
                there = len([1 for note in callers if note["place"]]), len([1 for note in callers if note["flow"]])
                state = files["status"].read().notes[f"operator:{paused}"].text or ""
                if there == (waiting, guided) and '"paused"' in state:
                    return
            await asyncio.sleep(0.05)


async def redis_has_been_told(stack: Stack) -> None:
    """Wait until no journal is left."""
    async with asyncio.timeout(15):
        while any(file.path.exists() for file in away_files(stack).values()):
            await asyncio.sleep(0.05)


async def test_a_restarted_asterisk_finds_the_controller_and_the_phones_again(stack: Stack) -> None:
    async with stack.watch() as watch, stack.operator("1009") as phone, stack.carrier() as carrier:
        await talking(carrier, phone)
        await stack.instance.asterisk.kill()
        await stack.instance.start_asterisk()
        await watch.call(stage="ended")
        await phone.register()  # the killed Asterisk may not have written this young registration to its disk yet
        await watch.operator("1009", state="ready", phone="reachable", within_s=30)
        second = await dial(carrier)
        again = await phone.incoming(15)
        await again.answer()
        await both_hear_each_other(second, again)
        await second.hang_up()
        await again.ended()


async def test_a_killed_controller_leaves_the_conversation_talking_and_its_successor_leaves_nothing_behind(
    stack: Stack,
) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        call, incoming = await talking(carrier, phone)
        await stack.instance.engine.kill()
        await both_hear_each_other(call, incoming)
        await stack.instance.start_engine()
        async with stack.watch() as watch:
            shown = await watch.operator("1009", state="talking")
            await both_hear_each_other(call, incoming)
            await incoming.hang_up()
            assert await call.ended() == "remote_bye"
            await watch.operator("1009", state="wrap_up")
            ended = await watch.call(id=shown["call"], stage="ended")
    await stack.nothing_is_left()
    assert len(await stack.recorded(ended["recording"])) > 8000


async def test_the_conversation_that_ends_while_there_is_no_controller_is_swept(stack: Stack) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        call, incoming = await talking(carrier, phone)
        await stack.instance.engine.kill()
        await call.hang_up()
        await stack.instance.start_engine()
        assert await incoming.ended() == "remote_bye"
    await stack.nothing_is_left()


async def test_waiting_callers_of_a_killed_controller_are_served_by_its_successor(stack: Stack) -> None:
    async with stack.carrier() as carrier:
        async with stack.watch() as watch:  # before the call: it may be waiting by the time that it is answered
            call = await dial(carrier)
            await watch.call(stage="waiting")
            await stack.instance.engine.kill()
        await stack.instance.start_engine()
        async with stack.operator("1009") as phone:
            incoming = await phone.incoming()
            await incoming.answer()
            await both_hear_each_other(call, incoming)
            await call.hang_up()
            await incoming.ended()


async def test_operators_keep_their_state_over_a_restart_of_the_controller(stack: Stack) -> None:
    async with stack.watch() as watch, stack.operator("1009"):
        await stack.set_state("1010", "paused")
        await watch.operator("1010", state="paused")
        await stack.instance.engine.kill()
        await stack.instance.start_engine()
        await watch.operator("1009", state="ready", phone="reachable")
        await watch.operator("1010", state="paused")
        await stack.set_state("1010", "logged_out")


async def test_a_planned_stop_of_the_controller_leaves_the_conversation_alone(stack: Stack) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        call, incoming = await talking(carrier, phone)
        await stack.instance.engine.stop()
        await both_hear_each_other(call, incoming)
        async with redis.Redis.from_url(stack.settings.redis_address) as client:
            assert not await client.exists("centralita:v1:controller")
        await stack.instance.start_engine()
        await both_hear_each_other(call, incoming)
        await call.hang_up()
        assert await incoming.ended() == "remote_bye"


async def test_without_a_controller_callers_hear_music_and_are_taken_up_when_it_is_back(stack: Stack) -> None:
    await stack.instance.engine.kill()
    async with stack.carrier() as carrier, stack.watch() as watch:
        call = await dial(carrier)
        assert await sounds(call)
        await stack.instance.start_engine()
        await watch.call(stage="waiting", queue="soporte", within_s=30)
        await call.hang_up()


async def test_without_a_controller_for_long_callers_fall_back_to_queue_with_the_registered_phones(
    stack: Stack,
) -> None:
    async with stack.phone("1009") as phone, stack.carrier() as carrier:
        await phone.register()
        await stack.instance.engine.kill()
        try:
            call = await dial(carrier)
            incoming = await phone.incoming(timeout_s=30)
            await incoming.answer()
            await both_hear_each_other(call, incoming)
            await call.hang_up()
            assert await incoming.ended() == "remote_bye"
        finally:
            await stack.instance.start_engine()


async def test_who_calls_in_the_instant_of_the_death_comes_to_the_fallback_too(stack: Stack) -> None:
    async with stack.phone("1009") as phone, stack.carrier() as carrier, stack.watch() as watch:
        await phone.register()
        await watch.operator("1009", phone="reachable")  # so it is connected to Asterisk
        engine = stack.instance.engine.pid
        assert engine is not None
        os.kill(engine, signal.SIGSTOP)  # so that Asterisk takes it for alive, as in the instant after its death
        try:
            call = await carrier.call("900100201", from_user="600111222")
            async with asyncio.timeout(10):
                while not any("!Stasis!" in line for line in await stack.channels()):
                    await asyncio.sleep(0.05)
        finally:
            await stack.instance.engine.kill()
        try:
            incoming = await phone.incoming(timeout_s=40)
            await incoming.answer()
            await call.answered()
            await both_hear_each_other(call, incoming)
            await call.hang_up()
            assert await incoming.ended() == "remote_bye"
        finally:
            await stack.instance.start_engine()


async def test_whoever_is_looked_after_is_not_taken_back_by_the_dialplan(stack: Stack) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        talk, incoming = await talking(carrier, phone)
        waiting = await dial(carrier)
        await shown_stages(stack, talking=1, waiting=1)
        assert await minutes_left(stack) == [240, 240]
        await stack.instance.engine.kill()
        await asterisk_sets_back(stack)
        await stack.instance.start_engine()
        await shown_stages(stack, 30, talking=1, waiting=1)
        assert await minutes_left(stack) == [240, 240]
        await both_hear_each_other(talk, incoming)
        await talk.hang_up()
        await waiting.hang_up()


async def callers_channels(stack: Stack) -> list[str]:
    return [line.split("!")[0] for line in await stack.channels() if "!inbound!" in line]


async def minutes_left(stack: Stack) -> list[int]:
    """After how long Asterisk itself would end each caller's call."""
    found = []
    for channel in await callers_channels(stack):
        told = await stack.instance.asterisk_rx(f"core show channel {channel}")
        (left,) = re.findall(r"Time to Hangup: *(\d+)", told)
        found.append(round((int(left) - machine_time()) / 60))
    return found


async def asterisk_sets_back(stack: Stack) -> None:
    """As if the controller had died before it took these callers in hand."""
    for channel in await callers_channels(stack):
        await stack.instance.asterisk_rx(f"dialplan set chanvar {channel} TIMEOUT(absolute) 60")


async def test_without_controller_and_phones_the_caller_is_told_and_released(stack: Stack) -> None:
    await stack.instance.engine.kill()
    try:
        async with stack.carrier() as carrier:
            call = await dial(carrier)
            assert await call.ended(40) == "remote_bye"
    finally:
        await stack.instance.start_engine()


async def test_a_frozen_controller_that_comes_back_goes_on(stack: Stack) -> None:
    async with stack.operator("1009") as phone, stack.carrier() as carrier:
        call, incoming = await talking(carrier, phone)
        engine = stack.instance.engine.pid
        assert engine is not None
        os.kill(engine, signal.SIGSTOP)
        try:
            await both_hear_each_other(call, incoming)
            await incoming.hang_up()
        finally:
            os.kill(engine, signal.SIGCONT)
        assert await call.ended() == "remote_bye"


async def sounds(call: OutgoingCall) -> bool:
    """Wait until the caller hears anything."""
    async with asyncio.timeout(5):
        while call.heard.silent():
            await asyncio.sleep(0.02)
    return True


pytestmark = pytest.mark.timeout(180)

"""What becomes of calls when a part of the centre dies in the middle."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
import redis.asyncio as redis

from sip_agents import IncomingCall, OutgoingCall, SipAgent
from tests.e2e.stack import Stack, dial

CALLER_HZ, OPERATOR_HZ, OTHER_HZ = 440.0, 1250.0, 2000.0
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
        await watch.call(stage="waiting", queue="soporte", within_s=15)
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

"""Does Redis keep contract v1 at every stage of a real call, for a program that reads nothing else?"""

from __future__ import annotations

import asyncio

import redis.asyncio as redis

from tests.contract.checks import violations
from tests.contract.reader import Reading, read_everything
from tests.e2e.stack import Stack, dial


async def everything(stack: Stack) -> Reading:
    """All that an outside program can read now."""
    async with redis.Redis.from_url(stack.settings.redis_address, decode_responses=True) as client:
        return await read_everything(client, stack.settings.redis_prefix)


async def test_redis_keeps_the_contract_at_every_stage_of_a_call(stack: Stack) -> None:
    """What was read is judged when the call is over: that takes seconds, and a phone that rings does not wait so long."""
    read: dict[str, Reading] = {}
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier, "900100200")
        shown = await watch.call(stage="menu")
        read["menu"] = await everything(stack)
        await call.send_digit("2")
        await watch.call(stage="waiting")
        read["waiting"] = await everything(stack)
        async with stack.operator("1009") as phone:
            incoming = await phone.incoming()
            await watch.call(stage="ringing")
            read["ringing"] = await everything(stack)
            await incoming.answer()
            await watch.call(stage="talking")
            await incoming.heard_sound()
            read["talking"] = await everything(stack)
            await incoming.hang_up()
            await watch.operator("1009", state="wrap_up")
            read["wrap_up"] = await everything(stack)
        await call.ended()
    assert read["waiting"]["call"][shown["id"]]["position"] == "1"
    assert read["waiting"]["queue"]["soporte"]["waiting"] == "1"
    assert read["ringing"]["operator"]["1009"]["state"] == "ringing"
    assert read["talking"]["operator"]["1009"]["call"] == shown["id"]
    assert shown["id"] not in read["wrap_up"]["call"]
    for stage, reading in read.items():
        assert violations(reading) == [], stage


async def test_an_ended_call_stays_readable_for_an_hour(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier)
        shown = await watch.call(stage="waiting")
        await call.hang_up()
        await watch.call(id=shown["id"], stage="ended")
    async with redis.Redis.from_url(stack.settings.redis_address, decode_responses=True) as client:
        key = f"{stack.settings.redis_prefix}call:{shown['id']}"
        assert 3500 < await client.ttl(key) <= 3600
        assert await client.hget(key, "stage") == "ended"


async def test_the_controller_key_lives_only_while_the_controller_does(stack: Stack) -> None:
    async with redis.Redis.from_url(stack.settings.redis_address, decode_responses=True) as client:
        key = f"{stack.settings.redis_prefix}controller"
        before = await client.hgetall(key)
        assert before["pid"] == str(stack.instance.engine.pid)
        assert 0 < await client.ttl(key) <= 5
        await stack.instance.engine.kill()
        await stack.instance.start_engine()
        async with asyncio.timeout(10):  # an instant later: it leads first, and shows itself then
            while await client.hget(key, "epoch") in (None, before["epoch"]):
                await asyncio.sleep(0.02)
        after = await client.hgetall(key)
    assert int(after["epoch"]) == int(before["epoch"]) + 1

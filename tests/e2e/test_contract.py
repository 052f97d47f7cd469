"""Does Redis keep contract v1 at every stage of a real call, for a program that reads nothing else?"""

from __future__ import annotations

import redis.asyncio as redis

from tests.contract.checks import violations
from tests.contract.reader import Reading, read_everything
from tests.e2e.stack import Stack, dial


async def contract_kept(stack: Stack) -> Reading:
    """Read everything; nothing in it may break the contract."""
    async with redis.Redis.from_url(stack.settings.redis_address, decode_responses=True) as client:
        reading = await read_everything(client, stack.settings.redis_prefix)
    assert violations(reading) == []
    return reading


async def test_redis_keeps_the_contract_at_every_stage_of_a_call(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier:
        call = await dial(carrier, "900100200")
        shown = await watch.call(stage="menu")
        await contract_kept(stack)
        await call.send_digit("2")
        await watch.call(stage="waiting")
        reading = await contract_kept(stack)
        assert reading["call"][shown["id"]]["position"] == "1"
        assert reading["queue"]["soporte"]["waiting"] == "1"
        async with stack.operator("1009") as phone:
            incoming = await phone.incoming()
            await watch.call(stage="ringing")
            await contract_kept(stack)
            await incoming.answer()
            await watch.call(stage="talking")
            reading = await contract_kept(stack)
            assert reading["operator"]["1009"]["call"] == shown["id"]
            await incoming.hang_up()
            await watch.operator("1009", state="wrap_up")
            reading = await contract_kept(stack)
            assert shown["id"] not in reading["call"]
        await call.ended()


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
        after = await client.hgetall(key)
    assert int(after["epoch"]) == int(before["epoch"]) + 1

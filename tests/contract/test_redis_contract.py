"""Does what stands in Redis keep contract v1? Read as an outside program would, beside our writer or a live engine."""

from __future__ import annotations

import asyncio
import copy
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import fields
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from redis.asyncio import Redis

from ari_app.adapters.redis_status import RedisStatus
from ari_app.board import StatusBoard
from ari_app.contract import CallStatus, OperatorStatus, QueueStatus
from tests.contract.centre import STARTED, steps_of_a_call
from tests.contract.checks import schema, violations
from tests.contract.reader import Reading, read_everything
from tests.contract.redis_server import RedisServer


@asynccontextmanager
async def _controller(url: str) -> AsyncIterator[tuple[StatusBoard, RedisStatus]]:
    board = StatusBoard(lambda: 1_790_000_000.5)
    status = RedisStatus(board, url, STARTED)
    await status.start()
    board.add_sink(status.sink)
    writing = asyncio.ensure_future(status.run())
    try:
        yield board, status
    finally:
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
        await status.close()


async def _settled(status: RedisStatus) -> None:
    async with asyncio.timeout(10):
        await status.settled()


async def test_every_step_of_a_call_keeps_the_contract(redis_server: RedisServer, reader: Redis) -> None:
    async with _controller(redis_server.url) as (board, status):
        for step in steps_of_a_call(board):
            await _settled(status)
            reading = await read_everything(reader)
            assert violations(reading) == [], step


async def test_a_second_life_continues_the_stream_with_a_later_epoch(redis_server: RedisServer, reader: Redis) -> None:
    for _ in range(2):
        async with _controller(redis_server.url) as (board, status):
            list(steps_of_a_call(board))
            await _settled(status)
            assert violations(await read_everything(reader)) == []
    reading = await read_everything(reader)
    assert {entry["epoch"] for entry in reading["events"]} == {"1", "2"}
    assert violations(reading) == ["there is no controller"]
    assert violations(reading, live=False) == []


@pytest.mark.parametrize(
    ("name", "shape"), [("queue", QueueStatus), ("operator", OperatorStatus), ("call", CallStatus)]
)
def test_the_schema_names_every_field_of_the_shapes_and_no_other(name: str, shape: type) -> None:
    expected = [field.name for field in fields(shape)]
    for definition in (name, f"body.{name}.changed"):
        described = schema()["$defs"][definition]
        assert described["required"] == expected
        assert list(described["properties"]) == expected


def test_the_schema_is_valid_draft_2020_12() -> None:
    Draft202012Validator.check_schema(schema())


SPOILT: dict[str, tuple[list[Any], Any]] = {
    "a state nobody knows": (["operator", "1005", "state"], "dancing"),
    "a count that is no number": (["queue", "soporte", "ready"], ""),
    "a float with a comma": (["queue", "soporte", "longest_wait_s"], "0,5"),
    "a local time": (["call", "call-1", "since"], "2026-11-24T04:12:33.123+01:00"),
    "an operator listed without a hash": (["operators"], ["1005", "1006"]),
    "a hash that names another": (["operator", "1005", "code"], "1006"),
    "a count that operators do not bear out": (["queue", "soporte", "talking"], "2"),
    "more closed than offered": (["queue", "soporte", "abandoned"], "5"),
    "a service level that is not its counts'": (["queue", "soporte", "sl2"], "0.5"),
    "an ended call still listed": (["call", "call-1", "stage"], "ended"),
    "an operator on a call that is not up": (["operator", "1005", "call"], "call-9"),
    "a call with an operator who does not exist": (["call", "call-1", "operator"], "9999"),
    "an event that is missing": (["events", 3, "seq"], "99"),
    "a body that is not its type's": (["events", 3, "type"], "operator.changed"),
    "a body that is not JSON": (["events", 3, "body"], "{"),
    "a state older than its newest event": (["call", "call-1", "recording"], ""),
    "a controller of another life": (["controller", "epoch"], "7"),
    "a controller that never expires": (["controller_ttl_ms"], -1),
}


@pytest.fixture
async def talking(redis_server: RedisServer, reader: Redis) -> Reading:
    async with _controller(redis_server.url) as (board, status):
        for step in steps_of_a_call(board):
            if step == "talking":
                break
        await _settled(status)
        return await read_everything(reader)


async def test_each_kind_of_violation_is_found(talking: Reading) -> None:
    assert violations(talking) == []
    for what, (path, value) in SPOILT.items():
        spoilt = copy.deepcopy(talking)
        place = spoilt
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        if what.startswith("an operator listed"):
            spoilt["operator"]["1006"] = {}
        assert violations(spoilt), what


async def test_fields_and_event_types_added_within_v1_are_accepted(talking: Reading) -> None:
    talking["queue"]["soporte"]["colour"] = "green"
    last = talking["events"][-1]
    talking["events"].append(last | {"seq": str(int(last["seq"]) + 1), "type": "shift.began", "body": json.dumps({})})
    assert violations(talking) == []


async def test_a_live_engine_keeps_the_contract() -> None:
    url = os.environ.get("CENTRALITA_LIVE_REDIS_URL")
    if not url:
        pytest.skip("names a running engine's Redis: CENTRALITA_LIVE_REDIS_URL (and CENTRALITA_REDIS_PREFIX)")
    client = Redis.from_url(url, decode_responses=True)
    try:
        reading = await read_everything(client, os.environ.get("CENTRALITA_REDIS_PREFIX", "centralita:v1:"))
    finally:
        await client.aclose()
    assert violations(reading) == []

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from ari_app.stack.child import Child, ChildPlan
from ari_app.stack.faults import StartFailed
from ari_app.stack.instance import Instance
from ari_app.stack.supervisor import Backoff, supervise

DEADLINE_S = 20.0
AT_ONCE = Backoff(first_s=0.0, longest_s=0.0)


def test_pause_doubles_up_to_its_limit_and_begins_anew_after_a_healthy_life() -> None:
    backoff = Backoff(first_s=1.0, longest_s=5.0, healthy_s=60.0)
    pauses = [0.0]
    for life_s in (1.0, 1.0, 1.0, 1.0, 61.0, 1.0):
        pauses.append(backoff.next(pauses[-1], life_s))
    assert pauses[1:] == [1.0, 2.0, 4.0, 5.0, 1.0, 2.0]


@dataclass
class Parts:
    """Five children that only wait, as an Instance shows them; a start can be made to fail."""

    redis: Child
    asterisk: Child
    engine: Child
    recordings: Child
    console: Child
    failures: int = 0

    async def start_redis(self) -> None:
        await self.redis.start()

    async def start_asterisk(self) -> None:
        if self.failures:
            self.failures -= 1
            raise StartFailed("Asterisk did not answer")
        await self.asterisk.start()

    async def start_engine(self) -> None:
        await self.engine.start()

    async def start_recordings(self) -> None:
        await self.recordings.start()

    async def start_console(self) -> None:
        await self.console.start()


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    def child(name: str) -> Child:
        output, pid_file = tmp_path / f"{name}.out", tmp_path / f"{name}.pid"
        return Child(ChildPlan(name, ("sleep", "600"), output, pid_file, dict(os.environ), tmp_path))

    return Parts(child("redis"), child("asterisk"), child("engine"), child("recordings"), child("console"))


class Said:
    """What was said, to be waited for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = asyncio.Event()

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        self._changed.set()

    async def until(self, part_of_line: str) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not any(part_of_line in line for line in self.lines):
                self._changed.clear()
                await self._changed.wait()


async def supervised(parts: Parts, said: Said, crash: Child, until: str) -> None:
    task = asyncio.ensure_future(supervise(cast(Instance, parts), said, AT_ONCE))
    try:
        await crash.kill()
        await said.until(until)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_part_that_dies_is_started_again_and_the_others_are_not_touched(parts: Parts) -> None:
    for start in (parts.start_redis, parts.start_asterisk, parts.start_engine):
        await start()
    before = {child.plan.name: child.pid for child in (parts.redis, parts.asterisk, parts.engine)}
    said = Said()
    try:
        await supervised(parts, said, parts.engine, "engine is up again")
        assert parts.engine.running
        assert parts.engine.pid != before["engine"]
        assert (parts.redis.pid, parts.asterisk.pid) == (before["redis"], before["asterisk"])
        assert "engine ended by signal 9" in said.lines[0]
    finally:
        for child in (parts.engine, parts.asterisk, parts.redis):
            await child.stop()


async def test_start_that_fails_is_tried_again(parts: Parts) -> None:
    await parts.start_asterisk()
    parts.failures = 2
    said = Said()
    try:
        await supervised(parts, said, parts.asterisk, "asterisk is up again")
        assert said.lines.count("Asterisk did not answer") == 2
    finally:
        await parts.asterisk.stop()


async def test_part_that_was_not_started_is_left_alone(parts: Parts) -> None:
    await parts.start_engine()
    said = Said()
    try:
        await supervised(parts, said, parts.engine, "engine is up again")
        assert not parts.redis.running
    finally:
        await parts.engine.stop()

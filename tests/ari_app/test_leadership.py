"""Who may act? Several controllers over one lease, in virtual time, with a Redis and an Asterisk that go away and come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from ari_app.bootstrap import comes_to_lead
from ari_app.leadership import DEAD_S, LEASE_S, SURE_S, Away, Leadership, LeadLost
from tests.fakes.virtual_time import VirtualTimeLoop


@dataclass
class Table:
    """What Redis holds, and what Asterisk shows of the leader."""

    away: bool = False
    epoch: int = 0
    holder: object = None
    until: float = 0.0
    leader: object = None
    beat: str | None = ""


@dataclass
class FakeLease:
    """The Lease port over ``table``, as adapters/redis_lease.py keeps it."""

    table: Table
    epoch: int = 0
    led_last: str = ""

    def _now(self) -> float:
        if self.table.away:
            raise Away("Redis is away")
        return asyncio.get_running_loop().time()

    async def take(self) -> bool:
        now, table = self._now(), self.table
        if table.holder is not None and table.until > now:
            return False
        table.epoch += 1
        self.epoch, self.led_last = table.epoch, "" if table.leader is None else "the one before"
        table.holder = table.leader = self
        table.until = now + LEASE_S
        return True

    async def renew(self) -> bool:
        now, table = self._now(), self.table
        if table.leader is not self and table.leader is not None:
            return False
        table.holder = table.leader = self
        table.until = now + LEASE_S
        return True

    async def reach(self) -> None:
        self._now()

    async def release(self) -> None:
        self._now()
        if self.table.holder is self:
            self.table.holder = None


@dataclass
class Controller:
    table: Table
    offset_s: float = 0.0
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.part = Leadership(
            FakeLease(self.table),
            self._read_beat,
            self._now,
            lambda: self.told.append("lost"),
            lambda: self.told.append("away"),
        )
        self.task: asyncio.Task[None] | None = None

    async def _read_beat(self) -> str | None:
        return self.table.beat

    def _now(self) -> float:
        return asyncio.get_running_loop().time() + self.offset_s

    async def _lead(self) -> None:
        await self.part.come_to_lead()
        await self.part.hold()

    def starts(self) -> None:
        self.task = asyncio.create_task(self._lead())

    async def dies(self) -> None:
        assert self.task is not None
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


def in_virtual_time(test: Callable[[Table], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def run() -> None:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(test(Table()))

    run.__name__ = test.__name__
    return run


async def started(table: Table) -> tuple[Controller, Controller]:
    first, second = Controller(table), Controller(table)
    first.starts()
    await asyncio.sleep(0.1)
    second.starts()
    await asyncio.sleep(10)
    assert (first.part.leads, second.part.leads) == (True, False)
    return first, second


@in_virtual_time
async def test_one_leads_and_the_other_takes_over_within_the_lease_when_it_dies(table: Table) -> None:
    first, second = await started(table)
    await first.dies()
    await asyncio.sleep(LEASE_S + 0.5)
    assert second.part.leads
    assert table.epoch == 2
    assert (first.part.led_last, second.part.led_last) == (frozenset(), frozenset({"the one before"}))
    await second.dies()


@in_virtual_time
async def test_whoever_ends_in_order_lets_the_next_one_lead_at_once(table: Table) -> None:
    first, second = await started(table)
    await first.dies()
    await first.part.release()
    await asyncio.sleep(0.3)
    assert second.part.leads
    await second.dies()


@in_virtual_time
async def test_whoever_has_just_come_to_lead_says_so_once_the_calls_are_taken_over_or_not_waited_for(
    table: Table,
) -> None:
    controller = Controller(table)
    controller.starts()
    await asyncio.sleep(0)
    assert (controller.part.role_for_others(False, 5.0), controller.part.role_for_others(True, 5.0)) == (
        "starting",
        "leader",
    )
    await asyncio.sleep(5.0)
    assert controller.part.role_for_others(False, 5.0) == "leader"
    await controller.dies()


@in_virtual_time
async def test_a_frozen_leader_is_not_sure_when_it_wakes_and_learns_that_another_leads(table: Table) -> None:
    first, second = await started(table)
    assert first.part.is_sure
    await first.dies()  # frozen: its loop does not run
    await asyncio.sleep(30)
    assert second.part.leads
    assert not first.part.is_sure, "the last look is too old"
    waits = asyncio.create_task(first.part.be_sure())
    await asyncio.sleep(0)
    assert not waits.done()
    with pytest.raises(LeadLost):
        await first.part.hold()
    with pytest.raises(LeadLost):
        await waits
    assert first.told == ["lost"]
    await second.dies()


@in_virtual_time
async def test_a_leader_that_was_frozen_with_nobody_beside_it_goes_on_after_one_look(table: Table) -> None:
    alone = Controller(table)
    alone.starts()
    await asyncio.sleep(1)
    await alone.dies()
    await asyncio.sleep(30)
    assert not alone.part.is_sure
    alone.task = asyncio.create_task(alone.part.hold())
    await alone.part.be_sure()
    assert (table.epoch, table.holder is not None) == (1, True)
    await alone.dies()


@in_virtual_time
async def test_while_redis_is_away_the_leader_goes_on_and_a_standby_that_sees_its_beat_waits(table: Table) -> None:
    first, second = await started(table)
    table.away = True
    for beat in range(30):
        table.beat = f"first {beat}"
        await asyncio.sleep(1)
    assert first.part.without_lease
    assert (first.part.is_sure, second.part.leads) == (True, False)
    assert (first.told, second.told) == (["away"], [])
    table.away = False
    await asyncio.sleep(2)
    assert (first.part.without_lease, first.part.leads, table.epoch) == (False, True, 1)
    await first.dies()
    await second.dies()


@in_virtual_time
async def test_a_leader_that_dies_while_redis_is_away_is_succeeded_too(table: Table) -> None:
    first, second = await started(table)
    table.away, table.beat = True, "first 17||first 16"
    await asyncio.sleep(1)
    await first.dies()
    await asyncio.sleep(DEAD_S + 1.0)
    assert second.part.leads
    assert second.part.without_lease
    assert second.part.led_last == {"first"}
    table.away, table.until = False, 0.0
    await asyncio.sleep(1)
    assert (second.part.leads, second.part.without_lease, table.epoch) == (True, False, 2)
    await second.dies()


@in_virtual_time
async def test_whoever_is_told_by_asterisk_that_another_has_connected_is_sure_of_nothing_any_more(table: Table) -> None:
    first, _ = await started(table)
    first.part.lose("replaced")
    assert (first.part.leads, first.part.is_sure, first.told) == (False, False, ["lost"])
    with pytest.raises(LeadLost):
        await first.part.be_sure()
    assert first.task is not None
    with pytest.raises(LeadLost):
        await first.task
    assert first.told == ["lost"], "once"


@in_virtual_time
async def test_what_goes_wrong_in_standing_by_ends_the_controller_and_is_told(table: Table) -> None:
    standby = Controller(table)
    table.holder, table.until = object(), float("inf")
    waits = asyncio.create_task(comes_to_lead(standby.part, asyncio.Event()))
    await asyncio.sleep(LEASE_S)
    assert not waits.done()
    table.until = "spoilt"  # type: ignore[assignment]
    with pytest.raises(TypeError):
        await waits
    assert not standby.part.leads


@in_virtual_time
async def test_a_standby_that_is_stopped_does_not_come_to_lead_any_more(table: Table) -> None:
    standby, stop = Controller(table), asyncio.Event()
    table.holder, table.until = object(), float("inf")
    waits = asyncio.create_task(comes_to_lead(standby.part, stop))
    await asyncio.sleep(LEASE_S)
    stop.set()
    assert not await waits
    table.holder = None
    await asyncio.sleep(LEASE_S)
    assert not standby.part.leads


def test_a_look_is_trusted_for_less_than_a_lease_lasts() -> None:
    assert SURE_S < LEASE_S

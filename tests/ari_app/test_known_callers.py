"""Callers who are known: VIPs, those who ring back, and those who had an operator; and queues that open and close."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ari_app.known_callers import KnownCallers
from tests.ari_app.fake_centre import FakeCentre, in_virtual_time, with_files
from tests.ari_app.waiting_room import hears_it_out, passes, played, soporte, ticking
from tests.fakes.notebook import FakeNotebook
from tests.fakes.virtual_time import STARTED_S, LoopClock, VirtualTimeLoop


async def calls_as(centre: FakeCentre, channel: str, caller: str) -> str:
    """A caller with this number dials; returns the call's id."""
    centre.telephony.call_arrives(channel, "inbound", "900100201", caller=caller)
    await centre.settle()
    return list(centre.board.calls)[-1]


@with_files(centre=("mask_callers: true", "mask_callers: true\nvip: {numbers: ['600000001'], priority: 5}"))
async def test_a_vip_is_served_before_those_who_came_earlier(centre: FakeCentre) -> None:
    earlier = await calls_as(centre, "earlier", "600111222")
    vip = await calls_as(centre, "vip", "600000001")
    assert (centre.call(vip).position, centre.call(earlier).position) == (1, 2)
    assert (centre.call(vip).priority, centre.call(earlier).priority) == (5, 0)


@soporte("place_kept_s: 60")
async def test_whoever_rings_back_in_time_takes_the_old_place_again(centre: FakeCentre) -> None:
    await calls_as(centre, "first", "600000001")
    await passes(centre, 1)
    await calls_as(centre, "second", "600000002")
    centre.telephony.hangs_up("first")
    await passes(centre, 30)
    back = await calls_as(centre, "back", "600000001")
    stranger = await calls_as(centre, "stranger", "")
    assert (centre.call(back).position, centre.call(stranger).position) == (1, 3)


@soporte("last_operator_s: 3600\nsticky_s: 20")
async def test_a_caller_waits_for_the_last_operator_at_first_and_then_takes_anybody(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    await calls_as(centre, "before", "600000001")
    assert centre.state("1009") == "talking"
    centre.telephony.hangs_up("before")
    await passes(centre, 6)
    await calls_as(centre, "other", "600000002")  # keeps 1009 busy
    await centre.at_work("1010")
    again = await calls_as(centre, "again", "600000001")
    assert centre.call(again).stage == "waiting"
    await passes(centre, 21)
    assert centre.call(again).operator == "1010"
    assert not any("600000001" in text for note in centre.notebook.notes.items() for text in note)


@soporte("last_operator_s: 3600\nsticky_s: 20")
async def test_the_last_operator_is_rung_before_one_who_is_idle_for_longer(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    await calls_as(centre, "before", "600000001")
    await centre.at_work("1010")
    centre.telephony.hangs_up("before")
    await passes(centre, 6)
    again = await calls_as(centre, "again", "600000001")
    assert centre.call(again).operator == "1009"


@in_virtual_time
async def test_nobody_is_preferred_unless_the_queue_says_so(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    await calls_as(centre, "before", "600000001")
    await centre.at_work("1010")
    centre.telephony.hangs_up("before")
    await passes(centre, 6)
    again = await calls_as(centre, "again", "600000001")
    assert centre.call(again).operator == "1010"
    assert not [key for key in centre.notebook.notes if key.startswith("last_operator:")]


def test_last_operators_outlive_a_restart_and_no_longer_than_was_said(tmp_path: Path) -> None:
    async def lives() -> None:
        notebook, clock = FakeNotebook(), LoopClock()
        first = KnownCallers(b"key", notebook, clock)
        first.talked_with(first.who("600111222"), "1009", 3600.0)
        second = KnownCallers(b"key", notebook, clock)
        await second.remember()
        assert second.last_operator(second.who("600111222")) == "1009"
        assert second.last_operator(second.who("600111223")) is None
        await asyncio.sleep(3601)
        assert second.last_operator(second.who("600111222")) is None

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(lives())


def test_a_caller_is_known_by_a_keyed_hash_and_whoever_withholds_the_number_by_nothing() -> None:
    one, other = (KnownCallers(key, FakeNotebook(), LoopClock()) for key in (b"one", b"other"))
    assert one.who("600111222") == one.who("600111222")
    assert one.who("600111222") != other.who("600111222")
    assert "600111222" not in (one.who("600111222") or "")
    assert [one.who(number) for number in ("", "anonymous", "600\n111222", "١٢٣٤٥")] == [None] * 4


# 2026-11-24T04:22:01Z is a Tuesday, 05:22:01 in Madrid.
HOURS = "hours: [{days: [tue], start: '05:00', end: '05:30'}]\n"


@soporte(HOURS + "exits: [{when: closed, to: {hang_up: cerrado}}, {when: closing, to: {queue: ventas}}]")
async def test_at_the_end_of_the_hours_whoever_waits_leaves_by_its_exit_and_nobody_joins(centre: FakeCentre) -> None:
    assert STARTED_S == 1_795_494_121.0
    waiting = await centre.calls("waiting")
    assert centre.board.queues["soporte"].closed is False
    async with ticking(centre):
        await passes(centre, 8 * 60)
    assert centre.board.queues["soporte"].closed is True
    assert centre.call(waiting.id).queue == "ventas"
    late = await centre.calls("late")
    assert played(centre, "late") == ["out_of_hours"]
    await hears_it_out(centre, "late")
    assert centre.call(late.id).end_reason == "cerrado"


@soporte("hours: [{days: [tue], start: '05:30', end: '05:40'}]")
async def test_a_queue_is_closed_from_the_start_and_opens_when_its_hours_begin(centre: FakeCentre) -> None:
    assert centre.board.queues["soporte"].closed is True
    early = await centre.calls("early")
    await hears_it_out(centre, "early")
    assert centre.call(early.id).end_reason == "closed"
    async with ticking(centre):
        await passes(centre, 8 * 60)
    assert centre.board.queues["soporte"].closed is False
    assert (await centre.calls("later")).stage == "waiting"


@with_files(**{"flows/bienvenida": ("queue: soporte}", "queue: soporte, operator: '1012'}")})
async def test_an_operator_named_by_the_flow_is_rung_before_one_who_is_idle_for_longer(centre: FakeCentre) -> None:
    centre.telephony.finishes_prompts_at_once = True
    await centre.at_work("1009")
    await centre.at_work("1012")
    shown = await centre.calls(number="900100200")
    centre.telephony.presses("caller", "2")
    await centre.settle()
    assert centre.call(shown.id).operator == "1012"

"""The controller dies during a call on hold, a consultation or a transfer: nobody is lost, and nothing is left behind."""

from __future__ import annotations

import asyncio

import pytest

from sip_agents import Call
from tests.e2e.stack import Stack
from tests.e2e.test_call_control import (
    CALLER_HZ,
    FIRST,
    FIRST_HZ,
    SECOND,
    SECOND_HZ,
    TONES,
    Scene,
    conversation,
)
from tests.e2e.test_supervision import BOSS, BOSS_HZ, MODES, exactly, floor

pytestmark = pytest.mark.timeout(180)


async def restart(scene: Scene) -> None:
    """Kill the controller, and start another life of it, which leads: what Redis shows before is the earlier one's."""
    await scene.stack.instance.engine.kill()
    await scene.stack.instance.start_engine()


async def test_a_call_on_hold_stays_on_hold_and_is_taken_back(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("transfer", {"to": {"operator": "9999"}, "ticket": "lost"}, expected=409)
        await scene.ask("hold")
        await scene.shown(control="held")
        await restart(scene)
        await scene.shown(control="held")
        await scene.caller.heard_sound(TONES)
        await scene.ask("resume")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.caller.hang_up()
        await scene.first.ended()


@pytest.mark.parametrize("state", ["consulting", "swapped", "conference"])
async def test_a_consultation_goes_on_as_it_was_and_is_completed(stack: Stack, state: str) -> None:
    async with conversation(stack) as scene:
        second = await scene.consult()
        if state != "consulting":
            await scene.ask({"swapped": "consult/swap", "conference": "conference"}[state])
            await scene.shown(control=state)
        await restart(scene)
        await scene.shown(control=state, consulting=SECOND)
        if state == "consulting":
            await scene.caller.heard_sound(TONES)
            await scene.hear_each_other((scene.first, FIRST_HZ), (second, SECOND_HZ))
        elif state == "swapped":
            await second.heard_sound(TONES)
            await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        else:
            await scene.caller.heard_only([FIRST_HZ, SECOND_HZ], TONES)
        await scene.watch.operator(SECOND, state="own_call")
        await scene.ask("consult/complete")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await scene.first.ended()
        await scene.caller.hang_up()
        await second.ended()


async def test_after_a_completed_transfer_the_two_go_on_with_the_ticket(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("consult", {"to": {"operator": SECOND}, "ticket": "T-7"})
        second = await scene.second_phone.incoming()
        await second.answer()
        await scene.shown(control="consulting")
        await scene.ask("consult/complete")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await scene.shown(operator=SECOND, control="talking")
        await restart(scene)
        await scene.watch.operator(SECOND, state="talking")
        assert (await scene.shown(stage="talking", operator=SECOND))["ticket"] == "T-7"
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await scene.caller.hang_up()
        await second.ended()


async def test_a_caller_whose_transfer_rang_is_served_by_the_successor(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("transfer", {"to": {"operator": SECOND}})
        second = await scene.second_phone.incoming()
        second.ring()
        await stack.set_state(FIRST, "paused")
        await restart(scene)
        await second.ended(10)
        again = await scene.second_phone.incoming(timeout_s=15)
        await again.answer()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (again, SECOND_HZ))
        await scene.caller.hang_up()
        await again.ended()


async def test_a_supervisor_hears_on_in_each_mode_and_is_not_rung_again(stack: Stack) -> None:
    async with floor(stack, BOSS) as it:
        for mode in ("listen", "whisper", "barge", "listen"):
            await it.supervise(mode)
            await it.heard(*MODES[mode])
            await restart(it.scene)
            await it.heard(*MODES[mode])
            assert (it.ears[BOSS].end_reason, len(it.phones[BOSS].calls)) == (None, 1)
        await it.ears[BOSS].hang_up()
        await it.heard({FIRST_HZ}, {CALLER_HZ})
        await it.scene.caller.hang_up()
        await it.scene.first.ended()
    await stack.nothing_is_left()


async def test_a_supervisor_who_has_taken_over_talks_on_and_may_pass_the_caller_on(stack: Stack) -> None:
    async with floor(stack, BOSS) as it:
        await it.supervise("take_over")
        await it.scene.first.ended()
        await asyncio.gather(exactly(it.scene.caller, {BOSS_HZ}), exactly(it.ears[BOSS], {CALLER_HZ}))
        await it.scene.shown(control="taken_over")
        await restart(it.scene)
        await it.scene.shown(control="taken_over", stage="elsewhere", supervised={BOSS: "take_over"})
        await asyncio.gather(exactly(it.scene.caller, {BOSS_HZ}), exactly(it.ears[BOSS], {CALLER_HZ}))
        await it.scene.ask("transfer", {"to": {"operator": SECOND}}, BOSS)
        second = await it.scene.second_phone.incoming()
        await second.answer()
        assert await it.ears[BOSS].ended() == "remote_bye"
        await it.scene.hear_each_other((it.scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await it.scene.caller.hang_up()
        await second.ended()


async def test_phones_that_call_each_other_are_cleaned_up(stack: Stack) -> None:
    async with conversation(stack) as scene:
        asking = await scene.first_phone.call(SECOND)
        second = await scene.second_phone.incoming()
        await second.answer()
        await asking.heard_only([SECOND_HZ], TONES)
        await restart(scene)
        assert await asking.ended(10) == "remote_bye"
        assert await second.ended(10) == "remote_bye"
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.caller.hang_up()
        await scene.first.ended()


async def test_all_hang_up_at_once_in_every_order(stack: Stack) -> None:
    async with conversation(stack) as scene:
        second = await scene.consult()
        await scene.ask("conference")
        await scene.shown(control="conference")
        everyone: list[Call] = [scene.first, second, scene.caller]
        await asyncio.gather(*(call.hang_up() for call in everyone))
    await stack.nothing_is_left()

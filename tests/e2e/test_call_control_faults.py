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

pytestmark = pytest.mark.timeout(180)


async def restart(scene: Scene) -> None:
    """Kill the controller, and start another life of it."""
    await scene.stack.instance.engine.kill()
    await scene.stack.instance.start_engine()


async def test_a_call_on_hold_is_brought_together_again(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("transfer", {"to": {"operator": "9999"}, "ticket": "lost"}, expected=409)
        await scene.ask("hold")
        await scene.shown(control="held")
        await restart(scene)
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.ask("hold")
        await scene.shown(control="held")
        await scene.caller.heard_sound(TONES)
        await scene.ask("resume")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.caller.hang_up()
        await scene.first.ended()


@pytest.mark.parametrize("state", ["consulting", "swapped", "conference"])
async def test_of_a_consultation_caller_and_operator_go_on(stack: Stack, state: str) -> None:
    async with conversation(stack) as scene:
        second = await scene.consult()
        if state != "consulting":
            await scene.ask({"swapped": "consult/swap", "conference": "conference"}[state])
            await scene.shown(control=state)
        await restart(scene)
        assert await second.ended(10) == "remote_bye"
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.watch.operator(FIRST, state="talking")
        await scene.watch.operator(SECOND, state="ready")
        again = await scene.consult()
        await scene.ask("consult/complete")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (again, SECOND_HZ))
        await scene.caller.hang_up()
        await again.ended()


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

"""Virtual hold on real Asterisk, heard: the caller hangs up, is called on his or her turn, and both hear each other."""

from __future__ import annotations

import asyncio

import aiohttp

from ari_app.demo.recording import hear_recording
from sip_agents import SipAgent
from tests.e2e.stack import WEB_SECRET, Stack, dial
from tests.e2e.waiting_centre import FIRST, NUMBERS
from tests.e2e.watch import Body, Watch

CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0
BOTH = (CALLER_HZ, OPERATOR_HZ)


async def agree(outside: SipAgent, watch: Watch, queue: str) -> Body:
    """A caller dials, agrees to be called back, and is let go."""
    call = await dial(outside, NUMBERS[queue])
    shown = await watch.call(stage="waiting", queue=queue)
    await call.send_digit("5")
    assert await call.ended(15) == "remote_bye"
    return await watch.call(id=shown["id"], stage="callback")


async def ask(stack: Stack, method: str, path: str, code: str = "2001") -> tuple[int, Body]:
    """One request to the API."""
    base = f"http://{stack.settings.bind_address}:{stack.settings.api_port}/api/v1"
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{base}/login", json={"code": code, "secret": WEB_SECRET}) as answer:
            headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}
        async with session.request(method, f"{base}{path}", headers=headers) as answer:
            return answer.status, await answer.json()


async def test_operator_first_both_hear_each_other_and_the_customers_side_is_recorded(stack: Stack) -> None:
    async with stack.watch() as watch, stack.outside(CALLER_HZ) as outside:
        shown = await agree(outside, watch, "devuelve")
        status, listed = await ask(stack, "GET", "/callbacks")
        assert (status, [one["id"] for one in listed["items"]]) == (200, [shown["id"]])
        async with stack.operator(FIRST, OPERATOR_HZ) as phone:
            at_the_operator = await phone.incoming()
            assert at_the_operator.from_user == "600111222"
            await at_the_operator.answer()
            await watch.operator(FIRST, state="reserved")
            at_the_customer = await outside.incoming()
            assert at_the_customer.from_user == NUMBERS["devuelve"]
            await at_the_operator.heard_tone(425.0)  # ringing, until the customer picks up
            await at_the_customer.answer()
            await at_the_customer.heard_only([OPERATOR_HZ], BOTH)
            await at_the_operator.heard_only([CALLER_HZ], BOTH)
            await watch.call(id=shown["id"], stage="talking")
            await asyncio.sleep(1.0)  # something to record
            await at_the_customer.hang_up()
            assert await at_the_operator.ended() == "remote_bye"
            ended = await watch.call(id=shown["id"], stage="ended", end_reason="caller_hung_up")
    await stack.nothing_is_left()
    recording = hear_recording(await stack.recorded(ended["recording"]), CALLER_HZ, OPERATOR_HZ)
    assert recording.left_is_caller
    assert recording.right_is_operator


async def test_customer_first_the_operator_is_rung_when_the_customer_is_there(stack: Stack) -> None:
    async with stack.watch() as watch, stack.outside(CALLER_HZ) as outside:
        shown = await agree(outside, watch, "devuelve_antes")
        async with stack.operator(FIRST, OPERATOR_HZ) as phone:
            at_the_customer = await outside.incoming()
            await watch.operator(FIRST, state="reserved")
            assert phone.calls == ()
            await at_the_customer.answer()
            at_the_operator = await phone.incoming()
            await at_the_customer.heard_sound(BOTH)  # the greeting
            await at_the_operator.answer()
            await at_the_customer.heard_only([OPERATOR_HZ], BOTH)
            await at_the_operator.heard_only([CALLER_HZ], BOTH)
            await at_the_operator.hang_up()
            assert await at_the_customer.ended() == "remote_bye"
            await watch.call(id=shown["id"], stage="ended", end_reason="operator_hung_up")


async def test_a_customer_who_is_busy_is_called_again_after_the_gap(stack: Stack) -> None:
    async with stack.watch() as watch, stack.outside(CALLER_HZ) as outside:
        shown = await agree(outside, watch, "devuelve")
        async with stack.operator(FIRST, OPERATOR_HZ) as phone:
            phone.auto_answer = 0.02
            first = await phone.incoming()
            (await outside.incoming()).reject(486)
            await first.ended()
            second = await phone.incoming()
            again = await outside.incoming()
            await again.answer()
            await again.heard_only([OPERATOR_HZ], BOTH)
            await again.hang_up()
            await second.ended()
            await watch.call(id=shown["id"], stage="ended")


async def test_place_and_callback_are_spoken_without_a_sound_missing_and_the_offers_key_agrees(stack: Stack) -> None:
    async with stack.watch() as watch, stack.carrier() as carrier, stack.outside(CALLER_HZ) as outside:
        first = await dial(carrier, NUMBERS["ofrece"])
        await watch.call(stage="waiting", queue="ofrece", position=1)
        call = await outside.call(NUMBERS["ofrece"], from_user="600111333")
        await call.answered()
        shown = await watch.call(stage="waiting", queue="ofrece", position=2)
        await asyncio.sleep(14.0)  # place, pause, offer: spoken in full
        await call.heard_sound(BOTH)  # the music again
        await call.send_digit("1")
        assert await call.ended(15) == "remote_bye"
        await watch.call(id=shown["id"], stage="callback", position=2)
        assert (await ask(stack, "DELETE", f"/callbacks/{shown['id']}"))[0] == 200
        await first.hang_up()
    log = (stack.settings.state / "log" / "engine.out").read_text(encoding="utf-8")
    assert not [line for line in log.splitlines() if shown["id"] in line and '"prompt_' in line]
    messages = (stack.settings.state / "log" / "messages.log").read_text(encoding="utf-8")
    assert "does not exist in any format" not in messages


async def test_a_supervisor_cancels_a_callback_and_nobody_is_called(stack: Stack) -> None:
    async with stack.watch() as watch, stack.outside(CALLER_HZ) as outside:
        shown = await agree(outside, watch, "devuelve")
        assert (await ask(stack, "DELETE", f"/callbacks/{shown['id']}", code=FIRST))[0] == 403
        assert (await ask(stack, "DELETE", f"/callbacks/{shown['id']}"))[0] == 200
        await watch.call(id=shown["id"], stage="ended", end_reason="callback_cancelled")
        assert (await ask(stack, "GET", "/callbacks"))[1] == {"items": []}
        assert outside.calls == ()


async def test_a_callback_survives_a_killed_controller_and_is_made_once(stack: Stack) -> None:
    async with stack.watch() as watch, stack.outside(CALLER_HZ) as outside:
        shown = await agree(outside, watch, "devuelve")
        await stack.instance.engine.kill()
        await stack.instance.start_engine()
        await watch.call(id=shown["id"], stage="callback")
        async with stack.operator(FIRST, OPERATOR_HZ) as phone:
            phone.auto_answer = 0.02
            at_the_operator = await phone.incoming()
            at_the_customer = await outside.incoming()
            await at_the_customer.answer()
            await at_the_customer.heard_only([OPERATOR_HZ], BOTH)
            await at_the_customer.hang_up()
            await at_the_operator.ended()
            await watch.call(id=shown["id"], stage="ended")
            assert outside.calls == ()

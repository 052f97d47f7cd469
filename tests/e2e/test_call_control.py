"""During a call on real Asterisk, heard at every ear: hold, transfers, consultation, conference, asked through the API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from sip_agents import LAWS, Call, Law, OutgoingCall, SipAgent
from tests.e2e.recorded import heard_in_recording
from tests.e2e.stack import WEB_SECRET, Stack, dial
from tests.e2e.watch import Body, Watch

CALLER_HZ, FIRST_HZ, SECOND_HZ, RINGING_HZ = 640.0, 1250.0, 2000.0, 425.0
TONES = (CALLER_HZ, FIRST_HZ, SECOND_HZ)
FIRST, SECOND, OUTSIDE = "1009", "1010", "912000111"


@dataclass
class Scene:
    """A caller who talks with 1009, and 1010's phone."""

    stack: Stack
    watch: Watch
    line: SipAgent
    caller: OutgoingCall
    first_phone: SipAgent
    first: Call
    second_phone: SipAgent
    id: str

    async def ask(self, what: str, body: Any = None, code: str = FIRST, expected: int = 202) -> Body:
        """Ask the API, as the operator."""
        status, answer = await ask(self.stack, f"/calls/{self.id}/{what}", body, code)
        assert status == expected, answer
        return answer

    async def shown(self, **wanted: Any) -> Body:
        return await self.watch.call(id=self.id, **wanted)

    async def consult(self, to: str = SECOND) -> Call:
        """1009 talks with 1010 and the caller hears music."""
        await self.ask("consult", {"to": {"operator": to}})
        second = await self.second_phone.incoming()
        await second.answer()
        await self.shown(control="consulting", consulting=to)
        return second

    async def hear_each_other(self, *calls: tuple[Call, float]) -> None:
        """Everyone of these hears all the others, and nobody else's tone."""
        for call, own in calls:
            await call.heard_only([hz for _, hz in calls if hz != own], TONES)


async def ask(stack: Stack, path: str, body: Any, code: str) -> tuple[int, Body]:
    base = f"http://{stack.settings.bind_address}:{stack.settings.api_port}/api/v1"
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{base}/login", json={"code": code, "secret": WEB_SECRET}) as answer:
            headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}
        async with session.post(f"{base}{path}", headers=headers, json=body) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def conversation(
    stack: Stack, second: str = SECOND, operators_speak: tuple[Law, ...] = LAWS
) -> AsyncIterator[Scene]:
    async with (
        stack.watch() as watch,
        stack.operator(FIRST, FIRST_HZ, operators_speak) as first_phone,
        stack.outside(CALLER_HZ) as line,
    ):
        caller = await dial(line)
        first = await first_phone.incoming()
        await first.answer()
        shown = await watch.call(stage="talking", operator=FIRST)
        async with stack.operator(second, SECOND_HZ, operators_speak) as second_phone:
            scene = Scene(stack, watch, line, caller, first_phone, first, second_phone, shown["id"])
            await scene.hear_each_other((caller, CALLER_HZ), (first, FIRST_HZ))
            yield scene


# -- hold ------------------------------------------------------------------------------------------------------------------


async def test_held_caller_hears_music_and_the_operator_hears_nobody(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("hold")
        await scene.shown(control="held", held=True)
        await scene.watch.operator(FIRST, state="on_hold")
        await scene.caller.heard_sound(TONES)
        await scene.first.heard_none_of(TONES)
        await scene.ask("hold", expected=409)
        await scene.ask("resume")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.watch.operator(FIRST, state="talking")
        await scene.caller.hang_up()
        await scene.first.ended()


async def test_a_held_caller_who_hangs_up_frees_the_operator(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("hold")
        await scene.shown(control="held")
        await scene.caller.hang_up()
        assert await scene.first.ended() == "remote_bye"
        await scene.watch.operator(FIRST, state="wrap_up")


async def test_only_the_operator_and_supervisors_may_ask(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("hold", code=SECOND, expected=403)
        await scene.ask("hold", code="2001")
        await scene.shown(control="held")
        await scene.caller.hang_up()
        await scene.first.ended()


# -- blind transfer ----------------------------------------------------------------------------------------------------------


async def test_blind_transfer_to_an_operator(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("transfer", {"to": {"operator": SECOND}})
        assert await scene.first.ended() == "remote_bye"
        second = await scene.second_phone.incoming()
        await scene.caller.heard_sound(TONES)
        assert second.from_user == "600111222"
        await second.answer()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await scene.shown(stage="talking", operator=SECOND)
        await scene.watch.operator(FIRST, state="ready")
        await scene.caller.hang_up()
        assert await second.ended() == "remote_bye"


async def test_blind_transfer_that_nobody_answers_comes_back(stack: Stack) -> None:
    async with conversation(stack) as scene:
        scene.second_phone.auto_ring = True
        await scene.ask("transfer", {"to": {"operator": SECOND}})
        await scene.first.ended()
        ignored = await scene.second_phone.incoming()
        await ignored.cancelled(timeout_s=10)
        again = await scene.first_phone.incoming()
        await again.answer()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (again, FIRST_HZ))
        await again.hang_up()
        assert await scene.caller.ended() == "remote_bye"


async def test_escalation_to_the_second_level_carries_the_ticket_and_each_part_is_recorded(stack: Stack) -> None:
    async with conversation(stack, second="1015") as scene:
        await asyncio.sleep(0.5)  # something to record
        await scene.ask("transfer", {"to": {"queue": "soporte_n2"}, "ticket": "INC-42 ${EXTEN}"})
        second = await scene.second_phone.incoming()
        ringing = await scene.shown(stage="ringing", operator="1015")
        assert (ringing["ticket"], ringing["queue"]) == ("INC-42 ${EXTEN}", "soporte_n2")
        await second.answer()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await asyncio.sleep(0.5)
        await scene.caller.hang_up()
        await second.ended()
        ended = await scene.shown(stage="ended")
    await both_parts_are_recorded(stack, ended)


async def test_back_to_the_queue_the_caller_keeps_the_place(stack: Stack) -> None:
    async with stack.carrier() as later_line, conversation(stack) as scene:
        await stack.set_state(SECOND, "paused")
        await stack.set_state(FIRST, "paused")  # after this call
        later = await dial(later_line)
        other = await scene.watch.call(stage="waiting", position=1)
        await scene.ask("transfer", {"to": {"queue": "soporte"}})
        await scene.shown(stage="waiting", position=1)
        await scene.watch.call(id=other["id"], position=2)
        await stack.set_state(SECOND, "ready")
        second = await scene.second_phone.incoming()
        await second.answer()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await later.hang_up()
        await scene.caller.hang_up()


async def test_blind_transfer_to_a_number(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("transfer", {"to": {"number": "500100100"}}, expected=409)
        await scene.ask("transfer", {"to": {"number": OUTSIDE}})
        await scene.first.ended()
        outside = await scene.line.incoming()
        assert outside.to_user == OUTSIDE
        outside.say_tone(SECOND_HZ)
        await outside.answer()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (outside, SECOND_HZ))
        await scene.shown(stage="elsewhere")
        await outside.hang_up()
        assert await scene.caller.ended() == "remote_bye"


async def test_a_caller_who_hangs_up_during_a_transfer_stops_the_ringing(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("transfer", {"to": {"operator": SECOND}})
        second = await scene.second_phone.incoming()
        second.ring()
        await scene.caller.hang_up()
        await second.cancelled()


# -- consultation ------------------------------------------------------------------------------------------------------------


async def test_consulted_and_completed(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("consult", {"to": {"operator": SECOND}, "ticket": "T-1"})
        second = await scene.second_phone.incoming()
        await scene.first.heard_tone(RINGING_HZ)
        await second.answer()
        await scene.hear_each_other((scene.first, FIRST_HZ), (second, SECOND_HZ))
        await scene.caller.heard_sound(TONES)
        await scene.watch.operator(SECOND, state="own_call")
        seen = await scene.shown(consulting=SECOND)
        assert seen["ticket"] == "T-1"
        consulted_at = scene.caller.now
        await asyncio.sleep(0.5)
        assert scene.caller.tones_since(consulted_at, (FIRST_HZ, SECOND_HZ)) == frozenset()
        await scene.ask("consult/complete")
        assert await scene.first.ended() == "remote_bye"
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await scene.shown(stage="talking", operator=SECOND, control="talking")
        await scene.watch.operator(SECOND, state="talking")
        await scene.caller.hang_up()
        assert await second.ended() == "remote_bye"


async def test_the_consultation_is_not_on_the_callers_recording(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.consult()
        scene.first.say_tone(3000.0)
        await asyncio.sleep(1.0)
        scene.first.say_tone(FIRST_HZ)
        await scene.ask("consult/cancel")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await asyncio.sleep(0.5)
        await scene.caller.hang_up()
        ended = await scene.shown(stage="ended")
    await stack.nothing_is_left()
    heard = await heard_in_recording(stack, ended, (CALLER_HZ, FIRST_HZ, SECOND_HZ, 3000.0))
    assert heard.right == {FIRST_HZ}


@pytest.mark.parametrize("conference", [False, True], ids=["from_a_consultation", "from_a_conference"])
async def test_whoever_takes_over_is_on_a_recording_of_his_or_her_own(stack: Stack, conference: bool) -> None:
    async with conversation(stack) as scene:
        await asyncio.sleep(0.5)
        second = await scene.consult()
        if conference:
            await scene.ask("conference")
            await scene.shown(control="conference")
        recording = await taken_over_to_the_end(scene, second)
    await both_parts_are_recorded(stack, recording)


async def test_consulted_and_cancelled(stack: Stack) -> None:
    async with conversation(stack) as scene:
        second = await scene.consult()
        await scene.ask("consult/cancel")
        assert await second.ended() == "remote_bye"
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.watch.operator(SECOND, state="ready")
        await scene.first.hang_up()
        assert await scene.caller.ended() == "remote_bye"


async def test_the_consulted_hangs_up(stack: Stack) -> None:
    async with conversation(stack) as scene:
        second = await scene.consult()
        await second.hang_up()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.shown(control="talking", consulting=None)
        await scene.caller.hang_up()
        await scene.first.ended()


async def test_the_consulted_does_not_answer(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("consult", {"to": {"operator": SECOND}})
        second = await scene.second_phone.incoming()
        second.ring()
        await second.cancelled(timeout_s=10)
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await scene.watch.operator(SECOND, state="ready")
        await scene.caller.hang_up()
        await scene.first.ended()


async def test_the_caller_hangs_up_during_a_consultation(stack: Stack) -> None:
    async with conversation(stack) as scene:
        second = await scene.consult()
        await scene.caller.hang_up()
        assert await scene.first.ended() == "remote_bye"
        assert await second.ended() == "remote_bye"
        await scene.watch.operator(SECOND, state="ready")


async def test_the_operator_hangs_up_during_a_consultation_and_the_two_are_connected(stack: Stack) -> None:
    async with conversation(stack) as scene:
        second = await scene.consult()
        await scene.first.hang_up()
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await scene.shown(operator=SECOND)
        await second.hang_up()
        assert await scene.caller.ended() == "remote_bye"


@pytest.mark.parametrize("all_three", [True, False])
@pytest.mark.parametrize("law", ["PCMA", "PCMU"])
async def test_all_hear_each_other_whatever_law_their_phones_speak(stack: Stack, law: Law, all_three: bool) -> None:
    """One of the two is not the caller's."""
    async with conversation(stack, operators_speak=(law,)) as scene:
        second = await scene.consult()
        await scene.hear_each_other((scene.first, FIRST_HZ), (second, SECOND_HZ))
        if all_three:
            await scene.ask("conference")
            await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ), (second, SECOND_HZ))
        recording = await taken_over_to_the_end(scene, second)
    await both_parts_are_recorded(stack, recording)


async def test_swap(stack: Stack) -> None:
    async with conversation(stack) as scene:
        second = await scene.consult()
        await scene.ask("consult/swap")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ))
        await second.heard_sound(TONES)
        await scene.shown(control="swapped")
        await scene.ask("consult/swap")
        await scene.hear_each_other((scene.first, FIRST_HZ), (second, SECOND_HZ))
        await scene.caller.heard_sound(TONES)
        await scene.ask("consult/complete")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await scene.caller.hang_up()
        await second.ended()


async def test_in_a_conference_all_hear_all_and_the_operator_may_leave(stack: Stack) -> None:
    async with conversation(stack) as scene:
        second = await scene.consult()
        await scene.ask("conference")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (scene.first, FIRST_HZ), (second, SECOND_HZ))
        await scene.shown(control="conference", held=False)
        await scene.ask("consult/complete")
        assert await scene.first.ended() == "remote_bye"
        await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
        await scene.caller.hang_up()
        await second.ended()


async def test_a_number_is_consulted_and_takes_the_caller(stack: Stack) -> None:
    async with conversation(stack) as scene:
        await scene.ask("consult", {"to": {"number": OUTSIDE}})
        outside = await scene.line.incoming()
        outside.say_tone(SECOND_HZ)
        await outside.answer()
        await scene.hear_each_other((scene.first, FIRST_HZ), (outside, SECOND_HZ))
        await scene.ask("consult/complete")
        await scene.hear_each_other((scene.caller, CALLER_HZ), (outside, SECOND_HZ))
        await scene.shown(stage="elsewhere", control="outside")
        await scene.watch.operator(FIRST, state="ready")
        await scene.caller.hang_up()
        await outside.ended()


async def taken_over_to_the_end(scene: Scene, second: Call) -> Any:
    """1010 takes over, talks with the caller for a while, and the caller hangs up; the last recording."""
    await scene.ask("consult/complete")
    await scene.hear_each_other((scene.caller, CALLER_HZ), (second, SECOND_HZ))
    await asyncio.sleep(0.7)
    await scene.caller.hang_up()
    await second.ended()
    return await scene.shown(stage="ended")


async def both_parts_are_recorded(stack: Stack, ended: Body, first_code: str = "1009") -> None:
    """The caller with the first operator, and then with the second, on one timeline: a part for each."""
    heard = await heard_in_recording(stack, ended, TONES)
    assert heard.left == {CALLER_HZ}
    first, *_, last = heard.right_in_order
    assert (set(first), set(last)) == ({FIRST_HZ}, {SECOND_HZ})
    kept = await stack.ask("3001", "GET", f"recordings/{ended['id']}")
    assert kept["operators"] == [first_code, ended["operator"]]
    talks = [segment for segment in kept["segments"] if segment["stage"] == "talk"]
    assert [talks[0]["operator"], talks[-1]["operator"]] == [first_code, ended["operator"]]
    assert kept["faults"] == []

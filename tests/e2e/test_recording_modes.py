"""When is a caller recorded, and what is on the recording? On real Asterisk, from the notice to what is played back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sip_agents import Call, OutgoingCall, SipAgent
from tests.e2e.recorded import Heard, heard_in_recording
from tests.e2e.stack import Stack, dial, quick_centre, running_stack
from tests.e2e.test_call_control import ask
from tests.e2e.waiting_centre import PROMPT_HZ, change, insert
from tests.e2e.watch import Body, Watch

CALLER_HZ, OPERATOR_HZ, SECOND_HZ = 640.0, 1250.0, 2000.0
TONES = (CALLER_HZ, OPERATOR_HZ, SECOND_HZ, PROMPT_HZ)
FIRST, SECOND = "1201", "1202"
QUEUES = {"siempre": "all", "forzada": "forced", "a_peticion": "on_demand", "nunca": "never"}
TOLD = {name: f"90010040{place}" for place, name in enumerate(QUEUES)}
NOT_TOLD, ON_DEMAND_NOT_TOLD, REFUSES, REFUSES_FORCED = "900100410", "900100411", "900100412", "900100413"
FLOW = """\
entries: {siempre: no_quiero, forzada: no_puede}
steps:
  no_quiero: {kind: record, refused: true, next: siempre}
  no_puede: {kind: record, refused: true, next: forzada}
  siempre: {kind: enqueue, queue: siempre}
  forzada: {kind: enqueue, queue: forzada}
"""


def recording_centre(folder: Path) -> Path:
    centre = quick_centre(folder)
    change(centre / "queues.yaml", {name: {"record": mode, "wrap_up_s": 0.5} for name, mode in QUEUES.items()})
    people = [f"{code}: {{name: Operador {code}, queues: [{', '.join(QUEUES)}]}}" for code in (FIRST, SECOND)]
    insert(centre / "operators.yaml", "operators:\n", *people)
    numbers = [f"{number}: {{queue: {queue}, told: true}}" for queue, number in TOLD.items()]
    numbers += [f"{NOT_TOLD}: {{queue: siempre}}", f"{ON_DEMAND_NOT_TOLD}: {{queue: a_peticion}}"]
    numbers += [f"{REFUSES}: {{flow: se_niega, entry: siempre, told: true}}"]
    numbers += [f"{REFUSES_FORCED}: {{flow: se_niega, entry: forzada, told: true}}"]
    insert(centre / "centre.yaml", "numbers:\n", *numbers)
    change(centre / "centre.yaml", {"recording_notice": "tono", "supervision": {"shown": True, "beep": True}})
    (centre / "flows" / "se_niega.yaml").write_text(FLOW, encoding="utf-8")
    return centre


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def recording_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("recording"), centre=recording_centre) as stack:
        yield stack


@dataclass
class Scene:
    """A caller who talks with 1201."""

    stack: Stack
    watch: Watch
    caller: OutgoingCall
    operator: Call
    id: str
    phone: SipAgent

    async def ask(self, action: str, expected: int = 202) -> Any:
        status, answer = await ask(self.stack, f"/calls/{self.id}/recording", {"action": action}, FIRST)
        assert status == expected, answer
        return answer

    async def shown(self, **wanted: Any) -> Body:
        return await self.watch.call(id=self.id, **wanted)

    async def until_over(self) -> tuple[Body, Heard, Body]:
        """The caller hangs up: how the call ended, what is on the recording, and what is known of it."""
        await self.caller.hang_up()
        ended = await self.shown(stage="ended")
        heard = await heard_in_recording(self.stack, ended, TONES)
        return ended, heard, await self.stack.ask("3001", "GET", f"recordings/{self.id}")


@asynccontextmanager
async def conversation(stack: Stack, number: str) -> AsyncIterator[Scene]:
    async with (
        stack.watch() as watch,
        stack.operator(FIRST, OPERATOR_HZ) as phone,
        stack.carrier(CALLER_HZ) as line,
    ):
        caller = await dial(line, number)
        operator = await phone.incoming()
        await operator.answer()
        shown = await watch.call(stage="talking", operator=FIRST)
        yield Scene(stack, watch, caller, operator, shown["id"], phone)


def raw_files(stack: Stack) -> list[str]:
    return [path.name for path in (stack.settings.recordings / "raw").iterdir()]


async def test_the_notice_ends_before_the_first_byte_and_is_not_on_the_recording(recording_stack: Stack) -> None:
    async with conversation(recording_stack, NOT_TOLD) as scene:
        await asyncio.gather(scene.caller.heard_tone(PROMPT_HZ), scene.operator.heard_tone(PROMPT_HZ))
        assert raw_files(recording_stack) == []
        await scene.shown(recording_state="on")
        await scene.caller.heard_only({OPERATOR_HZ}, TONES)
        await asyncio.sleep(0.5)
        _, heard, kept = await scene.until_over()
    assert (heard.left, heard.right) == ({CALLER_HZ}, {OPERATOR_HZ})
    assert (kept["mode"], kept["faults"]) == ("all", [])


async def test_whoever_hangs_up_during_the_notice_is_not_recorded(recording_stack: Stack) -> None:
    async with conversation(recording_stack, NOT_TOLD) as scene:
        await scene.caller.heard_tone(PROMPT_HZ)
        await scene.caller.hang_up()
        ended = await scene.shown(stage="ended")
    assert ended["recording"] is None
    await recording_stack.nothing_is_left()


@pytest.mark.parametrize(("number", "recorded"), [(REFUSES, False), (REFUSES_FORCED, True), (TOLD["nunca"], False)])
async def test_who_refuses_is_recorded_only_where_it_is_forced(
    recording_stack: Stack, number: str, recorded: bool
) -> None:
    async with conversation(recording_stack, number) as scene:
        await scene.caller.heard_only({OPERATOR_HZ}, TONES)
        if recorded:
            await scene.shown(recording_state="on")
        else:
            await scene.ask("start", expected=409)
        await scene.caller.hang_up()
        ended = await scene.shown(stage="ended")
    assert (ended["recording"] is not None) is recorded


async def test_on_demand_from_the_middle_of_a_call_with_the_notice_first(recording_stack: Stack) -> None:
    async with conversation(recording_stack, ON_DEMAND_NOT_TOLD) as scene:
        await scene.caller.heard_only({OPERATOR_HZ}, TONES)
        scene.operator.say_tone(SECOND_HZ)  # not to be heard on it
        await asyncio.sleep(0.6)
        assert raw_files(recording_stack) == []
        scene.operator.say_tone(OPERATOR_HZ)
        await scene.ask("start")
        await scene.caller.heard_tone(PROMPT_HZ)
        await scene.shown(recording_state="on")
        await scene.caller.heard_only({OPERATOR_HZ}, TONES)
        await asyncio.sleep(0.8)
        await scene.operator.send_digits("*8")
        await scene.shown(recording_state=None)
        scene.operator.say_tone(SECOND_HZ)
        await asyncio.sleep(0.6)
        _, heard, kept = await scene.until_over()
    assert (heard.left, heard.right) == ({CALLER_HZ}, {OPERATOR_HZ})
    assert (kept["mode"], kept["operators"]) == ("on_demand", [FIRST])
    assert 0.8 < kept["length_s"] < 6


async def test_a_pause_is_silence_on_both_sides_and_the_time_goes_on(recording_stack: Stack) -> None:
    async with conversation(recording_stack, TOLD["siempre"]) as scene:
        began = asyncio.get_running_loop().time()
        await scene.shown(recording_state="on")
        await asyncio.sleep(0.8)
        await scene.ask("pause")
        await scene.shown(recording_state="paused")
        await scene.ask("pause", expected=409)
        scene.operator.say_tone(SECOND_HZ)  # a card's number, say
        scene.caller.say_tone(SECOND_HZ)
        await asyncio.sleep(1.5)
        scene.operator.say_tone(OPERATOR_HZ)
        scene.caller.say_tone(CALLER_HZ)
        await asyncio.sleep(0.3)
        await scene.operator.send_digits("*7")
        await scene.shown(recording_state="on")
        await asyncio.sleep(0.8)
        lasted = asyncio.get_running_loop().time() - began
        _, heard, kept = await scene.until_over()
    assert SECOND_HZ not in heard.left | heard.right
    ((begins, ends),) = kept["muted"]
    assert ends - begins > 1.7
    assert heard.is_silent(begins + 0.1, ends - 0.1)
    assert abs(kept["length_s"] - lasted) < 1.5, "the time went on"
    with_sound = [heard.tones_between(at, at + 0.5, side) for at in (begins - 0.6, ends + 0.2) for side in (0, 1)]
    assert with_sound == [{CALLER_HZ}, {OPERATOR_HZ}] * 2


async def test_a_transfer_is_three_segments_on_one_timeline(recording_stack: Stack) -> None:
    stack = recording_stack
    async with conversation(stack, TOLD["forzada"]) as scene, stack.operator(SECOND, SECOND_HZ) as second_phone:
        await asyncio.sleep(0.8)
        status, answer = await ask(stack, f"/calls/{scene.id}/consult", {"to": {"operator": SECOND}}, FIRST)
        assert status == 202, answer
        second = await second_phone.incoming()
        await second.answer()
        await scene.shown(control="consulting")
        await asyncio.sleep(0.8)
        await ask(stack, f"/calls/{scene.id}/consult/complete", None, FIRST)
        await scene.caller.heard_only({SECOND_HZ}, TONES)
        await asyncio.sleep(0.8)
        _, heard, kept = await scene.until_over()
    segments = [(one["stage"], one["operator"], one["other"]) for one in kept["segments"]]
    assert segments == [("talk", FIRST, None), ("consult", FIRST, SECOND), ("talk", SECOND, None)]
    first, _, last = kept["segments"]
    assert heard.tones_between(first["to_s"] - 0.6, first["to_s"] - 0.1, 1) == {OPERATOR_HZ}
    assert heard.tones_between(last["from_s"] + 0.4, last["to_s"] - 0.1, 1) == {SECOND_HZ}
    assert (kept["operators"], kept["mode"], kept["faults"]) == ([FIRST, SECOND], "forced", [])


async def test_a_crash_of_the_controller_while_paused_does_not_resume(recording_stack: Stack) -> None:
    stack = recording_stack
    async with conversation(stack, TOLD["siempre"]) as scene:
        await scene.shown(recording_state="on")
        await asyncio.sleep(0.8)
        await scene.ask("pause")
        await scene.shown(recording_state="paused")
        await stack.instance.engine.kill()
        await asyncio.sleep(0.5)
        await stack.instance.start_engine()
        await scene.shown(recording_state="paused", stage="talking")
        scene.operator.say_tone(SECOND_HZ)
        await asyncio.sleep(1.0)
        scene.operator.say_tone(OPERATOR_HZ)
        await asyncio.sleep(0.3)
        await scene.ask("resume")
        await scene.shown(recording_state="on")
        await asyncio.sleep(0.8)
        _, heard, kept = await scene.until_over()
    assert heard.right == {OPERATOR_HZ}
    assert len(kept["muted"]) == 1


async def test_where_the_centre_says_so_the_operator_alone_hears_that_a_supervisor_begins_to_listen(
    recording_stack: Stack,
) -> None:
    stack = recording_stack
    async with conversation(stack, TOLD["siempre"]) as scene, stack.phone("2001", SECOND_HZ) as phone:
        phone.auto_answer = 0.05
        await phone.register()
        scene.caller.mute()  # so that the beep stands alone
        await scene.operator.heard_silence()
        since = scene.caller.now
        async with asyncio.timeout(5):
            while "not registered" in str(await ask(stack, f"/calls/{scene.id}/supervise", {"mode": "listen"}, "2001")):
                await asyncio.sleep(0.02)
        boss = await phone.incoming()
        await scene.operator.heard_sound()
        scene.caller.unmute()
        await boss.heard_only({CALLER_HZ, OPERATOR_HZ}, TONES)
        await scene.shown(supervised={"2001": "listen"})
        assert scene.caller.tones_since(since, TONES) == {OPERATOR_HZ}
        await boss.hang_up()
        _, heard, kept = await scene.until_over()
    assert (heard.left, heard.right) == ({CALLER_HZ}, {OPERATOR_HZ})
    assert kept["facts"] is not None, "who spoke when is measured"


async def test_a_kill_of_asterisk_loses_at_most_four_seconds_and_the_rest_plays(recording_stack: Stack) -> None:
    stack = recording_stack
    async with conversation(stack, TOLD["siempre"]) as scene:
        await scene.shown(recording_state="on")
        await asyncio.sleep(6)
        await stack.instance.asterisk.kill()
        await stack.instance.start_asterisk()
        ended = await scene.shown(stage="ended", within_s=30)
        scene.caller.end_now()
        heard = await heard_in_recording(stack, ended, TONES)
        assert len(heard.samples) / 8000 > 6 - 4
        assert (heard.left, heard.right) == ({CALLER_HZ}, {OPERATOR_HZ})
        await scene.phone.register()
    await stack.nothing_is_left(within_s=30)

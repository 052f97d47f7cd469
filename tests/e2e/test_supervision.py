"""Who hears whom while a supervisor listens, whispers, barges in and takes over: on real Asterisk, each phone with its own tone.

Both sides of the recording are measured for the same: the left is the caller, the right what the caller hears, and a whisper is on
neither.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest

from sip_agents import Call, SipAgent, line
from sip_agents.ids import new_rtp_ids
from tests.e2e.recorded import Heard, heard_in_recording
from tests.e2e.stack import Stack, dial
from tests.e2e.test_call_control import CALLER_HZ, FIRST, FIRST_HZ, SECOND_HZ, Scene, ask, conversation

BOSS, OTHER_BOSS, THIRD_BOSS = "2001", "2002", "2003"
BOSS_HZ, OTHER_BOSS_HZ, THIRD_BOSS_HZ = 3000.0, 700.0, 900.0
TONES = (CALLER_HZ, FIRST_HZ, SECOND_HZ, BOSS_HZ, OTHER_BOSS_HZ, THIRD_BOSS_HZ)
HEARD_WITHIN_S: Final = 15.0
"""On a machine that is busy with something else, 200 ms without a hole in them may be some seconds away."""
PHASE_S: Final = 1.0
"""How long each state lasts at least, so that it can be found in the recording."""


@dataclass
class Floor:
    """A conversation, and supervisors with phones that answer by themselves. ``phases``: what the caller heard, in order."""

    scene: Scene
    phones: dict[str, SipAgent]
    ears: dict[str, Call] = field(default_factory=dict)
    second: Call | None = None
    phases: list[set[float]] = field(default_factory=list)

    async def supervise(self, mode: str, who: str = BOSS, expected: int = 202) -> None:
        """Ask; the first time, the phone rings and answers."""
        path = f"/calls/{self.scene.id}/supervise"
        async with asyncio.timeout(5):  # the engine may not know of the phone yet
            while "not registered" in str(said := await ask(self.scene.stack, path, {"mode": mode}, who)):
                await asyncio.sleep(0.02)
        assert said[0] == expected, said
        if expected == 202 and who not in self.ears:
            self.ears[who] = await self.phones[who].incoming()
            await self.ears[who].answered()

    async def heard(
        self,
        caller: set[float] | None,
        operator: set[float],
        boss: set[float] | None = None,
        second: set[float] | None = None,
    ) -> None:
        """These tones and no others, at every ear at the same time. ``caller`` None: music."""
        ears = [(self.scene.first, operator)]
        ears += [] if caller is None else [(self.scene.caller, caller)]
        ears += [] if boss is None else [(self.ears[BOSS], boss)]
        if second is not None:
            assert self.second is not None
            ears.append((self.second, second))
        await asyncio.gather(*(exactly(call, tones) for call, tones in ears))
        if caller is None:
            await self.scene.caller.heard_sound(TONES, timeout_s=HEARD_WITHIN_S)
        await asyncio.sleep(PHASE_S)
        if caller:  # still, however late the phones of a busy machine have been meanwhile
            await exactly(self.scene.caller, caller)
        self.phases.append(caller or set())


async def exactly(call: Call, tones: set[float]) -> None:
    if tones:
        await call.heard_only(tones, TONES, timeout_s=HEARD_WITHIN_S)
    else:
        await call.heard_none_of(TONES, timeout_s=HEARD_WITHIN_S)


@asynccontextmanager
async def floor(stack: Stack, *bosses: str) -> AsyncIterator[Floor]:
    async with conversation(stack) as scene, AsyncExitStack() as phones:
        at_work: dict[str, SipAgent] = {}
        for who, hz in ((BOSS, BOSS_HZ), (OTHER_BOSS, OTHER_BOSS_HZ), (THIRD_BOSS, THIRD_BOSS_HZ)):
            if who in bosses:
                phone = await phones.enter_async_context(stack.phone(who, hz))
                phone.auto_answer = 0.05
                await phone.register()
                at_work[who] = phone
        yield Floor(scene, at_work)


MODES: dict[str, tuple[set[float], set[float], set[float]]] = {
    "listen": ({FIRST_HZ}, {CALLER_HZ}, {CALLER_HZ, FIRST_HZ}),
    "whisper": ({FIRST_HZ}, {CALLER_HZ, BOSS_HZ}, {CALLER_HZ, FIRST_HZ}),
    "barge": ({FIRST_HZ, BOSS_HZ}, {CALLER_HZ, BOSS_HZ}, {CALLER_HZ, FIRST_HZ}),
}
"""What caller, operator and supervisor hear."""
EVERY_CHANGE = ("listen", "whisper", "listen", "barge", "listen", "barge", "whisper", "barge", "whisper", "listen")


async def test_every_change_of_mode_at_every_ear_and_on_both_sides_of_the_recording(stack: Stack) -> None:
    async with floor(stack, BOSS) as it:
        for mode in EVERY_CHANGE:
            await it.supervise(mode)
            await it.heard(*MODES[mode])
        await it.ears[BOSS].hang_up()
        await it.heard({FIRST_HZ}, {CALLER_HZ})
        await it.scene.caller.hang_up()
        await it.scene.first.ended()
        ended = await it.scene.shown(stage="ended")
    await the_recording_has_what_the_caller_heard(stack, it, ended)


@contextlib.contextmanager
def packets_numbered_from(sequence: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every phone's, from now on."""
    with monkeypatch.context() as patched:
        patched.setattr(line, "new_rtp_ids", lambda: replace(new_rtp_ids(), sequence=sequence))
        yield


async def is_late_by_a_moment(call: Call) -> None:
    """Nothing comes from this phone for some packets' time."""
    call.plug(True)
    await asyncio.sleep(0.3)
    call.plug(False)
    await asyncio.sleep(0.3)


@pytest.mark.parametrize("sequence", [1_000, 40_000])
async def test_whose_packet_was_late_in_a_mix_makes_nobody_deaf_afterwards(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, sequence: int
) -> None:
    with packets_numbered_from(sequence, monkeypatch):
        async with floor(stack, BOSS) as it:
            for mode in ("listen", "barge"):
                await it.supervise(mode)
                await it.heard(*MODES[mode])
            for call in (it.scene.first, it.scene.caller):
                await is_late_by_a_moment(call)
            await it.heard(*MODES["barge"])
            for mode in ("listen", "whisper"):
                await it.supervise(mode)
                await it.heard(*MODES[mode])
            it.second = await it.scene.consult()
            await it.scene.ask("conference")
            conference = ({FIRST_HZ, SECOND_HZ}, {CALLER_HZ, SECOND_HZ, BOSS_HZ}, ALL, {CALLER_HZ, FIRST_HZ})
            await it.heard(*conference)
            for call in (it.scene.first, it.scene.caller):
                await is_late_by_a_moment(call)
            await it.heard(*conference)
            await it.scene.ask("consult/cancel")
            await it.heard(*MODES["whisper"])
            await it.scene.caller.hang_up()
            await it.scene.first.ended()
            ended = await it.scene.shown(stage="ended")
        await the_recording_has_what_the_caller_heard(stack, it, ended)


async def test_whose_log_ins_are_ended_listens_no_more(stack: Stack) -> None:
    async with floor(stack, BOSS) as it:
        await it.supervise("listen")
        await it.heard(*MODES["listen"])
        await stack.ask("3001", "DELETE", f"accounts/{BOSS}/sessions")
        assert await it.ears[BOSS].ended() == "remote_bye"
        await it.heard({FIRST_HZ}, {CALLER_HZ})
        await it.scene.caller.hang_up()
        await it.scene.first.ended()


@pytest.mark.parametrize("before", ["listen", "whisper", "barge", "nothing"])
async def test_take_over_from_every_mode(stack: Stack, before: str) -> None:
    async with floor(stack, BOSS) as it:
        if before != "nothing":
            await it.supervise(before)
            await it.heard(*MODES[before])
        await it.supervise("take_over")
        await it.scene.watch.operator(FIRST, state="wrap_up")  # for a second only, which hearing may take
        assert await it.scene.first.ended() == "remote_bye"
        await asyncio.gather(exactly(it.scene.caller, {BOSS_HZ}), exactly(it.ears[BOSS], {CALLER_HZ}))
        await it.scene.shown(control="taken_over", stage="elsewhere", supervised={BOSS: "take_over"})
        await asyncio.sleep(PHASE_S)
        await it.ears[BOSS].hang_up()
        assert await it.scene.caller.ended() == "remote_bye"
        ended = await it.scene.shown(stage="ended")
    heard = await heard_in_recording(stack, ended, TONES)
    assert heard.left == {CALLER_HZ}
    assert BOSS_HZ in heard.right_at_the_end


Step = Callable[[Floor], Coroutine[Any, Any, None]]


async def hold(it: Floor) -> None:
    await it.scene.ask("hold")
    await it.scene.shown(control="held")


async def consult(it: Floor) -> None:
    it.second = await it.scene.consult()


def asks(what: str) -> Step:
    async def step(it: Floor) -> None:
        await it.scene.ask(what)

    return step


ALL = {CALLER_HZ, FIRST_HZ, SECOND_HZ}
WALK: tuple[tuple[Step, set[float] | None, set[float], set[float], set[float] | None], ...] = (
    (hold, None, set(), {FIRST_HZ}, None),
    (asks("resume"), {FIRST_HZ}, {CALLER_HZ}, {CALLER_HZ, FIRST_HZ}, None),
    (consult, None, {SECOND_HZ}, {FIRST_HZ, SECOND_HZ}, {FIRST_HZ}),
    (asks("consult/swap"), {FIRST_HZ}, {CALLER_HZ}, {CALLER_HZ, FIRST_HZ}, None),
    (asks("consult/swap"), None, {SECOND_HZ}, {FIRST_HZ, SECOND_HZ}, {FIRST_HZ}),
    (asks("conference"), {FIRST_HZ, SECOND_HZ}, {CALLER_HZ, SECOND_HZ}, ALL, {CALLER_HZ, FIRST_HZ}),
    (asks("consult/cancel"), {FIRST_HZ}, {CALLER_HZ}, {CALLER_HZ, FIRST_HZ}, None),
)
"""What the operator does, and what caller, operator, supervisor and the one who is consulted hear then while one listens."""


@pytest.mark.parametrize("mode", ["listen", "whisper"])
@pytest.mark.parametrize("again", range(2))
async def test_whatever_the_operator_does_the_supervisor_hears_and_whispers_to_the_operator_alone(
    stack: Stack, mode: str, again: int
) -> None:
    whispered = {BOSS_HZ} if mode == "whisper" else set()
    async with floor(stack, BOSS) as it:
        await it.supervise(mode)
        await it.heard(*MODES[mode])
        for step, caller, operator, boss, second in WALK:
            await step(it)
            await it.heard(caller, operator | whispered, boss, second)
        await it.scene.caller.hang_up()
        assert await it.ears[BOSS].ended() == "remote_bye"
        ended = await it.scene.shown(stage="ended")
    await the_recording_has_what_the_caller_heard(stack, it, ended)


@pytest.mark.parametrize("state", ["hold", "consult", "swapped", "conference"])
async def test_take_over_from_whatever_the_operator_does(stack: Stack, state: str) -> None:
    async with floor(stack, BOSS) as it:
        await it.supervise("listen")
        if state == "hold":
            await hold(it)
        else:
            await consult(it)
            await it.supervise("barge", expected=409)
            if state == "swapped":
                await it.scene.ask("consult/swap")
            elif state == "conference":
                await it.scene.ask("conference")
                await it.scene.shown(control="conference")
        await it.supervise("take_over")
        assert await it.scene.first.ended() == "remote_bye"
        if it.second is not None:
            assert await it.second.ended() == "remote_bye"
        await asyncio.gather(exactly(it.scene.caller, {BOSS_HZ}), exactly(it.ears[BOSS], {CALLER_HZ}))
        await it.scene.caller.hang_up()
        assert await it.ears[BOSS].ended() == "remote_bye"


async def test_the_operator_who_hangs_up_while_a_supervisor_barges_in_leaves_the_caller_to_that_one(
    stack: Stack,
) -> None:
    async with floor(stack, BOSS) as it:
        await it.supervise("barge")
        await it.heard(*MODES["barge"])
        await it.scene.first.hang_up()
        await asyncio.gather(exactly(it.scene.caller, {BOSS_HZ}), exactly(it.ears[BOSS], {CALLER_HZ}))
        await it.scene.caller.hang_up()
        assert await it.ears[BOSS].ended() == "remote_bye"


async def test_two_supervisors_at_once_and_neither_hears_the_other_whisper(stack: Stack) -> None:
    async with floor(stack, BOSS, OTHER_BOSS) as it:
        await it.supervise("whisper")
        await it.supervise("whisper", OTHER_BOSS)
        other = it.ears[OTHER_BOSS]
        await asyncio.gather(
            it.heard({FIRST_HZ}, {CALLER_HZ, BOSS_HZ, OTHER_BOSS_HZ}, {CALLER_HZ, FIRST_HZ}),
            exactly(other, {CALLER_HZ, FIRST_HZ}),
        )
        await it.supervise("barge")
        await it.supervise("listen", OTHER_BOSS)
        await asyncio.gather(it.heard(*MODES["barge"]), exactly(other, {CALLER_HZ, FIRST_HZ, BOSS_HZ}))
        await consult_is_refused(it)
        await it.supervise("barge", OTHER_BOSS)
        await asyncio.gather(
            it.heard(
                {FIRST_HZ, BOSS_HZ, OTHER_BOSS_HZ},
                {CALLER_HZ, BOSS_HZ, OTHER_BOSS_HZ},
                {CALLER_HZ, FIRST_HZ, OTHER_BOSS_HZ},
            ),
            exactly(other, {CALLER_HZ, FIRST_HZ, BOSS_HZ}),
        )
        await it.ears[BOSS].hang_up()
        await asyncio.gather(
            it.heard({FIRST_HZ, OTHER_BOSS_HZ}, {CALLER_HZ, OTHER_BOSS_HZ}), exactly(other, {CALLER_HZ, FIRST_HZ})
        )
        await it.scene.caller.hang_up()
        assert await other.ended() == "remote_bye"


@pytest.mark.parametrize("sequence", [1_000, 40_000])
async def test_a_third_supervisor_is_not_deaf_after_two_were_mixed_in_a_call_that_one_of_them_took_over(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, sequence: int
) -> None:
    with packets_numbered_from(sequence, monkeypatch):
        async with floor(stack, BOSS, OTHER_BOSS, THIRD_BOSS) as it:
            for who in (BOSS, OTHER_BOSS):
                await it.supervise("barge", who)
            await exactly(it.scene.caller, {FIRST_HZ, BOSS_HZ, OTHER_BOSS_HZ})
            for who, mode in ((BOSS, "take_over"), (THIRD_BOSS, "listen")):
                await it.supervise(mode, who)
            mixed = {CALLER_HZ, BOSS_HZ, OTHER_BOSS_HZ}
            await asyncio.gather(
                exactly(it.scene.caller, {BOSS_HZ, OTHER_BOSS_HZ}),
                exactly(it.ears[BOSS], {CALLER_HZ, OTHER_BOSS_HZ}),
                exactly(it.ears[OTHER_BOSS], {CALLER_HZ, BOSS_HZ}),
            )
            await exactly(it.ears[THIRD_BOSS], mixed)
            for call in (it.ears[BOSS], it.scene.caller):
                await is_late_by_a_moment(call)
            await exactly(it.ears[THIRD_BOSS], mixed)
            await it.ears[OTHER_BOSS].hang_up()
            await asyncio.gather(
                exactly(it.scene.caller, {BOSS_HZ}), exactly(it.ears[THIRD_BOSS], {CALLER_HZ, BOSS_HZ})
            )
            await it.scene.caller.hang_up()
            assert await it.ears[THIRD_BOSS].ended() == "remote_bye"


async def consult_is_refused(it: Floor) -> None:
    await it.scene.ask("consult", {"to": {"operator": "1010"}}, expected=409)


# -- from the supervisor's phone -----------------------------------------------------------------------------------------


async def test_by_feature_code_and_keys(stack: Stack) -> None:
    async with floor(stack, BOSS) as it:
        ear = it.ears[BOSS] = await it.phones[BOSS].call(f"*31{FIRST}")
        await ear.answered()
        await it.heard(*MODES["listen"])
        for key, mode in (("2", "whisper"), ("3", "barge"), ("1", "listen"), ("3", "barge")):
            await ear.send_digit(key)
            await it.heard(*MODES[mode])
        assert not it.scene.caller.digits, "keys of a supervisor are heard by nobody"
        assert not it.scene.first.digits
        await ear.send_digit("4")
        assert await it.scene.first.ended() == "remote_bye"
        await asyncio.gather(exactly(it.scene.caller, {BOSS_HZ}), exactly(ear, {CALLER_HZ}))
        await it.scene.caller.hang_up()
        assert await ear.ended() == "remote_bye"


async def test_from_call_to_call_and_from_operator_to_operator_without_hanging_up(stack: Stack) -> None:
    async with floor(stack, BOSS) as it, stack.carrier(SECOND_HZ) as other_line:
        ear = it.ears[BOSS] = await it.phones[BOSS].call("*311010")
        await ear.answered()
        await exactly(ear, set())
        other_caller = await dial(other_line)
        other = await it.scene.second_phone.incoming()
        other.say_tone(OTHER_BOSS_HZ)
        await other.answer()
        await exactly(ear, {SECOND_HZ, OTHER_BOSS_HZ})
        await ear.send_digits(f"*{FIRST}#")
        await exactly(ear, {CALLER_HZ, FIRST_HZ})
        await ear.send_digits("*1010#")
        await exactly(ear, {SECOND_HZ, OTHER_BOSS_HZ})
        await other_caller.hang_up()
        await other.ended()
        await exactly(ear, set())
        await ear.hang_up()
        await it.scene.caller.hang_up()


async def test_an_operators_phone_cannot_supervise(stack: Stack) -> None:
    async with floor(stack) as it:
        ear = await it.scene.second_phone.call(f"*31{FIRST}")
        await ear.answered()
        await ear.heard_sound(TONES)  # is told so
        assert await ear.ended(10) == "remote_bye"
        assert not ear.tones_since(0, (CALLER_HZ, FIRST_HZ))
        await it.scene.caller.hang_up()


async def the_recording_has_what_the_caller_heard(stack: Stack, it: Floor, ended: dict[str, Any]) -> None:
    """Left the caller alone, from the first to the last; right, phase by phase, the tones that came to the caller's ear."""
    heard: Heard = await heard_in_recording(stack, ended, TONES)
    assert heard.left == {CALLER_HZ}
    heard.right_was(it.phases)

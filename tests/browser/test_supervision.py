"""A supervisor in a browser: who hears whom in every mode, and at every change between them, with both sides of the recording."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

from tests.browser.browser_phone import BrowserPhone
from tests.browser.people import BrowserStack
from tests.browser.seats import Talker, beside, each_hears
from tests.e2e.recorded import heard_in_recording
from tests.e2e.stack import dial
from tests.e2e.test_call_control import ask

CALLER_HZ, OPERATOR_HZ, BOSS_HZ = 640.0, 1250.0, 3000.0
TONES: Final = (CALLER_HZ, OPERATOR_HZ, BOSS_HZ)
PHASE_S: Final = 0.7
MODES: Final[dict[str, tuple[set[float], set[float], set[float]]]] = {
    "listen": ({OPERATOR_HZ}, {CALLER_HZ}, {CALLER_HZ, OPERATOR_HZ}),
    "whisper": ({OPERATOR_HZ}, {CALLER_HZ, BOSS_HZ}, {CALLER_HZ, OPERATOR_HZ}),
    "barge": ({OPERATOR_HZ, BOSS_HZ}, {CALLER_HZ, BOSS_HZ}, {CALLER_HZ, OPERATOR_HZ}),
}
"""What caller, operator and supervisor hear."""
WALK: Final = ("listen", "whisper", "listen", "barge", "listen", "barge", "whisper", "barge", "whisper")


async def hear(*heard: tuple[Talker, Collection[float]]) -> None:
    await each_hears(*heard, among=TONES)
    await asyncio.sleep(PHASE_S)


async def test_a_supervisor_in_a_browser_listens_whispers_barges_in_and_takes_over(stack: BrowserStack) -> None:
    async with (
        stack.watch() as watch,
        stack.operator("1011", OPERATOR_HZ) as operator_phone,
        beside(stack, "browser", "2001", BOSS_HZ) as boss_seat,
        stack.carrier(CALLER_HZ) as line,
    ):
        caller = await dial(line)
        operator = await operator_phone.incoming()
        await operator.answer()
        shown = await watch.call(stage="talking", operator="1011")
        supervise = f"/calls/{shown['id']}/supervise"
        boss: Talker | None = None
        for mode in WALK:
            status, answer = await ask(stack, supervise, {"mode": mode}, "2001")
            assert status == 202, answer
            boss = boss or await boss_seat.takes_a_call()
            at_caller, at_operator, at_boss = MODES[mode]
            await hear((caller, at_caller), (operator, at_operator), (boss, at_boss))
        await ask(stack, supervise, {"mode": "take_over"}, "2001")
        assert await operator.ended() == "remote_bye"
        assert isinstance(boss, BrowserPhone)
        await hear((caller, {BOSS_HZ}), (boss, {CALLER_HZ}))
        await caller.hang_up()
        assert await boss.ended() == "remote"
        ended = await watch.call(id=shown["id"], stage="ended")
    await stack.nothing_is_left()
    heard = await heard_in_recording(stack, ended, TONES)
    assert heard.left == {CALLER_HZ}
    heard.right_was([MODES[mode][0] for mode in WALK] + [{BOSS_HZ}])

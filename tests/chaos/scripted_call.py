"""Which call does every experiment on a call's steps make? Offered, answered, recorded, held, passed on, supervised, and hung up.

Its people go on by themselves when the controller dies: phones that ring are answered, whoever talks talks on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from ari_app.demo.api_client import ApiRefused
from sip_agents import OutgoingCall, SipAgent
from tests.chaos.field import CALLER_HZ, OPERATOR_HZ, RECORDED_NUMBER, Field

BOSS: Final = "2001"
BOSS_HZ: Final = 2000.0
TONES: Final = (CALLER_HZ, OPERATOR_HZ, BOSS_HZ)
RINGS_S: Final = 0.1
"""How long a phone rings before it is answered."""
STEP_WITHIN_S: Final = 15.0
GROWS_WITHIN_S: Final = 6.0
"""Asterisk writes a recording in blocks of some seconds."""


@dataclass
class ScriptedCall:
    """One such call. ``partner``: the operator who must stay with the caller, whatever happens now; None: that may change."""

    field: Field
    boss: SipAgent
    step: str = "call"
    caller: OutgoingCall | None = None
    partner: str | None = None
    hung_up: bool = False
    id: str = ""

    async def play(self) -> None:
        """From the first ring to the caller's hanging up."""
        steps: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
            ("call", self._call),
            ("hold", self._hold),
            ("resume", self._resume),
            ("transfer", self._transfer),
            ("listen", self._listen),
            ("whisper", self._whisper),
            ("stop listening", self._stop_listening),
            ("hang up", self._hang_up),
        )
        for name, step in steps:
            self.step = name
            await step()

    async def _call(self) -> None:
        self.caller = await self.field.carrier.call(RECORDED_NUMBER, from_user="600000001")
        await self.caller.answered(20.0)
        shown = await self._until(stage="talking", recording_state="on")
        self.id, self.partner = shown["id"], shown["operator"]
        await self.hear_each_other()

    async def _hold(self) -> None:
        await self._ask("hold")
        await self._until(control="held")

    async def _resume(self) -> None:
        await self._ask("resume")
        await self._until(control="talking")
        await self.hear_each_other()

    async def _transfer(self) -> None:
        first, self.partner = self.partner, None
        (other,) = (code for code in self.field.phones if code != first)
        await self._ask("transfer", {"to": {"operator": other}})
        await self._until(stage="talking", operator=other, recording_state="on")
        self.partner = other
        await self.hear_each_other()

    async def _listen(self) -> None:
        await self._supervise("listen")
        await self._until_supervised("listen")

    async def _whisper(self) -> None:
        await self._supervise("whisper")
        await self._until_supervised("whisper")
        (operators,) = self.field.phones[self.partner or ""].calls
        await operators.heard_only([CALLER_HZ, BOSS_HZ], TONES, timeout_s=STEP_WITHIN_S)

    async def _stop_listening(self) -> None:
        (listening,) = self.boss.calls
        await listening.hang_up()
        async with asyncio.timeout(STEP_WITHIN_S):
            while self.boss.calls:
                await asyncio.sleep(0.02)

    async def _hang_up(self) -> None:
        assert self.caller is not None
        self.partner, self.hung_up = None, True
        await self.caller.hang_up()
        await self.until_nobody_is_called()

    # -- what is asked and seen ----------------------------------------------------------------------------------------

    async def hear_each_other(self) -> None:
        """The caller and the one operator who has a call."""
        assert self.caller is not None
        (operators,) = (call for phone in self.field.phones.values() for call in phone.calls)
        await asyncio.gather(
            self.caller.heard_only([OPERATOR_HZ], TONES, timeout_s=STEP_WITHIN_S),
            operators.heard_only([CALLER_HZ], TONES, timeout_s=STEP_WITHIN_S),
        )

    def called(self) -> dict[str, int]:
        """How many calls each phone has that has any."""
        phones = {**self.field.phones, BOSS: self.boss}
        return {code: len(phone.calls) for code, phone in phones.items() if phone.calls}

    async def until_nobody_is_called(self, within_s: float = STEP_WITHIN_S) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while self.called():
                await asyncio.sleep(0.02)

    async def _ask(self, what: str, body: Any = None) -> None:
        await self._asked("POST", f"calls/{self.id}/{what}", body)

    async def _asked(self, method: str, path: str, body: Any = None) -> Any:
        return await self.field.led_by.ask(BOSS, method, path, body)

    async def _supervise(self, mode: str) -> None:
        async with asyncio.timeout(STEP_WITHIN_S):
            while True:
                try:
                    await self._asked("POST", f"calls/{self.id}/supervise", {"mode": mode})
                except ApiRefused as refused:
                    if "not registered" not in str(
                        refused
                    ):  # after a restart the engine learns of phones a little later
                        raise
                    await asyncio.sleep(0.05)
                else:
                    return

    async def _until_supervised(self, mode: str) -> None:
        async with asyncio.timeout(STEP_WITHIN_S):
            while not any(
                (one["mode"], one["state"]) == (mode, "listening")
                for one in (await self._asked("GET", "supervisions"))["items"]
            ):
                await asyncio.sleep(0.02)

    async def _until(self, **wanted: str) -> dict[str, Any]:
        """Wait until the one call that is up is shown so."""
        deadline = asyncio.get_running_loop().time() + STEP_WITHIN_S
        while True:
            shown = [call for call in await self.field.shown() if call["stage"] != "ended"]
            if len(shown) == 1 and all(shown[0][name] == value for name, value in wanted.items()):
                return shown[0]
            if asyncio.get_running_loop().time() > deadline:
                what = [(call["stage"], call["control"], call["operator"]) for call in shown]
                raise AssertionError(f"wanted {wanted}, there is {what}, phones {self.called()}")
            await asyncio.sleep(0.02)

    async def until_served(self) -> None:
        """Whatever the controller's end has interrupted: the caller talks with an operator, and nobody else is called
        but a supervisor who listens.

        Raises AssertionError, NotHeard or TimeoutError.
        """
        assert self.caller is not None
        await self._until(stage="talking")
        (shown,) = [call for call in await self.field.shown() if call["stage"] == "talking"]
        assert self.caller.end_reason is None, f"the caller was cut off: {self.caller.end_reason}"
        if self.partner is not None:
            assert shown["operator"] == self.partner, f"{self.partner} had the caller, now {shown['operator']}"
        if shown["control"] == "held":
            self.id = shown["id"]
            await self._resume()
        async with asyncio.timeout(STEP_WITHIN_S):
            while {**self.called(), BOSS: 1} != {shown["operator"]: 1, BOSS: 1}:
                await asyncio.sleep(0.02)
        await self._supervisor_is_as_before()
        await self.hear_each_other()
        await self._is_recorded(shown["id"])

    async def _supervisor_is_as_before(self) -> None:
        """Whoever listened does, and hangs up; whoever was about to may, too."""
        if self.step == "whisper":
            assert self.boss.calls, "the supervisor was let go"
        if self.boss.calls:
            (listening,) = self.boss.calls
            await listening.heard_only([CALLER_HZ, OPERATOR_HZ], TONES, timeout_s=STEP_WITHIN_S)
            await self._stop_listening()

    async def _is_recorded(self, call: str) -> None:
        """Shown so, and what is written grows."""
        await self._until(recording_state="on")
        before = self._written(call)
        deadline = asyncio.get_running_loop().time() + GROWS_WITHIN_S
        while self._written(call) <= before:
            assert asyncio.get_running_loop().time() < deadline, "shown as recorded, but nothing is written"
            await asyncio.sleep(0.05)

    def _written(self, call: str) -> int:
        return sum(part.stat().st_size for part in (self.field.stack.settings.recordings / "raw").glob(f"{call}*.raw"))

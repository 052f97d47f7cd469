"""What does a controller make of the recordings that an earlier life was making? Each goes on, for certain or as another part.

The notes say what was begun; the channel, which is told last, what Asterisk has begun for certain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.recorder import Recorder
from ari_app.tape import Tape
from ari_app.telephony import ChannelInfo
from recordings.left_off import LeftOff, left_off
from recordings.names import part_number, store_key
from recordings.plan import RecordingPlan, plan_of


class RecordingsLeft:
    """Those of the calls that one sweep goes on with."""

    def __init__(self, recorder: Recorder, exchange: Callable[[], Exchange]) -> None:
        self._recorder = recorder
        self._exchange = exchange
        self._left: dict[str, LeftOff] = {}

    async def read(self, calls: Iterable[str]) -> None:
        """What was noted of each."""
        self._left = {call: left_off(await self._recorder.noted(call)) for call in calls}

    async def stop_unsure(self, call: str, caller: ChannelInfo) -> None:
        """Whatever Asterisk may have begun without our knowing ends; nothing of it is lost."""
        if _is_unsure(caller, self._left[call]):
            await self._recorder.stop(caller.id)

    def is_to_go_on(self, call: str) -> bool:
        """Whether something was being recorded, or about to be."""
        return self._left[call].open is not None

    def go_on(self, call: Call, caller: ChannelInfo) -> RecordingPlan | None:
        """The part that goes on, if there is one for certain; and what is known of the others, and of being recorded.

        A part of which that is not certain has been stopped: it is closed, and whoever talks begins another. No name is used twice.
        """
        call.refuses_recording = "CENTRALITA_REFUSES" in caller.variables
        left, part = self._left[call.id], _surely_going_on(caller, self._left[call.id])
        call.conversations = max(left.parts, part_number(part.raw.name) if part is not None else 0)
        if not call.conversations:
            return None
        tape = self._exchange().tape(call)
        tape.goes_on(muted=left.muted)
        call.told, call.recording = True, store_key(call.id)
        if part is not None:
            call.recording_state = "paused" if left.muted else "on"
        elif left.open is not None:
            tape.adopted()
            self._exchange().in_background(_closed(tape, left.open))
        return part


async def _closed(tape: Tape, part: RecordingPlan) -> None:
    await tape.part_over(part)


def _named(caller: ChannelInfo) -> RecordingPlan | None:
    return plan_of(caller.variables.get("CENTRALITA_RECORDING", ""))


def _is_unsure(caller: ChannelInfo, left: LeftOff) -> bool:
    """A part was to begin, and the controller died before it had noted on the channel that Asterisk has begun it."""
    return left.open is not None and left.open != _named(caller)


def _surely_going_on(caller: ChannelInfo, left: LeftOff) -> RecordingPlan | None:
    """What the channel names, unless that was stopped since. Where nothing was noted the channel is believed."""
    named = _named(caller)
    return named if named is not None and (not left.begun or left.open == named) else None

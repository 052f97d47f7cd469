"""What is told of one call's recording while it goes on? From the first part to ``Ended``, once every part is whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Protocol

from ari_app.contract import ControlState
from recordings.notes import Began, Ended, Muted, Note, PartBegan, PartEnded, RecordingMode, Stage, StageBegan, Unmuted
from recordings.plan import RecordingPlan

STAGES: Final[dict[ControlState, Stage]] = {
    "talking": "talk",
    "held": "hold",
    "held_by_phone": "hold",
    "ringing_other": "consult",
    "consulting": "consult",
    "swapped": "talk",
    "conference": "conference",
    "barged": "barge",
    "taken_over": "taken_over",
    "outside": "talk",
}


class Pen(Protocol):
    """What writes the notes; implemented by the recorder."""

    def note(self, id_: str, *notes: Note) -> Awaitable[bool]:
        """Append to the notes of that recording, in the order of asking; whether it could be done. Nobody need wait for it."""
        ...

    async def settled(self, plan: RecordingPlan) -> float:
        """Wait until all of a part that was stopped is written; how long it lasts (s)."""
        ...


class Tape:
    """The recording of one call, that ``began`` describes; ``now`` is Unix seconds."""

    def __init__(self, began: Began, recorder: Pen, now: Callable[[], float]) -> None:
        self.id = began.id
        self._began = began
        self._recorder = recorder
        self._now = now
        self._begun = False
        self._stage: StageBegan | None = None
        self._open = 0
        self._reason: str | None = None
        self.muted = False

    def goes_on(self, *, muted: bool) -> None:
        """An earlier life of the controller has begun it."""
        self._begun, self.muted = True, muted

    def adopted(self) -> None:
        """An earlier life of the controller has begun it, and one part goes on."""
        self._begun = True
        self._open += 1

    async def part_begins(self, plan: RecordingPlan, mode: RecordingMode) -> bool:
        """Before the first byte. False when it could not be noted: then nothing may be recorded, for nobody would find it."""
        first: list[Note] = [] if self._begun else [self._began, *([self._stage] if self._stage else [])]
        if not await self._recorder.note(self.id, *first, PartBegan(self._now(), plan.raw.name, mode)):
            return False
        self._begun = True
        self._open += 1
        return True

    async def part_over(self, plan: RecordingPlan) -> float:
        """Asterisk was told to stop: wait until all of the part is written. How long it lasts (s)."""
        self._recorder.note(self.id, PartEnded(self._now(), plan.raw.name))
        try:
            return await self._recorder.settled(plan)
        finally:
            self.release()

    def hold(self) -> None:
        """Something is still to be done to it: it does not end before ``release``."""
        self._open += 1

    def release(self) -> None:
        """See ``hold``."""
        self._open -= 1
        self._end_if_whole()

    def stage(
        self, stage: Stage, operator: str | None = None, queue: str | None = None, other: str | None = None
    ) -> None:
        """What the caller hears from now on."""
        new = StageBegan(self._now(), stage, operator or None, queue, other or None)
        if self._stage is not None and replace(self._stage, at=new.at) == new:
            return
        self._stage = new
        if self._begun:
            self._recorder.note(self.id, new)

    def mute(self, by: str) -> None:
        """From now on it holds silence."""
        if not self.muted:
            self.muted = True
            if self._begun:
                self._recorder.note(self.id, Muted(self._now(), by))

    def unmute(self) -> None:
        """Sound again."""
        if self.muted:
            self.muted = False
            if self._begun:
                self._recorder.note(self.id, Unmuted(self._now()))

    def end(self, reason: str) -> None:
        """The call is over. The worker may have the recording once every part is whole."""
        if self._reason is None:
            self._reason = reason
            self._end_if_whole()

    def _end_if_whole(self) -> None:
        if self._reason is not None and self._open == 0 and self._begun:
            self._begun = False
            self._recorder.note(self.id, Ended(self._now(), self._reason))

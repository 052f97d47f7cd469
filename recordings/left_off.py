"""How far had a call's recording come when the controller died? Pure: its notes in, for the next life to go on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recordings.names import part_number
from recordings.notes import Ended, Muted, Note, PartBegan, PartEnded, Unmuted
from recordings.plan import RecordingPlan, plan_of


@dataclass(frozen=True, slots=True)
class LeftOff:
    """``parts`` of it have a name that nobody else may take. ``open`` was to begin, and nobody noted that it ended: whether
    Asterisk ever began it only Asterisk knows. ``muted``: it holds silence, as asked."""

    begun: bool = False
    parts: int = 0
    open: RecordingPlan | None = None
    muted: bool = False


def left_off(notes: Sequence[Note]) -> LeftOff:
    """What these notes, up to their last whole line, say."""
    if not notes or isinstance(notes[-1], Ended):
        return LeftOff()
    began = [note.file for note in notes if isinstance(note, PartBegan)]
    ended = {note.file for note in notes if isinstance(note, PartEnded)}
    going_on = [file for file in began if file not in ended]
    asked = [note for note in notes if isinstance(note, Muted | Unmuted)]
    return LeftOff(
        begun=True,
        parts=max(map(part_number, began), default=0),
        open=plan_of(going_on[-1]) if going_on else None,
        muted=bool(asked) and isinstance(asked[-1], Muted),
    )

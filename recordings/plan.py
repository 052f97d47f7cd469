"""Where does a conversation's audio go while it lasts, and what will it be called? Pure: paths below the recordings folder.

A name is made of our own call id and nothing else, never of a caller's text. Which name is whose: names.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from recordings.names import VOICEMAIL, id_of_part, part_number, store_key


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """One part of a recording: ``id`` is the whole's, ``raw`` the file that is written, ``key`` the whole's name in the store."""

    id: str
    raw: PurePosixPath
    key: str


def plan_part(call: str, part: int = 1) -> RecordingPlan:
    """The plan of one of the conversations of ``call``, counted from 1. Raises ValueError for what is no call id."""
    return _plan(call, f"{call}.raw" if part == 1 else f"{call}-{part}.raw")


def plan_voicemail(call: str) -> RecordingPlan:
    """The plan of the message that ``call`` leaves: a recording of its own. Raises ValueError for what is no call id."""
    return _plan(f"{call}{VOICEMAIL}", f"{call}{VOICEMAIL}.raw")


def _plan(id_: str, raw: str) -> RecordingPlan:
    return RecordingPlan(id_, PurePosixPath("raw") / raw, store_key(id_))


def plan_of(raw: str) -> RecordingPlan | None:
    """The plan of a part that goes on, from its raw file's name; None for a name that is not ours."""
    id_ = id_of_part(raw)
    return None if id_ is None else _plan(id_, raw)


def part_of(plan: RecordingPlan) -> int:
    """Which of its call's conversations it is, from 1."""
    return part_number(plan.raw.name)

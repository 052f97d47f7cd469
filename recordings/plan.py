"""Is this conversation recorded, and under which name? Pure: paths are relative to the recordings folder.

A name is made of our own call id and nothing else, never of a caller's text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Literal

RecordingPolicy = Literal["never", "all"]
CALL_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")
VOICEMAIL = "-voicemail"
_PART = re.compile(rf"({CALL_ID.pattern})(|-[0-9]{{1,4}}|{VOICEMAIL})")


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """Where one conversation's audio goes: ``raw`` while it lasts, ``kept`` afterwards."""

    raw: PurePosixPath
    kept: PurePosixPath


def plan_recording(call: str, policy: RecordingPolicy, started_at_s: float, part: int = 1) -> RecordingPlan | None:
    """The plan for ``call`` (``YYYYMMDD-HHMMSS-8 hex digits``), None when it is not recorded.

    ``kept`` is ``YYYY/MM/DD/<call>.wav`` by the UTC day of ``started_at_s``; a call's later conversations, after a transfer, are
    further parts, ``<call>-2.wav`` and so on. Raises ValueError for any other call id.
    """
    if policy == "never":
        return None
    return _plan(call, "" if part == 1 else f"-{part}", started_at_s)


def plan_voicemail(call: str, started_at_s: float) -> RecordingPlan:
    """The plan for the message that ``call`` leaves, beside that of its conversation. Raises ValueError as plan_recording."""
    return _plan(call, VOICEMAIL, started_at_s)


def _plan(call: str, part: str, started_at_s: float) -> RecordingPlan:
    if not CALL_ID.fullmatch(call):
        raise ValueError(f"{call!r} is not one of our call ids; a recording's name is made of nothing else")
    day = datetime.fromtimestamp(started_at_s, UTC).strftime("%Y/%m/%d")
    return RecordingPlan(raw=PurePosixPath("raw") / f"{call}{part}.raw", kept=PurePosixPath(day) / f"{call}{part}.wav")


def plan_of_kept(kept: PurePosixPath) -> RecordingPlan:
    """The plan of a recording that goes on, from the path where it is to be kept."""
    return RecordingPlan(PurePosixPath("raw") / f"{kept.stem}.raw", kept)


def part_of(plan: RecordingPlan) -> int:
    """Which of its call's conversations it is, from 1."""
    found = _PART.fullmatch(plan.kept.stem)
    return int(found[2][1:]) if found and found[2][1:].isdigit() else 1


def call_of(raw_name: str) -> str:
    """The call of a raw file, from its name; a name that is not ours is its own."""
    stem = raw_name.removesuffix(".raw")
    found = _PART.fullmatch(stem)
    return found[1] if found else stem


def plan_for_leftover(raw_name: str) -> RecordingPlan | None:
    """The plan of a raw file that a crash left behind, from its name; None if the name is not ours."""
    stem = raw_name.removesuffix(".raw")
    found = _PART.fullmatch(stem)
    if found is None or stem == raw_name:
        return None
    started = datetime.strptime(stem[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    return _plan(found[1], found[2], started.timestamp())

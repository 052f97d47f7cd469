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


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """Where one conversation's audio goes: ``raw`` while it lasts, ``kept`` afterwards."""

    raw: PurePosixPath
    kept: PurePosixPath


def plan_recording(call: str, policy: RecordingPolicy, started_at_s: float) -> RecordingPlan | None:
    """The plan for ``call`` (``YYYYMMDD-HHMMSS-8 hex digits``), None when it is not recorded.

    ``kept`` is ``YYYY/MM/DD/<call>.wav`` by the UTC day of ``started_at_s``. Raises ValueError for any other call id.
    """
    if policy == "never":
        return None
    if not CALL_ID.fullmatch(call):
        raise ValueError(f"{call!r} is not one of our call ids; a recording's name is made of nothing else")
    day = datetime.fromtimestamp(started_at_s, UTC).strftime("%Y/%m/%d")
    return RecordingPlan(raw=PurePosixPath("raw") / f"{call}.raw", kept=PurePosixPath(day) / f"{call}.wav")


def plan_for_leftover(raw_name: str) -> RecordingPlan | None:
    """The plan of a raw file that a crash left behind, from its name; None if the name is not ours."""
    call = raw_name.removesuffix(".raw")
    if not CALL_ID.fullmatch(call) or call == raw_name:
        return None
    started = datetime.strptime(call[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    return plan_recording(call, "all", started.timestamp())

"""What is noted beside a call's raw audio while the call goes on? One JSON object a line, only ever appended. Pure.

The engine writes ``raw/<call>.notes`` beside ``raw/<call>.raw``, ``raw/<call>-2.raw``, ...; the last line is ``Ended``, and only
then does anybody else touch these files. A crash may tear the last line; it is left out then. Times are Unix seconds of one clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

RecordingMode = Literal["never", "on_demand", "all", "forced"]
RecordingKind = Literal["call", "voicemail"]
Stage = Literal["talk", "hold", "consult", "conference", "barge", "taken_over", "flow", "voicemail"]
"""What the caller hears meanwhile: the operator; music (``hold``, and ``consult``: while the operator talks with another); three or
more together (``conference``; ``barge``: the third is a supervisor); whoever ``taken_over`` the call; a flow's prompts."""


class BadNotes(ValueError):
    """A file of notes that cannot be read. The message names its line."""


@dataclass(frozen=True, slots=True)
class Began:
    """The first line: whose recording this is. ``caller_who`` is a keyed hash of the number, ``caller_shown`` the number as the
    centre shows it, mostly masked."""

    at: float
    id: str
    call: str
    kind: RecordingKind
    direction: str
    number: str
    caller_shown: str
    caller_who: str | None


@dataclass(frozen=True, slots=True)
class PartBegan:
    """From here ``file`` (a name in the folder of raw files) is written: interleaved 16-bit stereo of 8 kHz, left what the caller
    says, right what he or she hears."""

    at: float
    file: str
    mode: RecordingMode


@dataclass(frozen=True, slots=True)
class PartEnded:
    """``file`` ends about here."""

    at: float
    file: str


@dataclass(frozen=True, slots=True)
class StageBegan:
    """From here until the next one of these: with which ``operator`` of which ``queue``, and ``other``: who is consulted, confers
    or has taken the call over."""

    at: float
    stage: Stage
    operator: str | None = None
    queue: str | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Muted:
    """From here until ``Unmuted`` both sides are silence. ``by``: the code of who asked, or ``flow``."""

    at: float
    by: str


@dataclass(frozen=True, slots=True)
class Unmuted:
    """Sound again."""

    at: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The last line: nothing will be written any more. ``reason``: how the call ended, or ``crash`` if nobody was there to tell."""

    at: float
    reason: str


Note = Began | PartBegan | PartEnded | StageBegan | Muted | Unmuted | Ended
_KINDS: Final[dict[str, type[Note]]] = {
    "began": Began,
    "part_began": PartBegan,
    "part_ended": PartEnded,
    "stage": StageBegan,
    "muted": Muted,
    "unmuted": Unmuted,
    "ended": Ended,
}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}


def to_line(note: Note) -> str:
    """One line, its end included."""
    return json.dumps({"note": _NAMES[type(note)], **asdict(note)}, ensure_ascii=False, separators=(",", ":")) + "\n"


def from_lines(text: str) -> list[Note]:
    """The notes of one file; a torn last line (without its end) is left out. Raises BadNotes."""
    lines = text.split("\n")
    return list(_notes(lines[:-1]))


def _notes(lines: Iterable[str]) -> Iterable[Note]:
    for number, line in enumerate(lines, start=1):
        try:
            fields: dict[str, Any] = json.loads(line)
            yield _KINDS[fields.pop("note")](**fields)
        except (ValueError, KeyError, TypeError, AttributeError) as bad:
            raise BadNotes(f"line {number} is not a note: {bad}") from bad

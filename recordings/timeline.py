"""How do a call's parts become one recording? Where each lies on one timeline, what is silence, who talks when. Pure.

MixMonitor writes continuously, so a part's bytes are its time: they are trusted, the notes only say where a part begins. All
is counted in frames (1/8000 s) from the first part's beginning; what nobody recorded is silence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, TypeVar, get_args

from recordings.names import id_of_part
from recordings.notes import (
    BadNotes,
    Began,
    Ended,
    Muted,
    Note,
    PartBegan,
    PartEnded,
    RecordingKind,
    RecordingMode,
    Stage,
    StageBegan,
    Unmuted,
)
from recordings.record import Segment
from recordings.wav import FRAME_BYTES, RATE_HZ

LONGEST_S: Final = 24 * 3600.0
"""Parts that lie further apart are a clock gone wrong, not a call."""
FAR_S: Final = 0.5
_STRENGTH: Final[tuple[RecordingMode, ...]] = ("never", "on_demand", "all", "forced")
_N = TypeVar("_N", bound=Note)


@dataclass(frozen=True, slots=True)
class Stretch:
    """``frames`` of the timeline from ``at`` on, out of ``file`` from ``from_frame`` on; silence if ``file`` is None."""

    at: int
    frames: int
    file: str | None = None
    from_frame: int = 0


@dataclass(frozen=True, slots=True)
class Timeline:
    """One recording. ``stretches`` follow each other without a gap and fill ``frames``; ``muted`` are frames (from, to),
    in order and apart. ``started_at`` is in Unix seconds."""

    began: Began
    started_at: float
    frames: int
    stretches: tuple[Stretch, ...]
    muted: tuple[tuple[int, int], ...]
    segments: tuple[Segment, ...]
    operators: tuple[str, ...]
    queues: tuple[str, ...]
    mode: RecordingMode
    end_reason: str
    faults: tuple[str, ...]

    @property
    def length_s(self) -> float:
        """How long it plays."""
        return self.frames / RATE_HZ

    @property
    def muted_s(self) -> tuple[tuple[float, float], ...]:
        """The muted stretches in seconds."""
        return tuple((begins / RATE_HZ, ends / RATE_HZ) for begins, ends in self.muted)


def lay_out(notes: Sequence[Note], sizes: Mapping[str, int]) -> Timeline:
    """The timeline of one recording; ``sizes`` are the bytes of each raw file that is there.

    Raises BadNotes when they do not tell of one: the first is not ``Began``, no part is noted, a value that cannot be, or parts
    that lie more than a day apart. Its ``frames`` are 0 when nothing was written.
    """
    began = _first(notes)
    parts, faults = _parts(notes)
    if not parts:
        raise BadNotes("no part is noted, so there is nothing to join")
    started_at = min(part.at for part in parts)
    faults += _lengths(parts, notes, sizes)
    stretches = _placed(parts, sizes, started_at)
    frames = stretches[-1].at + stretches[-1].frames if stretches else 0
    segments = _segments(notes, started_at, frames)
    return Timeline(
        began=began,
        started_at=started_at,
        frames=frames,
        stretches=stretches,
        muted=_muted(notes, started_at, frames),
        segments=segments,
        operators=_each_once(segment.operator for segment in segments),
        queues=_each_once(segment.queue for segment in segments),
        mode=max((part.mode for part in parts), key=_STRENGTH.index),
        end_reason=next((note.reason for note in reversed(notes) if isinstance(note, Ended)), "unknown"),
        faults=tuple(faults),
    )


def noted_parts(notes: Iterable[Note]) -> tuple[str, ...]:
    """The raw files that the notes tell of, each once."""
    return _each_once(note.file for note in notes if isinstance(note, PartBegan))


def _first(notes: Sequence[Note]) -> Began:
    for number, note in enumerate(notes, start=1):
        _check(note, number)
    if not notes or not isinstance(notes[0], Began):
        raise BadNotes("line 1 does not tell whose recording this is")
    if notes[0].kind not in get_args(RecordingKind):
        raise BadNotes(f"line 1: {notes[0].kind!r} is no kind of recording")
    return notes[0]


def _check(note: Note, number: int) -> None:
    """JSON may hold anything at any place. Raises BadNotes."""
    for field in fields(note):
        value = getattr(note, field.name)
        if field.name == "at":
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise BadNotes(f"line {number}: the time {value!r} is none")
        elif not isinstance(value, str) and not (value is None and "None" in str(field.type)):
            raise BadNotes(f"line {number}: {field.name} is no text")  # and not which: it may be a caller's number
    match note:
        case PartBegan(mode=mode) if mode not in _STRENGTH:
            raise BadNotes(f"line {number}: {mode!r} is no mode of recording")
        case StageBegan(stage=stage) if stage not in get_args(Stage):
            raise BadNotes(f"line {number}: {stage!r} is no stage of a call")
        case _:
            return


def _parts(notes: Sequence[Note]) -> tuple[list[PartBegan], list[str]]:
    """The parts in order of their beginning, each file once, and what was wrong with them. Raises BadNotes."""
    began = notes[0]
    assert isinstance(began, Began)
    parts, faults = dict[str, PartBegan](), list[str]()
    for part in _all(notes, PartBegan):
        if id_of_part(part.file) != began.id:
            raise BadNotes(f"{part.file!r} is no name of a part of {began.id}")
        if part.file in parts:
            faults.append(f"part_noted_twice {part.file}")
        else:
            parts[part.file] = part
    in_order = sorted(parts.values(), key=lambda part: part.at)
    if in_order and in_order[-1].at - in_order[0].at > LONGEST_S:
        raise BadNotes(f"the parts begin {in_order[-1].at - in_order[0].at:.0f} s apart, more than a day")
    return in_order, faults


def _lengths(parts: Iterable[PartBegan], notes: Sequence[Note], sizes: Mapping[str, int]) -> Iterable[str]:
    """What does not fit between the notes and the bytes."""
    ended = {note.file: note.at for note in _all(notes, PartEnded)}
    for part in parts:
        size = sizes.get(part.file)
        if part.file not in ended:
            yield f"part_not_ended {part.file}"
        if size is None:
            yield f"part_missing {part.file}"
            continue
        if size % FRAME_BYTES:
            yield f"frame_torn {part.file}"
        there_s, noted_s = size / FRAME_BYTES / RATE_HZ, ended.get(part.file, math.nan) - part.at
        if abs(there_s - noted_s) > FAR_S:
            yield f"part_length {part.file} noted {noted_s:.1f} s, there {there_s:.1f} s"


def _placed(parts: Iterable[PartBegan], sizes: Mapping[str, int], started_at: float) -> tuple[Stretch, ...]:
    """The parts at their places, a later one over an earlier one, and silence between them."""
    laid = list[Stretch]()
    for part in parts:
        frames = sizes.get(part.file, 0) // FRAME_BYTES
        if frames:
            new = Stretch(_frame(part.at, started_at), frames, part.file)
            laid = [rest for old in laid for rest in _outside(old, new)] + [new]
    filled, until = list[Stretch](), 0
    for stretch in sorted(laid, key=lambda stretch: stretch.at):
        if stretch.at > until:
            filled.append(Stretch(until, stretch.at - until))
        filled.append(stretch)
        until = stretch.at + stretch.frames
    return tuple(filled)


def _outside(old: Stretch, new: Stretch) -> Iterable[Stretch]:
    """What remains of ``old`` before and after ``new``."""
    old_end, new_end = old.at + old.frames, new.at + new.frames
    if old.at < new.at:
        yield Stretch(old.at, min(old_end, new.at) - old.at, old.file, old.from_frame)
    if old_end > new_end:
        begins = max(old.at, new_end)
        yield Stretch(begins, old_end - begins, old.file, old.from_frame + begins - old.at)


def _segments(notes: Sequence[Note], started_at: float, frames: int) -> tuple[Segment, ...]:
    """Each stage until the next or the end; what lies outside of the timeline, or has no length, is left out."""
    stages = sorted(_all(notes, StageBegan), key=lambda stage: stage.at)
    begins = [min(max(0, _frame(stage.at, started_at)), frames) for stage in stages]
    found = zip(stages, begins, [*begins, frames][1:], strict=True)
    return tuple(
        Segment(stage.stage, begin / RATE_HZ, end / RATE_HZ, stage.operator, stage.queue, stage.other)
        for stage, begin, end in found
        if begin < end
    )


def _muted(notes: Sequence[Note], started_at: float, frames: int) -> tuple[tuple[int, int], ...]:
    """From each ``Muted`` to the next ``Unmuted``, else to the end; those that touch are one."""
    found, since = list[tuple[int, int]](), None
    for note in sorted((note for note in notes if isinstance(note, Muted | Unmuted)), key=lambda note: note.at):
        if isinstance(note, Muted):
            since = note.at if since is None else since
        elif since is not None:
            found.append((_frame(since, started_at), _frame(note.at, started_at)))
            since = None
    if since is not None:
        found.append((_frame(since, started_at), frames))
    clipped = [(max(0, begins), min(ends, frames)) for begins, ends in found]
    return tuple(_joined((begins, ends) for begins, ends in clipped if begins < ends))


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined = list[tuple[int, int]]()
    for begins, ends in ranges:
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined


def _frame(at: float, started_at: float) -> int:
    return round((at - started_at) * RATE_HZ)


def _all(notes: Iterable[Note], kind: type[_N]) -> list[_N]:
    return [note for note in notes if isinstance(note, kind)]


def _each_once(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))

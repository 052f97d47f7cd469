"""What does the engine leave of a call? Raw files and notes in a recordings folder, as MixMonitor and the engine write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recordings.notes import Began, Ended, Note, PartBegan, PartEnded, StageBegan, to_line
from recordings.wav import RATE_HZ
from sip_agents.tones import sine

STARTED_AT = 1_795_494_121.0  # 2026-11-24T04:22:01Z
CALLER_HZ, OPERATOR_HZ = 440.0, 700.0


def call_id(number: int = 1) -> str:
    """The id of one of many calls."""
    return f"20261124-042201-{number:08x}"


def both_sides(seconds: float, caller_hz: float = CALLER_HZ, operator_hz: float = OPERATOR_HZ) -> npt.NDArray[np.int16]:
    """Rows of left and right: one tone each."""
    frames = round(seconds * RATE_HZ)
    return np.stack([sine(caller_hz, RATE_HZ, frames), sine(operator_hz, RATE_HZ, frames)], axis=1)


def began(id_: str, at: float = STARTED_AT) -> Began:
    """The first note."""
    kind = "voicemail" if id_.endswith("-voicemail") else "call"
    return Began(
        at, id_, id_[:24], "voicemail" if kind == "voicemail" else "call", "inbound", "900100200", "6xx xxx 222", "a1b2"
    )


@dataclass(frozen=True)
class Part:
    """One raw file: its name, what it holds, and when it began."""

    file: str
    sound: npt.NDArray[np.int16]
    at: float = STARTED_AT

    @property
    def ended_at(self) -> float:
        """When the engine noted its end."""
        return self.at + len(self.sound) / RATE_HZ


def notes_of(id_: str, parts: Sequence[Part], more: Iterable[Note] = ()) -> list[Note]:
    """Notes of a call that went well; ``more`` are put in by their time."""
    between: list[Note] = [*(PartBegan(part.at, part.file, "all") for part in parts), *more]
    between += [PartEnded(part.ended_at, part.file) for part in parts]
    ended_at = max(part.ended_at for part in parts)
    return [began(id_, parts[0].at), *sorted(between, key=lambda note: note.at), Ended(ended_at, "caller_hung_up")]


def leave(root: Path, id_: str, parts: Sequence[Part], notes: Iterable[Note] | None = None) -> None:
    """Write raw files and notes below ``root``; the notes' last line last."""
    raw = root / "raw"
    raw.mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in parts:
        (raw / part.file).write_bytes(part.sound.astype("<i2").tobytes())
        (raw / part.file).chmod(0o600)
    told = notes_of(id_, parts, [StageBegan(parts[0].at, "talk", "1001", "ventas")]) if notes is None else notes
    (raw / f"{id_}.notes").write_text("".join(map(to_line, told)), encoding="utf-8")


def leave_call(root: Path, number: int = 1, seconds: float = 2.0, at: float = STARTED_AT) -> str:
    """One call of one part, with a tone on each side; its id."""
    id_ = call_id(number)
    leave(root, id_, [Part(f"{id_}.raw", both_sides(seconds), at)])
    return id_

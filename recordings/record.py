"""What is known of a finished recording? The catalogue's row, made by the pipeline, for whoever searches and plays. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from recordings.notes import RecordingKind, RecordingMode, Stage


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the timeline, in seconds from its beginning."""

    stage: Stage
    from_s: float
    to_s: float
    operator: str | None = None
    queue: str | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class SpeechFacts:
    """Shares of the length, 0..1: the caller and the operator speaking, both at once, neither (hold left out), the caller on hold;
    how often one began while the other spoke and took the turn; and the longest silence (s)."""

    caller_talk: float
    operator_talk: float
    over_talk: float
    silence: float
    hold: float
    interruptions_by_caller: int
    interruptions_by_operator: int
    longest_silence_s: float


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """One recording that is kept. ``id`` is the call's id, or that and ``-voicemail``; ``key`` its name in the store, below
    its root (``2026/11/27/<id>.opus.age``). Times are Unix seconds, lengths seconds.

    ``peaks``: for each of up to 1,200 equal stretches the least and greatest sample of the left side and of the right, four
    signed bytes (-127..127), one stretch after the other. ``audio_sha256`` is that of the Opus file, ``stored_sha256`` of what the
    store holds. ``muted``: stretches of silence that were asked for. ``faults``: what was not as it should be, such as a part that
    a crash cut off.
    """

    id: str
    call: str
    kind: RecordingKind
    key: str
    started_at: float
    length_s: float
    direction: str
    number: str
    caller_shown: str
    caller_who: str | None
    mode: RecordingMode
    queues: tuple[str, ...]
    operators: tuple[str, ...]
    segments: tuple[Segment, ...]
    muted: tuple[tuple[float, float], ...]
    end_reason: str
    peaks: bytes
    audio_sha256: str
    audio_bytes: int
    stored_sha256: str
    stored_bytes: int
    stored_at: float
    facts: SpeechFacts | None = None
    faults: tuple[str, ...] = ()


class Catalogue(Protocol):
    """Where the pipeline enters what it has stored. Each raises CatalogueAway when it cannot be done now; it is tried again."""

    def find(self, id_: str) -> StoredRecording | None:
        """What is entered under this id."""
        ...

    def enter(self, recording: StoredRecording) -> None:
        """Enter it, whole or not at all; entered again, the newer replaces the older."""
        ...

    def ids(self) -> Iterable[str]:
        """All that are entered."""
        ...


class CatalogueAway(OSError):
    """The catalogue cannot be reached or written just now."""

"""Which recordings are looked for, and which of them may this person see? A query as a value; the catalogue answers it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from recordings.custody import RECORDING_ID
from recordings.notes import RecordingKind, RecordingMode
from recordings.record import StoredRecording

PAGE: Final = 50
PAGE_MAX: Final = 200
_PLACE: Final = re.compile(rf"([0-9]{{1,12}}(?:\.[0-9]{{1,9}})?)~({RECORDING_ID.pattern})")


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose recordings somebody sees: of calls in these ``queues`` (None: of all), or only of those in which nobody but
    ``operators`` (one, or those of a team) was the operator."""

    queues: frozenset[str] | None = None
    operators: frozenset[str] | None = None

    def sees(self, queues: Iterable[str], operators: Iterable[str]) -> bool:
        """Whether a recording of these queues and operators is within sight."""
        if self.operators is not None:
            theirs = set(operators)
            return bool(theirs) and theirs <= self.operators
        return self.queues is None or not self.queues.isdisjoint(queues)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: right after this recording, in the order of the newest first."""

    started_at: float
    id: str

    def text(self) -> str:
        """As a client sends it back."""
        return f"{self.started_at!r}~{self.id}"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Raises ValueError for a text that is no place of ours."""
        found = _PLACE.fullmatch(text)
        if found is None:
            raise ValueError("this is not a place in a list of recordings; send back `next` of the page before")
        return cls(float(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: all that is given must fit. Times in Unix seconds (``since`` <= began < ``until``), lengths in seconds,
    shares 0..1; a share that is asked for leaves out recordings whose speech was not measured.

    ``caller_who`` is the keyed hash of the number. ``text`` stands in a coach's note, however it is
    accented. ``held``: with (or without) a legal hold.
    """

    since: float | None = None
    until: float | None = None
    queue: str | None = None
    operator: str | None = None
    number: str | None = None
    caller_who: str | None = None
    disposition: str | None = None
    min_length_s: float | None = None
    max_length_s: float | None = None
    kind: RecordingKind | None = None
    mode: RecordingMode | None = None
    min_silence: float | None = None
    max_silence: float | None = None
    min_over_talk: float | None = None
    max_over_talk: float | None = None
    text: str | None = None
    call: str | None = None
    held: bool | None = None
    sight: Sight = field(default_factory=Sight)


@dataclass(frozen=True, slots=True)
class Found:
    """One recording of a list; its ``peaks`` are left out (empty) to keep lists small."""

    recording: StoredRecording
    disposition: str | None = None
    held: bool = False
    marks: int = 0

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return Place(self.recording.started_at, self.recording.id)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of those found, the newest first; ``total`` counts all pages', ``next`` is None on the last."""

    items: tuple[Found, ...]
    total: int
    next: Place | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """How many recordings a search finds, and how long and large their audio is together."""

    recordings: int
    length_s: float
    audio_bytes: int


def folded(text: str) -> str:
    """``text`` as it is compared: without accents and case, so that ``gestion`` finds ``Gestión``."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))

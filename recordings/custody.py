"""What belongs to a recording besides its sound? Notes of coaches, holds, links, and who did what with it. Pure.

All times are Unix seconds. Of a customer nothing stands here but the keyed hash of the number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from recordings.names import CALL_ID, VOICEMAIL

RECORDING_ID: Final = re.compile(rf"{CALL_ID.pattern}(?:{VOICEMAIL})?")
_KEY: Final = re.compile(rf"[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}}/({RECORDING_ID.pattern})\.opus\.age")

Act = Literal[
    "played",
    "link_made",
    "link_revoked",
    "link_played",
    "mark_made",
    "mark_removed",
    "held",
    "released",
    "exported",
    "expired",
    "erased",
    "erasure_asked",
    "erasure_done",
    "supervision_began",
    "supervision_mode",
    "supervision_moved",
    "supervision_ended",
    "supervision_unanswered",
    "supervision_refused",
    "taken_over",
    "number_seen",
    "notes_lost",
]
SubjectKind = Literal["recording", "call", "operator", "erasure", "export", "audit"]
DoomedBy = Literal["expired", "erased"]
"""Why a recording is being removed: its time is over, or its customer asked for it."""


class BadKey(ValueError):
    """A name in the store that is not one that this recording can have."""


class Doomed(ValueError):
    """The recording is being removed already; nothing can be done with it any more."""


def checked_key(recording: str, key: str) -> str:
    """``key`` if it is the name in the store of ``recording`` and of nothing else. Raises BadKey."""
    found = _KEY.fullmatch(key)
    if found is None or found[1] != recording:
        raise BadKey(f"the catalogue names {key!r} for {recording}; expected YYYY/MM/DD/{recording}.opus.age")
    return key


@dataclass(frozen=True, slots=True)
class Mark:
    """A coach's note at a moment ``at`` of a call, made ``made_at`` by the person with the code ``by``.

    ``recording`` is set when it was made on a recording; otherwise it was made while the call went on.
    """

    id: str
    call: str
    at: float
    by: str
    text: str
    made_at: float
    recording: str | None = None

    def at_s(self, started_at: float, length_s: float) -> float:
        """Where it stands on a recording that began at ``started_at``."""
        return round(min(max(0.0, self.at - started_at), length_s), 3)


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: nothing removes the recording until it is released."""

    id: str
    recording: str
    by: str
    why: str
    at: float
    released_at: float | None = None
    released_by: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A way to hear one recording without logging in, until ``expires_at``, ``plays_max`` times at most (None: any number)."""

    id: str
    recording: str
    by: str
    made_at: float
    expires_at: float
    plays_max: int | None = None
    plays: int = 0
    revoked_at: float | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what: ``who`` is a person's code, ``link:<id>`` for whoever holds a link, or ``system``; ``address`` where from.

    ``id`` is 0 until the entry is kept.
    """

    at: float
    who: str
    role: str
    act: Act
    kind: SubjectKind
    subject: str
    address: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries: those that fit all that is given, the newest first, older than the entry ``before``."""

    since: float | None = None
    until: float | None = None
    who: str | None = None
    act: str | None = None
    subject: str | None = None
    before: int | None = None
    limit: int = 100

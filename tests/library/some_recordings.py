"""What does a recording of the catalogue look like? Made from a number, so that tests speak of the first, the second..."""

from __future__ import annotations

from typing import Any

from recordings.custody import AuditEntry
from recordings.record import Segment, SpeechFacts, StoredRecording

BEGAN = 1_795_000_000.0
WHO = "c0ffee00c0ffee00c0ffee00"


def call_id(number: int) -> str:
    """The id of the ``number``-th call."""
    return f"20261118-120000-{number:08x}"


def stored(nth: int = 1, /, **changed: Any) -> StoredRecording:
    """The ``nth`` recording, a minute after the one before."""
    id_ = changed.pop("id", call_id(nth))
    fields: dict[str, Any] = {
        "id": id_,
        "call": id_.removesuffix("-voicemail"),
        "kind": "call",
        "key": f"2026/11/18/{id_}.opus.age",
        "started_at": BEGAN + 60 * nth + 0.125,
        "length_s": 30.0 + nth,
        "direction": "inbound",
        "number": "900100201",
        "caller_shown": "******789",
        "caller_who": WHO,
        "mode": "all",
        "queues": ("soporte",),
        "operators": ("1005",),
        "segments": (Segment("talk", 0.0, 20.5, "1005", "soporte"), Segment("hold", 20.5, 31.0)),
        "muted": ((3.0, 4.5),),
        "end_reason": "caller_hung_up",
        "peaks": bytes([1, 255, 2, 254]) * 4,
        "audio_sha256": f"{nth:064x}",
        "audio_bytes": 1000 + nth,
        "stored_sha256": f"{nth:064x}",
        "stored_bytes": 1300 + nth,
        "stored_at": BEGAN + 90 + 60 * nth,
        "facts": SpeechFacts(0.4, 0.3, 0.05, 0.25, 0.0, 1, 2, 3.5),
        "faults": (),
    }
    return StoredRecording(**fields | changed)


def noted(act: Any = "held", subject: str = call_id(1), at: float = BEGAN, who: str = "3001") -> AuditEntry:
    """An entry of the audit."""
    return AuditEntry(at, who, "coordinator", act, "recording", subject)

"""What is known of a recording that is sealed but not stored yet? Its label, so that it is made only once."""

from __future__ import annotations

import json
from pathlib import Path

from ari_app.keeping.measured import measured, pieces_of
from ari_app.whole_files import PRIVATE, write_whole
from recordings.record import StoredRecording
from recordings.record_json import BadRecord, record_from_json, record_to_json


def write_label(path: Path, recording: StoredRecording, seal_mark: str) -> None:
    """The last step of sealing. Raises OSError."""
    write_whole(path, f"{json.dumps({'sealed_for': seal_mark})}\n{record_to_json(recording)}\n", PRIVATE)


def read_label(path: Path, sealed: Path, seal_mark: str) -> StoredRecording | None:
    """What is in the sealed file; None when that is not whole, was sealed for others, or there is none."""
    try:
        head, record, _ = path.read_text(encoding="utf-8").split("\n")
        recording = record_from_json(record)
        if json.loads(head) != {"sealed_for": seal_mark} or sealed.stat().st_size != recording.stored_bytes:
            return None
        return recording if measured(pieces_of(sealed)).sha256 == recording.stored_sha256 else None
    except (OSError, ValueError, BadRecord):
        return None

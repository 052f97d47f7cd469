"""How is what is known of a recording written as JSON? For the label beside a recording that is on its way. Pure."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import Any

from recordings.record import Segment, SpeechFacts, StoredRecording


class BadRecord(ValueError):
    """A text that tells of no recording."""


def record_to_json(recording: StoredRecording) -> str:
    """One JSON object on one line; the peaks in base64."""
    return json.dumps(asdict(recording) | {"peaks": base64.b64encode(recording.peaks).decode()}, ensure_ascii=False)


def record_from_json(text: str) -> StoredRecording:
    """What ``record_to_json`` wrote. Raises BadRecord for anything else."""
    try:
        told: dict[str, Any] = json.loads(text)
        facts = told.pop("facts")
        lists = {name: tuple(told.pop(name)) for name in ("queues", "operators", "faults")}
        return StoredRecording(
            **told
            | lists
            | {
                "segments": tuple(Segment(**segment) for segment in told["segments"]),
                "muted": tuple((begins, ends) for begins, ends in told["muted"]),
                "peaks": base64.b64decode(told["peaks"], validate=True),
                "facts": SpeechFacts(**facts) if facts else None,
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError) as bad:
        raise BadRecord(f"this tells of no recording: {bad}") from bad

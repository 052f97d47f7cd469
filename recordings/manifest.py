"""What is in an exported bundle? One line a recording, as CSV for people and as JSON for programs. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

from recordings.search import Found

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One recording in a bundle. ``file`` and ``sha256`` are empty when its audio could not be had; ``fault`` says why."""

    id: str
    call: str
    file: str
    sha256: str
    bytes: int
    started: str
    length_s: float
    kind: str
    mode: str
    direction: str
    number: str
    caller: str
    queues: str
    operators: str
    disposition: str
    end_reason: str
    fault: str = ""


def line_of(found: Found, file: str, sha256: str, size: int, fault: str = "") -> Line:
    """The line of one recording."""
    one = found.recording
    started = datetime.fromtimestamp(one.started_at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Line(
        one.id,
        one.call,
        file,
        sha256,
        size,
        started,
        round(one.length_s, 3),
        one.kind,
        one.mode,
        one.direction,
        one.number,
        one.caller_shown,
        " ".join(one.queues),
        " ".join(one.operators),
        found.disposition or "",
        one.end_reason,
        fault,
    )


def as_csv(lines: Iterable[Line]) -> bytes:
    """With a header; UTF-8 with its mark, so that spreadsheets read accents. What would be a formula there is made text."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(field.name for field in fields(Line))
    for line in lines:
        writer.writerow(_inert(value) for value in asdict(line).values())
    return text.getvalue().encode("utf-8-sig")


def as_json(lines: Iterable[Line], about: Mapping[str, Any]) -> bytes:
    """An object: ``about`` the export, and ``recordings``."""
    body = {**about, "recordings": [asdict(line) for line in lines]}
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value

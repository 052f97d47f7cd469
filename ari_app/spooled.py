"""What waits on a disk for the database, and how is it one line? Acts for the audit, outcomes of calls, and the
history of calls, each with an id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from ari_app.call_notes import CallNote, StretchNote
from ari_app.outcome_notes import Outcome
from ari_app.scribe import Lost
from recordings.custody import AuditEntry

Spoolable: TypeAlias = AuditEntry | Outcome | CallNote | StretchNote


class BadLine(ValueError):
    """A line that is none of ours, or only a piece of one."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """One note; ``id`` makes it come into the database once, however often it is delivered."""

    id: str
    note: Spoolable


@dataclass(frozen=True, slots=True)
class Waiting:
    """A note as it stands in the spool, ``size`` bytes long there; a BadLine is none that can be read."""

    spooled: Spooled | BadLine
    line: str
    size: int


def as_line(id_: str, note: Spoolable | Lost, now: float) -> str:
    """One line with its end. That some were lost, ``now``, is an act, too: the audit says where something is missing."""
    match note:
        case Outcome():
            fields: dict[str, Any] = {"outcome": asdict(note)}
        case AuditEntry():
            fields = {"act": _without_id(note)}
        case CallNote():
            fields = {"call": asdict(note)}
        case StretchNote():
            fields = {"stretch": asdict(note)}
        case Lost():
            gap = AuditEntry(now, "system", "system", "notes_lost", "audit", "", detail={"number": note.number})
            fields = {"act": _without_id(gap)}
    return json.dumps({"id": id_, **fields}) + "\n"


def from_line(line: str) -> Spooled:
    """The note of one line. Raises BadLine."""
    try:
        match json.loads(line):
            case {"id": str(id_), "act": {**act}}:
                return Spooled(id_, AuditEntry(**_typed(act)))
            case {"id": str(id_), "outcome": {**outcome}}:
                return Spooled(id_, Outcome(**_typed(outcome)))
            case {"id": str(id_), "call": {**call}}:
                return Spooled(id_, CallNote(**_typed(call)))
            case {"id": str(id_), "stretch": {**stretch}}:
                return Spooled(id_, StretchNote(**_typed(stretch)))
    except (ValueError, TypeError) as bad:
        raise BadLine(str(bad)) from bad
    raise BadLine("neither an act nor an outcome, a call or a stretch of one")


def _without_id(entry: AuditEntry) -> dict[str, Any]:
    """Its number is the database's, and it has none yet."""
    return {name: value for name, value in asdict(entry).items() if name != "id"}


def _typed(fields: Mapping[Any, Any]) -> dict[str, Any]:
    if not isinstance(fields.get("at"), int | float):
        raise BadLine("no time")
    return dict(fields)

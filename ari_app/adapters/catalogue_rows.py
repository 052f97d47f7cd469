"""How does a recording become rows, and rows a recording? Both ways, so that nothing else need know the columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, func, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from ari_app.adapters.catalogue_tables import dispositions, holds, marks, operators, peaks, queues, recordings
from recordings.record import Segment, SpeechFacts, StoredRecording
from recordings.search import Found

AT_ONCE: Final = 500
"""Values in one list of a statement at most; SQLite's limit is far above, older ones' was 999."""


def put(connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Make or change the one row with this ``key``."""
    this = [table.c[name] == value for name, value in key.items()]
    if connection.execute(update(table).where(*this).values(**values)).rowcount == 0:
        connection.execute(insert(table).values(**key, **values))


def enter_rows(connection: Connection, recording: StoredRecording) -> None:
    """All rows of one recording, in the place of those that it had."""
    fields = asdict(recording)
    for apart in ("id", "peaks", "operators", "queues"):
        del fields[apart]
    facts = recording.facts
    shares = {"silence": facts and facts.silence, "over_talk": facts and facts.over_talk}
    put(connection, recordings, {"id": recording.id}, {**fields, **shares})
    for table in (operators, queues):
        connection.execute(delete(table).where(table.c.recording == recording.id))
    put(connection, peaks, {"recording": recording.id}, {"peaks": recording.peaks})
    for table, column, names in (
        (operators, "operator", recording.operators),
        (queues, "queue", recording.queues),
    ):
        rows = [{"recording": recording.id, "position": place, column: name} for place, name in enumerate(names)]
        if rows:
            connection.execute(insert(table), rows)


def found_in(
    connection: Connection, *where: ColumnElement[bool], with_peaks: bool = False, **order: Any
) -> list[Found]:
    """The recordings that fit, with all that is known of them. ``order``: ``by`` (columns), ``limit``."""
    statement = select(recordings).where(*where).order_by(*order.get("by", ())).limit(order.get("limit"))
    rows = [dict(row._mapping) for row in connection.execute(statement)]
    found: list[Found] = []
    for start in range(0, len(rows), AT_ONCE):
        found += _adorned(connection, rows[start : start + AT_ONCE], with_peaks)
    return found


def _adorned(connection: Connection, rows: Sequence[Mapping[str, Any]], with_peaks: bool) -> list[Found]:
    ids = [row["id"] for row in rows]
    calls = list({row["call"] for row in rows})
    by_operator = _names(connection, operators, "operator", ids)
    by_queue = _names(connection, queues, "queue", ids)
    waves = dict(_pairs(connection, peaks, "recording", "peaks", ids)) if with_peaks else {}
    outcomes = dict(_pairs(connection, dispositions, "call", "disposition", calls))
    held = set(
        connection.scalars(select(holds.c.recording).where(holds.c.recording.in_(ids), holds.c.released_at.is_(None)))
    )
    counted = _marks(connection, calls)
    return [
        Found(
            _recording(row, by_operator[row["id"]], by_queue[row["id"]], waves.get(row["id"], b"")),
            outcomes.get(row["call"]),
            row["id"] in held,
            counted.get((row["call"], row["id"]), 0)
            + (counted.get((row["call"], None), 0) if row["kind"] == "call" else 0),
        )
        for row in rows
    ]


def _pairs(connection: Connection, table: Table, key: str, value: str, keys: Sequence[str]) -> list[tuple[str, Any]]:
    wanted = select(table.c[key], table.c[value]).where(table.c[key].in_(keys))
    return [(row[0], row[1]) for row in connection.execute(wanted)]


def _names(connection: Connection, table: Table, column: str, ids: Sequence[str]) -> Mapping[str, list[str]]:
    wanted = select(table.c.recording, table.c[column]).where(table.c.recording.in_(ids)).order_by(table.c.position)
    found: dict[str, list[str]] = defaultdict(list)
    for recording, name in connection.execute(wanted):
        found[recording].append(name)
    return found


def _marks(connection: Connection, calls: Sequence[str]) -> Mapping[tuple[str, str | None], int]:
    m = marks.c
    counted = select(m.call, m.recording, func.count()).where(m.call.in_(calls), m.removed_at.is_(None))
    return {(row[0], row[1]): row[2] for row in connection.execute(counted.group_by(m.call, m.recording))}


def stands_on(recording: StoredRecording) -> ColumnElement[bool]:
    """Which marks are shown on it: its own, and, on a conversation's, those that were made while the call went on."""
    own = marks.c.recording == recording.id
    if recording.kind != "call":
        return own
    return or_(own, (marks.c.call == recording.call) & marks.c.recording.is_(None))


def _recording(row: Mapping[str, Any], by: Sequence[str], of: Sequence[str], wave: bytes) -> StoredRecording:
    own = set(StoredRecording.__dataclass_fields__)
    fields = {name: value for name, value in row.items() if name in own}
    return StoredRecording(
        **fields
        | {
            "operators": tuple(by),
            "queues": tuple(of),
            "peaks": wave,
            "segments": tuple(Segment(**segment) for segment in row["segments"]),
            "muted": tuple((start, end) for start, end in row["muted"]),
            "facts": None if row["facts"] is None else SpeechFacts(**row["facts"]),
            "faults": tuple(row["faults"]),
        }
    )

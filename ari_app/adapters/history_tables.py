"""Which tables hold the history of calls and of operators' time, and what is in each column? The shape only; migrations/ makes it.

Times are Unix seconds, lengths seconds. ``day`` is an ISO date in the centre's time zone, ``quarter`` the Unix time at which a
quarter of an hour began. A caller is nowhere but in ``history_calls``, as the keyed hash and as the centre shows the number.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, String, Table, TypedColumns
from sqlalchemy import Named as N

from ari_app.adapters.catalogue_tables import metadata


class CallColumns(TypedColumns):
    """One row a call, from its beginning on. ``noted_at``: when what stands here was noted; an older note changes nothing."""

    id: N[str] = Column(String(64), primary_key=True)
    direction: N[str] = Column(String(16))
    number: N[str] = Column(String(64))
    caller_shown: N[str] = Column(String(64))
    caller_who: N[str | None] = Column(String(64))
    started: N[float]
    ended: N[float | None]
    end_reason: N[str | None] = Column(String(64))
    disposition: N[str | None] = Column(String(64))
    recording: N[str | None] = Column(String(128))
    ticket: N[str | None] = Column(String(128))
    flow: N[str | None] = Column(String(64))
    flow_version: N[str | None] = Column(String(64))
    noted_at: N[float]


calls: Final = Table(
    "history_calls", metadata, CallColumns, Index(None, "started", "id"), Index(None, "caller_who", "started")
)


class SegmentColumns(TypedColumns):
    """A stretch of a call. ``end`` is empty as long as it goes on, and for good if the controller died in it."""

    call: N[str] = Column(String(64), primary_key=True)
    kind: N[str] = Column(String(16), primary_key=True)
    begin: N[float] = Column(primary_key=True)
    who: N[str] = Column(String(64), primary_key=True)
    end: N[float | None]
    queue: N[str | None] = Column(String(64))
    outcome: N[str] = Column(String(64))


segments: Final = Table("history_segments", metadata, SegmentColumns)


class CountedColumns(TypedColumns):
    """queues.history_rows.Counted. ``source`` is a life of the controller and its journal's file, ``place`` the byte at which the
    line begins that the row was made of, ``piece`` its number among the line's rows: so each row comes once."""

    source: N[str] = Column(String(64), primary_key=True)
    place: N[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    piece: N[int] = Column(primary_key=True, autoincrement=False)
    day: N[str] = Column(String(10))
    quarter: N[int] = Column(BigInteger)
    at: N[float]
    what: N[str] = Column(String(16))
    queue: N[str | None] = Column(String(64))
    operator: N[str | None] = Column(String(64))
    call: N[str | None] = Column(String(64))
    seconds: N[float]
    hold_s: N[float]
    within: N[bool]
    cause: N[str] = Column(String(32))
    reason: N[str] = Column(String(64))


counted: Final = Table(
    "history_counted",
    metadata,
    CountedColumns,
    Index(None, "day", "what", "queue"),
    Index(None, "call", "what"),
    Index(None, "operator", "day"),
)


class StateColumns(TypedColumns):
    """queues.history_rows.StateTime: an operator was in a state."""

    operator: N[str] = Column(String(64), primary_key=True)
    begin: N[float] = Column(primary_key=True)
    state: N[str] = Column(String(16), primary_key=True)
    end: N[float]
    reason: N[str] = Column(String(64))
    call: N[str] = Column(String(64))
    queue: N[str] = Column(String(64))
    day: N[str] = Column(String(10), index=True)


states: Final = Table("history_states", metadata, StateColumns)


class PositionColumns(TypedColumns):
    """Up to where a journal is in these tables. ``journal`` is its folder's own id."""

    journal: N[str] = Column(String(64), primary_key=True)
    file: N[str] = Column(String(64))
    place: N[int] = Column(BigInteger)


positions: Final = Table("history_positions", metadata, PositionColumns)

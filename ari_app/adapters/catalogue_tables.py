"""Which tables hold the catalogue of recordings, and what is in each column? The shape only; migrations/ makes it.

Times are Unix seconds, lengths seconds, shares 0..1. A caller is nowhere but as the keyed hash and as the centre shows the number.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, TypedColumns
from sqlalchemy import Named as N

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _id() -> Any:
    return Column(String(64), primary_key=True)


def _recording(*, primary_key: bool = False) -> Any:
    """A recording's id; what hangs on it goes with it."""
    return Column(String(64), ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=primary_key, nullable=False)


class RecordingColumns(TypedColumns):
    """StoredRecording, less what is in tables of its own. ``silence`` and ``over_talk`` repeat ``facts`` for searching.

    ``doomed_at``: it is being removed, and hidden since then; ``doomed_by``: why.
    """

    id: N[str] = _id()
    call: N[str] = Column(String(64), index=True)
    kind: N[str] = Column(String(16))
    key: N[str] = Column(String(128))
    started_at: N[float]
    length_s: N[float]
    direction: N[str] = Column(String(16))
    number: N[str] = Column(String(32))
    caller_shown: N[str] = Column(String(64))
    caller_who: N[str | None] = Column(String(64))
    mode: N[str] = Column(String(16))
    segments: N[list[Any]] = Column(JSON)
    muted: N[list[Any]] = Column(JSON)
    end_reason: N[str] = Column(String(64))
    audio_sha256: N[str] = Column(String(64))
    audio_bytes: N[int] = Column(BigInteger)
    stored_sha256: N[str] = Column(String(64))
    stored_bytes: N[int] = Column(BigInteger)
    stored_at: N[float]
    facts: N[dict[str, Any] | None] = Column(JSON(none_as_null=True))
    faults: N[list[str]] = Column(JSON)
    silence: N[float | None]
    over_talk: N[float | None]
    doomed_at: N[float | None]
    doomed_by: N[str | None] = Column(String(16))


recordings: Final = Table(
    "recordings",
    metadata,
    RecordingColumns,
    Index(None, "started_at", "id"),
    Index(None, "caller_who", "started_at"),
    Index(None, "number", "started_at"),
    Index(None, "doomed_at"),
)


class PeakColumns(TypedColumns):
    """A recording's wave form; apart, so that searches do not read past it."""

    recording: N[str] = _recording(primary_key=True)
    peaks: N[bytes]


peaks: Final = Table("recording_peaks", metadata, PeakColumns)


class OperatorColumns(TypedColumns):
    """Who was the operator, in the order of the conversation."""

    recording: N[str] = _recording(primary_key=True)
    position: N[int] = Column(primary_key=True, autoincrement=False)
    operator: N[str] = Column(String(32))


operators: Final = Table("recording_operators", metadata, OperatorColumns, Index(None, "operator", "recording"))


class QueueColumns(TypedColumns):
    """Of which queues, in order."""

    recording: N[str] = _recording(primary_key=True)
    position: N[int] = Column(primary_key=True, autoincrement=False)
    queue: N[str] = Column(String(64))


queues: Final = Table("recording_queues", metadata, QueueColumns, Index(None, "queue", "recording"))


class DispositionColumns(TypedColumns):
    """How a call came out; it may be noted before its recording is here, or after."""

    call: N[str] = _id()
    disposition: N[str] = Column(String(64), index=True)
    by: N[str] = Column(String(32))
    at: N[float]


dispositions: Final = Table("dispositions", metadata, DispositionColumns)


class MarkColumns(TypedColumns):
    """custody.Mark; ``folded`` is its text as it is searched. It may be made before its recording is here."""

    id: N[str] = _id()
    call: N[str] = Column(String(64), index=True)
    recording: N[str | None] = Column(String(64))
    at: N[float]
    by: N[str] = Column(String(32))
    text: N[str] = Column(Text)
    folded: N[str] = Column(Text)
    made_at: N[float]
    removed_at: N[float | None]
    removed_by: N[str | None] = Column(String(32))


marks: Final = Table("marks", metadata, MarkColumns)


class HoldColumns(TypedColumns):
    """custody.Hold; at most one of a recording is not released."""

    id: N[str] = _id()
    recording: N[str] = Column(String(64), ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    by: N[str] = Column(String(32))
    why: N[str] = Column(Text)
    at: N[float]
    released_at: N[float | None]
    released_by: N[str | None] = Column(String(32))


holds: Final = Table("holds", metadata, HoldColumns)


class LinkColumns(TypedColumns):
    """custody.Link."""

    id: N[str] = _id()
    recording: N[str] = Column(String(64), ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    by: N[str] = Column(String(32))
    made_at: N[float]
    expires_at: N[float]
    plays_max: N[int | None]
    plays: N[int]
    revoked_at: N[float | None]
    revoked_by: N[str | None] = Column(String(32))


links: Final = Table("links", metadata, LinkColumns)


class AuditColumns(TypedColumns):
    """custody.AuditEntry, and the console's acts. Only ever added to: a trigger refuses anything else.

    ``spooled``: the id of one that came by the spool, so that it comes once.
    """

    id: N[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: N[float] = Column(index=True)
    who: N[str] = Column(String(64), index=True)
    role: N[str] = Column(String(16))
    act: N[str] = Column(String(32), index=True)
    kind: N[str] = Column(String(16))
    subject: N[str] = Column(String(64), index=True)
    address: N[str] = Column(String(64))
    detail: N[dict[str, Any]] = Column(JSON)
    spooled: N[str | None] = Column(String(32), index=True, unique=True)


audit: Final = Table("audit", metadata, AuditColumns, sqlite_autoincrement=True)


class ErasureColumns(TypedColumns):
    """certificate.Erasure; ``certificate`` is empty until it is done."""

    id: N[str] = _id()
    who: N[str] = Column(String(64), index=True)
    by: N[str] = Column(String(32))
    asked_at: N[float]
    done: N[dict[str, Any]] = Column(JSON)
    certificate: N[str] = Column(Text)
    sha256: N[str] = Column(String(64))
    signature: N[str] = Column(String(64))


erasures: Final = Table("erasures", metadata, ErasureColumns)


class ErasedCallColumns(TypedColumns):
    """The calls of an erasure: what comes later of them is removed, too."""

    erasure: N[str] = Column(String(64), ForeignKey("erasures.id", ondelete="CASCADE"), primary_key=True)
    call: N[str] = Column(String(64), primary_key=True, index=True)


erased_calls: Final = Table("erased_calls", metadata, ErasedCallColumns)


class ErasingPlaceColumns(TypedColumns):
    """Somebody beside the controller who keeps customers' data in this database, and removes them when a customer is erased."""

    name: N[str] = Column(String(32), primary_key=True)


erasing_places: Final = Table("erasing_places", metadata, ErasingPlaceColumns)


class ErasingReportColumns(TypedColumns):
    """What such a place has removed for one erasure; written in the transaction that removes it."""

    erasure: N[str] = Column(String(64), ForeignKey("erasures.id", ondelete="CASCADE"), primary_key=True)
    place: N[str] = Column(String(32), primary_key=True)
    count: N[int]
    what: N[str] = Column(String(200))


erasing_reports: Final = Table("erasing_reports", metadata, ErasingReportColumns)

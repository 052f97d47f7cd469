"""Which tables hold versions of scripts, drafts, and what was answered? The shape only; ari_app's migrations make it.

They are in the one database of the product. Times are Unix seconds.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, Text, TypedColumns
from sqlalchemy import Named as N

from ari_app.adapters.catalogue_tables import metadata


class VersionColumns(TypedColumns):
    """A script as it was written. ``source``: ``console``, somebody has put it into force, ``by`` whom and ``why``; ``file``,
    it came from the centre's folder and was followed, so it must be had again. ``file_version``: the file's when this was
    published; once the file is another one, the file is in force again."""

    id: N[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    script: N[str] = Column(String(40))
    version: N[str] = Column(String(12))
    text: N[str] = Column(Text)
    source: N[str] = Column(String(8))
    file_version: N[str | None] = Column(String(12))
    at: N[float]
    by: N[str] = Column(String(32))
    why: N[str] = Column(String(500))


versions: Final = Table(
    "script_versions", metadata, VersionColumns, Index(None, "script", "version"), sqlite_autoincrement=True
)


class DraftColumns(TypedColumns):
    """What somebody is writing. ``over``: the version from which he or she began; None for a new script."""

    script: N[str] = Column(String(40), primary_key=True)
    by: N[str] = Column(String(32), primary_key=True)
    text: N[str] = Column(Text)
    over: N[str | None] = Column(String(12))
    at: N[float]


drafts: Final = Table("script_drafts", metadata, DraftColumns)


class AnswerColumns(TypedColumns):
    """One script followed in one call. ``answers``: ``{name: {"type", "value"}}``, all that were given; ``counted``: the
    names of those that were asked for on the way. ``at``: the step on the screen, ``path`` those before it. ``revision``
    grows with what is saved."""

    call: N[str] = Column(String(64), primary_key=True)
    script: N[str] = Column(String(40), primary_key=True)
    version: N[str] = Column(String(12))
    language: N[str] = Column(String(3))
    queue: N[str] = Column(String(64))
    known: N[bool] = Column(Boolean)
    begun_by: N[str] = Column(String(32))
    operator: N[str] = Column(String(32))
    revision: N[int]
    at: N[str] = Column(String(40))
    path: N[list[Any]] = Column(JSON)
    objection: N[str | None] = Column(String(40))
    objections: N[list[Any]] = Column(JSON)
    answers: N[dict[str, Any]] = Column(JSON)
    counted: N[list[Any]] = Column(JSON)
    disposition: N[str | None] = Column(String(40))
    started_at: N[float]
    saved_at: N[float]
    ended_at: N[float | None]


answers: Final = Table("script_answers", metadata, AnswerColumns, Index(None, "script", "started_at", "call"))

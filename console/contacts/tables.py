"""Which tables hold the contacts, and what is in each column? The shape only; ari_app's migrations make it.

They are in the one database of the product. Times are Unix seconds, numbers E.164.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, TypedColumns
from sqlalchemy import Named as N

from ari_app.adapters.catalogue_tables import metadata


def _contact(*, primary_key: bool = False) -> Any:
    """A contact's id; what hangs on it goes with it."""
    return Column(String(32), ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=primary_key, nullable=False)


class ContactColumns(TypedColumns):
    """contact.Contact. ``folded``: its name as it is searched and sorted. ``import_key``, ``import_id`` and ``import_line``
    say from which line of which file it came, so that none comes twice. ``merged_into``: it is another one now, and nothing
    but ids is left here; ``erasing_at``: nobody sees it any more."""

    id: N[str] = Column(String(32), primary_key=True)
    version: N[int]
    name: N[str] = Column(String(200))
    folded: N[str] = Column(Text)
    email: N[str] = Column(String(254))
    language: N[str] = Column(String(2))
    note: N[str] = Column(Text)
    fields: N[dict[str, str]] = Column(JSON)
    external_id: N[str | None] = Column(String(100), index=True, unique=True)
    source: N[str] = Column(String(40))
    import_key: N[str | None] = Column(String(64), index=True, unique=True)
    import_id: N[str | None] = Column(String(32))
    import_line: N[int | None]
    created_at: N[float]
    created_by: N[str] = Column(String(32))
    updated_at: N[float]
    updated_by: N[str] = Column(String(32))
    merged_into: N[str | None] = Column(String(32), index=True)
    erasing_at: N[float | None]


contacts: Final = Table("contacts", metadata, ContactColumns, Index(None, "folded", "id"))


class NumberColumns(TypedColumns):
    """contact.ContactNumber. A number may be that of several contacts: a family's, a company's."""

    contact: N[str] = _contact(primary_key=True)
    number: N[str] = Column(String(16), primary_key=True, index=True)
    kind: N[str] = Column(String(8))
    position: N[int]


numbers: Final = Table("contact_numbers", metadata, NumberColumns)


class HistoryColumns(TypedColumns):
    """contact.Edit."""

    id: N[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    contact: N[str] = _contact()
    at: N[float]
    by: N[str] = Column(String(32))
    act: N[str] = Column(String(16))
    field: N[str] = Column(String(64))
    old: N[str] = Column(Text)
    new: N[str] = Column(Text)


history: Final = Table(
    "contact_history", metadata, HistoryColumns, Index(None, "contact", "id"), sqlite_autoincrement=True
)


class MergeColumns(TypedColumns):
    """merging.Merge: ``gone`` is part of ``kept`` since then; ``moved``: how many things of it each part of the console moved."""

    gone: N[str] = Column(String(32), primary_key=True)
    kept: N[str] = Column(String(32), ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    at: N[float]
    by: N[str] = Column(String(32))
    moved: N[dict[str, int]] = Column(JSON)


merges: Final = Table("contact_merges", metadata, MergeColumns)


class ErasureColumns(TypedColumns):
    """erasing.ContactErasure: nothing here says who it was. ``certificate`` is empty until it is done."""

    id: N[str] = Column(String(32), primary_key=True)
    contact: N[str] = Column(String(32), index=True)
    by: N[str] = Column(String(32))
    asked_at: N[float]
    done: N[dict[str, Any]] = Column(JSON)
    certificate: N[str] = Column(Text)
    sha256: N[str] = Column(String(64))
    signature: N[str] = Column(String(64))


erasures: Final = Table("contact_erasures", metadata, ErasureColumns)


class ImportColumns(TypedColumns):
    """imports.Import. ``rows_done`` is where it stands: it moves in the very transaction that makes the rows' contacts."""

    id: N[str] = Column(String(32), primary_key=True)
    name: N[str] = Column(String(120))
    by: N[str] = Column(String(32))
    at: N[float] = Column(index=True)
    size: N[int]
    sha256: N[str] = Column(String(64))
    encoding: N[str] = Column(String(16))
    delimiter: N[str] = Column(String(1))
    headers: N[list[str]] = Column(JSON)
    mapping: N[list[str]] = Column(JSON)
    existing: N[str] = Column(String(8))
    state: N[str] = Column(String(16), index=True)
    why: N[str] = Column(Text)
    rows_total: N[int]
    rows_done: N[int]
    created: N[int]
    updated: N[int]
    unchanged: N[int]
    duplicates: N[int]
    bad: N[int]
    began_at: N[float | None]
    ended_at: N[float | None]


imports: Final = Table("contact_imports", metadata, ImportColumns)


class ProblemColumns(TypedColumns):
    """A line of a file that was not taken: its cells as they stood there, and what was wrong with which. ``folded``: the
    cells as an erasure searches them."""

    import_id: N[str] = Column(String(32), ForeignKey("contact_imports.id", ondelete="CASCADE"), primary_key=True)
    line: N[int] = Column(primary_key=True, autoincrement=False)
    cells: N[list[str]] = Column(JSON)
    problems: N[list[Any]] = Column(JSON)
    folded: N[str] = Column(Text)


problems: Final = Table("contact_import_problems", metadata, ProblemColumns)

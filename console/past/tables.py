"""Which table holds what operators write down of a call? The shape only; migration 0010 makes it. Times are Unix seconds."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, String, Table, Text, TypedColumns
from sqlalchemy import Named as N

from ari_app.adapters.catalogue_tables import metadata


class CallNoteColumns(TypedColumns):
    """One note of each who had the call. ``at``: when it was written last."""

    call: N[str] = Column(String(64), primary_key=True)
    by: N[str] = Column(String(32), primary_key=True)
    text: N[str] = Column(Text)
    at: N[float]


call_notes: Final = Table("call_notes", metadata, CallNoteColumns)

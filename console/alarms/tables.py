"""In which table do the limits of alarms stand? The shape only; migrations make it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import JSON, Column, Integer, String, Table, TypedColumns
from sqlalchemy import Named as N

from ari_app.adapters.catalogue_tables import metadata


class AlarmLimitColumns(TypedColumns):
    """``owner``: whose they are, the person's code, or "" for the centre's. ``version`` counts the changes; ``at`` and ``by`` are
    the last one's."""

    owner: N[str] = Column(String(32), primary_key=True)
    rules: N[dict[str, Any]] = Column(JSON)
    version: N[int] = Column(Integer)
    at: N[float]
    by: N[str] = Column(String(32))


alarm_limits: Final = Table("alarm_limits", metadata, AlarmLimitColumns)

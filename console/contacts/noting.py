"""Where are acts on contacts noted? In the audit that recordings have: one for the whole product."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import insert

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.catalogue_tables import audit
from console.people import Person


class ContactAudit:
    """ports.Audit in ``database``; ``now`` is Unix seconds."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def note(self, who: Person, what: str, on: str, details: Mapping[str, object]) -> None:
        """See Audit."""
        entry = {"at": self._now(), "who": who.code, "role": who.role, "act": what, "kind": "contact", "subject": on}
        with self._database.writing() as connection:
            connection.execute(insert(audit).values(**entry, address="", detail=dict(details)))

"""How does the worker enter recordings into a database that may be away when it starts? The tables are made when it is there."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress

from ari_app.adapters.catalogue import SqlShelves
from ari_app.adapters.catalogue_database import BadDatabase, Database
from recordings.record import CatalogueAway, StoredRecording


class PatientCatalogue:
    """See record.Catalogue. Until it has once been reached, each asks whether the tables are there. Raises BadDatabase at once, and
    later CatalogueAway in its place, when a newer version of the program has made them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shelves = SqlShelves(database)
        self._lock = threading.Lock()
        self._ready = False
        with suppress(CatalogueAway):  # the first recording tells; it waits until then
            self._migrate()

    def find(self, id_: str) -> StoredRecording | None:
        """See Catalogue."""
        self._migrated()
        return self._shelves.find(id_)

    def enter(self, recording: StoredRecording) -> None:
        """See Catalogue."""
        self._migrated()
        self._shelves.enter(recording)

    def ids(self) -> Iterable[str]:
        """See Catalogue."""
        self._migrated()
        return self._shelves.ids()

    def _migrated(self) -> None:
        try:
            self._migrate()
        except BadDatabase as bad:
            raise CatalogueAway(str(bad)) from bad

    def _migrate(self) -> None:
        with self._lock:
            if not self._ready:
                self._database.migrate()
                self._ready = True

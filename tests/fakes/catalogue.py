"""A catalogue in memory, written by hand. It passes the same contract as the real ones (tests/keeping/catalogue_contract.py)."""

from __future__ import annotations

from collections.abc import Iterable

from recordings.record import CatalogueAway, StoredRecording


class FakeCatalogue:
    """See Catalogue. ``away`` makes it unreachable."""

    def __init__(self) -> None:
        self.entered: dict[str, StoredRecording] = {}
        self.away = False

    def find(self, id_: str) -> StoredRecording | None:
        """See Catalogue."""
        self._reach()
        return self.entered.get(id_)

    def enter(self, recording: StoredRecording) -> None:
        """See Catalogue."""
        self._reach()
        self.entered[recording.id] = recording

    def ids(self) -> Iterable[str]:
        """See Catalogue."""
        self._reach()
        return sorted(self.entered)

    def _reach(self) -> None:
        if self.away:
            raise CatalogueAway("the catalogue does not answer")

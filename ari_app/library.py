"""What does the library of recordings keep, and what can be asked of it? The ports that the database (and a fake) implement.

Every method may touch a disk or a network and is called from a thread; each raises CatalogueAway when it cannot be done now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from recordings.certificate import Erased, Erasure
from recordings.custody import AuditEntry, AuditQuery, DoomedBy, Hold, Link, Mark
from recordings.record import Catalogue, StoredRecording
from recordings.retention import Kept
from recordings.search import Extent, Found, Page, Place, Search


class BadEntry(ValueError):
    """The database will never take this: a value is longer than its column, or no text."""


class Shelves(Catalogue, Protocol):
    """The recordings themselves. One that is doomed is found by nothing but ``doomed`` and ``bury``, and never comes back."""

    def show(self, id_: str) -> Found | None:
        """One recording with what is known of it, its peaks included."""
        ...

    def search(self, search: Search, limit: int, after: Place | None = None) -> Page:
        """The newest ``limit`` of those that fit, older than ``after``."""
        ...

    def extent(self, search: Search) -> Extent:
        """How much fits."""
        ...

    def note_outcome(self, call: str, disposition: str, by: str, at: float) -> None:
        """How a call came out, known before its recording or after. The newest counts. Raises BadEntry."""
        ...

    def began_before(self, at: float, after: Place | None, limit: int) -> Sequence[Kept]:
        """The oldest ``limit`` that began before ``at`` and, if given, later than ``after``."""
        ...

    def of_customer(self, who: str, calls: Iterable[str] = ()) -> Sequence[StoredRecording]:
        """All recordings of one customer, or of these calls; without peaks."""
        ...

    def of_erased_calls(self) -> Sequence[str]:
        """Recordings, not held, of calls whose customer has been erased: entered later, or held until now."""
        ...

    def doom(self, id_: str, why: DoomedBy, at: float) -> bool:
        """From now on it is being removed; False if it is held (or is not there). Doomed twice, the first reason stays."""
        ...

    def doomed(self) -> Sequence[tuple[StoredRecording, DoomedBy]]:
        """All that are being removed, without peaks, and why."""
        ...

    def bury(self, id_: str, entry: AuditEntry) -> None:
        """Its object is gone: remove the row and all that hangs on it, also the notes and outcome of its call if that has no other,
        leaving ``entry``. Harmless when it is gone already."""
        ...


class Custody(Protocol):
    """Notes, holds and links. What changes one of them enters ``entry`` into the audit with it, or neither happens."""

    def mark(self, mark: Mark, entry: AuditEntry) -> None:
        """Keep a coach's note."""
        ...

    def marks_of(self, recording: StoredRecording) -> Sequence[Mark]:
        """The notes that stand on a recording, in the order of their moments."""
        ...

    def find_mark(self, id_: str) -> Mark | None:
        """One that stands."""
        ...

    def remove_mark(self, id_: str, entry: AuditEntry) -> bool:
        """False when it does not stand."""
        ...

    def forget_calls(self, calls: Iterable[str]) -> int:
        """Remove for good the notes and outcomes of calls of which no recording is left; how many notes and outcomes."""
        ...

    def hold(self, hold: Hold, entry: AuditEntry) -> None:
        """Hold it; a hold that stands gives way to this one. Raises Doomed when it is being removed, or is gone."""
        ...

    def release(self, recording: str, entry: AuditEntry) -> bool:
        """End its hold; False when none stands."""
        ...

    def holds_of(self, recording: str) -> Sequence[Hold]:
        """All that were ever put on it, the newest first."""
        ...

    def make_link(self, link: Link, entry: AuditEntry) -> None:
        """Keep a link. Raises Doomed as ``hold``."""
        ...

    def links_of(self, recording: str) -> Sequence[Link]:
        """All that were ever made, the newest first."""
        ...

    def find_link(self, id_: str) -> Link | None:
        """One, also if it may not be used any more."""
        ...

    def use_link(self, id_: str, now: float, entry: AuditEntry) -> bool:
        """Count one play; False when it may not be used (any more)."""
        ...

    def revoke_link(self, id_: str, entry: AuditEntry) -> bool:
        """End it; False when it was ended already."""
        ...


class AuditBook(Protocol):
    """Who did what, only ever added to; and the erasures."""

    def note(self, entry: AuditEntry) -> None:
        """Add one."""
        ...

    def note_once(self, id_: str, entry: AuditEntry) -> None:
        """Add one that waited under this id; nothing happens when that is here already. Raises BadEntry."""
        ...

    def entries(self, query: AuditQuery) -> Sequence[AuditEntry]:
        """Those that fit, the newest first."""
        ...

    def begin_erasure(self, erasure: Erasure, entry: AuditEntry) -> None:
        """Keep what is to be done."""
        ...

    def place_done(self, id_: str, done: Mapping[str, Erased], calls: Iterable[str]) -> None:
        """Keep what the places have reported so far, and calls that have come to light meanwhile."""
        ...

    def end_erasure(self, erasure: Erasure, entry: AuditEntry) -> None:
        """Keep its certificate."""
        ...

    def find_erasure(self, id_: str) -> Erasure | None:
        """One, done or not."""
        ...

    def open_erasures(self) -> Sequence[Erasure]:
        """Those without a certificate, the oldest first."""
        ...

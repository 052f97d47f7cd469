"""Where is every recording entered, found again, and removed? The catalogue in a database: library.Shelves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from ari_app.adapters.catalogue_database import Database, taking_good_values
from ari_app.adapters.catalogue_rows import AT_ONCE, enter_rows, found_in, put
from ari_app.adapters.catalogue_search import conditions
from ari_app.adapters.catalogue_tables import audit, dispositions, erased_calls, holds, marks, recordings
from recordings.custody import AuditEntry, DoomedBy
from recordings.record import StoredRecording
from recordings.retention import Kept
from recordings.search import Extent, Found, Page, Place, Search

r = recordings.c
_SEEN = r.doomed_at.is_(None)
_HELD = exists().where(holds.c.recording == r.id, holds.c.released_at.is_(None))


class SqlShelves:
    """See library.Shelves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, id_: str) -> StoredRecording | None:
        """See Catalogue."""
        found = self.show(id_)
        return None if found is None else found.recording

    def enter(self, recording: StoredRecording) -> None:
        """See Catalogue."""
        with self._database.writing() as connection:
            enter_rows(connection, recording)

    def ids(self) -> Iterable[str]:
        """See Catalogue."""
        with self._database.reading() as connection:
            return list(connection.scalars(select(r.id).where(_SEEN)))

    def show(self, id_: str) -> Found | None:
        """See Shelves."""
        with self._database.reading() as connection:
            return next(iter(found_in(connection, r.id == id_, _SEEN, with_peaks=True)), None)

    def search(self, search: Search, limit: int, after: Place | None = None) -> Page:
        """See Shelves."""
        fit = conditions(search)
        newest = (r.started_at.desc(), r.id.desc())
        with self._database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(recordings).where(*fit)) or 0
            older = () if after is None else (_older(after),)
            found = found_in(connection, *fit, *older, by=newest, limit=limit + 1)
        return Page(tuple(found[:limit]), total, found[limit - 1].place if len(found) > limit else None)

    def extent(self, search: Search) -> Extent:
        """See Shelves."""
        with self._database.reading() as connection:
            wanted = select(func.count(), func.sum(r.length_s), func.sum(r.audio_bytes)).where(*conditions(search))
            count, length_s, size = connection.execute(wanted).one()
        return Extent(count, float(length_s or 0), int(size or 0))

    def note_outcome(self, call: str, disposition: str, by: str, at: float) -> None:
        """See Shelves."""
        known = select(dispositions.c.at).where(dispositions.c.call == call)
        with taking_good_values(), self._database.writing() as connection:
            if (connection.scalar(known) or 0.0) <= at:
                put(connection, dispositions, {"call": call}, {"disposition": disposition, "by": by, "at": at})

    def began_before(self, at: float, after: Place | None, limit: int) -> Sequence[Kept]:
        """See Shelves."""
        later = () if after is None else (_later(after),)
        with self._database.reading() as connection:
            found = found_in(connection, _SEEN, r.started_at < at, *later, by=(r.started_at, r.id), limit=limit)
        return [_kept(one) for one in found]

    def of_customer(self, who: str, calls: Iterable[str] = ()) -> Sequence[StoredRecording]:
        """See Shelves."""
        listed = sorted(calls)
        with self._database.reading() as connection:
            found = found_in(connection, _SEEN, r.caller_who == who)
            for start in range(0, len(listed), AT_ONCE):
                found += found_in(connection, _SEEN, r.call.in_(listed[start : start + AT_ONCE]))
        return list({one.recording.id: one.recording for one in found}.values())

    def of_erased_calls(self) -> Sequence[str]:
        """See Shelves."""
        gone = r.call.in_(select(erased_calls.c.call))
        with self._database.reading() as connection:
            return list(connection.scalars(select(r.id).where(gone, _SEEN, ~_HELD)))

    def doom(self, id_: str, why: DoomedBy, at: float) -> bool:
        """See Shelves."""
        with self._database.writing() as connection:
            connection.execute(update(recordings).where(r.id == id_, _SEEN, ~_HELD).values(doomed_at=at, doomed_by=why))
            return connection.scalar(select(r.doomed_at).where(r.id == id_)) is not None

    def doomed(self) -> Sequence[tuple[StoredRecording, DoomedBy]]:
        """See Shelves."""
        gone = r.doomed_at.is_not(None)
        with self._database.reading() as connection:
            found = found_in(connection, gone, by=(r.doomed_at, r.id))
            erased = set(connection.scalars(select(r.id).where(gone, r.doomed_by == "erased")))
        return [(one.recording, "erased" if one.recording.id in erased else "expired") for one in found]

    def bury(self, id_: str, entry: AuditEntry) -> None:
        """See Shelves."""
        with self._database.writing() as connection:
            doomed = select(r.call).where(r.id == id_, r.doomed_at.is_not(None))
            if (call := connection.scalar(doomed)) is not None:
                connection.execute(delete(recordings).where(r.id == id_))
                forget_calls(connection, [call])
                connection.execute(insert(audit).values(**audit_values(entry)))


def forget_calls(connection: Connection, calls: Sequence[str]) -> int:
    """Remove the notes and outcomes of those calls of which no recording is left; how many."""
    stay = select(r.call).where(r.call.in_(calls))
    gone = 0
    for table in (marks, dispositions):
        mine = delete(table).where(table.c.call.in_(calls), table.c.call.not_in(stay))
        gone += connection.execute(mine).rowcount
    return gone


def audit_values(entry: AuditEntry) -> dict[str, object]:
    """An entry's columns; its number is the database's."""
    return {
        "at": entry.at,
        "who": entry.who,
        "role": entry.role,
        "act": entry.act,
        "kind": entry.kind,
        "subject": entry.subject,
        "address": entry.address[:64],
        "detail": dict(entry.detail),
    }


def _older(place: Place) -> ColumnElement[bool]:
    """``<=`` alone would do for the index; the rest tells those of the same moment apart."""
    return and_(r.started_at <= place.started_at, or_(r.started_at < place.started_at, r.id < place.id))


def _later(place: Place) -> ColumnElement[bool]:
    return and_(r.started_at >= place.started_at, or_(r.started_at > place.started_at, r.id > place.id))


def _kept(found: Found) -> Kept:
    one = found.recording
    return Kept(one.id, one.call, one.started_at, one.kind, one.queues, found.disposition, found.held)

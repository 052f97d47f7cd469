"""Where are coaches' notes, legal holds and links kept? In the catalogue's database: library.Custody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, Table, insert, or_, select, update

from ari_app.adapters.catalogue import audit_values, forget_calls
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.catalogue_rows import AT_ONCE, stands_on
from ari_app.adapters.catalogue_tables import audit, holds, links, marks, recordings
from recordings.custody import AuditEntry, Doomed, Hold, Link, Mark
from recordings.record import StoredRecording
from recordings.search import folded

_MARK: Final = (marks.c.id, marks.c.call, marks.c.at, marks.c.by, marks.c.text, marks.c.made_at, marks.c.recording)
_HOLD: Final = tuple(holds.c[name] for name in Hold.__dataclass_fields__)
_LINK: Final = tuple(links.c[name] for name in Link.__dataclass_fields__)


class SqlCustody:
    """See library.Custody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, mark: Mark, entry: AuditEntry) -> None:
        """See Custody."""
        with self._database.writing() as connection:
            connection.execute(
                insert(marks).values(
                    id=mark.id,
                    call=mark.call,
                    recording=mark.recording,
                    at=mark.at,
                    by=mark.by,
                    text=mark.text,
                    folded=folded(mark.text),
                    made_at=mark.made_at,
                )
            )
            _note(connection, entry)

    def marks_of(self, recording: StoredRecording) -> Sequence[Mark]:
        """See Custody."""
        wanted = select(*_MARK).where(stands_on(recording), marks.c.removed_at.is_(None))
        with self._database.reading() as connection:
            return [Mark(*row) for row in connection.execute(wanted.order_by(marks.c.at, marks.c.id))]

    def find_mark(self, id_: str) -> Mark | None:
        """See Custody."""
        with self._database.reading() as connection:
            row = connection.execute(select(*_MARK).where(marks.c.id == id_, marks.c.removed_at.is_(None))).first()
            return None if row is None else Mark(*row)

    def remove_mark(self, id_: str, entry: AuditEntry) -> bool:
        """See Custody."""
        stands = update(marks).where(marks.c.id == id_, marks.c.removed_at.is_(None))
        with self._database.writing() as connection:
            removed = connection.execute(stands.values(removed_at=entry.at, removed_by=entry.who)).rowcount > 0
            if removed:
                _note(connection, entry)
        return removed

    def forget_calls(self, calls: Iterable[str]) -> int:
        """See Custody."""
        listed = sorted(calls)
        parts = [listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE)]
        with self._database.writing() as connection:
            return sum(forget_calls(connection, some) for some in parts)

    def hold(self, hold: Hold, entry: AuditEntry) -> None:
        """See Custody."""
        with self._database.writing() as connection:
            _demand_kept(connection, hold.recording)
            _release(connection, hold.recording, entry)
            connection.execute(
                insert(holds).values(id=hold.id, recording=hold.recording, by=hold.by, why=hold.why, at=hold.at)
            )
            _note(connection, entry)

    def release(self, recording: str, entry: AuditEntry) -> bool:
        """See Custody."""
        with self._database.writing() as connection:
            released = _release(connection, recording, entry)
            if released:
                _note(connection, entry)
        return released

    def holds_of(self, recording: str) -> Sequence[Hold]:
        """See Custody."""
        wanted = select(*_HOLD).where(holds.c.recording == recording).order_by(holds.c.at.desc(), holds.c.id)
        with self._database.reading() as connection:
            return [Hold(*row) for row in connection.execute(wanted)]

    def make_link(self, link: Link, entry: AuditEntry) -> None:
        """See Custody."""
        with self._database.writing() as connection:
            _demand_kept(connection, link.recording)
            connection.execute(
                insert(links).values(
                    id=link.id,
                    recording=link.recording,
                    by=link.by,
                    made_at=link.made_at,
                    expires_at=link.expires_at,
                    plays_max=link.plays_max,
                    plays=0,
                )
            )
            _note(connection, entry)

    def links_of(self, recording: str) -> Sequence[Link]:
        """See Custody."""
        wanted = select(*_LINK).where(links.c.recording == recording).order_by(links.c.made_at.desc(), links.c.id)
        with self._database.reading() as connection:
            return [Link(*row) for row in connection.execute(wanted)]

    def find_link(self, id_: str) -> Link | None:
        """See Custody."""
        with self._database.reading() as connection:
            row = connection.execute(select(*_LINK).where(links.c.id == id_)).first()
            return None if row is None else Link(*row)

    def use_link(self, id_: str, now: float, entry: AuditEntry) -> bool:
        """See Custody. Counted in one statement, so that two who come at once do not share a last play."""
        left = or_(links.c.plays_max.is_(None), links.c.plays < links.c.plays_max)
        good = (links.c.id == id_, links.c.revoked_at.is_(None), links.c.expires_at > now, left)
        with self._database.writing() as connection:
            used = connection.execute(update(links).where(*good).values(plays=links.c.plays + 1)).rowcount > 0
            if used:
                _note(connection, entry)
        return used

    def revoke_link(self, id_: str, entry: AuditEntry) -> bool:
        """See Custody."""
        stands = update(links).where(links.c.id == id_, links.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            ended = connection.execute(stands.values(revoked_at=entry.at, revoked_by=entry.who)).rowcount > 0
            if ended:
                _note(connection, entry)
        return ended


def _note(connection: Connection, entry: AuditEntry) -> None:
    table: Table = audit
    connection.execute(insert(table).values(**audit_values(entry)))


def _demand_kept(connection: Connection, recording: str) -> None:
    stays = select(recordings.c.id).where(recordings.c.id == recording, recordings.c.doomed_at.is_(None))
    if connection.scalar(stays) is None:
        raise Doomed(f"{recording} is being removed, or is gone")


def _release(connection: Connection, recording: str, entry: AuditEntry) -> bool:
    stands = update(holds).where(holds.c.recording == recording, holds.c.released_at.is_(None))
    return connection.execute(stands.values(released_at=entry.at, released_by=entry.who)).rowcount > 0

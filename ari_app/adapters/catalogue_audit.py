"""Where does it stand who did what, and which customers were erased? In the catalogue's database: library.AuditBook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from ari_app.adapters.catalogue import audit_values
from ari_app.adapters.catalogue_database import Database, insert_once, taking_good_values
from ari_app.adapters.catalogue_tables import audit, erased_calls, erasures
from recordings.certificate import Erased, Erasure, erased_from
from recordings.custody import AuditEntry, AuditQuery

a, e = audit.c, erasures.c
_ENTRY = tuple(a[name] for name in AuditEntry.__dataclass_fields__)


class SqlAuditBook:
    """See library.AuditBook."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, entry: AuditEntry) -> None:
        """See AuditBook."""
        with self._database.writing() as connection:
            connection.execute(insert(audit).values(**audit_values(entry)))

    def note_once(self, id_: str, entry: AuditEntry) -> None:
        """See AuditBook."""
        with taking_good_values(), self._database.writing() as connection:
            insert_once(connection, audit, {**audit_values(entry), "spooled": id_})

    def entries(self, query: AuditQuery) -> Sequence[AuditEntry]:
        """See AuditBook."""
        wanted = select(*_ENTRY).where(*_fits(query)).order_by(a.id.desc()).limit(query.limit)
        with self._database.reading() as connection:
            return [AuditEntry(**row._mapping) for row in connection.execute(wanted)]

    def begin_erasure(self, erasure: Erasure, entry: AuditEntry) -> None:
        """See AuditBook."""
        with self._database.writing() as connection:
            connection.execute(
                insert(erasures).values(
                    id=erasure.id,
                    who=erasure.who,
                    by=erasure.by,
                    asked_at=erasure.asked_at,
                    done={},
                    certificate="",
                    sha256="",
                    signature="",
                )
            )
            _add_calls(connection, erasure.id, erasure.calls)
            connection.execute(insert(audit).values(**audit_values(entry)))

    def place_done(self, id_: str, done: Mapping[str, Erased], calls: Iterable[str]) -> None:
        """See AuditBook."""
        kept = {name: asdict(one) for name, one in done.items()}
        with self._database.writing() as connection:
            connection.execute(update(erasures).where(e.id == id_).values(done=kept))
            _add_calls(connection, id_, calls)

    def end_erasure(self, erasure: Erasure, entry: AuditEntry) -> None:
        """See AuditBook."""
        with self._database.writing() as connection:
            connection.execute(
                update(erasures)
                .where(e.id == erasure.id)
                .values(certificate=erasure.certificate, sha256=erasure.sha256, signature=erasure.signature)
            )
            connection.execute(insert(audit).values(**audit_values(entry)))

    def find_erasure(self, id_: str) -> Erasure | None:
        """See AuditBook."""
        with self._database.reading() as connection:
            return next(_erasures(connection, e.id == id_), None)

    def open_erasures(self) -> Sequence[Erasure]:
        """See AuditBook."""
        with self._database.reading() as connection:
            return list(_erasures(connection, e.certificate == ""))


def _fits(query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    for column, value in ((a.who, query.who), (a.act, query.act), (a.subject, query.subject)):
        if value is not None:
            yield column == value
    if query.since is not None:
        yield a.at >= query.since
    if query.until is not None:
        yield a.at < query.until
    if query.before is not None:
        yield a.id < query.before


def _add_calls(connection: Connection, erasure: str, calls: Iterable[str]) -> None:
    known = set(connection.scalars(select(erased_calls.c.call).where(erased_calls.c.erasure == erasure)))
    rows: list[dict[str, Any]] = [{"erasure": erasure, "call": call} for call in sorted(set(calls) - known)]
    if rows:
        connection.execute(insert(erased_calls), rows)


def _erasures(connection: Connection, condition: ColumnElement[bool]) -> Iterator[Erasure]:
    for row in connection.execute(select(erasures).where(condition).order_by(e.asked_at, e.id)).all():
        calls = select(erased_calls.c.call).where(erased_calls.c.erasure == row.id).order_by(erased_calls.c.call)
        yield Erasure(
            row.id,
            row.who,
            row.by,
            row.asked_at,
            tuple(connection.scalars(calls)),
            {name: erased_from(fields) for name, fields in row.done.items()},
            row.certificate,
            row.sha256,
            row.signature,
        )

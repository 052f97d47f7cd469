"""Where does the import of a file stand? One row for each, moved on in the same transaction as the contacts it makes.

``uploaded`` -> ``checking`` -> ``checked`` -> ``importing`` -> ``done``, or ``cancelled``, from where it may go on, or
``failed``. Whatever is being checked or imported when the console is killed goes on when it is back, at the row where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, delete, insert, select, update

from ari_app.adapters.catalogue_database import Database
from console.contacts.csv_file import Dialect
from console.contacts.tables import imports, problems

i, p = imports.c, problems.c
State = Literal["uploaded", "checking", "checked", "importing", "done", "cancelled", "failed"]
Existing = Literal["update", "leave"]
"""What becomes of contacts that are there already: made as the file says, or left as they are."""

RUNNING: Final[tuple[State, ...]] = ("checking", "importing")
COUNTS: Final = ("created", "updated", "unchanged", "duplicates", "bad")


class UnknownImport(LookupError):
    """There is no such import."""


class NotInState(ValueError):
    """It cannot be done as it stands: ``state``."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state: State = state


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong with a line: ``fault`` is a word for programs, ``column`` the index of the cell (None: the whole line),
    ``value`` what stood there; ``also``: the line that a duplicate repeats."""

    fault: str
    column: int | None = None
    value: str = ""
    also: int | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that was not taken, with its cells as they stood there."""

    line: int
    cells: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """One file. While it is checked the counts say what an import would do. ``rows_total`` and ``rows_done`` count records,
    not lines; ``unchanged`` are contacts that were there already, as the file says or left so."""

    id: str
    name: str
    by: str
    at: float
    size: int
    sha256: str
    dialect: Dialect
    mapping: tuple[str, ...]
    existing: Existing
    state: State
    why: str
    rows_total: int
    rows_done: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    bad: int = 0
    began_at: float | None = None
    ended_at: float | None = None


class Imports:
    """The imports in ``database``; synchronous. Everything here raises CatalogueAway while the database cannot be reached."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def enter(self, one: Import) -> None:
        """A file that has come."""
        with self.database.writing() as connection:
            connection.execute(
                insert(imports).values(
                    **{name: getattr(one, name) for name in (*_PLAIN, *COUNTS)},
                    encoding=one.dialect.encoding,
                    delimiter=one.dialect.delimiter,
                    headers=list(one.dialect.headers),
                    mapping=list(one.mapping),
                )
            )

    def find(self, id_: str) -> Import:
        """Raises UnknownImport."""
        with self.database.reading() as connection:
            row = connection.execute(select(imports).where(i.id == id_)).one_or_none()
        if row is None:
            raise UnknownImport(id_)
        return _import(row)

    def latest(self, limit: int) -> list[Import]:
        """The newest first."""
        with self.database.reading() as connection:
            return [
                _import(row) for row in connection.execute(select(imports).order_by(i.at.desc(), i.id).limit(limit))
            ]

    def running(self) -> list[Import]:
        """Those that are being checked or imported, or were when somebody was killed."""
        with self.database.reading() as connection:
            return [
                _import(row)
                for row in connection.execute(select(imports).where(i.state.in_(RUNNING)).order_by(i.at, i.id))
            ]

    def begin_check(self, id_: str, mapping: Sequence[str], existing: Existing, now: float) -> None:
        """Check it, with these columns, from the beginning. Raises UnknownImport, NotInState."""
        with self.database.writing() as connection:
            _demand(connection, id_, ("uploaded", "checked"))
            anew = {**dict.fromkeys(COUNTS, 0), "rows_done": 0, "why": "", "began_at": now, "ended_at": None}
            connection.execute(delete(problems).where(p.import_id == id_))
            connection.execute(
                update(imports)
                .where(i.id == id_)
                .values(state="checking", mapping=list(mapping), existing=existing, **anew)
            )

    def begin_import(self, id_: str, now: float) -> None:
        """Import what was checked; one that was cancelled goes on. Raises UnknownImport, NotInState."""
        with self.database.writing() as connection:
            state = _demand(connection, id_, ("checked", "cancelled"))
            begun: dict[str, Any] = {"state": "importing", "ended_at": None}
            if state == "checked":
                connection.execute(delete(problems).where(p.import_id == id_))
                begun |= {**dict.fromkeys(COUNTS, 0), "rows_done": 0, "began_at": now}
            connection.execute(update(imports).where(i.id == id_).values(**begun))

    def cancel(self, id_: str, now: float) -> None:
        """Stop after the rows that are in already. Raises UnknownImport, NotInState."""
        with self.database.writing() as connection:
            state = _demand(connection, id_, RUNNING)
            stopped: State = "uploaded" if state == "checking" else "cancelled"
            connection.execute(update(imports).where(i.id == id_).values(state=stopped, ended_at=now))

    def end(self, id_: str, was: State, state: State, now: float, why: str = "") -> None:
        """It is over, unless it is not ``was`` any more."""
        with self.database.writing() as connection:
            mine = update(imports).where(i.id == id_, i.state == was)
            connection.execute(mine.values(state=state, ended_at=now, why=why))

    def remove(self, id_: str) -> None:
        """With its lines. Raises UnknownImport, NotInState while it runs."""
        with self.database.writing() as connection:
            _demand(connection, id_, ("uploaded", "checked", "done", "cancelled", "failed"))
            connection.execute(delete(imports).where(i.id == id_))

    def older_than(self, at: float, states: Sequence[State]) -> list[str]:
        """The ids of those that came before ``at`` and are in one of ``states``."""
        with self.database.reading() as connection:
            return list(connection.scalars(select(i.id).where(i.at < at, i.state.in_(states))))

    def unknown(self, ids: Sequence[str]) -> list[str]:
        """Those of them that are no import's: somebody was killed while the file came."""
        with self.database.reading() as connection:
            known = set(connection.scalars(select(i.id).where(i.id.in_(ids))))
        return [one for one in ids if one not in known]

    def bad_rows(self, id_: str, after: int, limit: int) -> list[BadRow]:
        """The lines below line ``after`` that were not taken, in order."""
        wanted = select(problems).where(p.import_id == id_, p.line > after).order_by(p.line).limit(limit)
        with self.database.reading() as connection:
            return [
                BadRow(row.line, tuple(row.cells), tuple(Problem(*problem) for problem in row.problems))
                for row in connection.execute(wanted)
            ]


def moved_on(connection: Connection, one: Import, rows_done: int, counts: Mapping[str, int]) -> bool:
    """Note that it stands at ``rows_done`` now; False when it was cancelled, or somebody else has moved it: then nothing of the
    transaction may stay."""
    mine = update(imports).where(i.id == one.id, i.state == one.state, i.rows_done == one.rows_done)
    return connection.execute(mine.values(rows_done=rows_done, **counts)).rowcount == 1


def note_bad(connection: Connection, id_: str, rows: Iterable[BadRow], folded: Mapping[int, str]) -> None:
    """Write down lines that were not taken; ``folded`` by line."""
    made = [
        {
            "import_id": id_,
            "line": row.line,
            "cells": list(row.cells),
            "problems": [[one.fault, one.column, one.value, one.also] for one in row.problems],
            "folded": folded[row.line],
        }
        for row in rows
    ]
    if made:
        connection.execute(insert(problems), made)


_PLAIN: Final = (
    "id", "name", "by", "at", "size", "sha256", "existing", "state", "why", "rows_total", "rows_done", "began_at", "ended_at",
)  # fmt: skip


def _demand(connection: Connection, id_: str, states: Sequence[State]) -> State:
    state: State | None = connection.scalar(select(i.state).where(i.id == id_).with_for_update())
    if state is None:
        raise UnknownImport(id_)
    if state not in states:
        raise NotInState(state)
    return state


def _import(row: Any) -> Import:
    return Import(
        **{name: getattr(row, name) for name in (*_PLAIN, *COUNTS)},
        dialect=Dialect(row.encoding, row.delimiter, tuple(row.headers)),
        mapping=tuple(row.mapping),
    )

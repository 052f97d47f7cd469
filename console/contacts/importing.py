"""How do the rows of a file become contacts, each once, whatever happens in between? Batch by batch, each in one transaction.

With a batch's contacts the place where the import stands moves on: a process that is killed in the middle of one leaves
nothing of it. A row is known again by the company's own id, else by its first number and its name, hashed; so the same file
twice makes nobody twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from ari_app.adapters.catalogue_database import Database
from console.contacts import rows
from console.contacts.book import Changed, put
from console.contacts.contact import NUMBERS, Change, Contact, Details, changes, folded
from console.contacts.csv_file import Record, records
from console.contacts.erasing import searchable
from console.contacts.imports import COUNTS, BadRow, Import, Problem, moved_on, note_bad
from console.contacts.mapping import BadLine, details_of
from console.contacts.tables import contacts, history, numbers, problems

c, n = contacts.c, numbers.c
BATCH: Final = 500
ATTEMPTS: Final = 3
KEY: Final = 32


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be taken; ``key`` knows it again, and ``alias`` where it is known without the company's id."""

    line: int
    cells: tuple[str, ...]
    details: Details
    key: str
    alias: str


@dataclass(slots=True)
class Batch:
    """What is to be done with some rows; counts are of them alone."""

    made: list[Row] = field(default_factory=list)
    changed: list[tuple[Contact, Details]] = field(default_factory=list)
    seen: list[tuple[str, Row]] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    duplicates: int = 0
    unchanged: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """By the names of an import's counts."""
        bad = len(self.bad) - self.duplicates
        numbers_ = (len(self.made), len(self.changed), self.unchanged, self.duplicates, bad)
        return dict(zip(COUNTS, numbers_, strict=True))


class Stopped(Exception):
    """It was cancelled, or another process goes on with it."""


class Importer:
    """Checks and imports files into ``database``. ``region`` and ``now`` are as in ContactBook."""

    def __init__(self, database: Database, region: str, now: float, batch: int = BATCH) -> None:
        self._database = database
        self._region = region
        self._now = now
        self._batch = batch

    def run(self, one: Import, file: Path) -> Iterator[Import]:
        """Check or import what is left of it, as its state says; yields how it stands after each batch. Raises Stopped, NotCsv,
        OSError, CatalogueAway."""
        lines: dict[str, int] = {}
        if one.state == "checking":  # its memory is this process's alone
            one = self._from_the_beginning(one)
        reading = records(file, one.dialect, one.rows_done)
        while some := list(islice(reading, self._batch)):
            one = self._step(one, some, lines)
            yield one

    def _from_the_beginning(self, one: Import) -> Import:
        if not one.rows_done:
            return one
        with self._database.writing() as connection:
            none: dict[str, Any] = dict.fromkeys(COUNTS, 0)
            if not moved_on(connection, one, 0, none):
                raise Stopped
            connection.execute(delete(problems).where(problems.c.import_id == one.id))
        return replace(one, rows_done=0, **none)

    def _step(self, one: Import, some: Sequence[Record], lines: dict[str, int]) -> Import:
        """Reading takes longest, so it is done before the transaction begins."""
        taken, bad = self._read(one, some)
        for attempt in range(ATTEMPTS):
            try:
                return self._entered(one, len(some), taken, bad, lines)
            except (IntegrityError, Changed):  # somebody made or changed one of them in the same instant
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError

    def _entered(
        self, one: Import, count: int, taken: Sequence[Row], bad: Sequence[BadRow], lines: dict[str, int]
    ) -> Import:
        with self._database.writing() as connection:
            batch = _planned(connection, one, taken, lines)
            batch.bad += bad
            counts = {name: getattr(one, name) + more for name, more in batch.counts.items()}
            if not moved_on(connection, one, one.rows_done + count, counts):
                raise Stopped
            note_bad(connection, one.id, batch.bad, {row.line: searchable(row.cells) for row in batch.bad})
            if one.state == "importing":
                _write(connection, one, batch, self._now)
        return replace(one, rows_done=one.rows_done + count, **counts)

    def _read(self, one: Import, some: Iterable[Record]) -> tuple[list[Row], list[BadRow]]:
        taken, bad = [], []
        for record in some:
            try:
                details = details_of(record, one.mapping, self._region, one.name[:40])
            except BadLine as wrong:
                problem = Problem(wrong.fault, wrong.column, wrong.value[:200])
                bad.append(BadRow(record.line, record.cells, (problem,)))
            else:
                taken.append(Row(record.line, record.cells, details, *keys_of(details)))
        return taken, bad


def keys_of(details: Details) -> tuple[str, str]:
    """What tells the row's contact from others: by the company's id if it has one, and without."""
    number = details.numbers[0].number if details.numbers else ""
    alias = _hashed("is", number, folded(details.name), "" if number else details.email)
    return (_hashed("id", details.external_id) if details.external_id else alias), alias


def _hashed(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:KEY]


def _planned(connection: Connection, one: Import, taken: Sequence[Row], lines: dict[str, int]) -> Batch:
    """``lines``: where in the file each row stood first, while nothing of it is written (see _Lines)."""
    known = _Known(connection, taken)
    batch = Batch()
    first = _Lines({} if one.state == "importing" else lines)
    for row in taken:
        there = known.contact(row)
        before = first.line_of(row) or known.line_in(one.id, there, row.line)
        if before is not None or known.is_going(row):
            batch.bad.append(
                BadRow(row.line, row.cells, (Problem("duplicate" if before else "being_erased", also=before),))
            )
            batch.duplicates += before is not None
            continue
        first.note(row)
        if there is None:
            batch.made.append(row)
            continue
        known.take(there, one.id, row.line)
        batch.seen.append((there.id, row))
        new = _with(there.details, known.told(row)) if one.existing == "update" else there.details
        if new == there.details:
            batch.unchanged += 1
        else:
            batch.changed.append((there, new))
    return batch


class _Lines:
    """On which line each row stood first. Two with different ids of the company are two contacts, however alike they are; so a
    line under an alias is negative where an id stood."""

    def __init__(self, lines: dict[str, int]) -> None:
        self._lines = lines

    def line_of(self, row: Row) -> int | None:
        """That of an earlier row which is the same contact."""
        before = self._lines.get(row.key)
        if before is not None:
            return abs(before)
        alike = self._lines.get(row.alias, 0)
        return alike if alike > 0 else None

    def note(self, row: Row) -> None:
        """It is the first."""
        self._lines[row.key] = row.line
        if row.alias != row.key:
            self._lines.setdefault(row.alias, -row.line)


class _Known:
    """The contacts that some rows may be of, as they are in this transaction, and from which line of which file each came."""

    def __init__(self, connection: Connection, taken: Sequence[Row]) -> None:
        external = [row.details.external_id for row in taken if row.details.external_id]
        keys = [row.key for row in taken]
        dialled = [row.details.numbers[0].number for row in taken if row.details.numbers]
        where = select(c.id, c.external_id, c.import_key, c.import_id, c.import_line, c.merged_into)
        numbered = list(connection.scalars(select(n.contact).where(n.number.in_(dialled)).distinct()))
        # One question each: of all together SQLite would read the whole table.
        asked = ((c.external_id, external), (c.import_key, keys), (c.id, numbered))
        found = {row.id: row for column, some in asked for row in _rows(connection, where, column, some)}.values()
        ids = {row.merged_into or row.id for row in found}
        self._by_id = {
            one.id: one for some in _pieces(sorted(ids)) for one in rows.read(connection, c.id.in_(some), lock=True)
        }
        self._lines = {row.id: (row.import_id, row.import_line) for row in found}
        self._external = {row.external_id: row.merged_into or row.id for row in found if row.external_id}
        self._keys = {row.import_key: row.merged_into or row.id for row in found if row.import_key}
        self._going = ids - self._by_id.keys()
        self._numbered: dict[tuple[str, str], str] = {}
        for one in self._by_id.values():
            for number in one.details.numbers:
                self._numbered.setdefault((number.number, folded(one.details.name)), one.id)

    def contact(self, row: Row) -> Contact | None:
        """Whose row it is. One that the company's system calls otherwise is another, whatever else is alike."""
        details = row.details
        id_ = self._external.get(details.external_id) or self._keys.get(row.key)
        if id_ is None and details.numbers:
            id_ = self._numbered.get((details.numbers[0].number, folded(details.name)))
        there = self._by_id.get(id_ or "")
        if there is None or id_ == self._external.get(details.external_id):
            return there
        other = there.details.external_id is not None and details.external_id is not None
        return None if other else there

    def told(self, row: Row) -> Details:
        """What the row says of its contact that is not known: an id that one merged into it has stays that one's."""
        known = row.details.external_id in self._external
        return replace(row.details, external_id=None) if known else row.details

    def is_going(self, row: Row) -> bool:
        """Whether its contact is just being erased: it must not come back by the same file."""
        id_ = self._external.get(row.details.external_id) or self._keys.get(row.key)
        return id_ in self._going

    def line_in(self, import_: str, there: Contact | None, line: int) -> int | None:
        """On which other line of this very file the contact stood already."""
        came, at = self._lines.get(there.id, (None, None)) if there is not None else (None, None)
        return at if came == import_ and at != line else None

    def take(self, there: Contact, import_: str, line: int) -> None:
        """It is that of this line."""
        self._lines[there.id] = (import_, line)


def _pieces(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """A number that very many share makes more ids than one statement takes."""
    yield from (values[start : start + rows.AT_ONCE] for start in range(0, len(values), rows.AT_ONCE))


def _rows(
    connection: Connection, where: Select[*tuple[Any, ...]], column: ColumnElement[Any], values: Sequence[str]
) -> Iterator[Any]:
    for some in _pieces(values):
        yield from connection.execute(where.where(column.in_(some)))


def _with(old: Details, new: Details) -> Details:
    """What the file says, and what is there besides: an empty cell strikes nothing out, and numbers are added."""
    held = {one.number: one for one in (*new.numbers, *old.numbers)}
    kinds = {
        **{one.number: one for one in old.numbers},
        **{one.number: one for one in new.numbers if one.kind != "other"},
    }
    order = [*dict.fromkeys((*(one.number for one in old.numbers), *held))]
    return Details(
        new.name or old.name,
        tuple(kinds.get(number, held[number]) for number in order)[:NUMBERS],
        new.email or old.email,
        new.language or old.language,
        new.note or old.note,
        {**old.fields, **new.fields},
        old.external_id or new.external_id,
        old.source or new.source,
    )


def _write(connection: Connection, one: Import, batch: Batch, now: float) -> None:
    made: list[dict[str, Any]] = []
    held: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for row in batch.made:
        id_ = rows.new_id()
        came: Mapping[str, object] = {"import_key": row.key, "import_id": one.id, "import_line": row.line}
        stamp = {"version": 1, "created_at": now, "created_by": one.by, "updated_at": now, "updated_by": one.by}
        made.append({"id": id_, **rows.columns_of(row.details), **stamp, **came})
        held += rows.number_rows(id_, row.details)
        told += rows.history_rows(id_, [Change("", "", f"{one.name}, {row.line}")], one.by, now, "imported")
    for old, new in batch.changed:
        put(connection, old, new, one.by, now)
        told += rows.history_rows(old.id, changes(old.details, new), one.by, now, "imported")
    for table, some in ((contacts, made), (numbers, held), (history, told)):
        if some:
            connection.execute(insert(table), some)
    if batch.seen:
        mark = (
            update(contacts).where(c.id == bindparam("contact")).values(import_id=one.id, import_line=bindparam("line"))
        )
        connection.execute(mark, [{"contact": id_, "line": row.line} for id_, row in batch.seen])

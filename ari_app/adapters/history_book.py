"""Where does the history stand? In the catalogue's database: the journal's rows and the spool's notes of calls, each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Insert, Table, case, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, IntegrityError

from ari_app.adapters.catalogue_database import Database, taking_good_values
from ari_app.adapters.catalogue_tables import erased_calls
from ari_app.adapters.history_tables import calls, counted, positions, segments, states
from ari_app.adapters.journal_tail import Placed, Position
from ari_app.beside import beside
from ari_app.call_notes import CallNote, StretchNote
from queues.history_rows import QUARTER_S, Counted, Segment, StateTime
from recordings.certificate import Erased

log = structlog.get_logger(__name__)
AT_ONCE: Final = 500
KEPT_FROM_BEFORE: Final = (
    "ended",
    "end_reason",
    "disposition",
    "recording",
    "ticket",
    "flow",
    "flow_version",
)
"""What a newer note of a call may add or replace; who called stays as it was entered first, since it may have been erased."""


class SqlHistory:
    """Blocking. Everything raises CatalogueAway."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- From the journal

    def position(self, journal: str) -> Position | None:
        """Up to where that journal has been entered; None: nothing of it has."""
        wanted = select(positions.c.file, positions.c.place).where(positions.c.journal == journal)
        with self._database.reading() as connection:
            found = connection.execute(wanted).one_or_none()
        return Position(*found) if found is not None else None

    def enter(self, journal: str, rows: Sequence[Placed], upto: Position) -> None:
        """Enter them, and that the journal is entered up to there, both or neither. Rows that are there already stay."""
        values = _values(rows)
        try:
            self._enter(journal, values, upto)
        except (DataError, IntegrityError) as bad:
            log.error("history_row_refused", why=str(bad.orig).strip(), rows=len(rows))
            good = [(table, [one for one in some if self._takes(table, one)]) for table, some in values]
            self._enter(journal, good, upto)

    def _enter(self, journal: str, values: Sequence[tuple[Table, Sequence[dict[str, Any]]]], upto: Position) -> None:
        with self._database.writing() as connection:
            for table, some in values:
                for start in range(0, len(some), AT_ONCE):
                    connection.execute(
                        _insert(connection, table).on_conflict_do_nothing(), some[start : start + AT_ONCE]
                    )
            put = _insert(connection, positions).values(journal=journal, file=upto.file, place=upto.place)
            connection.execute(
                put.on_conflict_do_update(index_elements=["journal"], set_={"file": upto.file, "place": upto.place})
            )

    def _takes(self, table: Table, values: dict[str, Any]) -> bool:
        try:
            with self._database.writing() as connection:
                connection.execute(_insert(connection, table).on_conflict_do_nothing(), values)
        except (DataError, IntegrityError):
            return False
        return True

    # -- From the spool

    def note_call(self, note: CallNote) -> None:
        """Enter a call, or what is new of it; an older note than the last one adds only what nobody has noted. Raises BadEntry."""
        values = {
            "id": note.call,
            **{name: value for name, value in asdict(note).items() if name not in ("call", "at")},
        }
        values["noted_at"] = note.at
        with taking_good_values(), self._database.writing() as connection:
            if connection.scalar(select(exists().where(erased_calls.c.call == note.call))):
                values |= {"caller_shown": "", "caller_who": None, "ticket": None}
            put = _insert(connection, calls).values(**values)
            newer = put.excluded.noted_at >= calls.c.noted_at
            fresh = {
                name: case(
                    (newer, func.coalesce(put.excluded[name], calls.c[name])),
                    else_=func.coalesce(calls.c[name], put.excluded[name]),
                )
                for name in KEPT_FROM_BEFORE
            }
            latest = case((newer, put.excluded.noted_at), else_=calls.c.noted_at)
            connection.execute(put.on_conflict_do_update(index_elements=["id"], set_={**fresh, "noted_at": latest}))

    def note_stretch(self, note: StretchNote) -> None:
        """Enter a stretch that began, or its end. Raises BadEntry."""
        values = {name: value for name, value in asdict(note).items() if name != "at"}
        with taking_good_values(), self._database.writing() as connection:
            put = _insert(connection, segments).values(**values)
            end = func.coalesce(segments.c.end, put.excluded.end)
            connection.execute(
                put.on_conflict_do_update(index_elements=["call", "kind", "begin", "who"], set_={"end": end})
            )

    # -- Customers

    def calls_of(self, who: str) -> list[str]:
        """The ids of a customer's calls."""
        with self._database.reading() as connection:
            return list(connection.scalars(select(calls.c.id).where(calls.c.caller_who == who)))

    def forget_caller(self, who: str, ids: Iterable[str]) -> int:
        """Strike the caller out of these calls and of all that are that one's; the calls stay counted. How many."""
        listed, gone = sorted(ids), 0
        blank = {"caller_shown": "", "caller_who": None, "ticket": None}
        known = or_(calls.c.caller_shown != "", calls.c.caller_who.is_not(None), calls.c.ticket.is_not(None))
        with self._database.writing() as connection:
            gone += connection.execute(update(calls).where(calls.c.caller_who == who).values(**blank)).rowcount
            for start in range(0, len(listed), AT_ONCE):
                mine = calls.c.id.in_(listed[start : start + AT_ONCE])
                gone += connection.execute(update(calls).where(mine, known).values(**blank)).rowcount
        return gone


class HistoryEraser:
    """Strikes a customer out of the history: see erasing.Eraser and erasing.Knows."""

    name = "history"

    def __init__(self, history: SqlHistory) -> None:
        self._history = history

    async def calls_of(self, who: str) -> Iterable[str]:
        """See Knows."""
        return await beside(self._history.calls_of, who)

    async def erase(self, who: str, calls: frozenset[str]) -> Erased:
        """See Eraser."""
        return Erased(
            await beside(self._history.forget_caller, who, calls), "callers struck out of the history of calls"
        )


def _insert(connection: Connection, table: Table) -> Any:
    """The statement of this database's kind, which knows what to do when the key is there already."""
    insert: Insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    return insert


def _values(rows: Sequence[Placed]) -> list[tuple[Table, list[dict[str, Any]]]]:
    by_table: dict[Table, list[dict[str, Any]]] = {counted: [], segments: [], states: []}
    for placed in rows:
        match placed.row:
            case Counted() as one:
                by_table[counted].append(_counted(placed, one))
            case Segment() as one:
                by_table[segments].append({**asdict(one), "outcome": _kept(one.outcome)})
            case StateTime() as one:
                by_table[states].append({**asdict(one), "reason": _kept(one.reason)})
    return [(table, some) for table, some in by_table.items() if some]


def _counted(placed: Placed, row: Counted) -> dict[str, Any]:
    return {
        **asdict(row),
        "source": placed.source,
        "place": placed.place,
        "piece": placed.piece,
        "quarter": int(row.at // QUARTER_S * QUARTER_S),
        "reason": _kept(row.reason),
    }


def _kept(words: str) -> str:
    """People's words as any database takes them."""
    return words.replace("\0", "")[:64]

"""What a journal has comes into the history once, whoever is killed when, and whatever the database does meanwhile."""

from __future__ import annotations

import os
import random
import select as ready_to_read
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from ari_app.adapters.catalogue import SqlShelves
from ari_app.adapters.catalogue_audit import SqlAuditBook
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.history_book import HistoryEraser, SqlHistory
from ari_app.adapters.history_tables import calls, counted, segments, states
from ari_app.adapters.journal_tail import JournalTail, Position
from ari_app.adapters.spool_file import Spool
from ari_app.call_notes import CallNote, StretchNote
from ari_app.delivery import deliver
from ari_app.new_ids import new_id
from queues.history_rows import Counted, Row, Segment, StateTime
from recordings.record import CatalogueAway
from tests.database.acts import AT
from tests.database.history_process import begun
from tests.database.journals import lived, rows_of
from tests.database.outages import FolderInItsPlace

JOURNAL = "the journal"
_PATIENCE_S = 60.0
NOTE = CallNote("call-1", AT, "inbound", "900100200", "******789", "hash", AT - 60.0)


def entered(database: Database) -> Counter[Row]:
    """All rows that are in the tables, as the fold makes them."""
    with database.reading() as connection:

        def all_of(table: Table, kind: Any) -> list[Row]:
            wanted = select(*(table.c[name] for name in kind.__dataclass_fields__))
            return [kind(**row._mapping) for row in connection.execute(wanted)]

        return Counter(all_of(counted, Counted) + all_of(segments, Segment) + all_of(states, StateTime))


def expected(folder: Path) -> Counter[Row]:
    """Segments of the same call, kind, beginning and person are one: made-up calls end and come back in one moment."""
    rows, seen = list[Row](), set[tuple[object, ...]]()
    for row in rows_of(folder):
        key: tuple[object, ...] | None = None
        if isinstance(row, Segment):
            key = (row.call, row.kind, row.begin, row.who)
        elif isinstance(row, StateTime):
            key = (row.operator, row.begin, row.state)
        if key is None or key not in seen:
            rows.append(row)
            if key is not None:
                seen.add(key)
    return Counter(rows)


def enter_all(folder: Path, database: Database, lines: int = 50) -> None:
    history, tail = SqlHistory(database), JournalTail(folder)
    for _ in tail.stand_at(history.position(JOURNAL)):
        pass
    while (read := tail.read(lines)) is not None:
        history.enter(JOURNAL, read.rows, read.upto)


def two_days(folder: Path) -> None:
    lived(folder, 3, 150)
    lived(folder, 4, 100, 1_000_900.0)
    lived(folder, 5, 120, 1_000_900.0 + 86_400)


def test_all_that_is_in_the_journals_is_entered_over_lives_and_days(database: Database, tmp_path: Path) -> None:
    two_days(tmp_path)
    enter_all(tmp_path, database)
    assert entered(database) == expected(tmp_path)
    assert sum(entered(database).values()) > 500


def test_what_is_written_later_is_entered_later_and_nothing_twice(database: Database, tmp_path: Path) -> None:
    lived(tmp_path, 3, 150)
    enter_all(tmp_path, database)
    lived(tmp_path, 4, 100, 1_000_900.0)
    enter_all(tmp_path, database)
    enter_all(tmp_path, database)
    assert entered(database) == expected(tmp_path)


def test_a_line_that_a_crash_tore_off_holds_nothing_up(database: Database, tmp_path: Path) -> None:
    lived(tmp_path, 3, 80)
    (path,) = tmp_path.glob("*.jsonl")
    path.write_bytes(path.read_bytes()[:-25])
    enter_all(tmp_path, database)
    lived(tmp_path, 4, 80, 1_000_900.0)  # ends the torn line first
    enter_all(tmp_path, database)
    assert entered(database) == expected(tmp_path)


def test_without_its_position_a_journal_entered_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    two_days(tmp_path)
    enter_all(tmp_path, database)
    history, tail = SqlHistory(database), JournalTail(tmp_path)
    while (read := tail.read(1000)) is not None:
        history.enter("the same under another name", read.rows, read.upto)
    assert entered(database) == expected(tmp_path)


def test_whoever_dies_between_the_entry_and_hearing_of_it_enters_nothing_twice(
    database: Database, tmp_path: Path
) -> None:
    lived(tmp_path, 3, 150)
    history = SqlHistory(database)
    for lines in (1, 17, 40, 3):
        tail = JournalTail(tmp_path)  # another life
        for _ in tail.stand_at(history.position(JOURNAL)):
            pass
        read = tail.read(lines)
        assert read is not None
        history.enter(JOURNAL, read.rows, read.upto)
    enter_all(tmp_path, database)
    assert entered(database) == expected(tmp_path)


@pytest.mark.timeout(300)
def test_a_controller_that_is_killed_again_and_again_enters_each_row_once(
    database: Database, url: str, tmp_path: Path
) -> None:
    two_days(tmp_path)
    chance, said = random.Random(7), b""
    kills = 0
    while not said.endswith(b"!"):
        process, pipe = begun(tmp_path, url)
        said, at_least = b"", chance.randrange(5, 70)
        while len(said) < at_least and not said.endswith(b"!"):
            ready, _, _ = ready_to_read.select([pipe], [], [], _PATIENCE_S)
            assert ready, "it does nothing any more"
            said += os.read(pipe.fileno(), 1)
        process.kill()
        process.join()
        pipe.close()
        kills += 1
    assert kills > 2
    assert entered(database) == expected(tmp_path)


def test_while_the_database_is_away_nothing_is_lost(tmp_path: Path) -> None:
    outage, folder = FolderInItsPlace(tmp_path / "outage"), tmp_path / "journal"
    lived(folder, 3, 60)
    database = Database(outage.url, patience_s=1.0)
    try:
        database.migrate()
        tail = JournalTail(folder)
        read = tail.read(1000)
        assert read is not None
        outage.begin()
        try:
            with pytest.raises(CatalogueAway):
                SqlHistory(database).enter(JOURNAL, read.rows, read.upto)
        finally:
            outage.end()
        enter_all(folder, database)
        assert entered(database) == expected(folder)
    finally:
        database.close()


def test_a_row_that_the_database_never_takes_holds_up_no_other(database: Database, tmp_path: Path) -> None:
    lived(tmp_path, 3, 60)
    read = JournalTail(tmp_path).read(1000)
    assert read is not None
    bad = replace(read.rows[0], piece=99, row=Counted("1970-01-01", 1.0, "offered", queue="q" * 200))
    history = SqlHistory(database)
    history.enter(JOURNAL, [bad, *read.rows], read.upto)
    assert entered(database).keys() >= expected(tmp_path).keys()
    assert history.position(JOURNAL) == read.upto


def test_a_position_behind_the_files_end_is_another_journals(database: Database, tmp_path: Path) -> None:
    lived(tmp_path, 3, 60)
    (path,) = tmp_path.glob("*.jsonl")
    SqlHistory(database).enter(JOURNAL, [], Position(path.name, 10**9))
    enter_all(tmp_path, database)
    assert entered(database) == expected(tmp_path)


def shown(database: Database) -> list[dict[str, Any]]:
    with database.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(select(calls).order_by(calls.c.id))]


def test_notes_of_a_call_come_by_the_spool_and_redelivered_ones_change_nothing(
    database: Database, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "history.jsonl", new_id, lambda: AT)
    spool.write(
        [
            NOTE,
            StretchNote("call-1", AT, "menu", AT - 60, ""),
            replace(NOTE, at=AT + 5, flow="bienvenida", flow_version="v1"),
            StretchNote("call-1", AT + 5, "menu", AT - 60, "", AT + 5),
            replace(NOTE, at=AT + 9, ended=AT + 9, end_reason="caller_hung_up"),
            replace(NOTE, at=AT + 20, ended=AT + 9, end_reason="caller_hung_up", disposition="sold"),
        ]
    )
    lines = spool.path.read_bytes()

    def deliver_all(one: Spool) -> None:
        while deliver(one, SqlAuditBook(database), SqlShelves(database), SqlHistory(database)):
            pass

    deliver_all(spool)
    first = shown(database)
    spool.path.write_bytes(lines)
    deliver_all(Spool(spool.path, new_id, lambda: AT))
    assert shown(database) == first
    (call,) = first
    assert (call["flow"], call["flow_version"], call["disposition"]) == ("bienvenida", "v1", "sold")
    assert (call["ended"], call["end_reason"], call["caller_who"]) == (AT + 9, "caller_hung_up", "hash")
    with database.reading() as connection:
        assert connection.execute(select(segments.c.kind, segments.c.end)).all() == [("menu", AT + 5)]


def test_an_older_note_that_comes_late_takes_nothing_back(database: Database) -> None:
    history = SqlHistory(database)
    history.note_call(replace(NOTE, at=AT + 20, disposition="sold"))
    history.note_call(replace(NOTE, at=AT, disposition="lost", flow="bienvenida"))
    (call,) = shown(database)
    assert (call["disposition"], call["flow"], call["noted_at"]) == ("sold", "bienvenida", AT + 20)


async def test_an_erased_caller_is_struck_out_and_stays_counted(database: Database, tmp_path: Path) -> None:
    history = SqlHistory(database)
    history.note_call(NOTE)
    history.note_call(replace(NOTE, call="call-2", caller_who="another"))
    history.note_call(replace(NOTE, call="call-3", caller_who=None, caller_shown="***"))
    eraser = HistoryEraser(history)
    assert list(await eraser.calls_of("hash")) == ["call-1"]
    assert (await eraser.erase("hash", frozenset({"call-3"}))).count == 2
    assert (await eraser.erase("hash", frozenset({"call-3"}))).count == 0
    assert [(one["caller_who"], one["caller_shown"]) for one in shown(database)] == [
        (None, ""),
        ("another", "******789"),
        (None, ""),
    ]
    history.note_call(replace(NOTE, at=AT + 9, disposition="sold"))
    assert shown(database)[0]["caller_who"] is None
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(calls)) == 3

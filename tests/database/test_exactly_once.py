"""What waits on the disk comes into the database exactly once and in order, at whatever step the server or the way to it dies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ari_app.adapters.catalogue import SqlShelves
from ari_app.adapters.catalogue_audit import SqlAuditBook
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.spool_file import Spool
from ari_app.delivery import deliver
from ari_app.new_ids import new_id
from ari_app.outcome_notes import Outcome
from recordings.custody import AuditEntry, AuditQuery
from recordings.record import CatalogueAway
from tests.database.acts import AT, act, numbers
from tests.database.in_between import InBetween
from tests.database.postgres import Postgres
from tests.library.some_recordings import call_id, stored


def spool_in(folder: Path) -> Spool:
    """As a new life of the controller finds it."""
    return Spool(folder / "notes.jsonl", new_id, lambda: AT)


def entered(database: Database) -> list[int]:
    """The acts in the audit, the oldest first."""
    return numbers(reversed(SqlAuditBook(database).entries(AuditQuery(limit=10_000))))


def deliver_all(spool: Spool, database: Database) -> None:
    while deliver(spool, SqlAuditBook(database), SqlShelves(database)):
        pass


class AnswerLost(SqlAuditBook):
    """Each entry is in; that it is, nobody hears, ``times`` times."""

    def __init__(self, database: Database, times: int) -> None:
        super().__init__(database)
        self.times = times

    def note_once(self, id_: str, entry: AuditEntry) -> None:
        super().note_once(id_, entry)
        if self.times:
            self.times -= 1
            raise CatalogueAway("the connection was lost after the commit")


def test_an_act_whose_entry_nobody_heard_of_is_entered_once(database: Database, tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    spool.write([act(1), act(2), act(3)])
    book = AnswerLost(database, times=5)
    for _ in range(5):
        with pytest.raises(CatalogueAway):
            deliver(spool, book, SqlShelves(database))
    assert deliver(spool, book, SqlShelves(database)) == 3
    assert (entered(database), spool.waiting) == ([1, 2, 3], 0)


def test_a_life_that_ends_between_the_entry_and_the_spool_delivers_again_and_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    first = spool_in(tmp_path)
    first.write([act(number) for number in range(1, 251)])
    copy = first.path.read_bytes()
    deliver_all(first, database)
    assert first.path.read_bytes() == b""
    first.path.write_bytes(copy)  # the life ended before that
    next_life = spool_in(tmp_path)
    next_life.write([act(251)])
    assert next_life.waiting == 251
    deliver_all(next_life, database)
    assert entered(database) == list(range(1, 252))


def test_an_act_that_stands_there_keeps_what_it_says(database: Database, tmp_path: Path) -> None:
    book = SqlAuditBook(database)
    book.note_once("the id", act(1))
    book.note_once("the id", act(2))
    assert list(book.entries(AuditQuery())) == [replace(act(1), id=1)]
    book.note(act(3))
    book.note(act(3))
    assert entered(database) == [1, 3, 3]


def test_an_outcome_delivered_again_leaves_a_newer_one_alone(database: Database, tmp_path: Path) -> None:
    shelves, spool = SqlShelves(database), spool_in(tmp_path)
    shelves.enter(stored(1))
    spool.write([Outcome(call_id(1), "lost", "1005", AT + 1)])
    copy = spool.path.read_bytes()
    deliver_all(spool, database)
    shelves.note_outcome(call_id(1), "sold", "1005", AT + 2)
    spool.path.write_bytes(copy)
    deliver_all(spool_in(tmp_path), database)
    shown = shelves.show(call_id(1))
    assert shown is not None
    assert shown.disposition == "sold"


def test_what_the_database_never_takes_is_set_aside_and_the_others_go_on(database: Database, tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    bad = AuditEntry(AT, "2001", "supervisor", "supervision_began", "call", "call-2", detail={"nul": "\u0000"})
    too_long = AuditEntry(AT, "2001", "supervisor", "supervision_began", "call", "call-3" + "0" * 100)
    spool.write([act(1), bad, too_long, act(4)])
    deliver_all(spool, database)
    refused = spool.refused_path.read_text().count("\n") if spool.refused_path.exists() else 0
    taken = SqlAuditBook(database).entries(AuditQuery())
    assert len(taken) + refused == 4
    assert [number for number in entered(database) if number in (1, 4)] == [1, 4]
    if database.engine.dialect.name == "postgresql":
        assert refused >= 1
        assert "for bad" in (spool.wrong or "")


@pytest.fixture
def in_between(postgres: Postgres) -> Iterator[InBetween]:
    made = InBetween(postgres)
    yield made
    made.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("answer_lost", [False, True], ids=["before it is heard", "after it was done"])
@pytest.mark.parametrize("deed", ["the connection is cut", "the server is killed"])
def test_at_whatever_word_to_postgresql_it_dies_each_act_is_entered_once(
    deed: str, answer_lost: bool, postgres: Postgres, in_between: InBetween, tmp_path: Path
) -> None:
    deeds = {"the connection is cut": lambda: None, "the server is killed": postgres.kill}
    in_between.deed, in_between.answer_lost = deeds[deed], answer_lost
    name = postgres.new_database()
    direct = Database(postgres.url(name))
    direct.migrate()
    written = 0
    for at in range(1, 200):
        spool = spool_in(tmp_path)
        spool.write([act(written + 1), act(written + 2)])
        written += 2
        between = Database(postgres.url(name, in_between.port))
        in_between.next_life(at)
        try:
            deliver_all(spool, between)
        except CatalogueAway:
            postgres.start()
        between.close()
        if in_between.said < at:
            break  # nothing died: all words have been tried
        in_between.next_life(0)
        after = Database(postgres.url(name, in_between.port))
        deliver_all(spool_in(tmp_path) if at % 2 else spool, after)
        after.close()
        assert entered(direct) == list(range(1, written + 1)), at
    direct.close()
    assert at > 8

"""Do the migrations make what the code expects, there and back, for two processes at once, and are bad databases told plainly?"""

from __future__ import annotations

import multiprocessing
import sqlite3
import stat
import threading
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from ari_app.adapters import catalogue_search, history_tables
from ari_app.adapters.catalogue import SqlShelves
from ari_app.adapters.catalogue_database import BadDatabase, Database, sqlite_url
from ari_app.adapters.catalogue_tables import metadata
from console.tables import TABLES
from recordings.record import CatalogueAway
from recordings.search import Search, Sight
from tests.library.some_recordings import stored


def test_the_migrations_make_the_very_tables_of_the_code(database: Database) -> None:
    assert set(TABLES) < set(metadata.tables.values())
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert history_tables.calls.metadata is metadata
        assert compare_metadata(context, metadata) == []
        made = {table: {index["name"] for index in inspect(connection).get_indexes(table)} for table in metadata.tables}
    assert made == {name: {index.name for index in table.indexes} for name, table in metadata.tables.items()}


def test_up_and_down_leaves_nothing_and_up_again_makes_all(database: Database) -> None:
    SqlShelves(database).enter(stored(1))
    database.migrate("base")
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    database.migrate()
    SqlShelves(database).enter(stored(1))
    assert list(SqlShelves(database).ids()) == [stored(1).id]


def test_a_start_on_tables_that_are_there_keeps_what_is_in_them(database: Database) -> None:
    SqlShelves(database).enter(stored(1))
    again = Database(database.engine.url.render_as_string(hide_password=False))
    again.migrate()
    assert SqlShelves(again).find(stored(1).id) == stored(1)
    again.close()


def _start(url: str, together: Barrier) -> None:
    database = Database(url)
    together.wait(30)
    database.migrate()
    shelves = SqlShelves(database)
    for nth in range(20):
        shelves.enter(stored(nth + 1))


def test_processes_that_start_at_once_migrate_once_and_write_side_by_side(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(3)
    url = sqlite_url(tmp_path / "centralita.db")
    processes = [context.Process(target=_start, args=(url, together)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    database = Database(url)
    assert len(list(SqlShelves(database).ids())) == 20
    database.close()


def test_tables_of_a_newer_version_are_refused_with_what_to_do(database: Database) -> None:
    with database.writing() as connection:
        ours = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadDatabase, match="start the newer version again"):
        database.migrate()
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :ours"), {"ours": ours})


@pytest.mark.parametrize("url", ["nothing", "oracle://scott:tiger@host/x", "x://user:hunter2@host/x", ""])
def test_a_url_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadDatabase, match="CENTRALITA_DATABASE_URL cannot be used") as refused:
        Database(url)
    assert "hunter2" not in str(refused.value)
    assert "tiger" not in str(refused.value)


def test_the_file_is_its_owners_alone_and_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    file = tmp_path / "centralita.db"
    database = Database(sqlite_url(file))
    database.migrate()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shelves = SqlShelves(database)
    shelves.enter(stored(1))
    with database.writing() as connection:
        connection.execute(text("DELETE FROM recordings"))
        seen: list[str] = []
        reader = threading.Thread(target=lambda: seen.extend(shelves.ids()))
        reader.start()
        reader.join(30)
    assert seen == [stored(1).id]
    assert list(shelves.ids()) == []
    with sqlite3.connect(file) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()
    database.close()


def test_what_fails_in_the_middle_leaves_nothing(database: Database) -> None:
    def half() -> None:
        with database.writing() as connection:
            connection.execute(text("INSERT INTO dispositions VALUES ('c', 'sold', '1005', 1.0)"))
            raise ZeroDivisionError

    shelves = SqlShelves(database)
    with pytest.raises(ZeroDivisionError):
        half()
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM dispositions")) == 0
    shelves.enter(stored(1))


def test_a_database_that_cannot_be_opened_is_away(tmp_path: Path) -> None:
    (tmp_path / "x.db").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(CatalogueAway, match="cannot be reached"):
        list(SqlShelves(database).ids())
    database.close()


def test_what_hangs_on_a_recording_cannot_be_without_it(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text("INSERT INTO recording_queues VALUES ('nothing', 0, 'soporte')"))


def test_every_search_is_sql_that_postgresql_can_read_too() -> None:
    every = Search(
        *(1.0, 2.0, "q", "o", "n", "w", "d", 1.0, 2.0, "call", "all", 0.1, 0.2, 0.3, 0.4, "té%", "c", True),
        sight=Sight(frozenset({"a"})),
    )
    for search in (every, Search(sight=Sight(operators=frozenset({"1005"})), held=False)):
        for condition in catalogue_search.conditions(search):
            told = {str(condition.compile(dialect=dialect())) for dialect in (postgresql.dialect, sqlite.dialect)}
            assert all(told)

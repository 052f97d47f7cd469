"""Which databases do these tests run on? SQLite always, PostgreSQL where it and its driver are installed; else they are skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ari_app.adapters import library_parts
from ari_app.adapters.catalogue_database import Database, sqlite_url
from tests.database.outages import NEED_ROOT, POSTGRES, SQLITE, DiskReadOnly, Outage, may_mount
from tests.database.postgres import Postgres, why_not


@pytest.fixture(scope="session")
def running_postgres() -> Iterator[Postgres]:
    """One server for the session."""
    if (why := why_not()) is not None:
        pytest.skip(why)
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def postgres(running_postgres: Postgres) -> Iterator[Postgres]:
    """The server, up before and after."""
    yield running_postgres
    running_postgres.wake()
    running_postgres.start()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "centralita.db")
    server: Postgres = request.getfixturevalue("postgres")
    return server.url(server.new_database())


@pytest.fixture
def connected() -> Iterator[Callable[[str], Database]]:
    """Makes connections to what is at a URL, and closes them."""
    made: list[Database] = []

    def connect(url: str) -> Database:
        made.append(Database(url, patience_s=2.0))
        return made[-1]

    yield connect
    for one in made:
        one.close()


@pytest.fixture
def database(url: str, connected: Callable[[str], Database]) -> Database:
    """With our tables in it."""
    made = connected(url)
    made.migrate()
    return made


@pytest.fixture(params=[*SQLITE, *POSTGRES])
def outage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outage]:
    """Each way in which a database can be away."""
    way: str = request.param
    if way in NEED_ROOT and not may_mount():
        pytest.skip("only root can make a small disk")
    made = SQLITE[way](tmp_path / "outage") if way in SQLITE else POSTGRES[way](request.getfixturevalue("postgres"))
    yield made
    made.close()


@pytest.fixture
def later_outage(outage: Outage) -> Outage:
    """Those that can come while the database is open."""
    if isinstance(outage, DiskReadOnly):
        pytest.skip("no kernel makes a disk read-only while a file on it is open for writing")
    return outage


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for somebody else's lock."""
    monkeypatch.setattr(library_parts, "PATIENCE_S", 0.3)

"""How is the catalogue's database reached? Any SQLAlchemy URL; all that is special to one database stands here.

Synchronous: whoever is in an event loop calls from a thread. One thread of a process writes at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import structlog
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from recordings.record import CatalogueAway

log = structlog.get_logger(__name__)
MIGRATIONS: Final = Path(__file__).parent / "migrations"
BUSY_MS: Final = 10_000
"""How long one process waits for another that writes."""

MIGRATION_LOCK: Final = 7_204_117
AWAY: Final = (OperationalError, InterfaceError, NoFreeConnection)


class BadDatabase(ValueError):
    """The database cannot be used at all. The message names the setting, and never the URL: it may hold a password."""


class Database:
    """Connections to the database at ``url``, which is reached when first needed. Raises BadDatabase for a URL that is none."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writing = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of everything for as long as it is open. Raises CatalogueAway."""
        with _away(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All that is done takes effect at its end, or nothing. Raises CatalogueAway."""
        with _away(), self._writing, self.engine.connect() as connection:
            writer = connection.execution_options(centralita_writes=True)
            with writer.begin():
                yield writer

    def migrate(self, to: str = "head") -> None:
        """Bring the tables to the newest shape (or back to an older one); if another process does, wait for it.

        Raises BadDatabase when a newer version of the program has made them, CatalogueAway.
        """
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        with self.writing() as connection:
            _lock_for_migration(connection)
            config.attributes["connection"] = connection
            try:
                (command.downgrade if to == "base" else command.upgrade)(config, to)
            except CommandError as unknown:
                raise BadDatabase(
                    f"CENTRALITA_DATABASE_URL: the tables are not of this version of the program ({unknown}); "
                    "start the newer version again, or restore an older copy of the database"
                ) from unknown

    def close(self) -> None:
        """Disconnect."""
        self.engine.dispose()


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except AWAY as away:
        reason = getattr(away, "orig", None) or away
        raise CatalogueAway(f"the catalogue of recordings cannot be reached: {reason}") from away


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        engine = create_engine(parsed, pool_pre_ping=not sqlite)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as bad:
        raise BadDatabase(
            f"CENTRALITA_DATABASE_URL cannot be used ({type(bad).__name__}); give one such as "
            "sqlite:////var/lib/centralita/centralita.db or postgresql+psycopg://user:password@host/database"
        ) from None
    if sqlite:
        _prepare_sqlite(engine, parsed.database)
    return engine


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def _prepare_sqlite(engine: Engine, file: str | None) -> None:
    """Readers never wait for a writer, a writer takes its lock at once, and nobody else may read the file."""
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        Path(file).touch(mode=0o600)

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, record: object) -> None:
        raw.isolation_level = None  # the driver's own transactions begin too late
        for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("centralita_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _lock_for_migration(connection: Connection) -> None:
    """SQLite's writer is alone already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})

"""How is the catalogue's database reached? By a SQLAlchemy URL of SQLite or PostgreSQL; all that is special to one stands here.

Synchronous: whoever is in an event loop calls from a thread. One thread of a process writes at a time.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import structlog
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from ari_app.adapters.stuck_connections import StuckConnections
from ari_app.library import BadEntry
from recordings.record import CatalogueAway

log = structlog.get_logger(__name__)
MIGRATIONS: Final = Path(__file__).parent / "migrations"
PATIENCE_S: Final = 10.0
"""How long one process waits for another that writes."""

SILENCE_S: Final = 15.0
"""How long a server may say nothing before it counts as gone, and a statement may take."""

MIGRATES_WITHIN_S: Final = 600.0

MIGRATION_LOCK: Final = 7_204_117
NO_TABLES: Final = ("42P01", "42501", "3F000")
"""PostgreSQL's codes for a table, a right or a schema that is not there: an empty or another database, not a bad statement."""


class BadDatabase(ValueError):
    """The database cannot be used at all. The message names the setting, and never the URL: it may hold a password."""


class Database:
    """Connections to the database at ``url``, which is reached when first needed. ``patience_s``: how long to wait for somebody
    else's lock. Raises BadDatabase for a URL that is none, OSError when a SQLite file cannot be made."""

    def __init__(self, url: str, patience_s: float = PATIENCE_S) -> None:
        self.engine = _engine(url, patience_s)
        self._writing = threading.Lock()
        self._patience_s = patience_s
        has_sockets = self.engine.dialect.name == "postgresql"
        self._stuck = StuckConnections(self.engine, SILENCE_S) if has_sockets else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of everything for as long as it is open. Raises CatalogueAway."""
        with _away(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All that is done takes effect at its end, or nothing. Raises CatalogueAway."""
        with _away(), self._alone(), self.engine.connect() as connection:
            writer = connection.execution_options(centralita_writes=True)
            with writer.begin():
                yield writer

    def migrate(self, to: str = "head") -> None:
        """Bring the tables to the newest shape (or back to an older one); if another process does, wait for it.

        Raises BadDatabase when a newer version of the program has made them, CatalogueAway.
        """
        config = _alembic()
        with self._taking_long(), self.writing() as connection:
            _lock_for_migration(connection)
            config.attributes["connection"] = connection
            try:
                (command.downgrade if to == "base" else command.upgrade)(config, to)
            except CommandError as unknown:
                raise BadDatabase(
                    f"CENTRALITA_DATABASE_URL: the tables are not of this version of the program ({unknown}); "
                    "start the newer version again, or restore an older copy of the database"
                ) from unknown

    def has_our_tables(self) -> bool:
        """Those of this version of the program. Raises CatalogueAway, also when nothing can be written: something is, since a disk
        that is full lets itself be locked and read."""
        with self.writing() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
            return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == _newest_shape())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The one of this process that writes. Whoever is before us may wait for another's lock; we wait as long."""
        if not self._writing.acquire(timeout=self._patience_s):
            raise CatalogueAway(f"the database of recordings has not been written to for {self._patience_s:g} s")
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def _taking_long(self) -> Iterator[None]:
        if self._stuck is None:
            yield
            return
        self._stuck.limit_s = MIGRATES_WITHIN_S
        try:
            yield
        finally:
            self._stuck.limit_s = SILENCE_S

    def close(self) -> None:
        """Disconnect, whoever still waits."""
        if self._stuck is not None:
            self._stuck.close()
        self.engine.dispose()


@contextmanager
def taking_good_values() -> Iterator[None]:
    """Raises BadEntry in the place of what the database says of a value that it will never take."""
    try:
        yield
    except (DataError, IntegrityError) as bad:
        raise BadEntry(str(bad.orig).strip()) from bad


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row unless one of its unique keys is there already."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(table).values(**values).on_conflict_do_nothing())


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _newest_shape() -> str | None:
    return ScriptDirectory.from_config(_alembic()).get_current_head()


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, NoFreeConnection) as failed:
        if not _is_away(failed):
            raise
        reason = getattr(failed, "orig", None) or failed
        raise CatalogueAway(f"the database of recordings cannot be reached: {str(reason).strip()}") from failed


def _is_away(failed: Exception) -> bool:
    """Whether it is the database's state and no mistake of the statement: it may go well later."""
    match failed:
        case ProgrammingError():
            return getattr(failed.orig, "sqlstate", None) in NO_TABLES
        case DBAPIError():
            return type(failed) is DatabaseError or isinstance(
                failed, OperationalError | InterfaceError | InternalError
            )
        case _:
            return True


def _engine(url: str, patience_s: float) -> Engine:
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        timeouts = {} if sqlite else _timeouts(parsed, patience_s)
        engine = create_engine(parsed, pool_pre_ping=not sqlite, pool_timeout=patience_s, connect_args=timeouts)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as bad:
        raise BadDatabase(
            f"CENTRALITA_DATABASE_URL cannot be used ({type(bad).__name__}); give one such as "
            "sqlite:////var/lib/centralita/centralita.db or postgresql+psycopg://user:password@host/database"
        ) from None
    if sqlite:
        _prepare_sqlite(engine, parsed.database, patience_s)
    return engine


def _timeouts(url: URL, patience_s: float) -> dict[str, Any]:
    """What libpq is told, so that no server and no lock holds anybody for longer; what stands in the URL counts more."""
    if url.get_backend_name() != "postgresql" or url.get_driver_name() != "psycopg":
        return {}
    patience_ms = round(1000 * patience_s)
    wanted = {
        "connect_timeout": max(2, round(patience_s)),
        "tcp_user_timeout": round(1000 * SILENCE_S),
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "options": f"-c lock_timeout={patience_ms} -c idle_in_transaction_session_timeout=60000",  # and see StuckConnections
    }
    return {name: value for name, value in wanted.items() if name not in url.query}


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def _prepare_sqlite(engine: Engine, file: str | None, patience_s: float) -> None:
    """Readers never wait for a writer, a writer takes its lock at once, and nobody else may read the file."""
    if file and file != ":memory:":
        _demand_the_same_file(engine, Path(file))

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, record: object) -> None:
        raw.isolation_level = None  # the driver's own transactions begin too late
        busy_ms = round(1000 * patience_s)
        for pragma in (f"busy_timeout={busy_ms}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("centralita_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _demand_the_same_file(engine: Engine, file: Path) -> None:
    """Whoever has the file open would go on to write into it when it has been moved away or removed, and nobody would find that."""

    @event.listens_for(engine, "do_connect")
    def _make(*_: object) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600)
        except OSError as failed:
            raise CatalogueAway(f"the database of recordings cannot be made: {failed}") from failed

    @event.listens_for(engine, "connect")
    def _note(raw: object, record: Any) -> None:
        record.info["file"] = _identity(file)

    @event.listens_for(engine, "checkout")
    def _compare(raw: object, record: Any, proxy: object) -> None:
        if record.info["file"] != _identity(file):
            raise DisconnectionError("the file of the database is another one now")


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _lock_for_migration(connection: Connection) -> None:
    """SQLite's writer is alone already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})

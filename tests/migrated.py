"""A database with our tables, without waiting for the migrations in each test: they are made once, and copied."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from ari_app.adapters.catalogue_database import Database, sqlite_url


@functools.cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="centralita-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "centralita.db"
    database = Database(sqlite_url(file))
    database.migrate()
    database.close()
    return file


def migrated(file: Path) -> Database:
    """A SQLite database at ``file``, which is not there yet."""
    shutil.copy(_made(), file)
    return Database(sqlite_url(file))

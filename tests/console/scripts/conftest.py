"""Where do these tests keep what they write? Each in a SQLite file of its own, whose tables are made once for all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ari_app.adapters.catalogue_database import Database, sqlite_url


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with our tables, which nobody has open."""
    file = tmp_path_factory.mktemp("migrated") / "centralita.db"
    made = Database(sqlite_url(file))
    made.migrate()
    made.close()
    return file


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """A copy of it."""
    made = Database(sqlite_url(Path(shutil.copy(migrated, tmp_path / "centralita.db"))), patience_s=5.0)
    yield made
    made.close()

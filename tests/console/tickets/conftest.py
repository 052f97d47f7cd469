"""What do the tickets' tests share? A database, and a centre over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ari_app.adapters.catalogue_database import Database
from tests.console.tickets.desk import Centre
from tests.migrated import migrated


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """With our tables in it."""
    made = migrated(tmp_path / "centralita.db")
    yield made
    made.close()


@pytest.fixture
def centre(database: Database) -> Centre:
    """Over it."""
    return Centre(database)

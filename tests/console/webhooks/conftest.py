"""What do the webhooks' tests share? A database, the post over it, and a receiver."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ari_app.adapters.catalogue_database import Database
from tests.console.webhooks.post import Post
from tests.console.webhooks.receiver import Receiver
from tests.migrated import migrated


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """With our tables in it."""
    made = migrated(tmp_path / "centralita.db")
    yield made
    made.close()


@pytest.fixture
def post(database: Database, tmp_path: Path) -> Post:
    """Over it."""
    return Post(database, tmp_path)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Listening."""
    made = Receiver()
    await made.start()
    yield made
    await made.stop()

"""A few random pasts, each in a database of its own that is made once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from ari_app.adapters.catalogue_database import Database
from tests.console.figures.past import Api, database_with

SEEDS: Final = (1, 2)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[int, Database]]:
    """By seed; nobody writes into them."""
    folder = tmp_path_factory.mktemp("past")
    made = {seed: database_with(folder, seed) for seed in SEEDS}
    yield made
    for database in made.values():
        database.close()


@pytest.fixture
def api(databases: Mapping[int, Database]) -> Api:
    """Over the first of them."""
    return Api(databases[SEEDS[0]])

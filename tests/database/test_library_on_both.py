"""The library's own suite once more, on each database that is here."""

from __future__ import annotations

import pytest

from ari_app.adapters.catalogue_database import Database
from tests.library.test_catalogue_database import (  # noqa: F401 - as above
    test_a_start_on_tables_that_are_there_keeps_what_is_in_them,
    test_tables_of_a_newer_version_are_refused_with_what_to_do,
    test_the_migrations_make_the_very_tables_of_the_code,
    test_up_and_down_leaves_nothing_and_up_again_makes_all,
    test_what_fails_in_the_middle_leaves_nothing,
    test_what_hangs_on_a_recording_cannot_be_without_it,
)
from tests.library.test_library_contract import *  # noqa: F403 - its tests, with this folder's database
from tests.library.test_library_contract import Library, in_database


@pytest.fixture  # type: ignore[no-redef]
def library(database: Database) -> Library:
    """The one in the database; the other one is tried in the library's own folder."""
    return in_database(database)

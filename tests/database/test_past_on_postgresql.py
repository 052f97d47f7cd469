"""Earlier calls, notes and what is erased once more, on PostgreSQL."""

from __future__ import annotations

import pytest

from ari_app.adapters.catalogue_database import Database
from tests.console.past import conftest, test_erasures
from tests.console.past.test_erasures import (
    test_no_certificate_is_given_while_the_console_is_away_and_it_goes_on_afterwards as goes_on_afterwards,
)
from tests.console.past.test_notes import (
    test_a_contact_that_is_forgotten_takes_the_notes_of_all_its_numbers_along as takes_the_notes_along,
)
from tests.console.past.test_notes import (
    test_a_note_is_kept_once_however_often_it_is_sent_and_can_be_corrected as is_kept_once,
)
from tests.console.past.test_past import (
    test_the_desk_shows_the_callers_earlier_calls_the_newest_first_and_nobody_elses as shows_the_earlier_calls,
)
from tests.database.postgres import Postgres


@pytest.fixture
def url(postgres: Postgres) -> str:
    """Of an empty database; on SQLite all this has been tried already."""
    return postgres.url(postgres.new_database())


async def test_the_desk_shows_the_callers_earlier_calls(database: Database) -> None:
    await shows_the_earlier_calls(conftest.World(database))


async def test_a_note_is_kept_once(database: Database) -> None:
    await is_kept_once(conftest.World(database))


async def test_a_contact_that_is_forgotten_takes_the_notes_along(database: Database) -> None:
    await takes_the_notes_along(conftest.World(database))


async def test_an_erasure_waits_for_the_console_and_goes_on(database: Database) -> None:
    await goes_on_afterwards(test_erasures.World(database))

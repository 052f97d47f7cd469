"""Are versions of scripts and answers kept on PostgreSQL as they are on SQLite? A few of their own tests once more."""

from __future__ import annotations

import pytest

from tests.console.scripts.test_answers import (
    answers,
    folder,
    test_a_browser_that_is_opened_again_stands_where_it_was,
    test_all_that_began_in_a_time_comes_once_and_in_order,
    test_of_two_that_save_at_once_one_is_told_and_nothing_is_mixed,
    test_the_same_again_changes_nothing_and_an_older_one_is_refused,
    test_what_was_answered_in_some_calls_can_be_forgotten,
)
from tests.console.scripts.test_versions import (
    test_a_file_that_changes_is_in_force_again_and_what_it_overruled_is_told,
    test_each_has_a_draft_of_his_or_her_own_and_publishing_ends_it,
    versions,
)
from tests.database.postgres import Postgres

__all__ = [
    "answers",
    "folder",
    "test_a_browser_that_is_opened_again_stands_where_it_was",
    "test_a_file_that_changes_is_in_force_again_and_what_it_overruled_is_told",
    "test_all_that_began_in_a_time_comes_once_and_in_order",
    "test_each_has_a_draft_of_his_or_her_own_and_publishing_ends_it",
    "test_of_two_that_save_at_once_one_is_told_and_nothing_is_mixed",
    "test_the_same_again_changes_nothing_and_an_older_one_is_refused",
    "test_what_was_answered_in_some_calls_can_be_forgotten",
    "versions",
]


@pytest.fixture
def url(postgres: Postgres) -> str:
    """Of an empty database on the server alone: SQLite has all of them already."""
    return postgres.url(postgres.new_database())

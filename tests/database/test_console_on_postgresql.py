"""Tickets and webhooks once more, on PostgreSQL: what depends on how a database locks, counts, sorts and compares."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.adapters.catalogue_database import Database
from tests.console.tickets.desk import Centre
from tests.console.tickets.test_passing_on import (  # noqa: F401 - with this folder's database
    test_cold_the_caller_is_transferred_with_the_reference_by_the_persons_own_token,
    test_for_later_it_goes_into_the_next_levels_list_and_its_operators_see_everything,
)
from tests.console.tickets.test_tickets import (  # noqa: F401 - as above
    test_a_merged_contacts_tickets_are_the_other_ones,
    test_every_change_is_in_the_audit_and_no_words_of_anybodys,
    test_it_is_found_by_reference_subject_or_note_without_accents_and_by_customer,
    test_lists_come_page_by_page_each_once_while_others_are_opened,
    test_of_an_erased_customer_nothing_is_left_but_figures,
    test_references_are_unique_whoever_opens_at_once,
    test_the_same_request_opens_one_ticket_however_often_it_comes,
    test_two_who_take_at_once_do_not_both_have_it,
    test_work_lists_show_what_nobody_has_the_most_urgent_first,
)
from tests.console.webhooks.conftest import receiver as receiver
from tests.console.webhooks.post import Post
from tests.console.webhooks.test_deliveries import (  # noqa: F401 - as above
    test_a_change_that_does_not_take_effect_is_told_to_nobody,
    test_after_the_last_attempt_it_is_dead_and_told_and_can_be_replayed_by_hand,
    test_two_processes_send_to_one_webhook_one_after_the_other,
    test_what_has_a_key_is_told_once,
)
from tests.database.postgres import Postgres


@pytest.fixture
def url(postgres: Postgres) -> str:
    """Of an empty database; on SQLite all this has been tried already."""
    return postgres.url(postgres.new_database())


@pytest.fixture
def centre(database: Database) -> Centre:
    """Over this folder's database."""
    return Centre(database)


@pytest.fixture
def post(database: Database, tmp_path: Path) -> Post:
    """As above."""
    return Post(database, tmp_path)

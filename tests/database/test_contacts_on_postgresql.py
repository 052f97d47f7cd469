"""Contacts once more, on PostgreSQL: what sorts, locks and counts differently there. SQLite is tried in their own folder."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from ari_app.adapters.catalogue_database import Database
from console.contacts.book import Changed, ContactBook
from console.contacts.contact import Contact, ContactNumber, Details
from tests.console.contacts.conftest import Centre, centre  # noqa: F401 - a fixture
from tests.console.contacts.test_book import (  # noqa: F401 - as above, with this folder's database
    test_a_number_that_several_share_is_all_of_them,
    test_all_that_is_asked_must_fit,
    test_an_external_id_is_one_contacts,
    test_each_edit_is_written_down_field_by_field_with_who_and_when,
    test_pages_follow_each_other_without_a_hole_or_a_repetition,
    test_the_companys_system_makes_once_and_then_changes,
)
from tests.console.contacts.test_importing import (  # noqa: F401
    made,
    test_a_process_that_is_killed_in_the_middle_loses_and_repeats_nothing,
    test_contacts_that_are_there_are_made_as_the_file_says_and_keep_what_it_does_not,
    test_two_processes_at_one_import_do_not_do_anything_twice,
)
from tests.console.contacts.test_merging import *  # noqa: F403
from tests.database.postgres import Postgres


@pytest.fixture
def database(postgres: Postgres, connected: Callable[[str], Database]) -> Database:
    """A PostgreSQL database with our tables in it."""
    server = connected(postgres.url(postgres.new_database()))
    server.migrate()
    return server


@pytest.fixture
def book(centre: Centre) -> ContactBook:  # noqa: F811
    """Its contacts."""
    return centre.open().book


@pytest.fixture
def ana(book: ContactBook) -> Contact:
    """A customer."""
    return book.create(Details("Ana García", (ContactNumber("+34611222333", "mobile"),)), "1005")


def test_of_two_consoles_that_edit_at_once_one_is_told(
    book: ContactBook, ana: Contact, connected: Callable[[str], Database]
) -> None:
    """Two processes: neither waits for the other's thread, but for the row."""
    url = book.database.engine.url.render_as_string(hide_password=False)
    books = [ContactBook(connected(url), lambda: "ES", lambda: 1.0) for _ in range(2)]
    together, told = threading.Barrier(2), []

    def edit(own: ContactBook, name: str) -> None:
        together.wait(30)
        try:
            told.append(own.edit(ana.id, lambda old: replace(old, name=name), 1, name).version)
        except Changed as late:
            told.append(late.now.version)

    threads = [threading.Thread(target=edit, args=(own, name)) for own, name in zip(books, ("uno", "dos"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert told == [2, 2]
    assert len(book.history(ana.id, None, 9)) == 2

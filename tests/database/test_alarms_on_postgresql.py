"""Limits of alarms on PostgreSQL: changed once by whoever has seen the last change, also in the same instant."""

from __future__ import annotations

import asyncio

import pytest

from ari_app.adapters.catalogue_database import Database
from console.alarms.book import CENTRE, AlarmLimits, Changed
from console.alarms.book import Limits as Kept
from console.audit.book import Audit, By
from tests.console.alarms.conftest import T0, Limits
from tests.console.alarms.test_limits import (
    test_the_audit_has_what_was_changed_of_the_centres_and_nothing_of_anybodys_own as audit_has_the_centres,
)
from tests.console.alarms.test_limits import (
    test_the_centres_are_for_all_and_ones_own_for_oneself as centres_are_for_all,
)
from tests.console.alarms.test_limits import (
    test_whoever_has_not_seen_the_last_change_changes_nothing as late_changes_nothing,
)
from tests.database.postgres import Postgres


@pytest.fixture
def url(postgres: Postgres) -> str:
    """Of an empty database; on SQLite all this has been tried already."""
    return postgres.url(postgres.new_database())


async def test_the_centres_are_for_all(database: Database) -> None:
    await centres_are_for_all(Limits(database))


async def test_whoever_has_not_seen_the_last_change(database: Database) -> None:
    await late_changes_nothing(Limits(database))


async def test_the_audit_has_the_centres(database: Database) -> None:
    await audit_has_the_centres(Limits(database))


@pytest.mark.parametrize("before", [0, 1])
async def test_of_many_at_once_one_is_taken(database: Database, before: int) -> None:
    """Whether there is something yet, or nothing."""
    book = AlarmLimits(database, Audit(database, lambda: T0), lambda: T0)
    if before:
        book.put(CENTRE, {"waiting": {"limit": 1}}, Kept(), By("2001", "supervisor"))
    (over,) = book.of(CENTRE)
    asked = [
        asyncio.to_thread(book.put, CENTRE, {"waiting": {"limit": one}}, over, By(str(one), "coordinator"))
        for one in range(2, 8)
    ]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results if one is not None) == [Changed.__name__] * 5
    assert book.of(CENTRE)[0].version == before + 1

"""The audit's own suite once more, on each database that is here."""

from __future__ import annotations

from tests.console.audit.test_book import *  # noqa: F403 - its tests, with this folder's database
from tests.database.conftest import database as database

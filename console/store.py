"""Where does the console keep what is its own? In the same database as the recordings' catalogue, in tables of each part."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from ari_app.adapters.catalogue_database import BadDatabase, Database
from ari_app.clock import Clock
from recordings.record import CatalogueAway

log = structlog.get_logger(__name__)
TRIES_AGAIN_S: Final = 2.0


async def make_ready(database: Database, clock: Clock) -> None:
    """Bring the tables to the newest shape, however long the database is away. Raises BadDatabase."""
    told = False
    while True:
        try:
            await asyncio.to_thread(database.migrate)
        except CatalogueAway as away:
            if not told:
                log.warning("database_away", why=str(away))
            told = True
            await clock.sleep(TRIES_AGAIN_S)
        except BadDatabase:
            log.exception("database_of_another_version")
            raise
        else:
            return

"""How does what the console keeps of a customer go when somebody is erased by number? It follows the erasures that are open.

The controller erases, and certifies (ari_app.erasing); it does not know the console, and waits for its report in the database
(ari_app.adapters.erasing_places). What is removed and the report of it are one transaction, so a kill anywhere does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

import structlog
from sqlalchemy import Connection, exists, insert, select

from ari_app.adapters.catalogue_database import Database, insert_once
from ari_app.adapters.catalogue_tables import erased_calls, erasing_places, erasing_reports, erasures
from ari_app.beside import beside
from ari_app.clock import Clock
from recordings.record import CatalogueAway

log = structlog.get_logger(__name__)
LOOKS_EVERY_S: Final = 1.0
e, r = erasures.c, erasing_reports.c

Erase = Callable[[Connection, str, Collection[str]], int]
"""Remove what is kept of the customer with this keyed hash, and of these calls; how many things. Done again, it finds none."""


class FollowsErasures:
    """``places`` are what is kept, by name, as a certificate may say it."""

    def __init__(self, database: Database, places: Mapping[str, Erase], clock: Clock) -> None:
        self._database = database
        self._places = places
        self._clock = clock
        self._away: str | None = None

    @property
    def wrong(self) -> str | None:
        """What a person should look at, in words; None when all is well."""
        return f"erasures wait for the database: {self._away}" if self._away is not None else None

    async def run(self) -> None:
        """Until cancelled."""
        registered = False
        while True:
            try:
                if not registered:
                    await beside(self.register)
                    registered = True
                await beside(self.follow)
                self._away = None
            except CatalogueAway as away:
                if self._away is None:
                    log.warning("erasures_not_followed", why=str(away))
                self._away = str(away)
            await self._clock.sleep(LOOKS_EVERY_S)

    def register(self) -> None:
        """From now on no erasure is certified without us. Raises CatalogueAway."""
        with self._database.writing() as connection:
            for place in self._places:
                insert_once(connection, erasing_places, {"name": place})

    def follow(self) -> int:
        """Remove what is to be removed for the erasures that are open; how many reports that were. Raises CatalogueAway."""
        with self._database.reading() as connection:
            unfinished = connection.execute(select(e.id, e.who).where(e.certificate == "")).all()
            told = select(r.erasure, r.place).where(r.erasure.in_([erasure for erasure, _ in unfinished]))
            reported = {(erasure, place) for erasure, place in connection.execute(told)} if unfinished else set()
        waiting = [
            (erasure, who, place)
            for erasure, who in unfinished
            for place in self._places
            if (erasure, place) not in reported
        ]
        for erasure, who, place in waiting:
            self._erase(erasure, who, place, self._places[place])
        return len(waiting)

    def _erase(self, erasure: str, who: str, place: str, erase: Erase) -> None:
        with self._database.writing() as connection:
            if connection.scalar(select(exists().where(r.erasure == erasure, r.place == place))):
                return  # another console was quicker
            calls = connection.scalars(select(erased_calls.c.call).where(erased_calls.c.erasure == erasure)).all()
            count = erase(connection, who, calls)
            connection.execute(insert(erasing_reports).values(erasure=erasure, place=place, count=count, what=place))
        log.info("customer_erased_here", erasure=erasure, place=place, removed=count)

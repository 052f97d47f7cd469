"""Has everybody else who keeps customers' data in this database removed those of one who is erased? The console, by its own work.

Calls do not depend on the console, so it is not asked: it says in ``erasing_places`` that it is there, follows the erasures that
are open, and reports in the transaction that removes. Where it has never run there is nothing to wait for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import select

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.catalogue_tables import erasing_places, erasing_reports, erasures
from ari_app.beside import beside
from recordings.certificate import Erased

PATIENCE_S: Final = 4.0
LOOKS_EVERY_S: Final = 0.2


class StillThere(OSError):
    """Some place has not reported yet."""


class OtherPlaces:
    """See erasing.Eraser. ``sleep`` waits for so many seconds."""

    name = "console"

    def __init__(self, database: Database, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._database = database
        self._sleep = sleep

    async def erase(self, who: str, calls: frozenset[str]) -> Erased:
        """See Eraser. Raises StillThere when a place has not reported in time, CatalogueAway."""
        for _ in range(round(PATIENCE_S / LOOKS_EVERY_S)):
            waits_for, erased = await beside(self._reported, who)
            if not waits_for:
                return erased
            await self._sleep(LOOKS_EVERY_S)
        raise StillThere(f"the console has not removed {', '.join(waits_for)} yet; is it running?")

    def _reported(self, who: str) -> tuple[list[str], Erased]:
        """Which places have not reported on the open erasure of this customer, and what the others have removed."""
        r = erasing_reports.c
        open_ = select(erasures.c.id).where(erasures.c.who == who, erasures.c.certificate == "")
        with self._database.reading() as connection:
            places = list(connection.scalars(select(erasing_places.c.name).order_by(erasing_places.c.name)))
            mine = select(r.place, r.count, r.what).where(r.erasure.in_(open_)).order_by(r.place)
            reports = [(place, count, what) for place, count, what in connection.execute(mine)]
        known = {place for place, _, _ in reports}
        told = ", ".join(f"{count} {what}" for _, count, what in reports if count)
        return [one for one in places if one not in known], Erased(sum(count for _, count, _ in reports), told)

"""How do webhooks hear of each call that has ended, once, over restarts of the console? By Redis' stream, from a kept place.

The place is written with the messages, in one transaction: what was read and not told is read again, and what was told has a key
by which it is not told twice. While the console is down the stream keeps the newest 10,000 changes (docs/redis-contract.md);
calls that ended before those are not told.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import structlog
from redis.exceptions import RedisError
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.catalogue_tables import erased_calls
from ari_app.adapters.redis_clients import client_of, close
from ari_app.beside import beside
from ari_app.clock import Clock
from console.webhooks.outbox import Outbox
from console.webhooks.tables import places
from recordings.record import CatalogueAway

log = structlog.get_logger(__name__)
DEADLINE_S: Final = 3.0
WAITS_S: Final = 1.0
AGAIN_S: Final = 2.0
TOGETHER: Final = 1000


class EndedCalls:
    """Reads contract v1 at ``url`` below ``prefix``."""

    def __init__(self, url: str, prefix: str, database: Database, outbox: Outbox, clock: Clock) -> None:
        self._url = url
        self._stream = f"{prefix}events"
        self._database = database
        self._outbox = outbox
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled; a Redis or a database that is away is tried again for ever."""
        while True:
            client, where = client_of(self._url, DEADLINE_S)
            try:
                await self._follow(client)
            except (RedisError, OSError, TimeoutError, CatalogueAway) as away:
                log.info("ended_calls_wait", where=where, why=str(away) or type(away).__name__)
            finally:
                await close(client)
            await self._clock.sleep(AGAIN_S)

    async def _follow(self, client: Any) -> None:
        place = await beside(self._place)
        if place is None:
            newest = await client.xrevrange(self._stream, count=1)
            place = newest[0][0] if newest else "0"
            await beside(self._tell, [], place)
        while True:
            async with asyncio.timeout(WAITS_S + DEADLINE_S):
                found = await client.xread({self._stream: place}, count=TOGETHER, block=int(1000 * WAITS_S))
            for _, entries in found or ():
                ended = list(_ended(entry for _, entry in entries))
                place = entries[-1][0]
                if ended:
                    await beside(self._tell, ended, place)

    def _place(self) -> str | None:
        with self._database.reading() as connection:
            return connection.scalar(select(places.c.place).where(places.c.stream == self._stream))

    def _tell(self, ended: list[dict[str, Any]], place: str) -> None:
        """Of one whose customer was erased meanwhile nothing is told."""
        with self._database.writing() as connection:
            _keep(connection, self._stream, place)
            ids = [call["id"] for call in ended]
            erased = set(connection.scalars(select(erased_calls.c.call).where(erased_calls.c.call.in_(ids))))
            for call in ended:
                if call["id"] in erased:
                    continue
                self._outbox.put(connection, "call.ended", call, call["id"], f"call.ended:{call['id']}")


def _ended(entries: Iterable[Mapping[str, str]]) -> Iterable[dict[str, Any]]:
    """The last status of each call; what comes after it (an outcome noted late) is told by no second message."""
    for entry in entries:
        if entry["type"] == "call.changed":
            call: dict[str, Any] = json.loads(entry["body"])
            if call["stage"] == "ended":
                yield call


def _keep(connection: Connection, stream: str, place: str) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    kept = insert(places).values(stream=stream, place=place)
    connection.execute(kept.on_conflict_do_update(index_elements=["stream"], set_={"place": place}))

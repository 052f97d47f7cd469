"""How does the console know what happens? It reads contract v1 in Redis as any other program would, and asks no controller.

So two hundred wallboards cost the controllers what one does. The mirror is a board like the engine's own, filled from what that
wrote; where changes were missed it is read anew. Whether anybody keeps it true is told beside it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import structlog
from redis.exceptions import RedisError

from ari_app.adapters.redis_clients import client_of, close
from ari_app.adapters.redis_shapes import INDEX_SETS, KINDS, Kind, status_from
from ari_app.board import EventType, StatusBoard
from ari_app.clock import Clock
from ari_app.contract import CallStatus, CentreInForce, OperatorStatus, QueueStatus, StatusEvent, Subject, name_of

log = structlog.get_logger(__name__)
DEADLINE_S: Final = 3.0
WAITS_S: Final = 1.0
"""How long one reading of the stream waits; so often, too, is looked who keeps the state true."""
TRIES_AGAIN_S: Final = 0.5
TOGETHER: Final = 1000
AWAY: Final = "Redis cannot be reached"
ENDED_KEPT: Final = 500
OF_EVENT: Final[Mapping[str, type[Subject]]] = {f"{kind}.changed": shape for kind, shape in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the state true: ``here`` False when nobody does; ``since``: when that controller began. ``wrong``: why nothing is
    known at all. ``centre``: with which of the centre's files it leads, None while nobody says."""

    here: bool
    since: str | None = None
    wrong: str | None = None
    centre: CentreInForce | None = None

    def as_json(self) -> dict[str, object]:
        """For a page, which asks for names and rules anew when ``centre``, the version of the files, is another."""
        return {
            "here": self.here,
            "since": self.since,
            "wrong": self.wrong,
            "centre": None if self.centre is None else self.centre.version,
        }


class MirroredBoard(StatusBoard):
    """A board with the numbers of the engine's own changes."""

    def take(self, event: StatusEvent) -> None:
        """Show what an event brings, and tell the sinks. What is not newer than the last one is left out."""
        if (event.epoch, event.seq) <= (self.epoch, self._seq):
            return
        self.count_to(event.epoch, event.seq)
        self._show(event.body)
        for sink in self._sinks:
            sink(event)

    def count_to(self, epoch: int, seq: int) -> None:
        """The last change that is known has these numbers."""
        self.epoch, self._seq = epoch, seq

    def replace(self, statuses: list[Subject], epoch: int, seq: int) -> None:
        """Show these and nothing else; nobody is told."""
        for shown in (self.queues, self.operators, self.calls):
            shown.clear()
        for status in statuses:
            self._show(status)
        self.count_to(epoch, seq)

    def _show(self, status: Subject) -> None:
        shown: dict[str, Any] = self.calls
        if isinstance(status, QueueStatus):
            shown = self.queues
        elif isinstance(status, OperatorStatus):
            shown = self.operators
        shown[name_of(status)] = status


class Mirror:
    """``missed`` is called when the board was filled anew, ``keeper_changed`` when another, or nobody, keeps it true."""

    def __init__(self, url: str, prefix: str, clock: Clock) -> None:
        self.board = MirroredBoard(clock.now)
        self.keeper = Keeper(False, wrong="not read yet")
        self.missed: Callable[[], None] = lambda: None
        self.keeper_changed: Callable[[Keeper], None] = lambda keeper: None
        self._url = url
        self._prefix = prefix
        self._clock = clock
        self._at = "0"

    def busy_with(self, call: str) -> set[str]:
        """Who has the call, or writes it up still after passing it on."""
        return self.board.busy_with(call)

    def call(self, id: str) -> CallStatus | None:
        """A call of now, or one that has ended lately."""
        return self.board.calls.get(id)

    async def run(self) -> None:
        """Follow until cancelled; a Redis that is away is tried again for ever."""
        while True:
            client, where = client_of(self._url, DEADLINE_S)
            try:
                await self._follow(client)
            except (RedisError, OSError, TimeoutError) as away:
                if self.keeper.wrong != AWAY:  # else it has been told
                    log.warning("redis_away", where=where, why=str(away) or type(away).__name__)
                self._keep(Keeper(False, wrong=AWAY))
            finally:
                await close(client)
            await self._clock.sleep(TRIES_AGAIN_S)

    async def _follow(self, client: Any) -> None:
        await self._fill(client)
        while True:
            await self._look_who_keeps(client)
            async with asyncio.timeout(WAITS_S + DEADLINE_S):
                found = await client.xread({self._key("events"): self._at}, count=TOGETHER, block=int(1000 * WAITS_S))
            for _, entries in found or ():
                for identity, entry in entries:
                    self._at = identity
                    if not self._take(entry):
                        await self._fill(client)
                        break
            self.board.forget_ended_calls(ENDED_KEPT)

    def _take(self, entry: Mapping[str, str]) -> bool:
        """False when something is missing before it."""
        epoch, seq = int(entry["epoch"]), int(entry["seq"])
        if (epoch, seq) <= (self.board.epoch, self.board.seq):
            return True
        if entry["type"] == "events.lost" or epoch != self.board.epoch or seq != self.board.seq + 1:
            return False
        shape = OF_EVENT.get(entry["type"])
        if shape is None:  # of a newer version
            self.board.count_to(epoch, seq)
        else:
            body = status_from(shape, json.loads(entry["body"]))
            self.board.take(StatusEvent(epoch, seq, entry["at"], cast(EventType, entry["type"]), body))
        return True

    async def _fill(self, client: Any) -> None:
        """Read the last event's place first, then everything: what comes twice then changes nothing."""
        async with asyncio.timeout(DEADLINE_S):
            last = await client.xrevrange(self._key("events"), count=1)
            self._at = last[0][0] if last else "0"
            numbers = (int(last[0][1]["epoch"]), int(last[0][1]["seq"])) if last else (0, 0)
            statuses = [status for kind, shape in KINDS.items() for status in await self._read(client, kind, shape)]
        self.board.replace(statuses, *numbers)
        self.missed()

    async def _read(self, client: Any, kind: Kind, shape: type[Subject]) -> list[Subject]:
        names = sorted(await client.smembers(self._key(INDEX_SETS[kind])))
        async with client.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.hgetall(self._key(f"{kind}:{name}"))
            hashes = await pipe.execute()
        # One that has just ended is gone; one that Redis has just lost is written again within two seconds, and told anew.
        return [status_from(shape, fields) for fields in hashes if fields.get("since") or fields.get("name")]

    async def _look_who_keeps(self, client: Any) -> None:
        async with asyncio.timeout(DEADLINE_S):
            found = await client.hgetall(self._key("controller"))
        told = found.get("centre"), found.get("centre_since")
        centre = CentreInForce(told[0], told[1]) if told[0] and told[1] else None
        self._keep(Keeper(bool(found), found.get("since"), centre=centre))

    def _keep(self, keeper: Keeper) -> None:
        before, self.keeper = self.keeper, keeper
        if keeper.as_json() != before.as_json():
            self.keeper_changed(keeper)

    def _key(self, name: str) -> str:
        return self._prefix + name

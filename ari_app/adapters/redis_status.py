"""How does the centre's state reach Redis without ever holding up a call? One writer that notes, coalesces and flushes.

Keys and their meaning: docs/redis-contract.md. Order of use: ``start`` (takes the epoch), ``load_counts``, the board is
given ``sink``, ``run`` under the engine's supervision, and after ``run`` was cancelled ``close``.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

import structlog
from redis.exceptions import RedisError

from ari_app.adapters.redis_backlog import Backlog, Batch
from ari_app.adapters.redis_link import AWAY, Command, Fence, Fenced, RedisLink
from ari_app.adapters.redis_memory import DayCounts, StatusMemory, counts_of, in_parts, operators_of, read_hashes
from ari_app.adapters.redis_shapes import (
    ENDED_CALL_TTL_S,
    INDEX_SETS,
    event_fields,
    hash_fields,
    is_over,
    key_of,
    kind_of,
)
from ari_app.board import StatusBoard
from ari_app.contract import CentreInForce, EarlierOperator, StatusEvent, Subject, name_of

log = structlog.get_logger(__name__)

BATCH: Final = 150
"""States and events in one transaction at most: about 20 ms of packing, so that the event loop stays free for calls."""

STATES_CAP: Final = 50_000
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0
COALESCE_S: Final = 0.01


class Superseded(Exception):
    """A newer controller took a later epoch under the same prefix: what is shown is its business now, not ours."""


class HasEpoch(Protocol):
    """What is needed of the lease: its epoch, 0 before it was ours, and what must hold for a write of ours to count."""

    @property
    def epoch(self) -> int:
        """See RedisLease."""
        ...

    @property
    def fence(self) -> Fence | None:
        """See RedisLease."""
        ...


class RedisStatus:
    """Writes status contract v1 below ``prefix`` for as long as ``run`` runs, whatever becomes of Redis meanwhile.

    ``since`` is when this controller started (ISO 8601 UTC). ``events_cap`` bounds both the stream in Redis (roughly:
    Redis trims whole blocks) and the events kept in memory while Redis is away. ``controller`` expires after
    ``controller_ttl_s`` and is refreshed 2.5 times as often. With a ``lease`` its epoch is ours, and nothing is written once
    another controller leads. ``on_back`` is told when a Redis that was away is written to again. ``memory`` keeps what the next
    life needs while Redis is away. ``centre`` says which files are in force. Raises BadRedisUrl for an unreadable URL.
    """

    def __init__(
        self,
        board: StatusBoard,
        url: str,
        since: str,
        prefix: str = "centralita:v1:",
        events_cap: int = 10_000,
        controller_ttl_s: float = 5.0,
        deadline_s: float = 1.0,
        lease: HasEpoch | None = None,
        on_back: Callable[[], None] = lambda: None,
        memory: StatusMemory | None = None,
        centre: Callable[[], CentreInForce] | None = None,
    ) -> None:
        self._board = board
        self._link = RedisLink(url, deadline_s)
        self._lease = lease
        self._on_back = on_back
        self._memory = memory
        self._centre = centre
        self._beat_at = 0.0
        self._since = since
        self._prefix = prefix
        self._events_cap = events_cap
        self._ttl_s = controller_ttl_s
        self._backlog = Backlog(events_cap, STATES_CAP)
        self._written: dict[str, Subject] = {}
        self._wake = asyncio.Event()
        self._settled = asyncio.Event()
        self._wrong: str | None = "not connected yet"

    @property
    def wrong(self) -> str | None:
        """What keeps the status from Redis, in words for an operator; None when all is well."""
        return self._wrong

    def sink(self, event: StatusEvent) -> None:
        """Note a change (a board sink): never blocks, never fails, whatever Redis does."""
        self._backlog.note(event)
        if self._memory is not None:
            self._memory.note(event.body)
        self._settled.clear()
        self._wake.set()

    async def settled(self) -> None:
        """Return when Redis holds everything noted so far. Waits for as long as Redis is away: give it a deadline."""
        await self._settled.wait()

    async def start(self) -> int:
        """Take the next epoch and give it to the board; 0 if Redis is away, and ``run`` takes it at first contact."""
        if self._memory is not None:
            await self._memory.take_over()
        try:
            await self._take_epoch()
        except AWAY as error:
            self._note_away(error)
        return self._board.epoch

    async def load_counts(self, day: str) -> dict[str, DayCounts]:
        """Each queue's counts if they are of ``day`` (ISO date). Call it before ``run``, which overwrites them.

        {} when nothing is remembered, or Redis is away. A queue with an unreadable count is left out.
        """
        return counts_of(await self._recalled("queue"), day)

    async def load_operators(self) -> dict[str, EarlierOperator]:
        """Each operator as shown last, as far as that is remembered. Call it before ``run``."""
        return operators_of(await self._recalled("operator"))

    def went_away(self) -> None:
        """Redis is seen not to answer: look at once."""
        self._beat_at = 0.0
        self._wake.set()

    async def run(self) -> None:
        """Keep Redis true until cancelled; a Redis that is away, empty or broken is tried again for ever."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await self._attach()
                pause_s = FIRST_PAUSE_S
                await self._keep_true()
            except Superseded as error:
                self._note_away(error)
                pause_s = LONGEST_PAUSE_S
            except AWAY as error:
                self._note_away(error)
                if self._memory is not None and not isinstance(error, Fenced):
                    self._memory.begin()
            self._settled.clear()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def close(self, deadline_s: float = 2.0) -> None:
        """Write what is left, take back ``controller`` and disconnect, within ``deadline_s``. Only after ``run`` ended."""
        try:
            async with asyncio.timeout(deadline_s):
                await self._attach(rewrite=self._wrong is not None)
                await self._transact([("DEL", self._key("controller"))])
        except (*AWAY, Superseded) as error:
            log.warning(
                "redis_final_flush_failed", error=_described(error), events_not_written=self._backlog.event_count
            )
        finally:
            await self._link.aclose()

    async def _recalled(self, kind: str) -> dict[str, list[str | None]]:
        found: dict[str, list[str | None]] = {}
        try:
            found = await read_hashes(self._link, self._prefix, kind)
        except AWAY as error:
            self._note_away(error)
        return found if self._memory is None else found | self._memory.earlier(kind)

    async def _attach(self, rewrite: bool = True) -> None:
        """Make Redis agree with the board, whatever it held: then only changes need to be written."""
        if not self._board.epoch:
            await self._take_epoch()
        await self._check_epoch()
        await self._learn_what_is_written()
        if rewrite or self._backlog.rewrite_due:
            await self._rewrite()
        await self._beat()
        await self._flush()
        if self._memory is not None:
            self._memory.end()
        if self._wrong is not None:
            log.info("redis_status_written", redis=self._link.address, epoch=self._board.epoch)
            self._wrong = None
            self._on_back()

    async def _keep_true(self) -> None:
        loop = asyncio.get_running_loop()
        refresh_s = self._ttl_s / 2.5
        self._beat_at = loop.time() + refresh_s
        while True:
            if loop.time() >= self._beat_at:
                await self._beat()
                self._beat_at = loop.time() + refresh_s
            if self._backlog.rewrite_due:
                await self._rewrite()
            if self._backlog:
                await asyncio.sleep(COALESCE_S)
                await self._flush_once()
                continue
            self._wake.clear()
            self._settled.set()
            try:
                async with asyncio.timeout(max(0.0, self._beat_at - loop.time())):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _take_epoch(self) -> None:
        if self._lease is not None:
            if not self._lease.epoch:
                raise RedisError("the lease is not ours yet")
            self._board.epoch = self._lease.epoch
            return
        self._board.epoch = int(await self._link.ask("INCR", self._key("epoch")))

    async def _check_epoch(self) -> None:
        """An emptied Redis gets our epoch back, so that the next life counts on; a later one means we are superseded."""
        held = await self._link.ask("GET", self._key("epoch")) or ""
        counter = int(held) if held.isdecimal() else 0
        if counter > self._board.epoch:
            raise Superseded(f"epoch {counter} belongs to a newer controller; ours is {self._board.epoch}")
        if counter < self._board.epoch:
            await self._transact([("SET", self._key("epoch"), self._board.epoch)])
            self._backlog.rewrite_due = True

    async def _learn_what_is_written(self) -> None:
        """A flush whose answer never came may have been carried out: the stream's last entry tells."""
        for _, entry in await self._link.ask("XREVRANGE", self._key("events"), "+", "-", "COUNT", 1):
            if entry.get("epoch") == str(self._board.epoch) and entry.get("seq", "").isdecimal():
                self._backlog.written_up_to(int(entry["seq"]))

    async def _beat(self) -> None:
        """Say that this controller lives, unless a newer one does."""
        await self._check_epoch()
        key = self._key("controller")
        life = {
            "pid": str(os.getpid()),
            "host": socket.gethostname(),
            "epoch": str(self._board.epoch),
            "since": self._since,
        }
        if self._centre is not None:
            centre = self._centre()
            life |= {"centre": centre.version, "centre_since": centre.since}
        expire: Command = ("PEXPIRE", key, int(self._ttl_s * 1000))
        await self._transact([("HSET", key, *_flat(life)), expire])

    async def _remove_strays(self) -> None:
        """Take out what the sets list and the board does not know: calls of an earlier life, operators who left."""
        shown = {key_of(subject) for subject in self._board.everything() if not is_over(subject)}
        for kind, index in INDEX_SETS.items():
            listed = await self._link.ask("SMEMBERS", self._key(index))
            strays = [name for name in listed if f"{kind}:{name}" not in shown]
            for some in in_parts(strays, BATCH):
                gone: Command = ("DEL", *(self._key(f"{kind}:{name}") for name in some))
                await self._transact([("SREM", self._key(index), *some), gone])

    async def _rewrite(self) -> None:
        """Write every status on the board, in parts; a change meanwhile is noted, and flushed after."""
        self._backlog.rewrite_due = False
        self._written.clear()
        try:
            await self._remove_strays()
            for some in in_parts(list(self._board.everything()), BATCH):
                nothing_stays: Command = ("DEL", *(self._key(key_of(subject)) for subject in some))
                await self._transact([nothing_stays, *self._shown(some)])
                self._note_written(some)
        except BaseException:
            self._backlog.rewrite_due = True
            raise

    async def _flush(self) -> None:
        while self._backlog:
            await self._flush_once()

    async def _flush_once(self) -> None:
        batch = self._backlog.take(BATCH)
        try:
            await self._transact(self._commands(batch))
        except BaseException:
            self._backlog.put_back(batch)
            raise
        self._note_written(batch.states.values())

    def _note_written(self, subjects: Iterable[Subject]) -> None:
        """Redis holds these: of a later change only what differs needs to be written. Of what is over nothing is kept."""
        for subject in subjects:
            if is_over(subject):
                self._written.pop(key_of(subject), None)
            else:
                self._written[key_of(subject)] = subject

    def _commands(self, batch: Batch) -> list[Command]:
        commands = self._shown(batch.states.values())
        limit: Command = ("XADD", self._key("events"), "MAXLEN", "~", self._events_cap, "*")
        commands += [(*limit, *_flat(event_fields(event, self._board.epoch))) for event in batch.entries]
        return commands

    def _shown(self, subjects: Iterable[Subject]) -> list[Command]:
        commands: list[Command] = []
        listed: dict[tuple[str, str], list[str]] = {}
        for subject in subjects:
            key, index, over = self._key(key_of(subject)), self._key(INDEX_SETS[kind_of(subject)]), is_over(subject)
            before = None if over else self._written.get(key_of(subject))
            changed = hash_fields(subject, before)
            if changed:
                commands.append(("HSET", key, *_flat(changed)))
            if over:
                commands.append(("EXPIRE", key, ENDED_CALL_TTL_S))
            if before is None:
                listed.setdefault(("SREM" if over else "SADD", index), []).append(name_of(subject))
        return commands + [(how, index, *names) for (how, index), names in listed.items()]

    async def _transact(self, commands: Sequence[Command]) -> list[Any]:
        fence = self._lease.fence if self._lease is not None else None
        return await (self._link.transact(commands) if fence is None else self._link.transact_if(fence, commands))

    def _key(self, name: str) -> str:
        return self._prefix + name

    def _note_away(self, error: BaseException) -> None:
        wrong = _described(error)
        if wrong != self._wrong:
            self._wrong = wrong
            log.warning("redis_status_not_written", redis=self._link.address, error=wrong)


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _flat(pairs: dict[str, str]) -> Iterable[str]:
    return (word for pair in pairs.items() for word in pair)

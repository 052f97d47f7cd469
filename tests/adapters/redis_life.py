"""How do tests live through a controller's life beside a real Redis? Its writer, its abrupt end, and a relay that loses answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from ari_app.adapters.redis_status import RedisStatus
from ari_app.board import StatusBoard
from tests.contract.centre import STARTED

PREFIX = "centralita:v1:"
NOW = 1_790_000_000.5


class WatchedStatus(RedisStatus):
    """The status as it is, and an event that tells when it found Redis away."""

    def __init__(self, board: StatusBoard, url: str, **options: Any) -> None:
        super().__init__(board, url, STARTED, **options)
        self.found_away = asyncio.Event()

    def _note_away(self, error: BaseException) -> None:
        super()._note_away(error)
        self.found_away.set()


class Life:
    """One life of a controller: its board, its status, and the writer until ``stop`` or ``vanish``."""

    def __init__(self, url: str, **options: Any) -> None:
        self.board = StatusBoard(lambda: NOW)
        self.status = WatchedStatus(self.board, url, **{"deadline_s": 0.3} | options)
        self.board.add_sink(self.status.sink)
        self._writing: asyncio.Future[None] | None = None

    async def begin(self) -> None:
        await self.status.start()
        self._writing = asyncio.ensure_future(self.status.run())

    async def vanish(self) -> None:
        """As ``kill -9`` would: nothing is written any more."""
        if self._writing is not None:
            self._writing.cancel()
            with suppress(asyncio.CancelledError):
                await self._writing
        await self.status._link.aclose()

    async def stop(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            with suppress(asyncio.CancelledError):
                await self._writing
        await self.status.close()

    async def settled(self) -> None:
        async with asyncio.timeout(15):
            await self.status.settled()


@asynccontextmanager
async def living(url: str, **options: Any) -> AsyncIterator[Life]:
    life = Life(url, **options)
    await life.begin()
    try:
        yield life
    finally:
        await life.stop()


async def until_away(life: Life) -> None:
    """The writer notices within a refresh."""
    async with asyncio.timeout(10):
        await life.status.found_away.wait()


async def seqs(reader: Redis) -> list[tuple[int, int]]:
    entries: Any = await reader.xrange(PREFIX + "events")
    return [(int(entry["epoch"]), int(entry["seq"])) for _, entry in entries]


async def message(watch: PubSub, kind: str) -> str:
    async with asyncio.timeout(10):
        async for message in watch.listen():
            if message["type"] == kind:
                return str(message["data"])
    raise AssertionError("the subscription ended")


class Deaf:
    """A TCP relay to Redis that can carry one request over and lose its answer, or keep it back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._swallow = False
        self._hold = False
        self.swallowed = 0
        self.held = asyncio.Event()
        self.url = ""

    @classmethod
    @asynccontextmanager
    async def between(cls, port: int) -> AsyncIterator[Deaf]:
        deaf = cls(port)
        server = await asyncio.start_server(deaf._relay, "127.0.0.1", 0)
        deaf.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
        async with server:
            yield deaf

    def swallow_answers(self) -> None:
        """Lose the next answer, and the connection with it."""
        self._swallow = True

    def hold_answers(self) -> None:
        """Keep the next answer back, and set ``held``; a later connection gets its answers."""
        self._hold = True

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._copy(reader, to_writer))
                group.create_task(self._answer(to_reader, writer))
        except* ConnectionError:
            pass
        finally:
            writer.close()
            to_writer.close()

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while chunk := await source.read(65536):
            target.write(chunk)
        raise ConnectionResetError

    async def _answer(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while chunk := await source.read(65536):
            if self._swallow:
                self._swallow = False
                self.swallowed += len(chunk)
                raise ConnectionResetError
            if self._hold:
                self._hold = False
                self.held.set()
                await asyncio.Event().wait()
            target.write(chunk)
        raise ConnectionResetError

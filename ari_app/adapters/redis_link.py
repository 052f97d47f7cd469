"""How do we speak to Redis without ever waiting long? One connection, a deadline on every command, no hidden retry.

The library's own retries are off: it would send a transaction again that may have been carried out, and so write events
twice. Whoever uses the link decides what a failure means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from hiredis import pack_command
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

Command = tuple[str | int, ...]

AWAY: Final = (RedisError, OSError, TimeoutError)
"""Every way in which Redis can fail to do what it was asked."""


_pack: Callable[..., bytes] = pack_command  # its own types allow one word only


def _packed(command: Command) -> bytes:
    try:
        return _pack(command)
    except UnicodeEncodeError:  # a lone surrogate in a caller's name must not stop the status
        return _pack(tuple(str(word).encode("utf-8", "replace") for word in command))


class BadRedisUrl(ValueError):
    """The Redis URL cannot be read. The message never repeats it: it may hold a password."""


class RedisLink:
    """A connection made when first needed. ``deadline_s`` bounds connecting and every command or transaction."""

    def __init__(self, url: str, deadline_s: float) -> None:
        """Connects to nothing yet. Raises BadRedisUrl."""
        self._deadline_s = deadline_s
        try:
            self._client: Redis = Redis.from_url(
                url,
                decode_responses=True,
                encoding_errors="replace",  # a lone surrogate in a caller's name must not stop the status
                retry=Retry(NoBackoff(), 0),
                socket_connect_timeout=deadline_s,
                socket_timeout=None,  # the library's would start a timer for every answer, and a task for every sending
            )
        except ValueError:
            raise BadRedisUrl(
                "the Redis URL cannot be read; expected redis://[user:password@]host[:port][/database], or rediss:// for TLS"
            ) from None
        arguments = self._client.connection_pool.connection_kwargs
        self.address = str(
            arguments.get("path") or f"{arguments.get('host', 'localhost')}:{arguments.get('port', 6379)}"
        )
        self._execute: Callable[..., Awaitable[Any]] = self._client.execute_command

    async def ask(self, *command: str | int) -> Any:
        """One command's answer. Raises one of AWAY."""
        return await self._within_deadline(lambda: self._execute(*command))

    async def transact(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to all of ``commands`` in one MULTI/EXEC: either all take effect or none. Raises one of AWAY."""
        packed = b"".join(map(_packed, (("MULTI",), *commands, ("EXEC",))))
        answers: list[Any] = await self._within_deadline(lambda: self._sent(packed, len(commands)))
        return answers

    async def _sent(self, packed: bytes, commands: int) -> Any:
        """As the library's pipeline, which takes three times as long: it packs in Python, and copies what it packs."""
        pool: Any = self._client.connection_pool
        connection = await pool.get_connection()
        try:
            await connection.send_packed_command(packed, check_health=False)
            refused = None
            for _ in range(1 + commands):  # OK, and QUEUED for each
                try:
                    await connection.read_response()
                except ResponseError as error:  # EXEC will be refused for it
                    refused = refused or error
            try:
                answers = await connection.read_response()
            except ResponseError as error:
                raise refused or error from None
            for answer in answers:
                if isinstance(answer, RedisError):
                    raise answer
            return answers
        except BaseException:
            await connection.disconnect(nowait=True)  # what was not read would be taken for the next answers
            raise
        finally:
            await pool.release(connection)

    async def aclose(self) -> None:
        """Close for good."""
        await self._client.aclose()

    async def _within_deadline(self, command: Callable[[], Awaitable[Any]]) -> Any:
        async with asyncio.timeout(self._deadline_s):  # the library drops a connection whose answer was not read
            return await command()

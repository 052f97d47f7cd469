"""How do we speak to Redis without ever waiting long? One connection, a deadline on every command, no hidden retry.

The library's own retries are off: it would send a transaction again that may have been carried out, and so write events
twice. Whoever uses the link decides what a failure means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

Command = tuple[str | int, ...]

AWAY: Final = (RedisError, OSError, TimeoutError)
"""Every way in which Redis can fail to do what it was asked."""


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
                socket_timeout=deadline_s,
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
        async with self._client.pipeline(transaction=True) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            answers: list[Any] = await self._within_deadline(pipe.execute)
            return answers

    async def aclose(self) -> None:
        """Close for good."""
        await self._client.aclose()

    async def _within_deadline(self, command: Callable[[], Awaitable[Any]]) -> Any:
        async with asyncio.timeout(self._deadline_s):  # the library drops a connection whose answer was not read
            return await command()

"""How do we speak to Redis without ever waiting long? One connection, a deadline on every command, no hidden retry.

Whoever uses the link decides what a failure means.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from hiredis import pack_command
from redis.exceptions import RedisError, ResponseError

from ari_app.adapters.redis_clients import client_of, close

Command = tuple[str | int, ...]

Fence = tuple[str, str]
"""A key, and what must stand there for a write to count."""

_FENCED: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return redis.error_reply('FENCED another controller leads') end
local answers, refused = {}, nil
for at, command in ipairs(cjson.decode(ARGV[2])) do
  local answer = redis.pcall(unpack(command))
  if type(answer) == 'table' and answer.err then refused = refused or answer end
  answers[at] = answer
end
return refused or answers
"""


class Fenced(ResponseError):
    """Another controller leads: what was to be written counts no more."""


AWAY: Final = (RedisError, OSError, TimeoutError)
"""Every way in which Redis can fail to do what it was asked."""


_pack: Callable[..., bytes] = pack_command  # its own types allow one word only


def _packed(command: Command) -> bytes:
    try:
        return _pack(command)
    except UnicodeEncodeError:  # a lone surrogate in a caller's name must not stop the status
        return _pack(tuple(str(word).encode("utf-8", "replace") for word in command))


class RedisLink:
    """A connection made when first needed. ``deadline_s`` bounds connecting and every command or transaction."""

    def __init__(self, url: str, deadline_s: float) -> None:
        """Connects to nothing yet. Raises BadRedisUrl."""
        self._deadline_s = deadline_s
        self._client, self.address = client_of(url, deadline_s)
        self._execute: Callable[..., Awaitable[Any]] = self._client.execute_command

    async def ask(self, *command: str | int) -> Any:
        """One command's answer. Raises one of AWAY."""
        return await self._within_deadline(lambda: self._execute(*command))

    async def transact(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to all of ``commands`` in one MULTI/EXEC: either all take effect or none. Raises one of AWAY."""
        packed = b"".join(map(_packed, (("MULTI",), *commands, ("EXEC",))))
        answers: list[Any] = await self._within_deadline(lambda: self._sent(packed, len(commands)))
        return answers

    async def transact_if(self, fence: Fence, commands: Sequence[Command]) -> list[Any]:
        """As transact, but only while ``fence`` holds. Raises Fenced, or another of AWAY."""
        # Not escaped: Lua knows no lone surrogate, which the client replaces.
        said = json.dumps([[str(word) for word in command] for command in commands], ensure_ascii=False)
        try:
            answers: list[Any] = await self.ask("EVAL", _FENCED, 1, *fence, said)
        except ResponseError as error:
            raise (Fenced(str(error)) if str(error).startswith("FENCED") else error) from None
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
        await close(self._client)

    async def _within_deadline(self, command: Callable[[], Awaitable[Any]]) -> Any:
        async with asyncio.timeout(self._deadline_s):  # the library drops a connection whose answer was not read
            return await command()

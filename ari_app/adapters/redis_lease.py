"""Which controller leads? A lease in Redis, with an epoch that only grows; whoever held an older one writes nothing any more.

Two keys below the prefix: ``lease`` ("HOLDER EPOCH", expires) says who leads now, ``leader`` (the same, stays) who led last. Every
write of a leader is made only while ``leader`` is still its own (RedisLink.transact's ``fence``): the moment that another takes the
lease, what the old one has yet to write is refused, however late it comes. Source of the idea: "How to do distributed locking", M.
Kleppmann, 2016 (fencing tokens).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ari_app.adapters.redis_link import AWAY, Fence, RedisLink
from ari_app.leadership import Away

TAKE: Final = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[3] then return held end
local last = redis.call('GET', KEYS[3]) or ''
local epoch = redis.call('INCR', KEYS[2])
local mine = ARGV[1] .. ' ' .. epoch
redis.call('SET', KEYS[1], mine, 'PX', ARGV[2])
redis.call('SET', KEYS[3], mine)
return {epoch, last}
"""
RENEW: Final = """
local held = redis.call('GET', KEYS[1])
if held == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) return 1 end
if held then return 0 end
local last = redis.call('GET', KEYS[3])
if last and last ~= ARGV[1] and tonumber(string.match(last, '%d+$')) >= tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[3], ARGV[1])
if tonumber(redis.call('GET', KEYS[2]) or '0') < tonumber(ARGV[3]) then redis.call('SET', KEYS[2], ARGV[3]) end
return 1
"""
RELEASE: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class RedisLease:
    """The lease as ``holder`` (no spaces) sees it. It lasts ``ttl_s`` from each renewal. Raises BadRedisUrl.

    ``is_dead`` tells of another holder that it is known to run no more: its lease is not waited for.
    """

    def __init__(
        self,
        url: str,
        prefix: str,
        holder: str,
        ttl_s: float,
        is_dead: Callable[[str], bool] = lambda _holder: False,
        deadline_s: float = 0.5,
    ) -> None:
        self._link = RedisLink(url, deadline_s)
        self._keys = tuple(f"{prefix}{name}" for name in ("lease", "epoch", "leader"))
        self._holder = holder
        self._is_dead = is_dead
        self._ttl_ms = int(ttl_s * 1000)
        self.epoch = 0
        """That under which we lead or led last; 0: never."""
        self.held_by = ""
        """Who led when we wanted to last."""
        self.led_last = ""
        """Who led before us, empty if nobody is known to have."""

    @property
    def fence(self) -> Fence | None:
        """What must hold for our writes to count; None before the lease was ever ours."""
        return (self._keys[2], self._mine) if self.epoch else None

    @property
    def _mine(self) -> str:
        return f"{self._holder} {self.epoch}"

    async def take(self) -> bool:
        """See Lease.take."""
        answer = await self._run(TAKE, self._holder, self._ttl_ms, "")
        if isinstance(answer, str) and self._is_dead(answer.partition(" ")[0]):
            answer = await self._run(TAKE, self._holder, self._ttl_ms, answer)
        if isinstance(answer, str):
            self.held_by = answer.partition(" ")[0]
            return False
        epoch, last = answer
        self.epoch, self.held_by, self.led_last = int(epoch), self._holder, last.partition(" ")[0]
        return True

    async def renew(self) -> bool:
        """See Lease.renew.

        One that has run out, or that a Redis which lost its last writes has forgotten, is taken again if nobody else took it.
        """
        return bool(await self._run(RENEW, self._mine, self._ttl_ms, self.epoch))

    async def release(self) -> None:
        """See Lease.release."""
        if self.epoch:
            await self._run(RELEASE, self._mine)

    async def reach(self) -> None:
        """See Lease.reach."""
        try:
            await self._link.ask("PING")
        except AWAY as away:
            raise Away(str(away) or type(away).__name__) from away

    async def aclose(self) -> None:
        """Disconnect for good."""
        await self._link.aclose()

    async def _run(self, script: str, *arguments: str | int) -> Any:
        try:
            return await self._link.ask("EVAL", script, 3, *self._keys, *arguments)
        except AWAY as away:
            raise Away(str(away) or type(away).__name__) from away

"""Who starts a part again when it dies, and when?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from ari_app.stack.child import Child
from ari_app.stack.faults import StackError
from ari_app.stack.instance import Instance

log = structlog.get_logger()
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses before a restart: ``first_s``, doubled each time up to ``longest_s``; from the start again after a life of
    ``healthy_s``."""

    first_s: float = 0.5
    longest_s: float = 30.0
    healthy_s: float = 60.0

    def next(self, before_s: float, life_s: float) -> float:
        """The pause after a life of ``life_s``, when the pause before that life was ``before_s`` (0: there was none)."""
        if before_s == 0.0 or life_s >= self.healthy_s:
            return self.first_s
        return min(before_s * 2, self.longest_s)


async def supervise(instance: Instance, say: Say, backoff: Backoff | None = None) -> None:
    """Keep Redis, Asterisk, the engine, the recordings' worker and the console up until cancelled; each is started again alone.

    A part that was not running when this is called (a Redis that is not ours) is left alone.
    """
    policy = backoff or Backoff()
    parts: list[tuple[Child, Callable[[], Awaitable[None]]]] = [
        (instance.redis, instance.start_redis),
        (instance.asterisk, instance.start_asterisk),
        (instance.engine, instance.start_engine),
        (instance.recordings, instance.start_recordings),
        (instance.console, instance.start_console),
    ]
    async with asyncio.TaskGroup() as group:
        for child, start in parts:
            if child.running:
                group.create_task(_keep_up(child, start, say, policy), name=f"keep-{child.plan.name}")


async def _keep_up(child: Child, start: Callable[[], Awaitable[None]], say: Say, policy: Backoff) -> None:
    pause_s = 0.0
    now = asyncio.get_running_loop().time
    while True:
        began = now()
        code = await child.wait()
        pause_s = policy.next(pause_s, now() - began)
        log.warning("part_died", part=child.plan.name, code=code, restart_in_s=pause_s)
        say(f"{child.plan.name} ended {_how(code)}; starting it again in {pause_s:g} s. Its log: {child.plan.output}")
        await asyncio.sleep(pause_s)
        try:
            await start()
        except StackError as error:
            say(str(error))
            # Not ready in time counts as dead: a hung process would hold its ports.
            await child.kill()
        else:
            say(f"{child.plan.name} is up again")


def _how(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"with code {code}"

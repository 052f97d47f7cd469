"""Does what should be running answer: Redis, Asterisk with its phones, and the engine?"""

from __future__ import annotations

import re

from redis.asyncio import Redis
from redis.exceptions import RedisError

from ari_app.clock import machine_time
from ari_app.keeping.workers import told_by_all, whats_wrong
from ari_app.settings import Settings
from ari_app.stack import background, ready
from ari_app.stack.asterisk_root import asterisk_at_hand
from ari_app.stack.console import asterisk_rx
from ari_app.stack.doctor import Check
from ari_app.stack.faults import StackError
from ari_app.stack.folders import Folders
from ari_app.stack.versions import REDIS_FLOOR, new_enough, shown

_REDIS_WITHIN_S = 3.0


async def running_checks(settings: Settings) -> list[Check]:
    """The checks of a running stack; without one, only a Redis that is not ours is looked at."""
    if background.running_supervisor(settings.state) is None:
        stack = Check(
            "stack", "warn", f"nothing runs on {settings.state}", "`make run`, or `make up` for the background"
        )
        return [stack] if settings.own_redis else [stack, await redis_check(settings)]
    return [
        Check("stack", "ok", f"runs on {settings.state}"),
        await redis_check(settings),
        await _phones(settings),
        *await engine_checks(settings),
        await _console(settings),
        _recordings(settings),
    ]


async def engine_checks(settings: Settings) -> list[Check]:
    """The engine, and the database as it finds it."""
    return [await _engine(settings), await _database(settings)]


async def redis_check(settings: Settings) -> Check:
    """Does Redis answer, and is it new enough? The URL may hold a password, so it is never shown."""
    remedy = "start that Redis or correct REDIS_URL; without REDIS_URL the stack runs one of its own"
    client = Redis.from_url(
        settings.redis_address, socket_timeout=_REDIS_WITHIN_S, socket_connect_timeout=_REDIS_WITHIN_S
    )
    try:
        told = await client.info("server")
    except (RedisError, OSError, ValueError) as error:
        return Check("Redis", "fail", f"does not answer ({type(error).__name__})", remedy)
    finally:
        await client.aclose()
    version = tuple(int(part) for part in re.findall(r"\d+", str(told.get("redis_version", "")))[:3])
    if not new_enough(version or None, REDIS_FLOOR):
        return Check("Redis", "fail", f"version {shown(version)}", f"use version {shown(REDIS_FLOOR)} or later")
    return Check("Redis", "ok", f"answers, version {shown(version)}")


async def _phones(settings: Settings) -> Check:
    install = asterisk_at_hand(settings.cache, lambda _: None)
    if install is None:
        return Check(
            "phones", "fail", "the Asterisk that runs is no longer in the cache", "`make down`, then `make run`"
        )
    try:
        told = await asterisk_rx(install, Folders.below(settings.state), "pjsip show contacts")
    except StackError as error:
        return Check("phones", "fail", str(error), f"look into {settings.state}/log/messages.log")
    reachable, all_of_them = count_contacts(told)
    if not all_of_them:
        return Check(
            "phones", "warn", "no phone is registered", "register one: user name and password are in docs/settings.md"
        )
    if reachable < all_of_them:
        lost = all_of_them - reachable
        return Check(
            "phones", "warn", f"{lost} of {all_of_them} registered phones do not answer", "check their network"
        )
    return Check("phones", "ok", f"{all_of_them} registered, all answer")


def count_contacts(told: str) -> tuple[int, int]:
    """(reachable, registered) in the answer to ``pjsip show contacts``; the status column says Avail when it answers."""
    contacts = re.findall(r"^\s*Contact:\s+\S+/sips?:\S+\s+\S+\s+(\S+)", told, flags=re.MULTILINE)
    return sum(status == "Avail" for status in contacts), len(contacts)


def _recordings(settings: Settings) -> Check:
    wrong = whats_wrong(told_by_all(settings.recordings), machine_time())
    if wrong is None:
        return Check("recordings", "ok", "a worker keeps them, no alarm stands")
    return Check("recordings", "warn", wrong, "docs/recordings.md has a remedy for each alarm")


async def _database(settings: Settings) -> Check:
    """As the engine finds it, which alone knows."""
    parts = await ready.health_parts(settings.bind_address, settings.api_port)
    if "database" not in parts:
        return Check("database", "warn", "the engine does not say whether it is there", "see engine")
    wrong = [parts[name] for name in ("database", "audit") if parts.get(name, "ok") != "ok"]
    if wrong:
        return Check(
            "database",
            "warn",
            "; ".join(wrong),
            "bring it back, and all goes on by itself; calls and their recording go on until then (docs/operations.md)",
        )
    return Check("database", "ok", "it can be written")


async def _console(settings: Settings) -> Check:
    address = settings.console_url
    if await ready.http_ok(settings.console_host, settings.console_port, "/console/healthz"):
        return Check("console", "ok", f"{address}/ answers")
    return Check(
        "console",
        "fail",
        f"{address}/ does not answer, or knows nothing of the centre",
        f"look into {settings.state}/log/console.out",
    )


async def _engine(settings: Settings) -> Check:
    address = settings.api_url
    if await ready.http_ok(settings.api_host, settings.api_port, "/healthz"):
        return Check("engine", "ok", f"{address}/healthz says ok")
    return Check("engine", "fail", f"{address}/healthz does not say ok", f"look into {settings.state}/log/engine.out")

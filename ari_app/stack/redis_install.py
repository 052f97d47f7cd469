"""Which redis-server do we run, when no REDIS_URL names one that runs already?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ari_app.stack.faults import SetupFailed
from ari_app.stack.forky_root import provide_root
from ari_app.stack.versions import REDIS_FLOOR, Version, new_enough, parse_redis, shown, told_by

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RedisInstall:
    """A redis-server that can be run: its command line's beginning."""

    command: tuple[str, ...]
    version: Version


def provide_redis(cache: Path, say: Say, mirror: str = "") -> RedisInstall:
    """The redis-server on PATH if it is new enough, else the one in the cached root (made if need be).

    Raises SetupFailed with what to do.
    """
    program = shutil.which("redis-server")
    if program is not None:
        version = banner_version((program,))
        if version is not None and new_enough(version, REDIS_FLOOR):
            return RedisInstall((program,), version)
        say(
            f"{program} is version {shown(version)}; at least {shown(REDIS_FLOOR)} is needed, so the cached one is used"
        )
    command = provide_root(cache, say, mirror).command("usr/bin/redis-server")
    version = banner_version(command)
    if version is None or not new_enough(version, REDIS_FLOOR):
        raise SetupFailed(
            f"The cached redis-server does not run ({command[-1]}). Install redis-server, or give a REDIS_URL."
        )
    return RedisInstall(command, version)


def banner_version(command: tuple[str, ...]) -> Version | None:
    """What ``redis-server --version`` says, as numbers; None when it cannot be run or understood."""
    return told_by(command, "--version", parse_redis)

"""Which version of Asterisk or Redis is this, and is it new enough?"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence

Version = tuple[int, ...]

# 20 security advisories were published between 22.9.0 and this one.
ASTERISK_FLOOR: Version = (22, 10, 1)
# XAUTOCLAIM and stream trimming as this product uses them.
REDIS_FLOOR: Version = (6, 2, 0)


def parse_asterisk(banner: str) -> Version | None:
    """The numbers in ``asterisk -V``, e.g. ``Asterisk 22.10.1~dfsg+~cs6.16`` -> (22, 10, 1); None for anything else.

    A certified build (``certified/20.7-cert3``) or a Git build (``GIT-master-...``) has no comparable number: None.
    """
    return _numbers(r"^Asterisk (\d+(?:\.\d+)+)", banner)


def parse_redis(banner: str) -> Version | None:
    """The numbers in ``redis-server --version``, e.g. ``Redis server v=7.0.15 sha=...`` -> (7, 0, 15)."""
    return _numbers(r"\bv=(\d+(?:\.\d+)+)", banner)


def _numbers(pattern: str, banner: str) -> Version | None:
    match = re.search(pattern, banner.strip())
    return tuple(int(part) for part in match[1].split(".")) if match else None


def new_enough(version: Version | None, floor: Version) -> bool:
    """True when ``version`` is known and at least ``floor``; 22.11 counts as 22.11.0."""
    if version is None:
        return False
    width = max(len(version), len(floor))
    return _padded(version, width) >= _padded(floor, width)


def _padded(version: Version, width: int) -> Version:
    return version + (0,) * (width - len(version))


def shown(version: Version | None) -> str:
    """``22.10.1``; ``unknown`` for None."""
    return "unknown" if version is None else ".".join(map(str, version))


def told_by(command: Sequence[str], option: str, parse: Callable[[str], Version | None]) -> Version | None:
    """The version that a program tells of itself; None when it cannot be run or understood."""
    try:
        answer = subprocess.run([*command, option], capture_output=True, text=True, check=False, timeout=20)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse(answer.stdout)

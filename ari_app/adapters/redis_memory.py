"""What did the controller's earlier life leave in Redis? The day's counts and who was at work, read once at the start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

from ari_app.adapters.redis_link import RedisLink
from ari_app.contract import EarlierOperator

T = TypeVar("T")
AT_ONCE = 150


@dataclass(frozen=True, slots=True)
class DayCounts:
    """A queue's counts of one day, as contract.QueueStatus defines them."""

    offered: int
    answered: int
    abandoned: int
    answered_in_sl: int
    abandoned_in_sl: int
    short_abandoned: int = 0
    exited: int = 0
    refused: int = 0
    callbacks_agreed: int = 0
    called_back: int = 0


async def read_counts(link: RedisLink, prefix: str, day: str) -> dict[str, DayCounts]:
    """Each queue's counts if they are of ``day`` (ISO date); one with an unreadable count is left out. Raises AWAY."""
    names = [field.name for field in fields(DayCounts)]
    found = await _read_hashes(link, prefix, "queue", ["day", *names])
    return {
        queue: DayCounts(*(int(count or 0) for count in counts))
        for queue, (of_day, *counts) in found.items()
        if of_day == day and all(count is None or count.isdecimal() for count in counts)
    }


async def read_operators(link: RedisLink, prefix: str) -> dict[str, EarlierOperator]:
    """Each operator as shown last. Raises AWAY."""
    found = await _read_hashes(link, prefix, "operator", ["state", "reason", "serves", "forced_by"])
    return {
        code: EarlierOperator(state, reason or None, _listed(serves), forced_by or None)
        for code, (state, reason, serves, forced_by) in found.items()
        if state
    }


def _listed(names: str | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(name for name in names.split(",") if name)


async def _read_hashes(link: RedisLink, prefix: str, kind: str, names: list[str]) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    listed = sorted(await link.ask("SMEMBERS", f"{prefix}{kind}s"))
    for some in in_parts(listed, AT_ONCE):
        found |= zip(
            some, await link.transact([("HMGET", f"{prefix}{kind}:{name}", *names) for name in some]), strict=True
        )
    return found


def in_parts(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """``items`` in runs of at most ``size``."""
    return (items[start : start + size] for start in range(0, len(items), size))

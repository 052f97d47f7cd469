"""Is a queue open at this moment of the centre's own time? Pure: hours and the local time in, yes or no out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class Hours:
    """Open on these ``days`` (0 is Monday) from ``start`` up to, not including, ``end``."""

    days: frozenset[int]
    start: time
    end: time


def is_open(hours: Collection[Hours], closed_on: Collection[date], at_local: datetime) -> bool:
    """Whether calls are taken at ``at_local``. Without any hours it is always open, but on the days it is ``closed_on``."""
    if at_local.date() in closed_on:
        return False
    if not hours:
        return True
    day, now = at_local.weekday(), at_local.time()
    return any(day in some.days and some.start <= now < some.end for some in hours)

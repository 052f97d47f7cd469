"""How did a queue's day go, quarter of an hour by quarter of an hour? Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from console.figures.counting import Sums
from console.figures.spans import begin_of
from queues.history_rows import QUARTER_S


def day_curve(found: Mapping[int, Sums], day: date, zone: ZoneInfo, now: float) -> list[dict[str, Any]]:
    """One item a quarter, up to ``now`` at most: ``at`` (Unix s), how many were offered, answered and abandoned in it, and how many
    were ``waiting`` at its end. ``found``: what the day's rows add up to, by quarters; one without rows has none.

    Of a day whose end was noted a moment late, what came after midnight is in its last quarter.
    """
    begin, end = begin_of(day, zone), begin_of(day + timedelta(days=1), zone)
    quarters = range(begin, end, QUARTER_S)
    by_quarter: dict[int, Sums] = {}
    for quarter, sums in found.items():
        by_quarter.setdefault(min(max(quarter, begin), quarters[-1]), Sums()).add(sums)
    items, waiting = [], 0
    for quarter in quarters:
        if quarter > now:
            break
        here = by_quarter.get(quarter, Sums())
        counts = {name: here.count(name) for name in ("offered", "answered", "abandoned")}
        waiting += counts["offered"] - counts["answered"] - counts["abandoned"] - here.count("exited")
        items.append({"at": float(quarter), **counts, "waiting": max(0, waiting)})
    return items

"""Is this calendar open at this moment? Weekly hours, public holidays and own exceptions, in the calendar's own time zone.

Pure: the moment is an argument. All times of day are those of the clock on the wall, so a day on which the clocks change
opens and closes at its usual times, however many hours lie between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import holidays

CalendarState = Literal["open", "closed", "holiday"]
MIDNIGHT: Final = time(0)


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to, not including, ``end``, on one day; an end of MIDNIGHT is that of the day."""

    start: time
    end: time

    def holds(self, now: time) -> bool:
        """Whether the time of day ``now`` lies in it."""
        return self.start <= now and (now < self.end or self.end == MIDNIGHT)


@dataclass(frozen=True, slots=True)
class Holidays:
    """The public holidays of ``country`` (ISO 3166-1) and its ``region`` (ISO 3166-2's second part), and ``also`` these days.

    A holiday that is kept on another day, such as the Monday after, counts on that day.
    """

    country: str | None = None
    region: str | None = None
    also: frozenset[date] = frozenset()

    def fall_on(self, day: date) -> bool:
        """Whether ``day`` is one of them."""
        return day in self.also or (self.country is not None and day in _public(self.country, self.region, day.year))


NO_HOLIDAYS: Final = Holidays()


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody is there. ``weekly``: the spans of each weekday (0 is Monday); without any, every day is open throughout.

    ``exceptions`` are days with spans of their own (none: closed) whatever weekday or holiday they are.
    """

    time_zone: str
    weekly: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    holidays: Holidays = NO_HOLIDAYS
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)


def state_at(calendar: Calendar, at_s: float) -> CalendarState:
    """What the calendar is at ``at_s`` (Unix seconds). Exceptions win over holidays, and these over the weekly hours."""
    here = datetime.fromtimestamp(at_s, ZoneInfo(calendar.time_zone))
    day = here.date()
    if day in calendar.exceptions:
        spans = calendar.exceptions[day]
    elif calendar.holidays.fall_on(day):
        return "holiday"
    elif not calendar.weekly:
        return "open"
    else:
        spans = calendar.weekly.get(day.weekday(), ())
    return "open" if any(span.holds(here.time()) for span in spans) else "closed"


@lru_cache(maxsize=256)
def _public(country: str, region: str | None, year: int) -> frozenset[date]:
    # A year takes a quarter of a millisecond to work out, and a queue is looked at every second.
    return frozenset(holidays.country_holidays(country, subdiv=region, years=year, expand=False))

"""Which days, hours and quarters of an hour are there in the centre's time zone? Pure; days on which clocks change included.

An hour is named by its beginning with the offset (``2026-10-25T02:00+02:00``), so that the two hours of two o'clock are two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from queues.history_rows import QUARTER_S


@dataclass(frozen=True, slots=True)
class Days:
    """From ``first`` to ``last``, both included."""

    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of ``day``, from ``begin`` on (Unix s). Each row of a day belongs to one of its hours, also where the day's own end
    was noted a moment late: the first and the last one take what comes before and after them."""

    day: date
    begin: int
    end: int
    is_first: bool
    is_last: bool


def day_of(at: float, zone: ZoneInfo) -> date:
    """The date then."""
    return datetime.fromtimestamp(at, zone).date()


def begin_of(day: date, zone: ZoneInfo) -> int:
    """When the day begins (Unix s). On days on which midnight does not exist that is its first instant."""
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


@lru_cache(maxsize=1000)  # each row of a table asks
def hours_of(day: date, zone: ZoneInfo) -> tuple[Hour, ...]:
    """23, 24 or 25 of them."""
    end = begin_of(day + timedelta(days=1), zone)
    begins = [begin_of(day, zone)]
    for quarter in range(begins[0] + QUARTER_S, end, QUARTER_S):
        if datetime.fromtimestamp(quarter, zone).minute == 0:
            begins.append(quarter)
    ends = [*begins[1:], end]
    return tuple(
        Hour(day, begin, until, begin == begins[0], until == end) for begin, until in zip(begins, ends, strict=True)
    )


def hour_at(day: date, quarter: int, zone: ZoneInfo) -> Hour:
    """The hour of ``day`` to which a quarter of an hour belongs that is counted to that day."""
    hours = hours_of(day, zone)
    return next((hour for hour in hours if quarter < hour.end), hours[-1])


@lru_cache(maxsize=30_000)
def hour_name(hour: Hour, zone: ZoneInfo) -> str:
    """As in the module's docstring."""
    return datetime.fromtimestamp(hour.begin, zone).isoformat(timespec="minutes")


def hour_named(name: str, zone: ZoneInfo) -> Hour:
    """The hour of that name. Raises ValueError."""
    at = datetime.fromisoformat(name)
    if at.tzinfo is None:
        raise ValueError("an hour needs its offset, such as 2026-11-28T09:00+01:00")
    day = at.astimezone(zone).date()
    begin = round(at.timestamp())
    for hour in hours_of(day, zone):
        if hour.begin == begin:
            return hour
    raise ValueError("no hour begins then")


@lru_cache(maxsize=30_000)
def hour_of_day(hour: Hour, zone: ZoneInfo) -> str:
    """Of whichever day: ``09``."""
    return datetime.fromtimestamp(hour.begin, zone).strftime("%H")

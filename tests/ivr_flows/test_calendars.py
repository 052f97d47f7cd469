"""When is a calendar open? By its own time zone, its weekdays, its holidays and its exceptions."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from ivr_flows.calendars import MIDNIGHT, Calendar, Holidays, Span, state_at

MADRID = "Europe/Madrid"
DAYTIME = (Span(time(8), time(20)),)
WEEKLY = {**dict.fromkeys(range(5), DAYTIME), 5: (Span(time(9), time(14)),)}
OFFICE = Calendar(MADRID, WEEKLY, Holidays(also=frozenset({date(2026, 11, 27)})))


def state(calendar: Calendar, local: str, zone: str = MADRID, fold: int = 0) -> str:
    """The state at the ``local`` time of ``zone``; ``fold`` 1: the second time that the clock shows it."""
    return state_at(calendar, datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-25T07:59:59.999", "closed"),
        ("2026-11-25T08:00:00", "open"),
        ("2026-11-25T19:59:59.999", "open"),
        ("2026-11-25T20:00:00", "closed"),
        ("2026-11-28T13:00:00", "open"),  # a Saturday
        ("2026-11-28T14:00:00", "closed"),
        ("2026-11-29T10:00:00", "closed"),  # a Sunday
        ("2026-11-27T10:00:00", "holiday"),  # a Friday
        ("2026-11-27T03:00:00", "holiday"),
    ],
)
def test_open_from_the_first_moment_of_the_hours_to_the_last_before_their_end(at: str, expected: str) -> None:
    assert state(OFFICE, at) == expected


def test_without_weekly_hours_it_is_open_but_on_holidays_and_exceptions() -> None:
    calendar = Calendar(MADRID, {}, Holidays(also=frozenset({date(2026, 12, 25)})), {date(2026, 12, 31): ()})
    assert state(calendar, "2026-11-29T03:00") == "open"
    assert state(calendar, "2026-12-25T12:00") == "holiday"
    assert state(calendar, "2026-12-31T12:00") == "closed"


def test_hours_up_to_midnight_and_from_it_on_leave_no_gap() -> None:
    night = Calendar(MADRID, {0: (Span(time(22), MIDNIGHT),), 1: (Span(MIDNIGHT, time(6)),)})
    assert [state(night, f"2026-11-{at}") for at in ("23T21:59", "23T23:59:59.999999", "24T00:00", "24T06:00")] == [
        "closed",
        "open",
        "open",
        "closed",
    ]
    assert state(night, "2026-11-24T23:00") == "closed"


def test_the_moment_counts_in_the_calendars_own_time_zone() -> None:
    canaries = Calendar("Atlantic/Canary", WEEKLY)
    assert (state(OFFICE, "2026-11-25T08:30"), state(canaries, "2026-11-25T08:30")) == ("open", "closed")
    assert (state(OFFICE, "2026-11-25T20:30"), state(canaries, "2026-11-25T20:30")) == ("closed", "open")


@pytest.mark.parametrize(
    ("day", "utc_opens"), [("2026-03-29", 6), ("2026-03-28", 7), ("2026-10-25", 7), ("2026-10-24", 6)]
)
def test_on_the_days_when_the_clocks_change_it_opens_by_the_clock_on_the_wall(day: str, utc_opens: int) -> None:
    every_day = Calendar(MADRID, dict.fromkeys(range(7), DAYTIME))
    assert state(every_day, f"{day}T{utc_opens:02}:00", "UTC") == "open"
    assert state(every_day, f"{day}T{utc_opens - 1:02}:59:59", "UTC") == "closed"
    assert state(every_day, f"{day}T{utc_opens + 12:02}:00", "UTC") == "closed"


def test_an_hour_that_comes_twice_is_open_twice_and_one_that_does_not_come_never() -> None:
    early = Calendar(MADRID, {6: (Span(time(2), time(3)),)})
    assert [state(early, "2026-10-25T02:30", fold=fold) for fold in (0, 1)] == ["open", "open"]
    spring = datetime(2026, 3, 29, tzinfo=ZoneInfo("UTC")).timestamp()
    assert {state_at(early, spring + minutes * 60) for minutes in range(-120, 240)} == {"closed"}


@pytest.mark.parametrize(
    ("country", "region", "day", "is_holiday"),
    [
        ("ES", "MD", "2025-05-02", True),  # Fiesta de la Comunidad de Madrid
        ("ES", "CT", "2025-05-02", False),
        ("ES", "CT", "2026-06-24", True),  # Sant Joan
        ("ES", "MD", "2026-06-24", False),
        ("ES", "MD", "2027-12-06", True),  # Día de la Constitución
        ("ES", "CT", "2027-12-06", True),
        ("ES", None, "2027-12-06", True),
        ("ES", "MD", "2026-12-07", True),  # the 6th is a Sunday, and Madrid keeps the Monday
        ("ES", "CT", "2026-12-07", False),
        ("ES", None, "2026-06-24", False),
        ("US", None, "2027-12-31", True),  # New Year's Day of 2028, a Saturday, is kept the day before
        (None, None, "2026-12-25", False),
    ],
)
def test_public_holidays_are_those_of_the_country_and_the_region(
    country: str | None, region: str | None, day: str, is_holiday: bool
) -> None:
    calendar = Calendar(MADRID, dict.fromkeys(range(7), DAYTIME), Holidays(country, region))
    assert (state(calendar, f"{day}T12:00") == "holiday") is is_holiday


def test_a_holiday_lasts_from_midnight_to_midnight_of_the_time_zone() -> None:
    calendar = Calendar(MADRID, {}, Holidays("ES"))
    around = ("2026-10-11T23:59:59.999", "2026-10-12T00:00", "2026-10-12T23:59:59.999", "2026-10-13T00:00")
    assert [state(calendar, at) for at in around] == ["open", "holiday", "holiday", "open"]


def test_own_exceptions_win_over_holidays_and_weekly_hours() -> None:
    morning = (Span(time(8), time(14)),)
    own = {
        date(2026, 12, 25): morning,
        date(2026, 12, 24): morning,
        date(2026, 12, 23): (),
        date(2026, 11, 29): morning,
    }
    calendar = Calendar(MADRID, WEEKLY, Holidays("ES", "MD"), own)
    assert [state(calendar, f"2026-12-25T{at}") for at in ("13:59", "14:00")] == ["open", "closed"]  # Christmas Day
    assert [state(calendar, f"2026-12-24T{at}") for at in ("13:59", "14:00")] == ["open", "closed"]  # a Thursday
    assert state(calendar, "2026-12-23T10:00") == "closed"
    assert state(calendar, "2026-11-29T10:00") == "open"  # a Sunday

"""When is a queue open? By the centre's own time, its days and its holidays."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from queues.hours import Hours, is_open

OFFICE = (Hours(frozenset(range(5)), time(8), time(20)), Hours(frozenset({5}), time(9), time(14)))
HOLIDAYS = (date(2026, 12, 25),)


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-11-25T07:59:59.999", False),
        ("2026-11-25T08:00:00", True),
        ("2026-11-25T19:59:59.999", True),
        ("2026-11-25T20:00:00", False),
        ("2026-11-28T13:00:00", True),  # a Saturday
        ("2026-11-28T14:00:00", False),
        ("2026-11-29T10:00:00", False),  # a Sunday
        ("2026-12-25T10:00:00", False),  # a holiday, on a Friday
    ],
)
def test_open_from_the_first_moment_of_the_hours_to_the_last_before_their_end(at: str, open_: bool) -> None:
    assert is_open(OFFICE, HOLIDAYS, datetime.fromisoformat(at)) is open_


def test_a_queue_without_hours_is_always_open_but_on_its_holidays() -> None:
    assert is_open((), HOLIDAYS, datetime.fromisoformat("2026-11-29T03:00"))
    assert not is_open((), HOLIDAYS, datetime.fromisoformat("2026-12-25T12:00"))

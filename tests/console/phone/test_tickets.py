"""A ticket: for once, for a moment, and not to be guessed."""

from __future__ import annotations

from console.phone.tickets import KEPT, LIFE_S, Tickets


class Clock:
    """Set by hand."""

    now = 1_790_000_000.0


def tickets() -> tuple[Tickets[str], Clock]:
    clock = Clock()
    return Tickets(lambda: clock.now), clock


def test_a_ticket_lets_in_once() -> None:
    some, _ = tickets()
    ticket = some.give("1009")
    assert len(ticket) >= 32
    assert (some.take(ticket), some.take(ticket)) == ("1009", None)


def test_a_ticket_is_too_old_after_its_time_and_one_that_nobody_gave_is_none() -> None:
    some, clock = tickets()
    ticket = some.give("1009")
    clock.now += LIFE_S
    assert (some.take(ticket), some.take("guessed"), some.take("")) == (None, None, None)


def test_no_more_are_kept_than_memory_is_meant_for() -> None:
    some, _ = tickets()
    first, *_, last = [some.give(str(number)) for number in range(KEPT + 1)]
    assert (some.take(first), some.take(last)) == (None, str(KEPT))

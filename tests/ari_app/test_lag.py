from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ari_app.lag import BOUNDS_S, RECENT_S, EventLag


def lag_of(*noted: tuple[float, float]) -> EventLag:
    """Lags with their times, in order."""
    lag = EventLag()
    for lag_s, now in noted:
        lag.note(lag_s, now)
    return lag


def test_nothing_noted_is_no_lag() -> None:
    lag = EventLag()
    assert (lag.recent_s(5.0), lag.sum_s, lag.cumulative()[-1]) == (0.0, 0.0, (float("inf"), 0))


def test_the_greatest_of_the_last_second_counts_until_it_is_over() -> None:
    lag = lag_of((0.3, 10.0), (0.1, 10.5), (0.2, 10.6))
    assert [lag.recent_s(now) for now in (10.6, 10.99, 11.0, 11.59, 11.6)] == [0.3, 0.3, 0.2, 0.2, 0.0]


def test_an_event_from_the_future_counts_as_no_lag() -> None:
    lag = lag_of((-3.0, 10.0))
    assert (lag.recent_s(10.0), lag.sum_s, lag.cumulative()[0]) == (0.0, 0.0, (0.005, 1))


def test_buckets_are_cumulative_and_include_their_bound() -> None:
    lag = lag_of((0.005, 1.0), (0.006, 1.0), (5.0, 1.0), (5.001, 1.0))
    counts = dict(lag.cumulative())
    assert [counts[bound] for bound in (0.005, 0.01, 2.5, 5.0, float("inf"))] == [1, 2, 2, 3, 4]
    assert lag.sum_s == 0.005 + 0.006 + 5.0 + 5.001


@given(st.lists(st.tuples(st.floats(0.0, 10.0), st.floats(0.0, 0.7))), st.floats(0.0, 2.0))
def test_it_is_the_maximum_over_the_window_and_every_lag_is_counted_once(
    steps: list[tuple[float, float]], later: float
) -> None:
    now, noted = 0.0, []
    lag = EventLag()
    for lag_s, step in steps:
        now += step
        noted.append((lag_s, now))
        lag.note(lag_s, now)
    now += later
    assert lag.recent_s(now) == max((lag_s for lag_s, at in noted if at > now - RECENT_S), default=0.0)
    assert lag.cumulative() == [
        (bound, sum(lag_s <= bound for lag_s, _ in noted)) for bound in (*BOUNDS_S, float("inf"))
    ]

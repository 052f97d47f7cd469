"""Stretches of time are sets of moments: each function agrees with counting moments one by one."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.stretches import Stretch, both, tidy, total_s, without

END = 30
any_stretches = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=8).map(
    lambda pairs: [(float(start), float(end)) for start, end in pairs]
)


def seconds(stretches: Iterable[Stretch]) -> set[int]:
    return {second for start, end in stretches for second in range(int(start), int(end))}


def is_tidy(stretches: list[Stretch]) -> bool:
    edges = [edge for stretch in stretches for edge in stretch]
    return edges == sorted(set(edges))


@given(any_stretches)
def test_tidied_stretches_are_the_same_time_in_order(stretches: list[Stretch]) -> None:
    made = tidy(stretches)
    assert is_tidy(made)
    assert seconds(made) == seconds(stretches)
    assert total_s(made) == len(seconds(stretches))
    assert tidy(made) == made


@given(any_stretches, any_stretches)
def test_both_and_without_are_those_of_sets(one: list[Stretch], other: list[Stretch]) -> None:
    one, other = tidy(one), tidy(other)
    assert seconds(both(one, other)) == seconds(one) & seconds(other)
    assert seconds(without(one, other)) == seconds(one) - seconds(other)
    assert total_s(both(one, other)) + total_s(without(one, other)) == pytest.approx(total_s(one))


def test_pause_is_filled_only_if_it_is_shorter() -> None:
    assert tidy([(0.0, 1.0), (1.5, 2.0)], filled_s=0.5) == [(0.0, 1.0), (1.5, 2.0)]
    assert tidy([(0.0, 1.0), (1.5, 2.0)], filled_s=0.51) == [(0.0, 2.0)]

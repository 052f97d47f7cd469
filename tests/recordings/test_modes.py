from __future__ import annotations

from itertools import permutations

import pytest

from recordings.modes import STRONGEST_FIRST, mode_of
from recordings.notes import RecordingMode


def test_where_nobody_says_anything_nothing_is_recorded() -> None:
    assert mode_of([], refused=False) == "never"
    assert mode_of([None, None], refused=False) == "never"


@pytest.mark.parametrize(("first", "second"), list(permutations(range(4), 2)))
def test_the_stronger_of_two_counts_whoever_says_it(first: int, second: int) -> None:
    said = [None, STRONGEST_FIRST[first], STRONGEST_FIRST[second], None]
    assert mode_of(said, refused=False) == STRONGEST_FIRST[min(first, second)]


@pytest.mark.parametrize("mode", STRONGEST_FIRST)
def test_who_refuses_is_recorded_only_where_it_is_forced(mode: RecordingMode) -> None:
    assert mode_of([mode], refused=True) == ("forced" if mode == "forced" else "never")

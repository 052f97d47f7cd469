from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.peaks import STRETCHES, Peaks


def rows(packed: bytes) -> list[list[int]]:
    return np.frombuffer(packed, np.int8).reshape(-1, 4).astype(int).tolist()


def test_each_stretch_tells_the_least_and_greatest_of_each_side() -> None:
    samples = np.zeros((2 * STRETCHES, 2), np.int16)
    samples[0], samples[1] = (-32768, 100), (16384, 32767)
    samples[-1] = (-1, 8192)
    peaks = Peaks(len(samples))
    peaks.take(samples)
    told = rows(peaks.packed())
    assert len(told) == STRETCHES
    assert told[0] == [-127, 64, 0, 127]
    assert told[1] == [0, 0, 0, 0]
    assert told[-1] == [0, 0, 0, 32]


@settings(deadline=None)
@given(st.integers(1, 5000), st.lists(st.integers(20, 900), min_size=1, max_size=40), st.integers(0, 2**32 - 1))
def test_however_the_samples_are_cut_the_peaks_are_the_same(frames: int, cuts: list[int], seed: int) -> None:
    samples = np.random.default_rng(seed).integers(-32768, 32768, (frames, 2)).astype(np.int16)
    at_once, in_pieces = Peaks(frames), Peaks(frames)
    at_once.take(samples)
    begins, number = 0, 0
    while begins < frames:
        length = cuts[number % len(cuts)]
        in_pieces.take(samples[begins : begins + length])
        begins, number = begins + length, number + 1
    assert in_pieces.packed() == at_once.packed()
    count = min(STRETCHES, frames)
    bounds = [number * frames // count for number in range(count + 1)]
    slow = [samples[low:high] for low, high in pairwise(bounds)]
    expected = [[part[:, 0].min(), part[:, 0].max(), part[:, 1].min(), part[:, 1].max()] for part in slow]
    assert (
        rows(at_once.packed())
        == np.clip(np.rint(np.array(expected, float) * 127 / 32767), -127, 127).astype(int).tolist()
    )


def test_more_or_fewer_samples_than_told_are_an_error() -> None:
    peaks = Peaks(10)
    peaks.take(np.zeros((4, 2), np.int16))
    with pytest.raises(ValueError, match="4 frames came, 10 were told"):
        peaks.packed()
    with pytest.raises(ValueError, match="11 frames came"):
        peaks.take(np.zeros((7, 2), np.int16))

"""What does a recording look like from afar? The least and the greatest sample of each side, in up to 1,200 equal stretches. Pure.

They are gathered while the samples pass, so that an hour's call is never held as a whole.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

STRETCHES: Final = 1200
_FULL: Final = 127


class Peaks:
    """Those of ``frames`` samples, which come in order through ``take``."""

    def __init__(self, frames: int) -> None:
        count = min(STRETCHES, frames)
        self._bounds = np.arange(count + 1, dtype=np.int64) * frames // max(1, count)
        self._least = np.full((len(self._bounds) - 1, 2), np.iinfo(np.int16).max, np.int16)
        self._greatest = np.full_like(self._least, np.iinfo(np.int16).min)
        self._at = 0

    def take(self, samples: npt.NDArray[np.int16]) -> None:
        """The next samples: rows of left and right. Raises ValueError when they are more than were told."""
        if not len(samples):
            return
        end = self._at + len(samples)
        if end > self._bounds[-1]:
            raise ValueError(f"{end} frames came, {self._bounds[-1]} were told")
        first = int(np.searchsorted(self._bounds, self._at, side="right")) - 1
        last = int(np.searchsorted(self._bounds, end, side="left"))
        cuts = np.maximum(self._bounds[first:last] - self._at, 0)
        within = slice(first, last)
        self._least[within] = np.minimum(self._least[within], np.minimum.reduceat(samples, cuts))
        self._greatest[within] = np.maximum(self._greatest[within], np.maximum.reduceat(samples, cuts))
        self._at = end

    def packed(self) -> bytes:
        """For each stretch: least left, greatest left, least right, greatest right, as signed bytes (-127..127).

        Raises ValueError when samples are missing.
        """
        if self._at != self._bounds[-1]:
            raise ValueError(f"{self._at} frames came, {self._bounds[-1]} were told")
        rows = np.stack([self._least, self._greatest], axis=2).astype(np.float64)
        return np.clip(np.rint(rows * _FULL / 32767), -_FULL, _FULL).astype(np.int8).tobytes()

"""What is on a recording: which tones are heard on which side, over all of it and phase by phase?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ari_app.demo.recording import sides_of
from sip_agents.tones import share_of_tone
from tests.e2e.stack import Stack

RATE_HZ: Final = 8000
WINDOW_S: Final = 0.2
THERE: Final = 0.04
"""A tone that has this share of a window's energy is heard in it: of three at once each has a third or so."""
QUIET: Final = 200.0
SILENT: Final = 3.0
"""Root of the mean square: the codec makes of digital silence next to nothing."""
TONAL: Final = 0.7
STEP_S: Final = 0.05
RUN_S: Final = 0.35
"""What the caller heard for so long was meant; what lasts for less is a change on its way."""
MUSIC_S: Final = 0.4
"""What sounds for so long and is no tone is music, and not the edge of a hole in a tone."""


@dataclass(frozen=True)
class Heard:
    """The tones of a recording; ``samples`` (n, 2)."""

    samples: NDArray[np.int16]
    among: tuple[float, ...]

    @property
    def left(self) -> set[float]:
        """Every tone heard at any time on the caller's side."""
        return self._ever(0)

    @property
    def right(self) -> set[float]:
        """Every tone heard at any time on the operator's side."""
        return self._ever(1)

    @property
    def right_at_the_end(self) -> set[float]:
        """What was heard on the operator's side in the last second."""
        return self._tones(self.samples[-RATE_HZ:, 1])

    def tones_between(self, begins_s: float, ends_s: float, side: int) -> set[float]:
        """The tones of a stretch of one side (0: caller, 1: operator)."""
        return self._tones(self.samples[int(begins_s * RATE_HZ) : int(ends_s * RATE_HZ), side])

    def is_silent(self, begins_s: float, ends_s: float) -> bool:
        """Whether there is nothing at all on both sides."""
        part = self.samples[int(begins_s * RATE_HZ) : int(ends_s * RATE_HZ)]
        return len(part) > 0 and _loudness(part) < SILENT

    @property
    def right_in_order(self) -> list[frozenset[float]]:
        """The tones that came to the caller's ear, one set after the other, but for silence, music and what lasts an instant.

        A hole does not end a run: a phone of a busy machine says its tone with holes in it. Music does: some of it has a note of
        440 Hz in every bar, and together these would last for long.
        """
        return _without_repetition(tones for tones, lasts_s in self._runs(1) if tones and lasts_s >= RUN_S)

    def right_was(self, phases: Sequence[Collection[float]]) -> None:
        """That these were it."""
        wanted = _without_repetition(frozenset(tones) for tones in phases if tones)
        heard = self.right_in_order
        runs = ", ".join(f"{sorted(tones) or 'music'} for {lasts_s:.2f} s" for tones, lasts_s in self._runs(1))
        assert heard == wanted, f"heard {runs}; wanted {[sorted(one) for one in wanted]}"

    def _runs(self, side: int) -> Iterator[tuple[frozenset[float], float]]:
        """Each stretch of the same tones, or of music (no tones), and how long it is heard (s), holes not counted."""
        window, step = int(WINDOW_S * RATE_HZ), int(STEP_S * RATE_HZ)
        parts = [self.samples[at : at + window, side] for at in range(0, len(self.samples) - window, step)]
        heard = [frozenset(self._tones(part)) for part in parts if _sounds(part)]
        stretches = [(tones, len(list(run)) * STEP_S) for tones, run in groupby(heard)]
        lasting = [(tones, lasts_s) for tones, lasts_s in stretches if tones or lasts_s >= MUSIC_S]
        for tones, run in groupby(lasting, key=itemgetter(0)):
            yield tones, sum(lasts_s for _, lasts_s in run)

    def _ever(self, side: int) -> set[float]:
        window = int(WINDOW_S * RATE_HZ)
        parts = [self.samples[at : at + window, side] for at in range(0, len(self.samples) - window, window // 2)]
        return set().union(*(self._tones(part) for part in parts)) if parts else set()

    def _tones(self, part: NDArray[np.int16]) -> set[float]:
        """The tones of a part; none where it is silence, or mostly something else, such as music."""
        if len(part) < RATE_HZ // 20 or not _sounds(part):
            return set()
        shares = {hz: share_of_tone(part, RATE_HZ, hz) for hz in self.among}
        return {hz for hz, share in shares.items() if share > THERE} if sum(shares.values()) > TONAL else set()


def _loudness(part: NDArray[np.int16]) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(part.astype(np.float64) ** 2)))


def _sounds(part: NDArray[np.int16]) -> bool:
    return _loudness(part) >= QUIET


def _without_repetition(runs: Iterable[frozenset[float]]) -> list[frozenset[float]]:
    return [tones for tones, _ in groupby(runs)]


async def heard_in_recording(stack: Stack, ended: dict[str, Any], among: Collection[float]) -> Heard:
    """The whole of a call's recording."""
    return Heard(sides_of(await stack.recorded(ended["recording"])), tuple(among))

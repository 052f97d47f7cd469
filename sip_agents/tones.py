"""Which tones are in this sound?

The measure: the sound is cut into windows of 100 ms; in each, the Fourier transform X(f) = sum w[k] x[k] e^(-2 pi i f k / rate)
is taken at the very frequency asked for, which is what Goertzel's recursion computes (G. Goertzel, "An algorithm for the
evaluation of finite trigonometric series", Am. Math. Monthly 65, 1958), with a Hann window w so that one DTMF tone
does not leak into the next (F. J. Harris, "On the use of windows for harmonic analysis", Proc. IEEE 66, 1978).
A sine of amplitude A gives |X| = A sum(w) / 2 and has the power A^2 / 2, so 2 |X|^2 / sum(w)^2 is the tone's power, and that
over the window's weighted power sum(w x^2) / sum(w) is the tone's **share**: 1 for a pure tone, 0.5 for each of two equal
tones, about 0.004 for white noise.

The share of a whole sound sums windows that overlap by half, by energy (P. D. Welch, "The use of fast Fourier transform for
the estimation of power spectra", IEEE Trans. Audio Electroacoust. 15, 1967), so long pauses take next to nothing away.
Whether a tone is **heard** is asked of windows every 20 ms: two that touch, 200 ms together, must both have it.

Levels are dBFS as AES17 has them: a full-scale sine is 0 dBFS.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

AnySamples: TypeAlias = npt.NDArray[np.int16] | npt.NDArray[np.float64]
WINDOW_S: Final = 0.1
_STEP_S: Final = 0.02
HEARD_SHARE: Final = 0.25
HEARD_LEVEL_DBFS: Final = -40.0
SILENCE_DBFS: Final = -50.0
_FULL_SCALE: Final = 32768.0
_NOTHING_DBFS: Final = -120.0
_SEARCH_FROM_HZ: Final = 100.0


@lru_cache(maxsize=64)
def _hann(length: int) -> npt.NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(length) + 0.5) / length)


@lru_cache(maxsize=512)
def _probe(length: int, rate_hz: int, hz: float) -> npt.NDArray[np.complex128]:
    turn = np.exp(-2j * np.pi * hz * np.arange(length) / rate_hz)
    probe: npt.NDArray[np.complex128] = _hann(length) * turn
    return probe


def _windows(samples: AnySamples, rate_hz: int, every_s: float) -> npt.NDArray[np.float64]:
    """Rows of 100 ms, one beginning every ``every_s``; a shorter sound is one row, a rest that fills none is left out."""
    length = min(int(rate_hz * WINDOW_S), len(samples))
    if length == 0:
        return np.zeros((0, 0))
    rows = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), length)
    return rows[:: int(rate_hz * every_s)]


def share_of_tone(samples: AnySamples, rate_hz: int, hz: float) -> float:
    """The part of the sound's energy, 0 to 1, that is a tone of ``hz`` (within about 10 Hz); 0 for digital silence."""
    rows = _windows(samples, rate_hz, WINDOW_S / 2)
    if rows.size == 0:
        return 0.0
    window = _hann(rows.shape[1])
    tone = 2 * np.sum(np.abs(rows @ _probe(rows.shape[1], rate_hz, hz)) ** 2) / window.sum()
    total = np.sum(rows**2 @ window)
    return min(1.0, float(tone / total)) if total > 0 else 0.0


def level_dbfs(samples: AnySamples) -> float:
    """The sound's level; -120 for digital silence or no sound at all."""
    if len(samples) == 0:
        return _NOTHING_DBFS
    power = float(np.mean(samples.astype(np.float64) ** 2)) / (_FULL_SCALE**2 / 2)
    return max(_NOTHING_DBFS, 10 * math.log10(power)) if power > 0 else _NOTHING_DBFS


def tones_in(samples: AnySamples, rate_hz: int, candidates_hz: Iterable[float]) -> frozenset[float]:
    """Which of ``candidates_hz`` are heard: for 200 ms on end, with a share above 0.25, and themselves above -40 dBFS.

    In a sound shorter than that, a tone is heard if it fills all of it.
    """
    rows = _windows(samples, rate_hz, _STEP_S)
    if rows.size == 0:
        return frozenset()
    window = _hann(rows.shape[1])
    total = rows**2 @ window / window.sum()
    floor = _FULL_SCALE**2 / 2 * 10 ** (HEARD_LEVEL_DBFS / 10)

    apart = round(WINDOW_S / _STEP_S)

    def heard(hz: float) -> bool:
        tone = 2 * np.abs(rows @ _probe(rows.shape[1], rate_hz, hz)) ** 2 / window.sum() ** 2
        present = (tone > HEARD_SHARE * total) & (tone > floor)
        return bool(np.any(present[:-apart] & present[apart:])) if len(present) > apart else bool(np.all(present))

    return frozenset(hz for hz in candidates_hz if heard(hz))


def loudest_hz(samples: AnySamples, rate_hz: int) -> float | None:
    """The frequency with the most energy, to about 1 Hz for a pure tone; None below -50 dBFS.

    The peak of the windows' summed power spectrum, zero-padded four times, refined by the parabola through it and its
    two neighbours (J. O. Smith, "Spectral Audio Signal Processing", on quadratic peak interpolation).
    """
    rows = _windows(samples, rate_hz, WINDOW_S / 2)
    if level_dbfs(samples) < SILENCE_DBFS or rows.shape[1] < 16:
        return None
    padded = 4 * rows.shape[1]
    power: npt.NDArray[Any] = np.sum(np.abs(np.fft.rfft(rows * _hann(rows.shape[1]), padded)) ** 2, axis=0)
    lowest = max(1, int(_SEARCH_FROM_HZ * padded / rate_hz))
    peak = lowest + int(np.argmax(power[lowest:-1]))
    before, at, after = (math.log(float(power[n]) + 1e-30) for n in (peak - 1, peak, peak + 1))
    bend = before - 2 * at + after
    shift = 0.5 * (before - after) / bend if bend else 0.0
    return float((peak + shift) * rate_hz / padded)


def is_silent(samples: AnySamples) -> bool:
    """True below -50 dBFS: comfort noise and the last bits of a codec count as silence."""
    return level_dbfs(samples) < SILENCE_DBFS


def is_mostly_other(samples: AnySamples, rate_hz: int, known_hz: Iterable[float]) -> bool:
    """True for sound that is not silent and gets less than half of its energy from the tones ``known_hz``."""
    return not is_silent(samples) and sum(share_of_tone(samples, rate_hz, hz) for hz in known_hz) < 0.5


def sine(hz: float, rate_hz: int, length: int, level: float = -12.0) -> npt.NDArray[np.int16]:
    """``length`` samples of a sine at ``level`` dBFS."""
    amplitude = (_FULL_SCALE - 1) * 10 ** (level / 20)
    wave = amplitude * np.sin(2 * np.pi * hz * np.arange(length) / rate_hz)
    return np.round(wave).astype(np.int16)

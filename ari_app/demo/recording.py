"""Who is heard on which side of a recording? Reads a stereo WAV and measures each channel's strongest tone."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from ari_app.demo.timeline import RecordingHeard
from sip_agents.tones import loudest_hz, share_of_tone

MOSTLY = 0.5
"""A side belongs to a tone when more than this share of its energy is in it."""


def hear_recording(path: Path, caller_hz: float, operator_hz: float) -> RecordingHeard:
    """Measure ``path`` over its whole length. Raises OSError, wave.Error, or ValueError when it is not stereo."""
    with wave.open(str(path), "rb") as file:
        if file.getnchannels() != 2 or file.getsampwidth() != 2:
            raise ValueError(f"{path} is not 16-bit stereo")
        rate_hz = file.getframerate()
        frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    left, right = frames[:, 0], frames[:, 1]
    return RecordingHeard(
        path=str(path),
        duration_s=round(len(frames) / rate_hz, 3),
        left_hz=loudest_hz(left, rate_hz),
        right_hz=loudest_hz(right, rate_hz),
        left_is_caller=share_of_tone(left, rate_hz, caller_hz) > MOSTLY
        and share_of_tone(left, rate_hz, operator_hz) < 1 - MOSTLY,
        right_is_operator=share_of_tone(right, rate_hz, operator_hz) > MOSTLY
        and share_of_tone(right, rate_hz, caller_hz) < 1 - MOSTLY,
    )

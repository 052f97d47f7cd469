"""What does a recording sound like in the tests? Real Opus from PyAV, sealed with real age keys; and a real way back to WAV."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO

import av
import numpy as np
import pyrage
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

RATE_HZ = 8000
CALLER_HZ, OPERATOR_HZ = 440, 1000


@cache
def opus(seconds: float = 2.0) -> bytes:
    """A tone on the left and another on the right."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    sides = [np.sin(2 * np.pi * hz * time_s) * 12000 for hz in (CALLER_HZ, OPERATOR_HZ)]
    samples = np.stack(sides, axis=1).astype("<i2")
    made = io.BytesIO()
    with av.open(made, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE_HZ, layout="stereo", options={"application": "voip"})
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate = RATE_HZ
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return made.getvalue()


def as_wav(source: BinaryIO) -> Iterator[bytes]:
    """A transcoder: 8 kHz WAV, the header with the length first."""
    pieces = list(_decoded(source))
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(b"".join(pieces))
    whole = made.getvalue()
    for start in range(0, len(whole), 5000):
        yield whole[start : start + 5000]


def _decoded(source: BinaryIO) -> Iterator[bytes]:
    resampler = AudioResampler(format="s16", layout="stereo", rate=RATE_HZ)
    with av.open(source, "r", format="ogg") as container:
        for frame in container.decode(audio=0):
            for piece in resampler.resample(frame):
                yield piece.to_ndarray().astype("<i2").tobytes()


def loudest_hz(wav: bytes) -> tuple[int, int]:
    """The loudest tone on the left and on the right."""
    with wave.open(io.BytesIO(wav)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    spectra = np.abs(np.fft.rfft(samples, axis=0))
    left, right = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)[spectra.argmax(axis=0)]
    return round(left), round(right)


def sealed(plain: bytes, *keys: pyrage.x25519.Identity) -> bytes:
    """As the pipeline stores it."""
    made = io.BytesIO()
    pyrage.encrypt_io(io.BytesIO(plain), made, [key.to_public() for key in keys])
    return made.getvalue()

"""What stands before raw samples to make them a WAV file? The 44-byte header, and nothing else.

Source: "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, 1991), PCM wave format.
"""

from __future__ import annotations

import struct

RATE_HZ = 8000
CHANNELS = 2
SAMPLE_BYTES = 2
FRAME_BYTES = CHANNELS * SAMPLE_BYTES


def wav_header(data_bytes: int) -> bytes:
    """The header of a stereo 16-bit 8 kHz file with ``data_bytes`` of interleaved samples (left: caller, right: operator).

    Raises ValueError when they are no whole frames or pass the format's 4 GiB.
    """
    if data_bytes % FRAME_BYTES or not 0 <= data_bytes <= 0xFFFFFFFF - 36:
        raise ValueError(f"{data_bytes} bytes are not whole stereo frames below 4 GiB")
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + data_bytes,
        b"WAVE",
        b"fmt ",
        16,
        1,
        CHANNELS,
        RATE_HZ,
        RATE_HZ * FRAME_BYTES,
        FRAME_BYTES,
        8 * SAMPLE_BYTES,
        b"data",
        data_bytes,
    )


def whole_frames(data_bytes: int) -> int:
    """``data_bytes`` less a torn last frame, as a crash leaves it."""
    return data_bytes - data_bytes % FRAME_BYTES


def duration_s(data_bytes: int) -> float:
    """How long ``data_bytes`` of samples play."""
    return data_bytes / (RATE_HZ * FRAME_BYTES)

"""What is heard at each moment of a recording? The timeline's samples in pieces of a few seconds, silence where it must be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from ari_app.keeping.ports import Samples
from recordings.timeline import Stretch, Timeline
from recordings.wav import CHANNELS, FRAME_BYTES, RATE_HZ

PIECE_FRAMES: Final = 10 * RATE_HZ
"""10 s, 320 kB: what is held in memory of a call, however long it is."""


def samples_of(timeline: Timeline, handles: Mapping[str, int]) -> Iterator[Samples]:
    """Every frame of the timeline once, in order. ``handles``: the open raw files. Raises OSError."""
    for stretch in timeline.stretches:
        for begins in range(0, stretch.frames, PIECE_FRAMES):
            frames = min(PIECE_FRAMES, stretch.frames - begins)
            piece = _piece(stretch, begins, frames, handles)
            _mute(piece, stretch.at + begins, timeline.muted)
            yield piece


def _piece(stretch: Stretch, begins: int, frames: int, handles: Mapping[str, int]) -> Samples:
    if stretch.file is None:
        return np.zeros((frames, CHANNELS), np.int16)
    wanted = frames * FRAME_BYTES
    read = os.pread(handles[stretch.file], wanted, (stretch.from_frame + begins) * FRAME_BYTES)
    if len(read) != wanted:
        raise OSError(f"{stretch.file} has become shorter while it was read")
    return np.frombuffer(read, "<i2").astype(np.int16).reshape(-1, CHANNELS)


def _mute(piece: Samples, at: int, muted: tuple[tuple[int, int], ...]) -> None:
    """The recorder was told to write silence there; nothing may be heard even if it was late."""
    for begins, ends in muted:
        piece[max(0, begins - at) : max(0, ends - at)] = 0

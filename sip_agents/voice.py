"""What does a phone say in each 20 ms: its tone, silence, or a pressed key?"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from sip_agents import tones
from sip_agents.dtmf import KeyFrame, key_press
from sip_agents.g711 import RATE_HZ, Law, encode
from sip_agents.inband import key_tones
from sip_agents.rtp import FRAME_SAMPLES

TONE_LEVEL_DBFS: Final = -12.0
_FINEST_HZ: Final = 0.1
_GAP_FRAMES: Final = 3  # sound between two keys, so that no receiver takes them for one


@lru_cache(maxsize=128)
def tone_frames(law: Law, hz: float | None) -> tuple[bytes, ...]:
    """Payloads of 20 ms that, sent round and round, are one sine without a seam; a single one of silence for None.

    ``hz`` is rounded to 0.1 Hz, so that 1 s (whole Hz) or 10 s hold a whole number of its periods.
    """
    if hz is None:
        return (encode(law, np.zeros(FRAME_SAMPLES, dtype=np.int16)),)
    if not 0 < hz < RATE_HZ / 2:
        raise ValueError("a tone lies between 0 and 4000 Hz")
    tenths = round(hz / _FINEST_HZ)
    seconds = 10 // math.gcd(tenths, 10)
    coded = encode(law, tones.sine(tenths * _FINEST_HZ, RATE_HZ, seconds * RATE_HZ, TONE_LEVEL_DBFS))
    return tuple(coded[at : at + FRAME_SAMPLES] for at in range(0, len(coded), FRAME_SAMPLES))


@dataclass(slots=True)
class _KeyPress:
    frames: deque[KeyFrame]
    is_event: bool
    sent: Callable[[], None]
    started_at: int | None = None  # RTP timestamp


@dataclass(frozen=True, slots=True)
class Frame:
    """What to send now. ``timestamp`` is in samples; ``is_event`` says which of the two payload types it takes.

    ``key_up``: with it the end of a key is first said.
    """

    is_event: bool
    marker: bool
    timestamp: int
    payload: bytes
    key_up: bool = False


class Voice:
    """One call's outgoing frames. ``tone_hz`` and ``muted`` may change at any frame."""

    def __init__(self, law: Law, tone_hz: float | None) -> None:
        self.law: Law = law
        self.tone_hz = tone_hz
        self.muted = False
        self._keys: deque[_KeyPress] = deque()
        self._frames_since_key = _GAP_FRAMES
        self._at = 0  # frames since the start: the place in the tone

    def press(self, key: str, held_ms: int, sent: Callable[[], None], *, in_band: bool = False) -> None:
        """Queue a key, as events or as its two tones; ``sent`` is called with its last packet.

        Raises ValueError as ``key_press`` and ``key_tones`` do.
        """
        frames = key_tones(self.law, key, held_ms) if in_band else key_press(key, held_ms)
        self._keys.append(_KeyPress(deque(frames), not in_band, sent))

    def skip(self, frames: int) -> None:
        """Let time pass without sending; the tone keeps its phase."""
        self._at += frames

    def frame(self, timestamp: int) -> Frame:
        """The frame of the 20 ms that begin at ``timestamp``."""
        if self._keys and self._frames_since_key >= _GAP_FRAMES:
            self._at += 1
            return self._key_frame(timestamp)
        frames = tone_frames(self.law, None if self.muted else self.tone_hz)
        sound = frames[self._at % len(frames)]
        self._at += 1
        first_after_key, self._frames_since_key = self._frames_since_key == 0, self._frames_since_key + 1
        return Frame(False, first_after_key, timestamp, sound)

    def _key_frame(self, timestamp: int) -> Frame:
        press = self._keys[0]
        if press.started_at is None:
            press.started_at = timestamp
        frame = press.frames.popleft()
        if not press.frames:
            self._keys.popleft()
            # Tones bring their own silence. After events, the first sound begins a talk spurt.
            self._frames_since_key = 0 if press.is_event else _GAP_FRAMES
            press.sent()
        at = press.started_at if press.is_event else timestamp
        return Frame(press.is_event, frame.marker, at, frame.payload, frame.key_up)

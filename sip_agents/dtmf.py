"""How does a pressed key travel? As events in RTP (RFC 4733, section 2) here; ``inband`` and ``key_info`` have the other two."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sip_agents.errors import MalformedMessage
from sip_agents.rtp import FRAME_SAMPLES

Dtmf: TypeAlias = Literal[
    "rfc4733",  # events in RTP
    "inband",  # its two tones, in the sound
    "info",  # SIP INFO
]
KEYS: Final = "0123456789*#ABCD"
_EVENT = struct.Struct("!BBH")
_END: Final = 0x80
_VOLUME: Final = 10  # -10 dBm0, the power of an ordinary key
_END_PACKETS: Final = 3  # the end is said three times (2.5.1.4), for one may be lost


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """One packet of a key press; events all carry the RTP timestamp of its start, and the first of them the marker.

    ``key_up``: the first packet that says that the key is up.
    """

    payload: bytes
    marker: bool = False
    key_up: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedDigit:
    """A key that the far side pressed: monotonic seconds of its end, and how long it was held, in ms."""

    key: str
    at: float
    held_ms: int


def key_code(key: str) -> int:
    """The number of its event. Raises ValueError for a key that is none of 0-9, *, #, A-D."""
    if len(key) != 1 or key.upper() not in KEYS:
        raise ValueError("a key is one of 0-9, *, #, A-D")
    return KEYS.index(key.upper())


def check_held(held_ms: int, least_ms: int = 40) -> None:
    """Raise ValueError if no key is held that long."""
    if not least_ms <= held_ms <= 8000:
        raise ValueError(f"a key is held for {least_ms} to 8,000 ms")


def key_press(key: str, held_ms: int) -> tuple[KeyFrame, ...]:
    """The packets of one key press, one for each 20 ms, then the end twice more. ``held_ms`` is rounded up to 20 ms.

    Raises ValueError for a key that is none of 0-9, *, #, A-D, or a length outside 40 to 8,000 ms.
    """
    check_held(held_ms)
    code, frames = key_code(key), -(-held_ms // 20)
    going = [_EVENT.pack(code, _VOLUME, n * FRAME_SAMPLES) for n in range(1, frames)]
    end = _EVENT.pack(code, _END | _VOLUME, frames * FRAME_SAMPLES)
    return tuple(
        KeyFrame(payload, marker=n == 0, key_up=n == len(going))
        for n, payload in enumerate([*going, *([end] * _END_PACKETS)])
    )


class DigitReader:
    """Puts received event packets together into digits; each press is told once, however often its end is repeated."""

    def __init__(self) -> None:
        self._open: tuple[int, str, int] | None = None  # timestamp, key, duration of a press not yet ended
        self._told: int | None = None  # timestamp of the last press told

    def read(self, timestamp: int, payload: bytes, now: float) -> tuple[ReceivedDigit, ...]:
        """The digits that this packet completes: mostly none or one; two if the one before lost all its ends.

        Raises MalformedMessage.
        """
        if len(payload) < _EVENT.size:
            raise MalformedMessage("telephone-event cut short")
        code, flags, duration = _EVENT.unpack_from(payload)
        if code >= len(KEYS) or timestamp == self._told:
            return ()
        done: tuple[ReceivedDigit, ...] = ()
        if self._open and self._open[0] != timestamp:
            done = (self._finish(now),)
        self._open = (timestamp, KEYS[code], duration)
        return (*done, self._finish(now)) if flags & _END else done

    def _finish(self, now: float) -> ReceivedDigit:
        assert self._open is not None
        self._told, key, duration = self._open
        self._open = None
        return ReceivedDigit(key, now, duration * 1000 // 8000)

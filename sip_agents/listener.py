"""What has this phone heard, and when?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import numpy as np

from sip_agents import tones
from sip_agents.g711 import RATE_HZ, Samples

RECENT_S: Final = 0.2  # a tone counts as heard once it lasts this long: the measure of tones.py
_FIRST_ROOM_S: Final = 1.0
_ON_TIME_S: Final = 0.06  # after three missing packets the sound has stopped
_LARGEST_SLIP_S: Final = 0.5


class Listener:
    """The last ``keep_s`` seconds of a call's received sound, in samples of 1/8000 s; what never came is silence.

    A packet is placed by its RTP timestamp. Timestamps are tied to the clock by the packet that was least delayed; a new
    source, or timestamps more than half a second away from the packet's arrival, begin a new tie, so that a sender
    that stops its clock while it is silent cannot shift the past. ``tap`` is told of each packet as it comes, and when that was.
    """

    def __init__(self, now: Callable[[], float], keep_s: float = 60.0) -> None:
        self.first_rtp_at: float | None = None
        self.last_rtp_at: float | None = None
        self.packets = 0
        self.tap: Callable[[float, Samples], None] = lambda _at, _sound: None
        self._now = now
        self._keep = int(max(1.0, keep_s) * RATE_HZ)
        self._ring = np.zeros(min(self._keep, int(_FIRST_ROOM_S * RATE_HZ)), dtype=np.int16)
        self._end = 0  # the place after the newest sample; places count up for the whole call
        self._zero_at = 0.0  # the monotonic second of place 0
        self._source: int | None = None
        self._source_offset = 0  # place = extended timestamp - this
        self._last_timestamp = 0  # extended beyond 32 bits

    def hear(self, ssrc: int, timestamp: int, sound: Samples) -> None:
        """Take in one packet's samples, which arrived now."""
        now = self._now()
        place = self._place(ssrc, timestamp, len(sound), now)
        self.packets += 1
        self.tap(now, sound)
        self.last_rtp_at = now
        self._write(place, sound)

    def _place(self, ssrc: int, timestamp: int, length: int, now: float) -> int:
        if ssrc != self._source:
            self._last_timestamp = timestamp
        extended = self._extended(timestamp)
        if self.first_rtp_at is None:
            self.first_rtp_at, self._zero_at = now, now - length / RATE_HZ
        by_arrival = round((now - self._zero_at) * RATE_HZ) - length
        place = extended - self._source_offset
        if ssrc != self._source or abs(place - by_arrival) > _LARGEST_SLIP_S * RATE_HZ:
            place = max(by_arrival, self._end)
            self._source, self._source_offset = ssrc, extended - place
        self._last_timestamp = max(extended, self._last_timestamp)
        self._zero_at = min(self._zero_at, now - (place + length) / RATE_HZ)
        return place

    def _extended(self, timestamp: int) -> int:
        """``timestamp`` with the turns of its 32 bits counted, nearest to the last one (RFC 3550, appendix A.1)."""
        ahead = (timestamp - self._last_timestamp) & 0xFFFFFFFF
        return self._last_timestamp + (ahead if ahead < 0x80000000 else ahead - 0x100000000)

    def _write(self, place: int, sound: Samples) -> None:
        end = place + len(sound)
        if place < max(0, self._end - len(self._ring)):
            return  # too late: its place has been given away
        if end > len(self._ring) and len(self._ring) < self._keep:
            self._grow(end)
        if place > self._end:  # what was passed over is silence
            gap = min(place - self._end, len(self._ring))
            self._put(place - gap, np.zeros(gap, dtype=np.int16))
        self._put(place, sound)
        self._end = max(self._end, end)

    def _put(self, place: int, sound: Samples) -> None:
        """Lay ``sound``, no longer than the ring, round it from ``place``."""
        size = len(self._ring)
        at = place % size
        before_turn = min(len(sound), size - at)
        self._ring[at : at + before_turn] = sound[:before_turn]
        if before_turn < len(sound):
            self._ring[: len(sound) - before_turn] = sound[before_turn:]

    def _grow(self, end: int) -> None:
        """Make room up to place ``end``, at most ``keep_s`` of it; calls are mostly short, so room is not taken early."""
        kept = self._read(max(0, self._end - len(self._ring)), self._end)
        self._ring = np.zeros(min(self._keep, max(2 * len(self._ring), end)), dtype=np.int16)
        self._put(self._end - len(kept), kept)

    def _read(self, start: int, end: int) -> Samples:
        """Samples of places ``start`` to ``end``; silence where nothing is kept."""
        sound = np.zeros(max(0, end - start), dtype=np.int16)
        low, high = max(start, 0, self._end - len(self._ring)), min(end, self._end)
        if low < high:
            size, at = len(self._ring), low % len(self._ring)
            before_turn = min(high - low, size - at)
            sound[low - start : low - start + before_turn] = self._ring[at : at + before_turn]
            sound[low - start + before_turn : high - start] = self._ring[: high - low - before_turn]
        return sound

    def between(self, start: float, end: float) -> Samples:
        """What was heard between two monotonic seconds; silence where nothing came or it is no longer kept."""
        if self.first_rtp_at is None:
            return np.zeros(max(0, round((end - start) * RATE_HZ)), dtype=np.int16)
        first = round((start - self._zero_at) * RATE_HZ)
        return self._read(first, first + max(0, round((end - start) * RATE_HZ)))

    def last(self, last_s: float) -> Samples:
        """The last ``last_s`` seconds: up to the newest sample if packets are coming, else up to now.

        Whether they are coming is a matter of when the last one came, not of where its timestamp puts it: a sender whose
        timestamps have fallen a little behind the clock is not silent.
        """
        now, newest = self._now(), self._zero_at + self._end / RATE_HZ
        coming = self.last_rtp_at is not None and now - self.last_rtp_at < _ON_TIME_S
        end = min(now, newest) if coming else now
        return self.between(end - last_s, end)

    def tones_heard(self, candidates_hz: Iterable[float], last_s: float = RECENT_S) -> frozenset[float]:
        """Which of the candidates are in the last ``last_s`` seconds (the measure: ``tones.tones_in``)."""
        return tones.tones_in(self.last(last_s), RATE_HZ, candidates_hz)

    def loudest_hz(self, last_s: float = RECENT_S) -> float | None:
        """The strongest frequency of the last ``last_s`` seconds, or None if they were silent."""
        return tones.loudest_hz(self.last(last_s), RATE_HZ)

    def sounds_besides(self, tones_hz: Iterable[float], last_s: float = RECENT_S) -> bool:
        """True if both halves of the last ``last_s`` seconds are above -50 dBFS and mostly something else than these tones.

        Both, so that the end of an earlier sound does not count.
        """
        sound, known = self.last(last_s), tuple(tones_hz)
        return all(tones.is_mostly_other(half, RATE_HZ, known) for half in np.array_split(sound, 2))

    def silent(self, last_s: float = RECENT_S) -> bool:
        """True if the last ``last_s`` seconds stayed below -50 dBFS, packets or not."""
        return tones.is_silent(self.last(last_s))

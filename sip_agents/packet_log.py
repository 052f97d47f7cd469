"""When did the RTP packets of one direction pass, and where are gaps in them?"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from sip_agents.g711 import RATE_HZ
from sip_agents.rtp import FRAME_S


class Passed(NamedTuple):
    """One packet: the monotonic second at which it passed, and how long what it carries lasts (samples of 1/8000 s)."""

    at: float
    ssrc: int
    sequence: int
    timestamp: int
    samples: int


@dataclass(frozen=True, slots=True)
class RtpGaps:
    """What one direction of a call went without, in a window of time.

    ``longest_gap_ms``: the longest time from one packet to the next (20 is normal), whatever the packets say. A gap that began
    before the window counts whole, one that still lasts at its end as far as that. ``longest_hole_ms``: the longest stretch of
    RTP timestamps that no packet filled (0 is normal). ``lost``: sequence numbers that never came. Both are told within each
    source (``sources``: how many SSRCs), for numbers of two sources have nothing to do with each other; the time between the
    last packet of one and the first of the next shows in ``longest_gap_ms`` alone.
    """

    longest_gap_ms: float
    longest_hole_ms: float
    lost: int
    packets: int
    sources: int


_MOST_ON_TIME: Final = 2  # twice the packets of ``keep_s`` at 20 ms: keys' ends are repeated, some phones send 10 ms


class PacketLog:
    """The packets of the last ``keep_s`` seconds at least, a fixed number of them."""

    def __init__(self, now: Callable[[], float], keep_s: float) -> None:
        self._now = now
        self._opened_at = now()
        self._closed_at: float | None = None
        self._passed: deque[Passed] = deque(maxlen=max(100, int(_MOST_ON_TIME * keep_s / FRAME_S)))

    def note(self, packet: Passed) -> None:
        """In the order in which they pass."""
        self._passed.append(packet)

    def close(self) -> None:
        """None will come any more: time that passes from here on is no gap. Safe to call twice."""
        if self._closed_at is None:
            self._closed_at = self._now()

    def longest_gap_ms(self, since: float, until: float | None = None) -> float:
        """``gaps(...).longest_gap_ms``."""
        return self.gaps(since, until).longest_gap_ms

    def gaps(self, since: float, until: float | None = None) -> RtpGaps:
        """Between two monotonic seconds (``until``: by default now, or the call's end).

        Raises ValueError if packets since then are no longer kept.
        """
        latest = self._now() if self._closed_at is None else self._closed_at
        end = latest if until is None else min(until, latest)
        before, within = self._window(since, end)
        times = [before[-1].at if before else max(since, self._opened_at), *(packet.at for packet in within), end]
        by_source = _by_source([*before[-1:], *within])
        return RtpGaps(
            longest_gap_ms=1000 * max(0.0, *(later - earlier for earlier, later in pairwise(times))),
            longest_hole_ms=1000 / RATE_HZ * max((_longest_hole(source) for source in by_source), default=0),
            lost=sum(_lost(source) for source in by_source),
            packets=len(within),
            sources=len({packet.ssrc for packet in within}),
        )

    def _window(self, since: float, end: float) -> tuple[list[Passed], list[Passed]]:
        before = [packet for packet in self._passed if packet.at < since]
        if not before and len(self._passed) == self._passed.maxlen:
            raise ValueError(f"packets are kept from {self._passed[0].at:.3f} on, not since {since:.3f}; raise keep_s")
        return before, [packet for packet in self._passed if since <= packet.at <= end]


def _by_source(packets: Iterable[Passed]) -> list[list[Passed]]:
    """Each SSRC's packets. The last one before the window is the neighbour of the first within, if they are of one source."""
    sources: defaultdict[int, list[Passed]] = defaultdict(list)
    for packet in packets:
        sources[packet.ssrc].append(packet)
    return list(sources.values())


def _longest_hole(packets: list[Passed]) -> int:
    """In samples; late packets fill their place. Packets of one key share their beginning (RFC 4733), the longest counts."""
    begin = packets[0].timestamp
    spans = sorted((_ahead(packet.timestamp, begin, 32), packet.samples) for packet in packets)
    longest, filled_to = 0, spans[0][0]
    for start, samples in spans:
        longest = max(longest, start - filled_to)
        filled_to = max(filled_to, start + samples)
    return longest


def _lost(packets: list[Passed]) -> int:
    numbers = {_ahead(packet.sequence, packets[0].sequence, 16) for packet in packets}
    return max(numbers) - min(numbers) + 1 - len(numbers)


def _ahead(number: int, of: int, bits: int) -> int:
    """How far ``number`` is ahead of another, of counters that turn over after ``bits`` bits; below 0 if behind."""
    half = 1 << (bits - 1)
    return (number - of + half) % (2 * half) - half

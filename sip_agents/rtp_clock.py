"""When is the next RTP packet of every call due?"""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final, Protocol

from sip_agents.rtp import FRAME_S

_MOST_AT_ONCE: Final = 3


class Ticking(Protocol):
    """What the clock drives: a call's outgoing sound."""

    def tick(self, skipped: int) -> None:
        """Send the frame due now; ``skipped`` frames before it were missed and must not be sent any more."""
        ...


class RtpClock:
    """One 20 ms tick for all calls of an event loop. It runs only while there are calls.

    After a stall of the process it catches up with at most three packets a call and passes over the rest, as a real
    phone would: a burst would only be dropped by the far side's jitter buffer.
    """

    _of_loop: ClassVar[dict[asyncio.AbstractEventLoop, RtpClock]] = {}  # only those that have streams

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._streams: dict[Ticking, None] = {}  # a set that keeps its order
        self._next = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def running(cls) -> RtpClock:
        """The clock that all calls of the running loop share."""
        loop = asyncio.get_running_loop()
        return cls._of_loop.get(loop) or cls(loop)

    def add(self, stream: Ticking) -> None:
        self._streams[stream] = None
        if self._timer is None:
            self._of_loop[self._loop] = self
            self._next = self._loop.time()
            self._timer = self._loop.call_at(self._next, self._tick)

    def remove(self, stream: Ticking) -> None:
        """Safe for a stream that is not there."""
        self._streams.pop(stream, None)
        if not self._streams and self._timer is not None:
            self._timer.cancel()
            self._timer = None
            del self._of_loop[self._loop]

    def _tick(self) -> None:
        due, skipped = frames_due(self._loop.time() - self._next)
        self._next += (due + skipped) * FRAME_S
        self._timer = self._loop.call_at(self._next, self._tick)
        for stream in tuple(self._streams):
            stream.tick(skipped)
            for _ in range(due - 1):
                stream.tick(0)


def frames_due(late_s: float) -> tuple[int, int]:
    """How many frames to send, and how many before them to pass over, ``late_s`` after a frame was due."""
    missed = max(0, int(late_s / FRAME_S))
    send = min(missed + 1, _MOST_AT_ONCE)
    return send, missed + 1 - send

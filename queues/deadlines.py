"""What is due next? One deadline for each thing (kind and id), which may be moved or cancelled at any time.

A heap in which overtaken entries stay until they come to the top, or until they outnumber the living.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Literal

DeadlineKind = Literal[
    "state",  # of an operator: the end of ringing, wrap-up or refusal pause
    "phone",  # of an operator: the phone may be tried again
    "step",  # of a caller: less is required from now on
    "priority",  # of a caller: it counts from now on
    "wait",  # of a caller: has waited for as long as the queue lets anybody
    "ring",  # of a call: one more phone may ring
    "reoffer",  # of "call<US>operator": the call may be offered to the operator again
    "callback",  # of a callback: the next attempt may be made
    "place",  # of "queue<US>who": the place is no longer kept
]
Subject = tuple[DeadlineKind, str]

_SLACK = 64


class Deadlines:
    """Deadlines in seconds of the core's clock; equal ones fall due in the order in which they were set."""

    __slots__ = ("_heap", "_living", "_turn")

    def __init__(self) -> None:
        self._living: dict[Subject, tuple[float, int]] = {}
        self._heap: list[tuple[float, int, Subject]] = []
        self._turn = 0

    def set(self, kind: DeadlineKind, subject: str, at_s: float) -> None:
        """Set or move the deadline of ``subject``."""
        self._turn += 1
        self._living[kind, subject] = (at_s, self._turn)
        heappush(self._heap, (at_s, self._turn, (kind, subject)))
        if len(self._heap) > 2 * len(self._living) + _SLACK:
            self._heap = [(at, turn, who) for who, (at, turn) in self._living.items()]
            heapify(self._heap)

    def cancel(self, kind: DeadlineKind, subject: str) -> None:
        """Forget the deadline of ``subject``, if it has one."""
        self._living.pop((kind, subject), None)

    def is_set(self, kind: DeadlineKind, subject: str) -> bool:
        """Whether ``subject`` has a deadline to come."""
        return (kind, subject) in self._living

    def at(self, kind: DeadlineKind, subject: str) -> float | None:
        """When the deadline of ``subject`` is, if it has one."""
        living = self._living.get((kind, subject))
        return None if living is None else living[0]

    def next(self) -> float | None:
        """When the earliest deadline is (s), or None."""
        while self._heap:
            at_s, turn, who = self._heap[0]
            if self._living.get(who) == (at_s, turn):
                return at_s
            heappop(self._heap)
        return None

    def pop_due(self, now: float) -> Iterator[Subject]:
        """Every deadline that has come, earliest first; one cancelled while the others are handled is left out."""
        while (at_s := self.next()) is not None and at_s <= now:
            who = heappop(self._heap)[2]
            del self._living[who]
            yield who

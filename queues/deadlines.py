"""What is due next? One deadline for each thing (kind and id), which may be moved or cancelled at any time.

A heap in which overtaken entries stay until they come to the top, or until they outnumber the living.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Literal

# "state": the end of an operator's ringing, wrap-up or refusal pause; "phone": an operator's phone may be tried again;
# "skills": a caller has waited long enough for the wanted skills.
DeadlineKind = Literal["state", "phone", "skills"]
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

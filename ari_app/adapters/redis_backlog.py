"""What has Redis not been told yet? The newest state of each changed key, and the events in order, both bounded.

No I/O and nothing that waits: noting a change costs the engine a dictionary write, however long Redis is away.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from ari_app.adapters.redis_shapes import Lost, key_of
from ari_app.contract import StatusEvent, Subject


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes into one transaction: states by key, then a record of lost events if any, then events in order."""

    states: dict[str, Subject]
    lost: Lost | None
    events: tuple[StatusEvent, ...]

    @property
    def entries(self) -> tuple[StatusEvent | Lost, ...]:
        """The stream's entries in order."""
        return self.events if self.lost is None else (self.lost, *self.events)


class Backlog:
    """Changes on their way out. Sequence numbers given to ``note`` must grow by one, as the board's do.

    ``events_cap``: events kept at most; beyond it the oldest go and are counted. ``states_cap``: changed keys kept at
    most; beyond it they are all forgotten and ``rewrite_due`` asks for a rewrite of everything from the board instead.
    """

    def __init__(self, events_cap: int, states_cap: int) -> None:
        self.rewrite_due = False
        self._events_cap = events_cap
        self._states_cap = states_cap
        self._states: dict[str, Subject] = {}
        self._events: deque[StatusEvent] = deque()
        self._lost: Lost | None = None

    def __bool__(self) -> bool:
        return bool(self._states or self._events or self._lost)

    @property
    def event_count(self) -> int:
        """Events that wait to be written."""
        return len(self._events)

    def note(self, event: StatusEvent) -> None:
        """Remember ``event`` and that its subject's state changed."""
        self._states[key_of(event.body)] = event.body
        if len(self._states) > self._states_cap:
            self._states.clear()
            self.rewrite_due = True
        self._events.append(event)
        self._drop_oldest()

    def take(self, limit: int) -> Batch:
        """The next batch, of at most ``limit`` states and events; it is out of the backlog until put back.

        States go first, so that the state a reader finds is never older than the event it has just read.
        """
        states = {key: self._states.pop(key) for key in list(self._states)[:limit]}
        if self._states:
            return Batch(states, None, ())
        lost, self._lost = self._lost, None
        room = min(len(self._events), limit - len(states))
        return Batch(states, lost, tuple(self._events.popleft() for _ in range(room)))

    def put_back(self, batch: Batch) -> None:
        """``batch`` was not written, or nobody knows: it is next again, unless what followed it is lost already."""
        self._states = batch.states | self._states
        if self._lost is None:
            self._events.extendleft(reversed(batch.events))
            self._lost = batch.lost
            self._drop_oldest()
        elif batch.lost is not None:
            self._lost = replace(self._lost, first=batch.lost.first)
        elif batch.events:
            self._lost = replace(self._lost, first=batch.events[0].seq)

    def written_up_to(self, seq: int) -> None:
        """Redis has every event up to ``seq``: they must not be written again."""
        while self._events and self._events[0].seq <= seq:
            self._events.popleft()
        if self._lost is not None and self._lost.first <= seq:
            self._lost = replace(self._lost, first=seq + 1) if seq < self._lost.last else None

    def _drop_oldest(self) -> None:
        while len(self._events) > self._events_cap:
            gone = self._events.popleft()
            first = gone.seq if self._lost is None else self._lost.first
            self._lost = Lost(first=first, last=gone.seq, at=gone.at)

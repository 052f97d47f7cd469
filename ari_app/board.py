"""The read model: what the centre's state is, for whoever asks. Kept in memory, by the engine alone.

The engine puts statuses in; the HTTP API reads them; sinks (Redis, server-sent events) are told of every change in order.
No I/O here: a sink only queues what it is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal

from ari_app.contract import CallStatus, OperatorStatus, QueueStatus, StatusEvent, Subject, timestamp

Sink = Callable[[StatusEvent], None]
EventType = Literal["queue.changed", "operator.changed", "call.changed"]


class StatusBoard:
    """The newest status of every queue, operator and call, and the fan-out of changes to sinks.

    ``epoch`` counts the controller's lives (given by the state store; 0 until known). ``offers_not_taken`` counts, since the
    controller began, offers that came to nothing at the operator's phone, by cause.
    """

    def __init__(self, now: Callable[[], float], epoch: int = 0) -> None:
        self.epoch = epoch
        self.queues: dict[str, QueueStatus] = {}
        self.operators: dict[str, OperatorStatus] = {}
        self.calls: dict[str, CallStatus] = {}
        self.offers_not_taken: Counter[str] = Counter()
        self._now = now
        self._seq = 0
        self._sinks: list[Sink] = []

    @property
    def seq(self) -> int:
        """The number of the last change."""
        return self._seq

    def add_sink(self, sink: Sink) -> Callable[[], None]:
        """Tell ``sink`` of every change from now on. Returns the function that stops it. A sink must not block."""
        self._sinks.append(sink)
        return lambda: self._sinks.remove(sink)

    def put_queue(self, status: QueueStatus) -> None:
        """Show ``status``; sinks hear of it if it differs from what is shown."""
        if self.queues.get(status.name) != status:
            self.queues[status.name] = status
            self._tell("queue.changed", status)

    def put_operator(self, status: OperatorStatus) -> None:
        """Show ``status``; sinks hear of it if it differs from what is shown."""
        if self.operators.get(status.code) != status:
            self.operators[status.code] = status
            self._tell("operator.changed", status)

    def put_call(self, status: CallStatus) -> None:
        """Show ``status``; sinks hear of it if it differs from what is shown."""
        if self.calls.get(status.id) != status:
            self.calls[status.id] = status
            self._tell("call.changed", status)

    def busy_with(self, call: str) -> set[str]:
        """The codes of those who have the call, or write it up still after they have passed it on."""
        return {code for code, shown in self.operators.items() if shown.call == call}

    def forget_ended_calls(self, keep: int) -> None:
        """Drop all but the ``keep`` newest ended calls from memory; the state store lets its own copies expire."""
        if len(self.calls) <= keep:
            return
        ended = [call for call, shown in self.calls.items() if shown.stage == "ended"]
        for call in ended[: max(0, len(ended) - keep)]:
            del self.calls[call]

    def forget(self, calls: Iterable[str]) -> int:
        """Drop those of these calls that have ended; how many. Nobody is told: they were told of the end."""
        ended = [call for call in calls if call in self.calls and self.calls[call].stage == "ended"]
        for call in ended:
            del self.calls[call]
        return len(ended)

    def everything(self) -> Iterable[Subject]:
        """Every status shown now: queues, operators, then calls."""
        yield from self.queues.values()
        yield from self.operators.values()
        yield from self.calls.values()

    def _tell(self, kind: EventType, body: Subject) -> None:
        self._seq += 1
        event = StatusEvent(epoch=self.epoch, seq=self._seq, at=timestamp(self._now()), type=kind, body=body)
        for sink in self._sinks:
            sink(event)

"""Who is offered the next call, and why? The automatic call distributor: events and the time in, effects out.

Nothing here does I/O, reads a clock or logs, so the same code runs live, in tests, in a simulator and in a replay. This
file is the door: states.py has the table of what operators go through, outcomes.py what each event changes, matching.py
who goes with whom.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from queues import status
from queues.deadlines import Deadlines
from queues.effects import AcdEffect
from queues.events import AcdEvent
from queues.floor import Floor
from queues.matching import assign
from queues.outcomes import Outcomes
from queues.rules import OperatorProfile, QueueRules
from queues.views import CallView, OperatorView, QueueCounts, QueueView, Touched


class Acd:
    """The distributor of one centre. Not thread-safe: one owner tells it everything, in order.

    At the start everybody is logged out, with a phone that counts as unreachable until told otherwise. Raises
    ValueError, naming the field, for rules and operators that make no sense together.
    """

    def __init__(self, queues: Iterable[QueueRules], operators: Iterable[OperatorProfile]) -> None:
        self._floor = Floor(queues, operators)
        self._deadlines = Deadlines()
        self._outcomes = Outcomes(self._floor, self._deadlines)
        self._now = float("-inf")

    def handle(self, event: AcdEvent, now: float) -> list[AcdEffect]:
        """What must be done because of ``event``, in order. ``now``: seconds of a clock that never goes back (assert).

        Deadlines are handled at ``TimePassed`` only, so an answer that comes just before it still counts. Raises
        UnknownOperator, UnknownQueue, UnknownCall, DuplicateCall or OperatorIsTalking, and then has changed nothing.
        An answer to an offer that no longer stands gets ``WithdrawOffer`` with cause ``stale``, even if the call is
        gone; a refusal of one gets nothing.
        """
        assert now >= self._now, "time went back"
        self._now = now
        self._outcomes.apply(event, now)
        if fresh := self._floor.take_fresh():
            assign(fresh, self._outcomes.offer)
        return self._outcomes.take_effects()

    def next_deadline(self) -> float | None:
        """When ``handle(TimePassed(), now)`` must be called next, or None. Ask again after every event."""
        return self._deadlines.next()

    def operator(self, code: str) -> OperatorView:
        """Raises UnknownOperator."""
        return status.operator_view(self._floor.operator(code))

    def queue(self, name: str, now: float) -> QueueView:
        """Raises UnknownQueue."""
        return status.queue_view(self._floor.queue(name), now)

    def call(self, call: str) -> CallView | None:
        """The call's view, or None for one that is not here."""
        found = self._floor.calls.get(call)
        return status.call_view(found) if found else None

    def line(self, queue: str, limit: int | None = None) -> list[str]:
        """The ids of the calls waiting or ringing in ``queue``, the first one first, at most ``limit`` of them.

        Raises UnknownQueue.
        """
        return [call.id for call in islice(self._floor.queue(queue).line, limit)]

    def touched(self) -> Touched:
        """Whose view may have changed since last asked."""
        return self._floor.take_touched()

    def waiting_ready_wait(self, queue: str, now: float) -> tuple[int, int, tuple[float, float] | None]:
        """Callers waiting, operators ready, and the expected wait (low_s, high_s) of one who joins now, or None.

        With somebody ready and nobody waiting it is the time that a phone may ring. Otherwise it is worked out by
        ``figures.expected_wait_s`` (formula and limits there) from the calls handled in this queue within the last
        ``status.RECENT_S``, at most ``records.RECENT_CALLS`` of them. Raises UnknownQueue.
        """
        return status.waiting_ready_wait(self._floor.queue(queue), now)

    def restore_counts(self, queue: str, counts: QueueCounts) -> None:
        """Go on counting from ``counts`` after a restart. Raises UnknownQueue.

        ``offered`` is not taken over but made answered + abandoned + those here now, because callers who are given
        their place back by ``CallerJoined`` are counted again as they come. So callers lost during the outage are in no
        figure, unless the shell adds them to ``abandoned`` first.
        """
        found = self._floor.queue(queue)
        found.counts = replace(counts, offered=counts.answered + counts.abandoned + len(found.line))
        self._floor.touch_queue(found)

    def start_new_day(self) -> None:
        """Count from zero. A caller who waits over midnight belongs to the new day, as offered and as answered."""
        for queue in self._floor.queues.values():
            queue.counts = QueueCounts(offered=len(queue.line))
            self._floor.touch_queue(queue)

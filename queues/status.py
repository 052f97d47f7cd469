"""How does the floor look from outside? Builds the views; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from queues.figures import expected_wait_s
from queues.records import Call, Need, Operator, Queue
from queues.views import CallView, OperatorView, QueueView

# Calls handled longer ago say little of how long one takes now.
RECENT_S = 3600.0


def operator_view(operator: Operator) -> OperatorView:
    """What views.OperatorView says, for this operator now."""
    return OperatorView(
        code=operator.code,
        state=operator.state,
        since=operator.since,
        reason=operator.reason,
        wish=operator.wish,
        phone_reachable=operator.phone_reachable,
        call=operator.call,
        queue=operator.queue.rules.name if operator.queue else None,
    )


def call_view(call: Call) -> CallView:
    """What views.CallView says, for this call now."""
    return CallView(
        id=call.id,
        stage=call.stage,
        queue=call.queue.rules.name,
        position=None if call.stage == "talking" else call.queue.line.ahead_of(call.rank) + 1,
        operator=call.operator.code if call.operator else None,
        since=call.since,
        arrived_at=call.arrived_at,
    )


def queue_view(queue: Queue, now: float) -> QueueView:
    """What views.QueueView says, for this queue at ``now``."""
    return QueueView(
        name=queue.rules.name,
        waiting=queue.waiting,
        longest_wait_s=longest_wait_s(queue, now),
        ready=len(queue.anyone.ready),
        ringing=queue.busy["ringing"],
        talking=queue.busy["talking"],
        wrap_up=queue.busy["wrap_up"],
        paused=queue.paused,
        logged_in=queue.anyone.logged_in,
        counts=queue.counts,
    )


def longest_wait_s(queue: Queue, now: float) -> float:
    """Seconds since the earliest waiting caller arrived, 0 when nobody waits."""
    return now - min((arrived for need in queue.needs.values() for arrived in _first_arrivals(need)), default=now)


def _first_arrivals(need: Need) -> Iterator[float]:
    """The first arrival of each priority: within one they stand in order, so the others need not be looked at."""
    caller = need.waiting.first()
    while caller is not None:
        yield caller.arrived_at
        caller = need.waiting.from_rank((caller.rank[0], float("inf")))


def waiting_ready_wait(queue: Queue, now: float) -> tuple[int, int, tuple[float, float] | None]:
    """Callers waiting, operators ready, and the wait (low_s, high_s) of one who joins now; see ``Acd``."""
    waiting, ready = queue.waiting, len(queue.anyone.ready)
    if ready and not waiting:
        return waiting, ready, (0.0, queue.rules.ring_timeout_s)
    serving = queue.anyone.logged_in - queue.paused - queue.unreachable
    recent_s = [took_s for over_at, took_s in queue.handled if over_at >= now - RECENT_S]
    return waiting, ready, expected_wait_s(waiting, serving, recent_s)

"""How does the floor look from outside? Builds the views; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from queues.figures import expected_wait_s
from queues.pools import Need
from queues.records import Call, Operator, Queue
from queues.views import CallView, OperatorView, QueueCounts, QueueView

# Calls handled longer ago say little of how long one takes now.
RECENT_S = 3600.0


def operator_view(operator: Operator, until: float | None) -> OperatorView:
    """What views.OperatorView says, for this operator now; ``until`` is the deadline of the present state."""
    return OperatorView(
        code=operator.code,
        state=operator.state,
        since=operator.since,
        reason=operator.reason,
        wish=operator.wish,
        phone_reachable=operator.phone_reachable,
        call=operator.call,
        queue=operator.queue.rules.name if operator.queue else None,
        queues=tuple(operator.memberships),
        until=until if operator.state in ("wrap_up", "paused") else None,
    )


def call_view(call: Call) -> CallView:
    """What views.CallView says, for this call now."""
    return CallView(
        id=call.id,
        stage=call.stage,
        queue=call.queue.rules.name,
        position=None if call.stage == "talking" else call.queue.line.ahead_of(call.rank) + 1,
        operator=call.operator.code if call.operator else None,
        ringing=tuple(call.offers),
        held=call.held_since is not None,
        since=call.since,
        arrived_at=call.arrived_at,
        joined_at=call.joined_at,
        priority=call.priority,
        attempts=call.attempts,
    )


def queue_view(queue: Queue, now: float) -> QueueView:
    """What views.QueueView says, for this queue at ``now``."""
    return QueueView(
        name=queue.rules.name,
        waiting=queue.stages["waiting"],
        longest_wait_s=longest_wait_s(queue, now),
        ready=queue.ready,
        ringing=queue.busy["ringing"],
        talking=queue.busy["talking"] + queue.busy["on_hold"],
        wrap_up=queue.busy["wrap_up"],
        paused=queue.paused,
        logged_in=queue.everyone.present,
        callbacks=queue.stages["callback"],
        calling=queue.stages["calling"],
        closed=queue.closed,
        counts=QueueCounts(**queue.counts),
    )


def longest_wait_s(queue: Queue, now: float) -> float:
    """Seconds since the earliest waiting caller arrived, 0 when nobody waits."""
    if not queue.stages["waiting"]:
        return 0.0
    return now - min((arrived for need in queue.hungry for arrived in _first_arrivals(need)), default=now)


def _first_arrivals(need: Need) -> Iterator[float]:
    """The first arrival of each priority: within one they stand in order, so the others need not be looked at."""
    at = need.waiting.first_rank()
    while at is not None:
        priority = at[:2]
        for caller in need.waiting.between(priority, (*priority, float("inf"))):
            if caller.stage == "waiting":
                yield caller.arrived_at
                break
        at = need.waiting.rank_from((*priority, float("inf")))


def waiting_ready_wait(queue: Queue, now: float) -> tuple[int, int, tuple[float, float] | None]:
    """Callers waiting, operators ready, and the wait (low_s, high_s) of one who joins now; see ``Acd``."""
    waiting, ready = queue.stages["waiting"], queue.ready
    if ready and not waiting:
        return waiting, ready, (0.0, queue.rules.ring_timeout_s)
    return waiting, ready, _wait_behind(waiting + queue.stages["callback"], queue, now)


def wait_ahead(call: Call, now: float) -> tuple[float, float] | None:
    """The wait still ahead of one who has a place: that of all before him or her."""
    return _wait_behind(call.queue.line.ahead_of(call.rank), call.queue, now)


def _wait_behind(others: int, queue: Queue, now: float) -> tuple[float, float] | None:
    serving = queue.everyone.present - queue.paused - queue.unreachable
    recent_s = [took_s for over_at, took_s in queue.handled if over_at >= now - RECENT_S]
    return expected_wait_s(others, serving, recent_s)

"""Who is offered the next call, and why? The automatic call distributor: events and the time in, effects out.

Nothing here does I/O, reads a clock or logs, so the same code runs live, in tests, in a simulator and in a replay. This
file is the door: states.py has the table of what operators go through, outcomes.py what each event changes, matching.py
who goes with whom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from queues import status
from queues.deadlines import Deadlines
from queues.effects import AcdEffect
from queues.events import AcdEvent, QueueAdded, QueueChanged
from queues.facts import Fact
from queues.floor import Floor
from queues.matching import assign
from queues.outcomes import Outcomes
from queues.reasons import Considered, WhyWaiting, considered, why_waiting
from queues.records import Call, Operator
from queues.rules import OperatorProfile, QueueRules, overflow_loop
from queues.views import CallView, OperatorView, QueueView, Touched


def always_half() -> float:
    """The chance of a core that was given none: strategies that draw then go by who became ready first."""
    return 0.5


class Acd:
    """The distributor of one centre. Not thread-safe: one owner tells it everything, in order.

    At the start everybody is logged out, with a phone that counts as unreachable until told otherwise. ``chance`` gives
    numbers from 0 up to 1 (1 excluded) to the strategies that draw; from the same numbers and events come the same effects.
    Raises ValueError, naming the field, for rules and operators that make no sense together.
    """

    def __init__(
        self,
        queues: Iterable[QueueRules],
        operators: Iterable[OperatorProfile],
        chance: Callable[[], float] = always_half,
    ) -> None:
        rules = tuple(queues)
        self._floor = Floor(rules, operators)
        self._check_exits(rules)
        self._deadlines = Deadlines()
        self._outcomes = Outcomes(self._floor, self._deadlines, chance)
        self._now = float("-inf")

    def _check_exits(self, rules: Iterable[QueueRules]) -> None:
        after = {queue.rules.name: queue.rules for queue in self._floor.queues.values()}
        after |= {one.name: one for one in rules}
        for one in rules:
            for way in one.exits:
                if way.to.kind == "queue" and way.to.name not in after:
                    raise ValueError(f"queue {one.name!r}: exits lead to the unknown queue {way.to.name!r}")
        if loop := overflow_loop(after.values()):
            raise ValueError(f"queue {loop[0]!r}: exits lead in a circle: {' -> '.join(loop)}")

    def handle(self, event: AcdEvent, now: float) -> list[AcdEffect]:
        """What must be done because of ``event``, in order. ``now``: seconds of a clock that never goes back (assert).

        Deadlines are handled at ``TimePassed`` only, so an answer that comes just before it still counts. Raises
        UnknownOperator, UnknownQueue, UnknownCall, DuplicateCall, OperatorIsTalking, or ValueError for rules that lead in a
        circle, and then has changed nothing. An answer to an offer that no longer stands gets ``WithdrawOffer`` with cause
        ``stale``, even if the call is gone; a refusal of one gets nothing.
        """
        assert now >= self._now, "time went back"
        if isinstance(event, QueueChanged | QueueAdded):
            self._check_exits([event.rules])
        self._now = now
        self._outcomes.apply(event, now)
        self._outcomes.settle()
        while fresh := self._floor.take_fresh():
            assign(fresh, self._outcomes.offer)
        return self._outcomes.take_effects()

    def facts(self) -> list[Fact]:
        """What has happened since last asked, in order (facts.py)."""
        return self._outcomes.take_facts()

    def next_deadline(self) -> float | None:
        """When ``handle(TimePassed(), now)`` must be called next, or None. Ask again after every event."""
        return self._deadlines.next()

    def operator(self, code: str) -> OperatorView:
        """Raises UnknownOperator."""
        return status.operator_view(self._floor.operator(code), self._deadlines.at("state", code))

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

    def why_waiting(self, queue: str, now: float) -> WhyWaiting:
        """Why the first caller of ``queue`` still waits; costs a look at each of its operators. Raises UnknownQueue."""
        return why_waiting(self._floor.queue(queue), self._floor.operators, now)

    def watch_offers(self, watch: Callable[[str, str, tuple[Considered, ...]], None]) -> None:
        """From now on tell of each offer, before it is made: the call, the operator chosen, and how all the queue's operators
        stood then. For a replay: it costs a look at each of them."""

        def tell(call: Call, operator: Operator) -> None:
            watch(call.id, operator.code, considered(call, self._floor.operators))

        self._outcomes.watcher = tell

    def considered(self, call: str) -> tuple[Considered, ...]:
        """How each operator of the queue in which ``call`` waits stands to it now; nothing if it waits in none."""
        found = self._floor.calls.get(call)
        return () if found is None or found.stage == "talking" else considered(found, self._floor.operators)

    def waiting_ready_wait(self, queue: str, now: float) -> tuple[int, int, tuple[float, float] | None]:
        """Callers waiting, operators ready, and the expected wait (low_s, high_s) of one who joins now, or None.

        With somebody ready and nobody waiting it is the time that a phone may ring. Otherwise it is worked out by
        ``figures.expected_wait_s`` (formula and limits there) from the calls handled in this queue within the last
        ``status.RECENT_S``, at most ``records.RECENT_CALLS`` of them. Raises UnknownQueue.
        """
        return status.waiting_ready_wait(self._floor.queue(queue), now)

    def wait_ahead(self, call: str, now: float) -> tuple[float, float] | None:
        """The wait (low_s, high_s) still ahead of a call that has a place in a queue, or None: see ``waiting_ready_wait``.

        None, too, for a call that is not here or that talks.
        """
        found = self._floor.calls.get(call)
        return None if found is None or found.stage == "talking" else status.wait_ahead(found, now)

"""Who is where? Operators, callers and queues, with the indexes that make every question about them cheap.

What changes with each event is touched incrementally: an operator costs the queues that he or she serves, a caller the
one queue waited in, never the number of operators or callers in the centre.
"""

from __future__ import annotations

from collections.abc import Iterable

from queues.errors import UnknownOperator, UnknownQueue
from queues.records import Call, Need, Operator, Queue, Source
from queues.rules import OperatorProfile, QueueRules
from queues.states import OperatorState
from queues.views import Touched


class Floor:
    """Everybody, by name, and what has changed: the fresh for the matching, the touched for those who watch."""

    def __init__(self, queues: Iterable[QueueRules], operators: Iterable[OperatorProfile]) -> None:
        self.queues: dict[str, Queue] = {}
        self.operators: dict[str, Operator] = {}
        self.calls: dict[str, Call] = {}
        self._fresh: list[Source] = []
        self._touched: tuple[set[str], set[str], set[str], set[str]] = (set(), set(), set(), set())
        for rules in queues:
            if rules.name in self.queues:
                raise ValueError(f"queue {rules.name!r}: name is given twice")
            self.queues[rules.name] = Queue(rules)
        for profile in operators:
            self._hire(profile)

    def _hire(self, profile: OperatorProfile) -> None:
        if profile.code in self.operators:
            raise ValueError(f"operator {profile.code!r}: code is given twice")
        for name in profile.queues:
            if name not in self.queues:
                raise ValueError(f"operator {profile.code!r}: queues names the unknown queue {name!r}")
        operator = Operator(profile, tuple(self.queues[name] for name in profile.queues))
        self.operators[profile.code] = operator
        for queue in operator.queues:
            queue.members.append(operator)

    def operator(self, code: str) -> Operator:
        """Raises UnknownOperator."""
        try:
            return self.operators[code]
        except KeyError:
            raise UnknownOperator(code) from None

    def queue(self, name: str) -> Queue:
        """Raises UnknownQueue."""
        try:
            return self.queues[name]
        except KeyError:
            raise UnknownQueue(name) from None

    def need(self, queue: Queue, skills: frozenset[str]) -> Need:
        """The need of this queue for ``skills``; if no operator of it could ever meet it, the need for anyone.

        Made at its first use, at the cost of one pass over the queue's operators; there are as many as the flows name.
        """
        known = queue.needs.get(skills)
        if known is not None:
            return known
        able = [operator for operator in queue.members if skills <= operator.skills]
        if not able:
            return queue.anyone
        need = queue.needs[skills] = Need(queue, skills)
        for operator in able:
            operator.needs.append(need)
            need.logged_in += operator.state != "logged_out"
            if operator.can_be_offered:
                need.ready.add(operator.rank, operator)
        return need

    def restate(
        self, operator: Operator, state: OperatorState, now: float, call: str | None, queue: Queue | None
    ) -> None:
        """Put ``operator`` into ``state`` since ``now``, serving ``call`` of ``queue`` (or neither)."""
        was_in = operator.state != "logged_out"
        self._tally(operator, -1)
        operator.state, operator.since, operator.call, operator.queue = state, now, call, queue
        self._tally(operator, +1)
        if was_in != (state != "logged_out"):
            self._log(operator, -1 if was_in else +1)

    def set_phone(self, operator: Operator, reachable: bool) -> None:
        """Note whether the operator's phone can be rung."""
        if operator.phone_reachable == reachable:
            return
        self._tally(operator, -1)
        operator.phone_reachable = reachable
        self._tally(operator, +1)

    def _tally(self, operator: Operator, step: int) -> None:
        """Take ``operator`` out of the counts and indexes (-1), or put in again (+1), by state and phone."""
        queues, operators, _, _ = self._touched
        operators.add(operator.code)
        queues.update(operator.queue_names)
        if operator.queue is not None:
            queues.add(operator.queue.rules.name)
            operator.queue.busy[operator.state] += step
        elif operator.state == "paused":
            for queue in operator.queues:
                queue.paused += step
        elif operator.state == "ready":
            self._tally_ready(operator, step)

    def _tally_ready(self, operator: Operator, step: int) -> None:
        if not operator.phone_reachable:
            for queue in operator.queues:
                queue.unreachable += step
        elif step > 0:
            self._fresh.append(operator)
            for need in operator.needs:
                need.ready.add(operator.rank, operator)
        else:
            for need in operator.needs:
                need.ready.remove(operator.rank)

    def _log(self, operator: Operator, step: int) -> None:
        """Count a log-in or log-out. When the last one with some skills goes, their callers may go to anyone."""
        for need in operator.needs:
            need.logged_in += step
            if not need.logged_in and need.waiting:
                self._fresh.append(need)

    def queue_call(self, call: Call) -> None:
        """Let ``call`` wait for an operator who meets its need, and be matched."""
        call.need.waiting.add(call.rank, call)
        self._fresh.append(call)
        self.touch_call(call)

    def unqueue_call(self, call: Call) -> None:
        """Take ``call`` out of the waiting ones: it rings, or it has gone."""
        call.need.waiting.remove(call.rank)
        self.touch_call(call)

    def enter_line(self, call: Call) -> None:
        """Give ``call`` its place in the queue, which it keeps while operators' phones ring for it."""
        self.calls[call.id] = call
        self._shift_line(call)
        call.queue.line.add(call.rank, call)

    def leave_line(self, call: Call) -> None:
        """Take ``call`` out of its place in the queue."""
        call.queue.line.remove(call.rank)
        self._shift_line(call)

    def _shift_line(self, call: Call) -> None:
        if call.queue.line.ahead_of(call.rank) < len(call.queue.line):
            self._touched[3].add(call.queue.rules.name)

    def touch_call(self, call: Call) -> None:
        """Note that the view of ``call``, and of its queue, may have changed."""
        self._touched[0].add(call.queue.rules.name)
        self._touched[2].add(call.id)

    def touch_queue(self, queue: Queue) -> None:
        """Note that the view of ``queue`` may have changed."""
        self._touched[0].add(queue.rules.name)

    def touch_operator(self, operator: Operator) -> None:
        """Note that the view of ``operator`` may have changed, but none of a queue."""
        self._touched[1].add(operator.code)

    def take_fresh(self) -> list[Source]:
        """What may be matched because of the changes since last asked; see matching.py."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def take_touched(self) -> Touched:
        """What was touched since last asked."""
        queues, operators, calls, lines = (frozenset(names) for names in self._touched)
        for names in self._touched:
            names.clear()
        return Touched(queues, operators, calls, lines)

"""Who is where? Operators, callers and queues, with the indexes that make every question about them cheap.

What changes with each event is touched incrementally: an operator costs the queues that he or she serves, a caller the
one queue waited in, never the number of operators or callers in the centre.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from queues.errors import UnknownOperator, UnknownQueue
from queues.pools import Need, Pool
from queues.records import PRESENCE, Call, Operator, Queue, Source
from queues.requirements import Requirement
from queues.rules import Membership, OperatorProfile, QueueRules
from queues.states import OperatorState
from queues.strategies import Rank
from queues.views import CallStage, Touched

_SORTED = object()


class Floor:
    """Everybody, by name, and what has changed: the fresh for the matching, the touched for those who watch."""

    def __init__(self, queues: Iterable[QueueRules], operators: Iterable[OperatorProfile]) -> None:
        self.queues: dict[str, Queue] = {}
        self.operators: dict[str, Operator] = {}
        self.calls: dict[str, Call] = {}
        self.callbacks_wait = False
        self.ranks_of: Callable[[Operator], dict[str, Rank]] = lambda operator: {}
        self._fresh: list[Source] = []
        self._emptied: dict[Queue, None] = {}
        self._touched: tuple[set[str], set[str], set[str], set[str]] = (set(), set(), set(), set())
        for rules in queues:
            self.add_queue(rules)
        for profile in operators:
            self.hire(profile)
        self.take_fresh()

    def add_queue(self, rules: QueueRules) -> None:
        """One more queue, empty. Raises ValueError if its name is taken."""
        if rules.name in self.queues:
            raise ValueError(f"queue {rules.name!r}: name is given twice")
        queue = self.queues[rules.name] = Queue(rules)
        queue.sort = partial(self._sort, queue)
        self._touched[0].add(rules.name)

    def hire(self, profile: OperatorProfile) -> None:
        """One more operator, logged out. Raises ValueError if the code is taken, or for a queue that there is not."""
        if profile.code in self.operators:
            raise ValueError(f"operator {profile.code!r}: code is given twice")
        for place in profile.memberships:
            if place.queue not in self.queues:
                raise ValueError(f"operator {profile.code!r}: queues names the unknown queue {place.queue!r}")
        operator = self.operators[profile.code] = Operator(profile, len(self.operators))
        self.set_memberships(operator, profile.memberships, {})

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

    # Operators

    def set_memberships(self, operator: Operator, places: Iterable[Membership], ranks: dict[str, Rank]) -> None:
        """Let ``operator`` serve these queues, with these ranks among the free of them. Raises UnknownQueue."""
        queues = {place.queue: self.queue(place.queue) for place in places}
        self._touched[0].update(operator.memberships)
        was = self._take_out(operator)
        self._leave_pools(operator)
        for queue in operator.queues:
            queue.census[was] -= 1
            self.watch_emptiness(queue)
        operator.memberships = {place.queue: place for place in places}
        operator.queues, operator.ranks = tuple(queues.values()), ranks
        for queue in operator.queues:
            queue.census[was] += 1
        self._enter_pools(operator)
        self._put_back(operator, was)

    def set_skills(self, operator: Operator, skills: Mapping[str, int]) -> None:
        """Give ``operator`` these skills; whom they fit is worked out anew."""
        was = self._take_out(operator)
        self._leave_pools(operator)
        operator.skills = dict(skills)
        self._enter_pools(operator)
        self._put_back(operator, was)

    def _leave_pools(self, operator: Operator) -> None:
        for queue in operator.queues:
            del queue.members[operator.code]
        presence = PRESENCE[operator.place]
        for pool in operator.pools:
            if presence[pool.required.at_work]:
                self._count(pool, -1)
        operator.pools, operator.foreign = {}, ()

    def _enter_pools(self, operator: Operator) -> None:
        for queue in operator.queues:
            queue.members[operator.code] = operator
            for pool in queue.pools.values():
                self._admit(operator, pool)
        for queue in self.queues.values():
            direct = queue.pools.get(Requirement(only=operator.code))
            if direct is not None and queue not in operator.queues:
                self._admit(operator, direct)

    def _admit(self, operator: Operator, pool: Pool) -> None:
        place = operator.memberships.get(pool.queue.rules.name)
        if pool.required.met_by(operator.code, operator.skills, None if place is None else place.penalty):
            operator.pools[pool] = None
            if pool.queue not in operator.queues:
                operator.foreign = (*operator.foreign, pool)
            if PRESENCE[operator.place][pool.required.at_work]:
                self._count(pool, +1)

    def _pool(self, queue: Queue, required: Requirement) -> Pool:
        """Made at its first use, at the cost of one pass over the queue's operators; there are as many as the flows name."""
        pool = queue.pools.get(required)
        if pool is not None:
            return pool
        pool = queue.pools[required] = Pool(queue, required)
        known = None if required.only is None else self.operators.get(required.only)
        for operator in queue.members.values() if required.only is None else (known,):
            if operator is None:
                continue
            self._admit(operator, pool)
            if pool.awake and operator.can_be_offered and pool in operator.pools and operator not in queue.unsorted:
                pool.came(operator)
        return pool

    def need(self, queue: Queue, required: tuple[Requirement, ...]) -> Need:
        """The need of this queue's callers for ``required``, now and in the steps to come."""
        known = queue.needs.get(required)
        if known is not None:
            return known
        need = Need(queue, tuple(self._pool(queue, one) for one in required))
        if not any(one.only for one in required):  # those with a name in them would be as many as there are callers
            queue.needs[required] = need
        return need

    def restate(
        self, operator: Operator, state: OperatorState, now: float, call: str | None, queue: Queue | None
    ) -> None:
        """Put ``operator`` into ``state`` since ``now``, serving ``call`` of ``queue`` (or neither)."""
        was = self._take_out(operator)
        operator.state, operator.since, operator.call, operator.queue = state, now, call, queue
        self._put_back(operator, was)

    def set_phone(self, operator: Operator, reachable: bool) -> None:
        """Note whether the operator's phone can be rung."""
        if operator.phone_reachable == reachable:
            return
        was = self._take_out(operator)
        operator.phone_reachable = reachable
        self._put_back(operator, was)

    def rerank(self, operator: Operator, ranks: dict[str, Rank]) -> None:
        """Give ``operator`` these places among the free."""
        was = self._take_out(operator)
        operator.ranks = ranks
        self._put_back(operator, was)

    def _recount(self, operator: Operator, before: int, after: int) -> None:
        """Count what the move from one place in the census to another makes of the operator's presence."""
        was, now = PRESENCE[before], PRESENCE[after]
        for pool in operator.pools:
            at = pool.required.at_work
            if now[at] != was[at]:
                self._count(pool, now[at] - was[at])

    def _count(self, pool: Pool, step: int) -> None:
        """Count a log-in or log-out. When the last one with some skills goes, their callers may go to others."""
        pool.present += step
        if pool.present <= 1:
            for need in pool.hungry:
                need.find_pool()
            if not pool.present:
                self._fresh.extend(pool.hungry)

    def _take_out(self, operator: Operator) -> int:
        """Take ``operator`` out of the indexes; the place in the census until now, which ``_put_back`` must know."""
        if operator.queue is not None:
            self._touched[0].add(operator.queue.rules.name)
            operator.queue.busy[operator.state] -= 1
        if operator.can_be_offered:
            for pool in operator.foreign:
                pool.went(operator)
            sorted_in = [queue for queue in operator.queues if queue.unsorted.pop(operator, _SORTED) is _SORTED]
            if sorted_in:
                for pool in operator.pools:
                    if pool.awake and pool.queue in sorted_in:
                        pool.went(operator)
        return operator.place

    def _put_back(self, operator: Operator, before: int) -> None:
        """Put ``operator`` into the counts and indexes again, as he or she is now."""
        queues, operators, _, _ = self._touched
        operators.add(operator.code)
        queues.update(operator.memberships)
        after = operator.place
        for queue in operator.queues:
            queue.census[before] -= 1
            queue.census[after] += 1
            if queue.rules.leave_when_empty is not None:
                self._emptied[queue] = None
        if PRESENCE[before] != PRESENCE[after]:
            self._recount(operator, before, after)
        if operator.queue is not None:
            queues.add(operator.queue.rules.name)
            operator.queue.busy[operator.state] += 1
        if operator.can_be_offered:
            self._fresh.append(operator)
            for queue in operator.queues:
                queue.unsorted[operator] = None
            for pool in operator.foreign:
                pool.came(operator)

    def rank_of(self, operator: Operator, queue: Queue) -> Rank:
        """The place of a ready operator among the free of ``queue``."""
        if operator.ranks is None:
            operator.ranks = self.ranks_of(operator)
        return operator.rank_in(queue)

    def _sort(self, queue: Queue) -> None:
        """Give everybody who became ready a place among the free of ``queue``: most have a call before anybody asks."""
        unsorted, queue.unsorted = queue.unsorted, {}
        for operator in unsorted:
            if operator.ranks is None:
                operator.ranks = self.ranks_of(operator)
            for pool in operator.pools:
                if pool.awake and pool.queue is queue:
                    pool.came(operator)

    # Callers

    def queue_call(self, call: Call) -> None:
        """Let ``call`` wait for an operator (one more, if some ring) who meets its need, and be matched."""
        need = call.need
        if not need.waiting:
            need.queue.hungry[need] = None
            for pool in need.pools:
                pool.hungry[need] = None
            need.find_pool()
        need.waiting.add(call.rank, call)
        call.hungry = True
        self._fresh.append(call)
        self.touch_call(call)

    def unqueue_call(self, call: Call) -> None:
        """Take ``call`` out of those who wait for an operator, if it is there: it rings, or it has gone."""
        if not call.hungry:
            return
        need = call.need
        need.waiting.remove(call.rank)
        call.hungry = False
        if not need.waiting:
            del need.queue.hungry[need]
            for pool in need.pools:
                pool.hungry.pop(need, None)
            need.pool.serving.pop(need, None)
        self.touch_call(call)

    def refresh(self, call: Call) -> None:
        """Something about a waiting ``call`` changed that may make a match possible."""
        if call.hungry:
            self._fresh.append(call)

    def stage_call(self, call: Call, stage: CallStage, now: float, operator: Operator | None = None) -> None:
        """Put ``call`` into ``stage`` since ``now``, with ``operator``."""
        call.queue.stages[call.stage] -= 1
        call.queue.stages[stage] += 1
        call.stage, call.since, call.operator = stage, now, operator
        self.touch_call(call)

    def admit_call(self, call: Call) -> None:
        """A new call is here."""
        self.calls[call.id] = call
        call.queue.stages[call.stage] += 1

    def forget_call(self, call: Call) -> None:
        """It has gone."""
        del self.calls[call.id]
        call.queue.stages[call.stage] -= 1
        self.touch_call(call)

    def enter_line(self, call: Call) -> None:
        """Give ``call`` its place in the queue, which it keeps while operators' phones ring for it."""
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

    # What has changed

    def take_fresh(self) -> list[Source]:
        """What may be matched because of the changes since last asked; see matching.py."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def watch_emptiness(self, queue: Queue) -> None:
        """Note that ``queue`` may have nobody at work, if that matters to its callers."""
        if queue.rules.leave_when_empty is not None:
            self._emptied[queue] = None

    def take_emptied(self) -> list[Queue]:
        """The queues that may have become empty since last asked, and whose rules care."""
        if not self._emptied:
            return []
        emptied, self._emptied = list(self._emptied), {}
        return emptied

    def take_touched(self) -> Touched:
        """What was touched since last asked."""
        touched, self._touched = self._touched, (set(), set(), set(), set())
        return Touched(*touched)

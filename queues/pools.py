"""Who of a queue meets one requirement, and which callers wait for them? The groups that make the best match cheap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from queues.ranked import Ranked
from queues.requirements import ANYONE, Requirement
from queues.strategies import ROTATING

if TYPE_CHECKING:
    from queues.records import Call, Operator, Queue


SCANNED = 16
"""So many free operators are looked through as fast as a list of them is kept."""


class Pool:
    """The operators of one queue who meet one requirement: how many are there, and who of them is free, in order.

    ``present`` counts those logged in; of a preferred operator (``at_work``), only while at work with a phone that is there.
    ``hungry`` are the needs with waiting callers that name this pool, ``serving`` those that it serves now.

    An operator is in as many pools as skills and levels are asked for, and most of them want to know who is free only now and
    then. So a pool is ``awake``, and told who comes and goes, from when it is asked until it has run empty; the pool of all is
    always, and so is that of one operator, who need not be of the queue.
    """

    __slots__ = ("_ready", "_sleeps", "awake", "hungry", "present", "queue", "required", "serving")

    def __init__(self, queue: Queue, required: Requirement) -> None:
        self.queue = queue
        self.required = required
        self.present = 0
        self.hungry: dict[Need, None] = {}
        self.serving: dict[Need, None] = {}
        self._ready: Ranked[Operator] = Ranked()
        self._sleeps = required.only is None and required != ANYONE
        self.awake = not self._sleeps

    def ready(self) -> Ranked[Operator]:
        """Those who are free now."""
        if self.queue.unsorted:
            self.queue.sort()
        if not self.awake:
            self._wake()
        return self._ready

    def _wake(self) -> None:
        free = self.queue.everyone.ready()
        for operator in free:
            if self in operator.pools:
                self._ready.add(operator.rank_in(self.queue), operator)
        self.awake = bool(self._ready) or len(free) > SCANNED

    def came(self, operator: Operator) -> None:
        """One more is free. Only for a pool that is awake."""
        self._ready.add(operator.rank_in(self.queue), operator)

    def went(self, operator: Operator) -> None:
        """One is not free any more. Only for a pool that is awake."""
        self._ready.remove(operator.rank_in(self.queue))
        if self._sleeps and not self._ready:
            self.awake = self.queue.ready > SCANNED

    def in_order(self) -> Iterator[Operator]:
        """The free ones, the first one first; strategies that go round begin after the one rung last."""
        queue = self.queue
        if queue.rules.strategy not in ROTATING or not queue.cursor:
            return iter(self.ready())
        return self._rotated(self.ready())

    def _rotated(self, ready: Ranked[Operator]) -> Iterator[Operator]:
        """Within each penalty, from behind the cursor to the end, then from the beginning."""
        at = ready.first_rank()
        while at is not None:
            penalty = at[0]
            after = (penalty, *self.queue.cursor.get(penalty, (float("-inf"),)), float("inf"))
            yield from ready.between(after, (penalty, float("inf")))
            yield from ready.between((penalty,), after)
            at = ready.rank_from((penalty, float("inf")))


class Need:
    """What a group of waiting callers of one queue needs: the pools of the steps from the present one on.

    Grouping by need makes the best match the first of a few lists, however many operators without a skill are ready.
    ``pool`` is the one that serves these callers now: the first in which anybody is present, since nobody waits for nobody.
    """

    __slots__ = ("pool", "pools", "queue", "waiting")

    def __init__(self, queue: Queue, pools: tuple[Pool, ...]) -> None:
        self.queue = queue
        self.pools = pools
        self.pool = pools[-1]
        self.waiting: Ranked[Call] = Ranked()

    def find_pool(self) -> Pool:
        """Look again which pool serves these callers, while they wait."""
        self.pool.serving.pop(self, None)
        self.pool = next((pool for pool in self.pools if pool.present), self.pools[-1])
        self.pool.serving[self] = None
        return self.pool

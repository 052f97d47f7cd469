"""How does a caller come into a queue, wait in it, and get out of it by its rules? Places, exits, relaxation, callbacks."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from queues.deadlines import Deadlines
from queues.departures import Departures
from queues.effects import AcdEffect, MoveCaller, ReleaseCaller
from queues.errors import DuplicateCall
from queues.events import CallbackTaken, CallerJoined
from queues.exits import at_closing, at_entry, when_emptied, when_waited
from queues.facts import CallbackAgreed, CallerEntered, Fact, PlaceKept, RingWidened
from queues.floor import Floor
from queues.pools import Need
from queues.records import Call, Queue
from queues.requirements import Step, steps_for
from queues.rules import Destination, Exit
from queues.status import waiting_ready_wait
from queues.strategies import AT_ONCE, caller_rank

INFINITY = float("inf")


class Callers:
    """Callers in their queues. ``do`` takes effects, ``note`` facts, in order."""

    def __init__(
        self,
        floor: Floor,
        deadlines: Deadlines,
        departures: Departures,
        do: Callable[[AcdEffect], None],
        note: Callable[[Fact], None],
    ) -> None:
        self._floor = floor
        self._deadlines = deadlines
        self._departures = departures
        self._do = do
        self._note = note
        self._turns = count(1)

    def new_turn(self) -> int:
        """A number that is given out only once."""
        return next(self._turns)

    # Coming in

    def join(self, event: CallerJoined, now: float) -> None:
        """Give the caller a place, or what the rules have for one who gets none."""
        queue = self._floor.queue(event.queue)
        if event.call in self._floor.calls:
            raise DuplicateCall(event.call)
        arrived_at, first_position = self._kept_place(queue, event, now)
        call = Call(
            event.call,
            queue,
            min(now if arrived_at is None else arrived_at, now),
            now if event.joined_at is None else min(event.joined_at, now),
            self.new_turn(),
        )
        call.skills, call.priority, call.who = dict(event.skills), event.priority, event.who
        call.preferred, call.only = event.preferred, event.only
        call.callback, call.attempts, call.not_before = event.callback, event.attempts, event.not_before
        call.was_callback = event.callback is not None
        call.first_position = first_position
        self._enter(call, now, moved=False, restored=event.restored)

    def _kept_place(self, queue: Queue, event: CallerJoined, now: float) -> tuple[float | None, int]:
        """The arrival of a caller who rings back in time, and the position then."""
        if event.who is None or event.arrived_at is not None:
            return event.arrived_at, 0
        arrived_at, until, position = queue.kept.pop(event.who, (None, 0.0, 0))
        return (arrived_at, position) if arrived_at is not None and until >= now else (None, 0)

    def _enter(self, call: Call, now: float, *, moved: bool, restored: bool = False) -> None:
        queue = call.queue
        way = None if call.callback or call.only or restored else at_entry(queue)
        if way is not None:
            self._take(call, way, now, refused=True)
            return
        estimate = waiting_ready_wait(queue, now)[2]
        call.rank = self._rank(call, now)
        self._floor.admit_call(call)
        queue.counts["offered"] += 1
        self._floor.enter_line(call)
        self._floor.watch_emptiness(queue)
        position = queue.line.ahead_of(call.rank) + 1
        taken = bool(call.first_position)
        call.first_position = call.first_position or position
        if restored:
            self._note(PlaceKept(now, call.id, queue.rules.name, position, now - call.joined_at))
            self._begin_waiting(call, now)
            return
        self._note(
            CallerEntered(
                now,
                call.id,
                queue.rules.name,
                position,
                call.priority,
                call.arrived_at,
                tuple(sorted(call.skills.items())),
                call.callback is not None,
                moved,
                taken and not moved,
                estimate,
            )
        )
        self._begin_waiting(call, now)

    def _begin_waiting(self, call: Call, now: float) -> None:
        rules = call.queue.rules
        call.steps, call.needs = self._plan(call)
        call.step = 0
        while self._next_step_at(call) <= now:
            call.step += 1
        self._await_step(call)
        if call.priority and call.arrived_at + rules.priority_after_s > now:
            self._deadlines.set("priority", call.id, call.arrived_at + rules.priority_after_s)
        limit = when_waited(rules)
        if limit is not None and call.callback is None and call.only is None:
            self._deadlines.set("wait", call.id, call.joined_at + limit[0])
        self.wait(call, now)

    def _known(self, call: Call) -> str | None:
        """A preferred operator who is of the queue."""
        return call.preferred if call.preferred in call.queue.members else None

    def _rank(self, call: Call, now: float) -> tuple[float, ...]:
        rules = call.queue.rules
        counts = call.arrived_at + rules.priority_after_s <= now
        return caller_rank(rules.weight, call.priority if counts else 0, call.arrived_at, call.turn)

    def _plan(self, call: Call) -> tuple[list[Step], list[Need]]:
        """The caller's steps, and the need at each; those without a name in them are the same for many callers."""
        queue, preferred, wanted = call.queue, self._known(call), frozenset(call.skills.items())
        if preferred is None and call.only is None and wanted in queue.plans:
            return queue.plans[wanted]
        steps = steps_for(queue.rules, call.skills, preferred, call.only)
        required = tuple(step.required for step in steps)
        plan = steps, [self._floor.need(queue, required[at:]) for at in range(len(steps))]
        if preferred is None and call.only is None:
            queue.plans[wanted] = plan
        return plan

    @staticmethod
    def _next_step_at(call: Call) -> float:
        """When less will be required of an operator for ``call`` (s); infinity: never."""
        return call.arrived_at + call.steps[call.step + 1].after_s if call.step + 1 < len(call.steps) else INFINITY

    def _await_step(self, call: Call) -> None:
        call.need = call.needs[call.step]
        if (at := self._next_step_at(call)) != INFINITY:
            self._deadlines.set("step", call.id, at)

    # Waiting

    def wait(self, call: Call, now: float) -> None:
        """In the line; nothing rings any more, or one phone less. Whoever was to leave meanwhile, leaves now."""
        if call.offers:
            self.look_for_more(call)
            return
        if call.leaving is not None:
            self._take(call, call.leaving, now, refused=False)
            return
        call.ring_step_over = True
        self._deadlines.cancel("ring", call.id)
        self._floor.stage_call(call, "waiting" if call.callback is None else "callback", now)
        if call.callback is None:
            self.look_for_more(call)
        elif call.not_before > now:
            self._deadlines.set("callback", call.id, call.not_before)
        elif not call.queue.closed and not self._floor.callbacks_wait:
            self.look_for_more(call)

    def look_for_more(self, call: Call) -> None:
        """Let one more operator be found for ``call``, if it wants one."""
        if not call.hungry and (not call.offers or (call.queue.rules.strategy in AT_ONCE and call.ring_step_over)):
            self._floor.queue_call(call)

    def step_over(self, call: Call, now: float) -> None:
        """From now on less is required. A phone that rings meanwhile goes on ringing."""
        hungry = call.hungry
        self._floor.unqueue_call(call)
        call.step += 1
        self._await_step(call)
        self._note(RingWidened(now, call.id, call.queue.rules.name, call.steps[call.step].ring))
        if hungry:
            self._floor.queue_call(call)

    def priority_counts(self, call: Call, now: float) -> None:
        """From now on the caller's priority counts: to another place in the line."""
        hungry = call.hungry
        self._floor.unqueue_call(call)
        self._floor.leave_line(call)
        call.rank = self._rank(call, now)
        self._floor.enter_line(call)
        if hungry:
            self._floor.queue_call(call)
        self._floor.touch_call(call)

    def wait_over(self, call: Call, now: float) -> None:
        """The caller has waited for as long as the queue lets anybody."""
        limit = when_waited(call.queue.rules)
        if limit is not None:
            self._leave_by(call, limit[1], now)

    def check_emptied(self, queue: Queue, now: float) -> None:
        """If nobody is there any more, callers who may not wait for nobody leave."""
        way = when_emptied(queue)
        if way is not None:
            for call in self._callers_of(queue):
                self._leave_by(call, way, now)

    def close(self, queue: Queue, now: float) -> None:
        """Out of hours from now on."""
        if queue.closed:
            return
        queue.closed = True
        self._floor.touch_queue(queue)
        way = at_closing(queue.rules)
        for call in list(queue.line):
            if call.stage == "callback":
                self._floor.unqueue_call(call)
            elif way is not None and call.callback is None and call.only is None:
                self._leave_by(call, way, now)

    def open(self, queue: Queue, now: float) -> None:
        """The queue's hours begin: its callbacks may be made."""
        if not queue.closed:
            return
        queue.closed = False
        self._floor.touch_queue(queue)
        for call in list(queue.line):
            if call.stage == "callback" and not call.hungry:
                self.wait(call, now)

    def hold_back_callbacks(self) -> None:
        """Nobody is called back until further notice; the places stay."""
        self._floor.callbacks_wait = True
        for queue in self._floor.queues.values():
            for call in list(queue.line):
                if call.stage == "callback":
                    self._floor.unqueue_call(call)

    def allow_callbacks(self, now: float) -> None:
        """Those whose time has come are made."""
        self._floor.callbacks_wait = False
        for queue in self._floor.queues.values():
            for call in list(queue.line):
                if call.stage == "callback" and not call.hungry:
                    self.wait(call, now)

    @staticmethod
    def _callers_of(queue: Queue) -> list[Call]:
        return [call for call in queue.line if call.callback is None and call.only is None]

    def _leave_by(self, call: Call, way: Exit, now: float) -> None:
        """Now, or when what rings has rung to its end."""
        call.leaving = way
        if not call.offers and call.stage == "waiting":
            self._take(call, way, now, refused=False)

    # Leaving

    def take_callback(self, event: CallbackTaken, call: Call, now: float) -> None:
        """The caller hangs up, the place stays."""
        call.callback = event.first or call.queue.rules.callback.first
        call.was_callback, call.leaving = True, None
        self._deadlines.cancel("wait", call.id)
        call.queue.counts["callbacks"] += 1
        waited_s = now - call.joined_at
        self._note(CallbackAgreed(now, call.id, call.queue.rules.name, call.callback, waited_s))
        self._floor.unqueue_call(call)
        self.wait(call, now)

    def give_up_callback(self, call: Call, now: float) -> None:
        """The customer was tried as often as the rules say."""
        self._departures.gone(call, "callback_failed", now)
        nowhere = Destination("hang_up", "callback_failed")
        self._do(ReleaseCaller(call.id, call.queue.rules.name, "callback_failed", nowhere))

    def _take(self, call: Call, way: Exit, now: float, *, refused: bool) -> None:
        """Out by ``way``: into another queue, or into the shell's hands."""
        old = call.queue
        if refused:
            self._departures.refused(call, way, now)
        else:
            self._departures.by_exit(call, way, now)
        if way.to.kind != "queue":
            self._do(ReleaseCaller(call.id, old.rules.name, way.when, way.to))
            return
        call.queue, call.joined_at, call.leaving = self._floor.queue(way.to.name), now, None
        call.stage, call.since, call.first_position = "waiting", now, 0
        self._do(MoveCaller(call.id, way.to.name, way.when))
        self._enter(call, now, moved=True)

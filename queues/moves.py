"""How does an operator go from one state to the next? The only caller of the table in states.py."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from queues.deadlines import Deadlines
from queues.events import WrapUpAdopted
from queues.facts import Fact, MembersChanged, OperatorWent
from queues.floor import Floor
from queues.records import Call, Operator, Queue
from queues.rules import Membership
from queues.states import CONVERSING, SERVING, Trigger, next_state
from queues.strategies import DRAWING, Rank, Standing, operator_rank

NOTHING_YET = (0, 0.0)
NOT_NOW = frozenset({"reserved", "ringing", "talking", "on_hold", "own_call"})
"""The states in which a wish is kept for later."""


class Moves:
    """Moves operators, with all that goes with a state: its deadline, the idle place, a remembered wish.

    ``chance`` gives numbers from 0 up to 1 (1 excluded); ``note`` takes the facts.
    """

    def __init__(
        self, floor: Floor, deadlines: Deadlines, chance: Callable[[], float], note: Callable[[Fact], None]
    ) -> None:
        self._floor = floor
        self._deadlines = deadlines
        self._chance = chance
        self._note = note
        self._turns = count(1)
        self._log_ins = count(1)
        floor.ranks_of = self.ranks_of

    def move(
        self,
        operator: Operator,
        trigger: Trigger,
        now: float,
        serving: tuple[str, Queue] | None = None,
        reason: str | None = None,
    ) -> None:
        """Take ``operator`` to where ``trigger`` leads, ``serving`` that call if given. A wish keeps its reason shown."""
        old, since, left = operator.state, operator.since, operator.queue
        target = next_state(old, trigger)
        if old == "wrap_up" and target != "own_call":
            self._note_handling(operator, now)
        if operator.wish is None:
            operator.reason = reason
        if old == "logged_out" and target != "logged_out":
            operator.logged_in = next(self._log_ins)
        if target == "ready" and trigger != "offer_over":
            operator.idle_since, operator.turn = now, next(self._turns)
            # What is drawn is drawn now, so that no question changes what comes next.
            draws = any(queue.rules.strategy in DRAWING for queue in operator.queues)
            operator.ranks = self.ranks_of(operator) if draws else None
        self._deadlines.cancel("state", operator.code)
        if serving is not None:
            self._floor.restate(operator, target, now, *serving)
        elif target in SERVING:
            self._floor.restate(operator, target, now, operator.call, operator.queue)
        else:
            self._floor.restate(operator, target, now, None, None)
        self._tell(operator, old, now - since if since is not None else 0.0, left, now)

    def _tell(self, operator: Operator, old: str, lasted_s: float, left: Queue | None, now: float) -> None:
        self._note(
            OperatorWent(
                at=now,
                operator=operator.code,
                old=old,  # type: ignore[arg-type]
                state=operator.state,
                reason=operator.reason,
                lasted_s=lasted_s,
                call=operator.call,
                queue=operator.queue.rules.name if operator.queue else None,
                left_queue=left.rules.name if left else None,
            )
        )

    def ranks_of(self, operator: Operator) -> dict[str, Rank]:
        """The operator's places among the free of each queue, worked out anew."""
        return {
            queue.rules.name: self._rank(operator, queue, place)
            for queue, place in zip(operator.queues, operator.memberships.values(), strict=True)
        }

    def _rank(self, operator: Operator, queue: Queue, place: Membership) -> Rank:
        name, strategy = queue.rules.name, queue.rules.strategy
        answered, talked_s = operator.today.get(name, NOTHING_YET)
        standing = Standing(
            place.penalty,
            operator.idle_since,
            place.order or operator.number,
            operator.logged_in,
            answered,
            talked_s,
            place.weight,
            1.0 - self._chance() if strategy in DRAWING else 1.0,
            queue.drawn,
            operator.turn,
        )
        return operator_rank(strategy, standing)

    def ring(self, operator: Operator, call: Call, now: float) -> None:
        """Offer ``call``, for no longer than its queue lets a phone ring."""
        self.move(operator, "offered", now, (call.id, call.queue))
        self._deadlines.set("state", operator.code, now + call.queue.rules.ring_timeout_s)

    def reserve(self, operator: Operator, call: Call, now: float) -> None:
        """Keep the operator free for ``call``, whose customer is being called."""
        self.move(operator, "reserved", now, (call.id, call.queue))

    def release(self, operator: Operator, now: float) -> None:
        """The offer fell through by no fault of the operator, who gets the old place back."""
        self.move(operator, "offer_over", now)
        self._grant_wish(operator, now)

    def miss(self, operator: Operator, call: Call, now: float, reason: str, pause_s: float) -> None:
        """Leave out for a while whoever does not take an offer: rung again at once they would not take the next."""
        operator.misses += 1
        self.move(operator, "missed", now, reason=reason)
        if operator.misses < call.queue.rules.max_misses:
            self._deadlines.set("state", operator.code, now + pause_s)
        self._grant_wish(operator, now)

    def answer(self, operator: Operator, now: float) -> None:
        """Connect; an operator who answers has missed nothing in a row."""
        operator.misses, operator.disposed = 0, False
        operator.answered_at = now
        self.move(operator, "answered", now)

    def adopt(self, operator: Operator, call: Call, now: float) -> None:
        """Asterisk says that they talk, so they do. A pause that the operator had asked for comes back afterwards."""
        if operator.state == "paused" and not self._deadlines.is_set("state", operator.code):
            operator.wish = "paused"
        operator.interrupted, operator.disposed = None, False
        self.move(operator, "adopted", now, (call.id, call.queue))

    def hold(self, operator: Operator, held: bool, now: float) -> None:
        """Onto hold, or back to the caller; the deadline and the place are not touched."""
        self.move(operator, "held" if held else "resumed", now)

    def end_conversation(self, operator: Operator, call: Call, now: float, talked_s: float) -> None:
        """Into wrap-up, unless the operator has asked to go or the queue has none."""
        name = call.queue.rules.name
        answered, so_far_s = operator.today.get(name, (0, 0.0))
        operator.today[name] = (answered + 1, so_far_s + talked_s)
        self.move(operator, "conversation_over", now)
        if operator.wish == "logged_out":
            self._grant_wish(operator, now)
            return
        waits = call.queue.rules.wrap_up_until_disposition and not operator.disposed
        wrap_up_s = self._wrap_up_s(operator, call.queue)
        if waits:
            return
        if wrap_up_s == 0:
            self._end_wrap_up(operator, now)
        else:
            self._deadlines.set("state", operator.code, now + wrap_up_s)

    def _wrap_up_s(self, operator: Operator, queue: Queue) -> float:
        place = operator.memberships.get(queue.rules.name)
        own = place.wrap_up_s if place else None
        return queue.rules.wrap_up_s if own is None else own

    def extend_wrap_up(self, operator: Operator, seconds: float) -> None:
        """Some more time, counted from the end that was set."""
        until = self._deadlines.at("state", operator.code) if operator.state == "wrap_up" else None
        if until is not None:
            self._deadlines.set("state", operator.code, until + seconds)
            self._floor.touch_operator(operator)

    def adopt_wrap_up(self, operator: Operator, event: WrapUpAdopted, queue: Queue, now: float) -> None:
        """After a restart: back into what is left of it. Whoever is not free by now has something else to do."""
        if operator.state != "ready" or (event.until is not None and event.until <= now):
            return
        self.move(operator, "back_to_wrap_up", now, (event.call, queue))
        operator.wish, operator.reason = event.wish, event.reason
        if event.until is not None:
            self._deadlines.set("state", operator.code, event.until)

    def dispose(self, operator: Operator, now: float) -> None:
        """The outcome was noted: what waited for it alone is over."""
        if operator.state in CONVERSING:
            operator.disposed = True
        elif operator.state == "wrap_up" and not self._deadlines.is_set("state", operator.code):
            self._end_wrap_up(operator, now)

    def end_deadline(self, operator: Operator, now: float) -> None:
        """A wrap-up or a refusal pause has lasted its time."""
        if operator.state == "wrap_up":
            self._end_wrap_up(operator, now)
        else:
            self.move(operator, "refusal_pause_over", now)

    def say_ready(self, operator: Operator, now: float) -> None:
        """As the person asks: forget any wish; end a log-out, a pause or a wrap-up."""
        operator.wish = None
        if operator.state in NOT_NOW:
            operator.reason = operator.interrupted = None
            self._floor.touch_operator(operator)
        elif operator.state != "ready":
            operator.misses = 0
            self.move(operator, "says_ready", now)

    def pause(self, operator: Operator, now: float, reason: str | None) -> None:
        """As the person asks: now, or after the call's wrap-up. In wrap-up it is now."""
        if operator.state in NOT_NOW:
            operator.wish, operator.reason = "paused", reason
            self._floor.touch_operator(operator)
        else:
            operator.wish = None
            self.move(operator, "pauses", now, reason=reason)

    def log_out(self, operator: Operator, now: float) -> None:
        """As the person asks: now, or when the conversation is over."""
        operator.wish = None
        if operator.state in CONVERSING or operator.state == "own_call":
            operator.wish, operator.reason, operator.interrupted = "logged_out", None, None
            self._floor.touch_operator(operator)
        elif operator.state != "logged_out":
            self.move(operator, "logs_out", now)

    def begin_own_call(self, operator: Operator, now: float) -> None:
        """Remember where it broke in: a pause as a wish, a wrap-up with its end."""
        if operator.state == "paused" and not self._deadlines.is_set("state", operator.code):
            operator.wish = "paused"
        if operator.state == "wrap_up" and operator.call is not None and operator.queue is not None:
            operator.interrupted = (operator.call, operator.queue, self._deadlines.at("state", operator.code))
        self.move(operator, "own_call_began", now)

    def end_own_call(self, operator: Operator, now: float) -> None:
        """Back: into what is left of a wrap-up, or to ready and what was wished for."""
        broken, operator.interrupted = operator.interrupted, None
        if broken is not None and (broken[2] is None or broken[2] > now) and operator.wish != "logged_out":
            self.move(operator, "back_to_wrap_up", now, broken[:2])
            if broken[2] is not None:
                self._deadlines.set("state", operator.code, broken[2])
            return
        self.move(operator, "own_call_over", now)
        self._grant_wish(operator, now)

    def change_memberships(self, operator: Operator, places: tuple[Membership, ...], now: float) -> None:
        """Serve other queues from now on, keeping the place among the free in those that stay as they are."""
        before, after = operator.memberships, {place.queue: place for place in places}
        known = operator.ranks or {}
        ranks = {
            name: known[name]
            if before.get(name) == place and name in known
            else self._rank(operator, self._floor.queue(name), place)
            for name, place in after.items()
        }
        self._floor.set_memberships(operator, places, ranks)
        for name in [*before, *(name for name in after if name not in before)]:
            if before.get(name) != after.get(name):
                place = after.get(name)
                self._note(MembersChanged(now, operator.code, name, None if place is None else place.penalty))

    def start_new_day(self) -> None:
        """Calls answered and time talked count from zero, and so do the ranks made of them."""
        for operator in self._floor.operators.values():
            operator.today.clear()
            if operator.state == "ready":
                self._floor.rerank(operator, self.ranks_of(operator))

    def _end_wrap_up(self, operator: Operator, now: float) -> None:
        self.move(operator, "wrap_up_over", now)
        self._grant_wish(operator, now)

    def _grant_wish(self, operator: Operator, now: float) -> None:
        """Replay what the operator asked for while it could not be done."""
        wish, operator.wish = operator.wish, None
        if wish == "paused":
            self.move(operator, "pauses", now, reason=operator.reason)
        elif wish == "logged_out":
            self.move(operator, "logs_out", now)

    def _note_handling(self, operator: Operator, now: float) -> None:
        """Remember how long the call took, talk and wrap-up. An adopted one is left out: its start is not known."""
        if operator.answered_at is not None and operator.queue is not None:
            operator.queue.handled.append((now, now - operator.answered_at))
        operator.answered_at = None

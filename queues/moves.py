"""How does an operator go from one state to the next? The only caller of the table in states.py."""

from __future__ import annotations

from itertools import count

from queues.deadlines import Deadlines
from queues.floor import Floor
from queues.ranking import operator_rank
from queues.records import Call, Operator
from queues.states import SERVING, Trigger, next_state


class Moves:
    """Moves operators, with all that goes with a state: its deadline, the idle place, a remembered wish."""

    def __init__(self, floor: Floor, deadlines: Deadlines) -> None:
        self._floor = floor
        self._deadlines = deadlines
        self._turns = count(1)

    def move(
        self, operator: Operator, trigger: Trigger, now: float, call: Call | None = None, reason: str | None = None
    ) -> None:
        """Take ``operator`` to where ``trigger`` leads, to serve ``call`` if given. A wish keeps its reason shown."""
        target = next_state(operator.state, trigger)
        if operator.state == "wrap_up":
            self._note_handling(operator, now)
        if operator.wish is None:
            operator.reason = reason
        if target == "ready" and trigger != "offer_over":
            operator.rank = operator_rank(now, next(self._turns))
        self._deadlines.cancel("state", operator.code)
        if call is not None:
            self._floor.restate(operator, target, now, call.id, call.queue)
        elif target in SERVING:
            self._floor.restate(operator, target, now, operator.call, operator.queue)
        else:
            self._floor.restate(operator, target, now, None, None)

    def ring(self, operator: Operator, call: Call, now: float) -> None:
        """Offer ``call``, for no longer than its queue lets a phone ring."""
        self.move(operator, "offered", now, call)
        self._deadlines.set("state", operator.code, now + call.queue.rules.ring_timeout_s)

    def release(self, operator: Operator, now: float) -> None:
        """The offer fell through by no fault of the operator, who gets the old place back."""
        self.move(operator, "offer_over", now)
        self._grant_wish(operator, now)

    def miss(self, operator: Operator, call: Call, now: float, reason: str) -> None:
        """Leave out for a while whoever does not take an offer: rung again at once they would not take the next."""
        operator.misses += 1
        self.move(operator, "missed", now, reason=reason)
        if operator.misses < call.queue.rules.max_misses:
            self._deadlines.set("state", operator.code, now + call.queue.rules.refusal_pause_s)
        self._grant_wish(operator, now)

    def answer(self, operator: Operator, now: float) -> None:
        """Connect; an operator who answers has missed nothing in a row."""
        operator.misses = 0
        operator.answered_at = now
        self.move(operator, "answered", now)

    def adopt(self, operator: Operator, call: Call, now: float) -> None:
        """Asterisk says that they talk, so they do. A pause that the operator had asked for comes back afterwards."""
        if operator.state == "paused" and not self._deadlines.is_set("state", operator.code):
            operator.wish = "paused"
        self.move(operator, "adopted", now, call)

    def end_conversation(self, operator: Operator, call: Call, now: float) -> None:
        """Into wrap-up, unless the operator has asked to go or the queue has none."""
        self.move(operator, "conversation_over", now)
        if operator.wish == "logged_out":
            self._grant_wish(operator, now)
        elif call.queue.rules.wrap_up_s == 0:
            self._end_wrap_up(operator, now)
        else:
            self._deadlines.set("state", operator.code, now + call.queue.rules.wrap_up_s)

    def end_deadline(self, operator: Operator, now: float) -> None:
        """A wrap-up or a refusal pause has lasted its time."""
        if operator.state == "wrap_up":
            self._end_wrap_up(operator, now)
        else:
            self.move(operator, "refusal_pause_over", now)

    def say_ready(self, operator: Operator, now: float) -> None:
        """As the person asks: forget any wish; end a log-out, a pause or a wrap-up."""
        operator.wish = None
        if operator.state in ("ringing", "talking"):
            operator.reason = None
            self._floor.touch_operator(operator)
        elif operator.state != "ready":
            operator.misses = 0
            self.move(operator, "says_ready", now)

    def pause(self, operator: Operator, now: float, reason: str | None) -> None:
        """As the person asks: now, or after the call's wrap-up. In wrap-up it is now."""
        if operator.state in ("ringing", "talking"):
            operator.wish, operator.reason = "paused", reason
            self._floor.touch_operator(operator)
        else:
            operator.wish = None
            self.move(operator, "pauses", now, reason=reason)

    def log_out(self, operator: Operator, now: float) -> None:
        """As the person asks: now, or when the conversation is over."""
        operator.wish = None
        if operator.state == "talking":
            operator.wish, operator.reason = "logged_out", None
            self._floor.touch_operator(operator)
        elif operator.state != "logged_out":
            self.move(operator, "logs_out", now)

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

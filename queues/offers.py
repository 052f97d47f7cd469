"""How does an offer go? Ringing, answers, refusals, callbacks under way, and whoever talks without having been rung."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from queues.callers import Callers
from queues.conversations import Conversations
from queues.deadlines import Deadlines
from queues.departures import SEPARATOR, Departures
from queues.effects import (
    AcdEffect,
    CallCustomer,
    ConnectCall,
    EndCustomerCall,
    OfferCall,
    WithdrawCause,
    WithdrawOffer,
)
from queues.errors import DuplicateCall, OperatorIsTalking
from queues.events import ConversationAdopted, RefusalCause
from queues.facts import (
    CallConnected,
    CallHandedOver,
    CustomerCalled,
    CustomerNotReached,
    Fact,
    OfferMade,
    OfferOutcome,
    OfferOver,
)
from queues.floor import Floor
from queues.matching import explain
from queues.moves import Moves
from queues.records import Call, Offer, Operator, Queue
from queues.states import CONVERSING
from queues.strategies import AT_ONCE, DRAWING, ROTATING

_OUTCOMES: dict[WithdrawCause, OfferOutcome] = {
    "ring_timeout": "no_answer",
    "caller_left": "caller_left",
    "operator_logged_out": "operator_left",
    "operator_busy": "operator_left",
    "stale": "withdrawn",
    "phone_unreachable": "unreachable",
    "answered_elsewhere": "answered_elsewhere",
    "queue_closed": "withdrawn",
}


class Offers:
    """Offers. ``do`` takes effects, ``note`` facts, in order; ``version`` tells that of the rules in force."""

    def __init__(
        self,
        floor: Floor,
        deadlines: Deadlines,
        moves: Moves,
        callers: Callers,
        departures: Departures,
        conversations: Conversations,
        do: Callable[[AcdEffect], None],
        note: Callable[[Fact], None],
        version: Callable[[], int],
    ) -> None:
        self._floor = floor
        self._deadlines = deadlines
        self._moves = moves
        self._callers = callers
        self._departures = departures
        self._conversations = conversations
        self._do = do
        self._note = note
        self._version = version

    # Ringing

    def offer(self, call: Call, operator: Operator, now: float) -> None:
        """Ring ``operator`` for ``call``, which keeps its place; or keep the operator free while the customer is called."""
        decision = explain(call, operator, now, self._version())
        queue = call.queue
        self._note(OfferMade(now, call.id, operator.code, queue.rules.name, decision))
        if queue.rules.strategy in ROTATING:
            rank = self._floor.rank_of(operator, queue)
            queue.cursor[rank[0]] = (rank[1],)
        elif queue.rules.strategy in DRAWING:
            queue.drawn = max(queue.drawn, self._floor.rank_of(operator, queue)[1])
        if call.callback == "customer":
            self._floor.unqueue_call(call)
            self._moves.reserve(operator, call, now)
            self._call_customer(call, operator, now, on_line=False)
            return
        self._ring(call, operator, now)
        self._do(
            OfferCall(
                call.id, operator.code, queue.rules.name, queue.rules.ring_timeout_s, decision, bool(call.callback)
            )
        )

    def _ring(self, call: Call, operator: Operator, now: float) -> None:
        rules = call.queue.rules
        if rules.strategy not in AT_ONCE or call.callback is not None:
            self._floor.unqueue_call(call)
        elif rules.strategy == "ring_progressively":
            self._floor.unqueue_call(call)
            call.ring_step_over = False
            self._deadlines.set("ring", call.id, now + rules.ring_step_s)
        first = not call.offers
        call.offers[operator.code] = Offer(operator, now)
        if first:
            self._floor.stage_call(call, "ringing", now, operator)
        self._moves.ring(operator, call, now)

    def ring_step_over(self, call: Call) -> None:
        """One more phone may ring."""
        call.ring_step_over = True
        self._callers.look_for_more(call)

    def end_offer(self, call: Call, operator: Operator, outcome: OfferOutcome, now: float) -> None:
        """It rings no more at this phone; the operator's state is left to the caller of this."""
        offer = call.offers.pop(operator.code)
        name = call.queue.rules.name
        self._note(OfferOver(now, call.id, operator.code, name, outcome, now - offer.since))
        if call.operator is operator and call.offers:
            call.operator = next(iter(call.offers.values())).operator
        self._floor.touch_call(call)

    def withdraw(self, call: Call, operator: Operator, cause: WithdrawCause, now: float) -> None:
        """Take an offer back, and tell the shell to stop that phone."""
        self._do(WithdrawOffer(call.id, operator.code, cause))
        self.end_offer(call, operator, _OUTCOMES[cause], now)

    def drop(self, call: Call, cause: WithdrawCause, now: float) -> None:
        """Take back all that rings for ``call``, or stop calling its customer; the operators get their old places back."""
        for offer in list(call.offers.values()):
            self.withdraw(call, offer.operator, cause, now)
            self._moves.release(offer.operator, now)
        if call.stage == "calling" and call.operator is not None:
            self._do(EndCustomerCall(call.id, call.operator.code))
            self._moves.release(call.operator, now)

    def ring_timeout(self, call: Call, operator: Operator, now: float) -> None:
        """A phone has rung for its time."""
        self.withdraw(call, operator, "ring_timeout", now)
        self._moves.miss(operator, call, now, "missed", call.queue.rules.no_answer_pause_s)
        self._declined(call, operator, now)
        self._callers.wait(call, now)

    def refused(self, call: Call, operator: Operator, cause: RefusalCause, now: float) -> None:
        """A phone did not take the call, or an operator hung up while the customer was being called."""
        if call.stage == "calling" and call.operator is operator:
            self._do(EndCustomerCall(call.id, operator.code))
            self._moves.release(operator, now)
            self._callers.wait(call, now)
        if operator.code not in call.offers:
            return
        self.end_offer(call, operator, cause, now)
        rules = call.queue.rules
        match cause:
            case "rejected":
                self._moves.miss(operator, call, now, "rejected", rules.reject_pause_s)
            case "busy":
                self._moves.miss(operator, call, now, "busy", rules.busy_pause_s)
            case "failed":
                self._moves.miss(operator, call, now, "missed", rules.no_answer_pause_s)
            case "unreachable":
                self._lost_phone(operator, call, now)
            case _:
                assert_never(cause)
        self._declined(call, operator, now)
        self._callers.wait(call, now)

    def _lost_phone(self, operator: Operator, call: Call, now: float) -> None:
        """Take the phone for unreachable, but not for ever.

        Nobody has told that the phone went, so perhaps nobody will tell that it is back: it is tried again after a
        pause, unless that is told before. It is no fault of the operator, who keeps the state and the place.
        """
        self._floor.set_phone(operator, reachable=False)
        self._deadlines.set("phone", operator.code, now + call.queue.rules.unreachable_pause_s)
        self._moves.release(operator, now)

    def _declined(self, call: Call, operator: Operator, now: float) -> None:
        if call.queue.rules.reoffer_after_s and call.only is None:
            call.declined.add(operator.code)
            until = now + call.queue.rules.reoffer_after_s
            self._deadlines.set("reoffer", f"{call.id}{SEPARATOR}{operator.code}", until)

    def may_be_offered_again(self, call: Call, code: str) -> None:
        """Long enough ago that this operator did not take the call."""
        call.declined.discard(code)
        self._floor.refresh(call)

    def lost(self, operator: Operator, cause: WithdrawCause, now: float, *, release: bool) -> None:
        """The operator cannot take what was offered, or is kept free for: offer it on. ``release``: back to ready."""
        call = self.offered_to(operator)
        if call is None:
            return
        if operator.code in call.offers:
            self.withdraw(call, operator, cause, now)
        else:
            self._do(EndCustomerCall(call.id, operator.code))
        if release:
            self._moves.release(operator, now)
        self._callers.wait(call, now)

    def offered_to(self, operator: Operator) -> Call | None:
        """The call for which the operator's phone rings, or for whose customer he or she is kept free."""
        if operator.state in ("ringing", "reserved") and operator.call is not None:
            return self._floor.calls[operator.call]
        return None

    # Answers

    def answered(self, call: Call, operator: Operator, now: float) -> None:
        """This operator was the first; the others stop ringing."""
        offer = call.offers.pop(operator.code)
        rang_s = now - offer.since
        for other in list(call.offers.values()):
            self.withdraw(call, other.operator, "answered_elsewhere", now)
            self._moves.release(other.operator, now)
        if call.callback is None:
            self._connect(call, operator, now, rang_s)
            return
        self._moves.reserve(operator, call, now)
        self._call_customer(call, operator, now, on_line=True)

    def _connect(self, call: Call, operator: Operator, now: float, rang_s: float) -> None:
        queue, waited_s = call.queue, now - call.joined_at
        counts, in_sl = queue.counts, waited_s <= queue.rules.service_level_s
        counts["answered"] += 1
        counts["answered_in_sl"] += in_sl
        counts["called_back"] += call.was_callback
        call.waited_s = waited_s
        self._departures.leave_line(call)
        self._moves.answer(operator, now)
        self._conversations.begin(call, operator, now)
        name = queue.rules.name
        self._note(CallConnected(now, call.id, operator.code, name, waited_s, rang_s, in_sl, call.was_callback))
        self._do(ConnectCall(call.id, operator.code, name))

    # Callbacks under way

    def _call_customer(self, call: Call, operator: Operator, now: float, *, on_line: bool) -> None:
        call.attempts += 1
        call.on_line = on_line
        self._floor.stage_call(call, "calling", now, operator)
        name = call.queue.rules.name
        self._note(CustomerCalled(now, call.id, operator.code, name, call.attempts))
        self._do(CallCustomer(call.id, operator.code, name, call.attempts, on_line))

    def customer_answered(self, call: Call, now: float) -> None:
        """Connect, or ring the operator who was kept free."""
        operator = call.operator
        if call.stage != "calling" or operator is None:
            return
        if call.on_line:
            call.callback = None
            self._connect(call, operator, now, 0.0)
            return
        call.callback = None
        decision = explain(call, operator, now, self._version())
        self._ring(call, operator, now)
        rules = call.queue.rules
        self._do(OfferCall(call.id, operator.code, rules.name, rules.ring_timeout_s, decision))

    def customer_missed(self, call: Call, now: float) -> None:
        """Try again later, or give up. The operator is free at once."""
        operator, rules = call.operator, call.queue.rules
        if call.stage != "calling" or operator is None:
            return
        self._do(EndCustomerCall(call.id, operator.code))
        last = call.attempts >= rules.callback.max_attempts
        call.not_before = now + rules.callback.gap_s
        next_at = None if last else call.not_before
        self._note(CustomerNotReached(now, call.id, operator.code, rules.name, call.attempts, next_at))
        self._moves.release(operator, now)
        if last:
            self._callers.give_up_callback(call, now)
        else:
            self._callers.wait(call, now)

    # Taken over

    def hand_over(self, call: Call, operator: Operator, now: float) -> None:
        """An attended transfer: the operator so far goes into wrap-up, the other talks on. Raises OperatorIsTalking."""
        if operator.state in CONVERSING:
            raise OperatorIsTalking(operator.code)
        self.lost(operator, "stale", now, release=False)
        self._conversations.end(call, "transfer", now, operator.code)
        self._moves.adopt(operator, call, now)
        operator.answered_at = now
        self._conversations.begin(call, operator, now)
        self._note(CallHandedOver(now, call.id, operator.code, call.queue.rules.name))

    def adopt_ringing(self, call: Call, operator: Operator, now: float) -> None:
        """After a restart: the phone rings already. Left to the shell to stop where no offer can stand."""
        if call.stage not in ("waiting", "ringing") or operator.state != "ready" or operator.code in call.offers:
            self._do(WithdrawOffer(call.id, operator.code, "stale"))
            return
        decision = explain(call, operator, now, self._version())
        self._note(OfferMade(now, call.id, operator.code, call.queue.rules.name, decision))
        self._ring(call, operator, now)

    def adopt(self, event: ConversationAdopted, queue: Queue, operator: Operator, now: float) -> None:
        """After a restart: they talk already. Raises DuplicateCall, OperatorIsTalking."""
        call_id = event.call
        if call_id in self._floor.calls:
            raise DuplicateCall(call_id)
        if operator.state in CONVERSING:
            raise OperatorIsTalking(operator.code)
        offered = self.offered_to(operator)
        since = now if event.talk_since is None else min(event.talk_since, now)
        came_at = since - event.waited_s
        call = Call(call_id, queue, came_at, came_at, self._callers.new_turn())
        call.waited_s = event.waited_s
        self._moves.adopt(operator, call, now)
        operator.answered_at = None if event.talk_since is None else since
        self._floor.admit_call(call)
        self._conversations.begin(call, operator, since)
        if offered is not None:
            if operator.code in offered.offers:
                self.withdraw(offered, operator, "stale", now)
            else:
                self._do(EndCustomerCall(offered.id, operator.code))
            self._callers.wait(offered, now)

"""What does each event change? An outcome for every event in every state; matching.py then sees who can be matched."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import assert_never

from queues import events as ev
from queues.deadlines import Deadlines, Subject
from queues.effects import AcdEffect, ConnectCall, OfferCall, WithdrawCause, WithdrawOffer
from queues.errors import DuplicateCall, OperatorIsTalking, UnknownCall
from queues.floor import Floor
from queues.matching import explain
from queues.moves import Moves
from queues.ranking import caller_rank
from queues.records import Call, Operator, Queue


class Outcomes:
    """Carries events over to the floor and the deadlines, and notes the effects in order."""

    def __init__(self, floor: Floor, deadlines: Deadlines) -> None:
        self._floor = floor
        self._deadlines = deadlines
        self._moves = Moves(floor, deadlines)
        self._effects: list[AcdEffect] = []
        self._turns = count(1)
        self._now = 0.0

    def take_effects(self) -> list[AcdEffect]:
        """The effects noted since last asked."""
        effects, self._effects = self._effects, []
        return effects

    def apply(self, event: ev.AcdEvent, now: float) -> None:
        """Change what ``event`` changes. Every branch looks up all that it names before it changes anything."""
        self._now = now
        match event:
            case ev.CallerJoined():
                self._joined(event)
            case ev.CallerLeft(call) | ev.ConversationEnded(call):
                self._left(call)
            case ev.OfferAnswered(call, code):
                self._answered(call, self._floor.operator(code))
            case ev.OfferRefused(call, code, cause):
                self._refused(call, self._floor.operator(code), cause)
            case ev.ConversationAdopted(call, queue, code):
                self._adopted(call, self._floor.queue(queue), self._floor.operator(code))
            case ev.OperatorBecameReady(code):
                self._moves.say_ready(self._floor.operator(code), now)
            case ev.OperatorPaused(code, reason):
                self._moves.pause(self._floor.operator(code), now, reason)
            case ev.OperatorLoggedOut(code):
                self._logged_out(self._floor.operator(code))
            case ev.PhoneBecameReachable(code):
                self._phone_came(self._floor.operator(code))
            case ev.PhoneBecameUnreachable(code):
                self._phone_went(self._floor.operator(code))
            case ev.TimePassed():
                for due in self._deadlines.pop_due(now):
                    self._due(due)
            case _:
                assert_never(event)

    def offer(self, call: Call, operator: Operator) -> None:
        """Ring ``operator`` for ``call``, which keeps its place in the queue."""
        rules = call.queue.rules
        decision = explain(call, operator, self._now)
        self._floor.unqueue_call(call)
        call.stage, call.operator, call.since = "ringing", operator, self._now
        self._moves.ring(operator, call, self._now)
        self._effects.append(OfferCall(call.id, operator.code, rules.name, rules.ring_timeout_s, decision))

    # Callers

    def _joined(self, event: ev.CallerJoined) -> None:
        queue = self._floor.queue(event.queue)
        if event.call in self._floor.calls:
            raise DuplicateCall(event.call)
        arrived_at = self._now if event.arrived_at is None else min(event.arrived_at, self._now)
        rank = caller_rank(event.priority, arrived_at, next(self._turns))
        call = Call(event.call, queue, event.skills, arrived_at, rank)
        self._want_skills(call)
        queue.counts = replace(queue.counts, offered=queue.counts.offered + 1)
        self._floor.enter_line(call)
        self._wait(call)

    def _want_skills(self, call: Call) -> None:
        """For a time only operators with all the wanted skills will do. A caller given an old place has waited some."""
        patient_until = call.arrived_at + call.queue.rules.skill_wait_s
        if patient_until <= self._now:
            call.waited_for_skills = True
            return
        call.need = self._floor.need(call.queue, call.skills)
        if call.need is not call.queue.anyone:
            self._deadlines.set("skills", call.id, patient_until)

    def _wait(self, call: Call) -> None:
        call.stage, call.operator, call.since = "waiting", None, self._now
        self._floor.queue_call(call)

    def _left(self, call_id: str) -> None:
        """The caller is gone, at whatever moment: while waiting, while a phone rings, or while talking."""
        call = self._floor.calls.get(call_id)
        if call is None:
            raise UnknownCall(call_id)
        if call.stage == "talking" and call.operator is not None:
            self._moves.end_conversation(call.operator, call, self._now)
        else:
            self._abandoned(call)
        del self._floor.calls[call_id]
        self._floor.touch_call(call)

    def _abandoned(self, call: Call) -> None:
        counts = call.queue.counts
        call.queue.counts = replace(
            counts,
            abandoned=counts.abandoned + 1,
            abandoned_in_sl=counts.abandoned_in_sl + self._within_service_level(call),
        )
        self._leave_line(call)
        if call.operator is None:
            self._floor.unqueue_call(call)
        else:
            self._withdraw(call, call.operator, "caller_left")
            self._moves.release(call.operator, self._now)

    def _leave_line(self, call: Call) -> None:
        self._floor.leave_line(call)
        self._deadlines.cancel("skills", call.id)

    def _within_service_level(self, call: Call) -> bool:
        return self._now - call.arrived_at <= call.queue.rules.service_level_s

    # Offers and conversations

    def _answered(self, call_id: str, operator: Operator) -> None:
        """Connect if this very offer still stands. Told again while they talk, there is nothing left to do."""
        call = self._floor.calls.get(call_id)
        if call is None or call.operator is not operator:
            self._effects.append(WithdrawOffer(call_id, operator.code, "stale"))
        elif call.stage == "ringing":
            counts = call.queue.counts
            call.queue.counts = replace(
                counts,
                answered=counts.answered + 1,
                answered_in_sl=counts.answered_in_sl + self._within_service_level(call),
            )
            self._leave_line(call)
            self._moves.answer(operator, self._now)
            self._talk(call, operator)
            self._effects.append(ConnectCall(call.id, operator.code, call.queue.rules.name))

    def _talk(self, call: Call, operator: Operator) -> None:
        call.stage, call.operator, call.since = "talking", operator, self._now
        self._floor.touch_call(call)

    def _refused(self, call_id: str, operator: Operator, cause: ev.RefusalCause) -> None:
        call = self._floor.calls.get(call_id)
        if call is None or call.operator is not operator or call.stage != "ringing":
            return
        match cause:
            case "rejected":
                self._moves.miss(operator, call, self._now, "rejected")
            case "busy" | "failed":
                self._moves.miss(operator, call, self._now, "missed")
            case "unreachable":
                self._lost_phone(operator, call)
            case _:
                assert_never(cause)
        self._wait(call)

    def _lost_phone(self, operator: Operator, call: Call) -> None:
        """Take the phone for unreachable, but not for ever.

        Nobody has told that the phone went, so perhaps nobody will tell that it is back: it is tried again after the
        refusal pause, unless that is told before. It is no fault of the operator, who keeps the state and the place.
        """
        self._floor.set_phone(operator, reachable=False)
        self._deadlines.set("phone", operator.code, self._now + call.queue.rules.refusal_pause_s)
        self._moves.release(operator, self._now)

    def _withdraw(self, call: Call, operator: Operator, cause: WithdrawCause) -> None:
        self._effects.append(WithdrawOffer(call.id, operator.code, cause))

    def _adopted(self, call_id: str, queue: Queue, operator: Operator) -> None:
        if call_id in self._floor.calls:
            raise DuplicateCall(call_id)
        if operator.state == "talking":
            raise OperatorIsTalking(operator.code)
        offered = self._offered_to(operator)
        call = Call(call_id, queue, frozenset(), self._now, caller_rank(0, self._now, next(self._turns)))
        self._moves.adopt(operator, call, self._now)
        self._floor.calls[call_id] = call
        self._talk(call, operator)
        if offered is not None:
            self._withdraw(offered, operator, "stale")
            self._wait(offered)

    def _offered_to(self, operator: Operator) -> Call | None:
        """The call for which the operator's phone rings."""
        return self._floor.calls[operator.call] if operator.state == "ringing" and operator.call else None

    # Operators' phones, and time

    def _logged_out(self, operator: Operator) -> None:
        offered = self._offered_to(operator)
        self._moves.log_out(operator, self._now)
        if offered is not None:
            self._withdraw(offered, operator, "operator_logged_out")
            self._wait(offered)

    def _phone_came(self, operator: Operator) -> None:
        self._deadlines.cancel("phone", operator.code)
        self._floor.set_phone(operator, reachable=True)

    def _phone_went(self, operator: Operator) -> None:
        """Asterisk says so, so only Asterisk can say that it is back. A conversation goes on as long as it does."""
        self._deadlines.cancel("phone", operator.code)
        self._floor.set_phone(operator, reachable=False)
        offered = self._offered_to(operator)
        if offered is not None:
            self._withdraw(offered, operator, "phone_unreachable")
            self._moves.release(operator, self._now)
            self._wait(offered)

    def _due(self, due: Subject) -> None:
        kind, subject = due
        match kind:
            case "skills":
                self._waited_for_skills(self._floor.calls[subject])
            case "phone":
                self._floor.set_phone(self._floor.operators[subject], reachable=True)
            case "state":
                self._state_due(self._floor.operators[subject])
            case _:
                assert_never(kind)

    def _waited_for_skills(self, call: Call) -> None:
        """From now on anyone of the queue will do. A phone that rings meanwhile goes on ringing."""
        call.waited_for_skills = True
        if call.stage == "ringing":
            call.need = call.queue.anyone
        else:
            self._floor.unqueue_call(call)
            call.need = call.queue.anyone
            self._floor.queue_call(call)

    def _state_due(self, operator: Operator) -> None:
        """A phone has rung for its time, or a wrap-up or a refusal pause is over."""
        offered = self._offered_to(operator)
        if offered is None:
            self._moves.end_deadline(operator, self._now)
        else:
            self._withdraw(offered, operator, "ring_timeout")
            self._moves.miss(operator, offered, self._now, "missed")
            self._wait(offered)

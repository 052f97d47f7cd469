"""What does each event change? One branch an event; the work is in callers, departures, offers, conversations and moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import assert_never

from queues import events as ev
from queues.callers import Callers
from queues.conversations import Conversations
from queues.deadlines import Deadlines, Subject
from queues.departures import SEPARATOR, Departures
from queues.effects import AcdEffect, WithdrawOffer
from queues.errors import UnknownCall
from queues.facts import CountsSet, DayStarted, Fact, PhoneChanged
from queues.floor import Floor
from queues.moves import Moves
from queues.offers import Offers
from queues.records import Call, Operator, Queue
from queues.rules import QueueRules
from queues.views import QueueCounts


class Outcomes:
    """Carries events over to the floor and the deadlines, and notes effects and facts in order."""

    def __init__(self, floor: Floor, deadlines: Deadlines, chance: Callable[[], float]) -> None:
        self._floor = floor
        self._deadlines = deadlines
        self._effects: list[AcdEffect] = []
        self._facts: list[Fact] = []
        do, note = self._effect, self._fact
        self.version = 1
        self.watcher: Callable[[Call, Operator], None] | None = None
        self.moves = Moves(floor, deadlines, chance, note)
        self._departures = Departures(floor, deadlines, note)
        self._callers = Callers(floor, deadlines, self._departures, do, note)
        self._conversations = Conversations(floor, self.moves, note)
        self._offers = Offers(
            floor,
            deadlines,
            self.moves,
            self._callers,
            self._departures,
            self._conversations,
            do,
            note,
            lambda: self.version,
        )
        self._now = 0.0

    def _effect(self, effect: AcdEffect) -> None:
        self._effects.append(effect)

    def _fact(self, fact: Fact) -> None:
        self._facts.append(fact)

    def take_effects(self) -> list[AcdEffect]:
        """The effects noted since last asked."""
        effects, self._effects = self._effects, []
        return effects

    def take_facts(self) -> list[Fact]:
        """The facts noted since last asked."""
        facts, self._facts = self._facts, []
        return facts

    def offer(self, call: Call, operator: Operator) -> None:
        """The matching found these two."""
        if self.watcher is not None:
            self.watcher(call, operator)
        self._offers.offer(call, operator, self._now)

    def settle(self) -> None:
        """After an event, before the matching: callers leave queues that have become empty."""
        while emptied := self._floor.take_emptied():
            for queue in emptied:
                self._callers.check_emptied(queue, self._now)

    def apply(self, event: ev.AcdEvent, now: float) -> None:
        """Change what ``event`` changes. Every branch looks up all that it names before it changes anything."""
        self._now = now
        match event:
            case ev.CallerJoined():
                self._callers.join(event, now)
            case ev.CallerLeft(call, by, to):
                self._left(self._call(call), by, to)
            case ev.ConversationEnded(call):
                self._left(self._call(call), "operator")
            case ev.OfferAnswered() | ev.OfferRefused() | ev.CustomerAnswered() | ev.CustomerMissed():
                self._line_spoke(event)
            case ev.CallbackTaken(call):
                self._callback_taken(event, self._call(call))
            case ev.CallHeld(call):
                self._conversations.hold(self._call(call), True, now)
            case ev.CallResumed(call):
                self._conversations.hold(self._call(call), False, now)
            case ev.ConversationHandedOver(call, code):
                self._handed_over(self._call(call), self._floor.operator(code))
            case ev.OfferAdopted(call, code):
                self._offers.adopt_ringing(self._call(call), self._floor.operator(code), now)
            case ev.ConversationAdopted(queue=queue, operator=code):
                self._offers.adopt(event, self._floor.queue(queue), self._floor.operator(code), now)
            case ev.QueueClosed(name):
                self._callers.close(self._floor.queue(name), now)
            case ev.QueueOpened(name):
                self._callers.open(self._floor.queue(name), now)
            case ev.QueueChanged(rules):
                self._queue_changed(rules)
            case ev.QueueAdded(rules):
                self._floor.add_queue(rules)
            case ev.OperatorHired(profile):
                self._floor.hire(profile)
            case ev.CallbacksHeldBack():
                self._callers.hold_back_callbacks()
            case ev.CallbacksAllowed():
                self._callers.allow_callbacks(now)
            case ev.DayBegan():
                self._begin_day()
            case ev.CountsRestored(queue, counts):
                self._restore_counts(self._floor.queue(queue), counts)
            case ev.TimePassed():
                for due in self._deadlines.pop_due(now):
                    self._due(due)
            case _:
                self._operator_spoke(event, self._floor.operator(event.operator))

    def _operator_spoke(self, event: ev.OperatorEvent, operator: Operator) -> None:
        now = self._now
        match event:
            case ev.OperatorBecameReady():
                self.moves.say_ready(operator, now)
            case ev.OperatorPaused(reason=reason):
                self.moves.pause(operator, now, reason)
            case ev.OperatorLoggedOut():
                self._logged_out(operator)
            case ev.MembershipsChanged(memberships=memberships):
                self.moves.change_memberships(operator, memberships, now)
            case ev.SkillsChanged(skills=skills):
                self._floor.set_skills(operator, skills)
            case ev.OwnCallBegan():
                self._own_call_began(operator)
            case ev.OwnCallEnded():
                if operator.state == "own_call":
                    self.moves.end_own_call(operator, now)
            case ev.WrapUpExtended(seconds=seconds):
                self.moves.extend_wrap_up(operator, seconds)
            case ev.DispositionGiven():
                self.moves.dispose(operator, now)
            case ev.WrapUpAdopted(queue=queue):
                self.moves.adopt_wrap_up(operator, event, self._floor.queue(queue), now)
            case ev.PhoneBecameReachable():
                self._phone_came(operator)
            case ev.PhoneBecameUnreachable():
                self._phone_went(operator)
            case _:
                assert_never(event)

    def _line_spoke(self, event: ev.OfferAnswered | ev.OfferRefused | ev.CustomerAnswered | ev.CustomerMissed) -> None:
        call = self._floor.calls.get(event.call)
        match event:
            case ev.OfferAnswered(call=name, operator=code):
                self._answered(name, call, self._floor.operator(code))
            case ev.OfferRefused(operator=code, cause=cause):
                operator = self._floor.operator(code)
                if call is not None:
                    self._offers.refused(call, operator, cause, self._now)
            case ev.CustomerAnswered(call=name):
                self._offers.customer_answered(self._call(name), self._now)
            case ev.CustomerMissed(call=name):
                self._offers.customer_missed(self._call(name), self._now)
            case _:
                assert_never(event)

    def _call(self, name: str) -> Call:
        try:
            return self._floor.calls[name]
        except KeyError:
            raise UnknownCall(name) from None

    # Callers

    def _left(self, call: Call, by: ev.LeftBy, to: str = "") -> None:
        """The caller is gone, at whatever moment: while waiting, while a phone rings, or while talking."""
        if call.stage == "talking":
            self._conversations.end(call, by, self._now, to)
            self._floor.forget_call(call)
            return
        self._offers.drop(call, "caller_left", self._now)
        self._departures.gone(call, by, self._now, to)

    def _callback_taken(self, event: ev.CallbackTaken, call: Call) -> None:
        """Whoever talks already needs none; a phone that rings for the caller stops."""
        if call.stage not in ("waiting", "ringing") or call.callback is not None:
            return
        self._offers.drop(call, "caller_left", self._now)
        self._callers.take_callback(event, call, self._now)

    # Offers and conversations

    def _answered(self, name: str, call: Call | None, operator: Operator) -> None:
        """Connect if this very offer still stands. Told again while they talk, there is nothing left to do."""
        if call is not None and operator.code in call.offers:
            self._offers.answered(call, operator, self._now)
        elif call is None or call.operator is not operator:
            self._effects.append(WithdrawOffer(name, operator.code, "stale"))

    def _handed_over(self, call: Call, operator: Operator) -> None:
        if call.stage != "talking":
            raise UnknownCall(call.id)
        if call.operator is not operator:
            self._offers.hand_over(call, operator, self._now)

    def _queue_changed(self, rules: QueueRules) -> None:
        """Callers keep their places and needs; the free are put into the new order."""
        queue = self._floor.queue(rules.name)
        old, queue.rules = queue.rules, rules
        self.version += 1
        queue.plans.clear()
        if old.strategy != rules.strategy:
            queue.cursor.clear()
            for operator in queue.members.values():
                self._floor.rerank(operator, self.moves.ranks_of(operator))
        if old.weight != rules.weight:
            for call in list(queue.line):
                self._callers.priority_counts(call, self._now)
        self._floor.touch_queue(queue)
        self._floor.watch_emptiness(queue)

    # Counts

    def _begin_day(self) -> None:
        self._fact(DayStarted(self._now))
        for queue in self._floor.queues.values():
            queue.counts = asdict(QueueCounts(offered=len(queue.line)))
            self._floor.touch_queue(queue)
            if queue.line:
                self._fact(CountsSet(self._now, queue.rules.name, QueueCounts(**queue.counts)))
        self.moves.start_new_day()

    def _restore_counts(self, queue: Queue, counts: QueueCounts) -> None:
        gone = counts.answered + counts.abandoned + counts.exited
        queue.counts = asdict(replace(counts, offered=gone + len(queue.line)))
        self._floor.touch_queue(queue)
        self._fact(CountsSet(self._now, queue.rules.name, QueueCounts(**queue.counts)))

    # Operators' phones, and time

    def _logged_out(self, operator: Operator) -> None:
        offered = self._offers.offered_to(operator)
        if offered is None:
            self.moves.log_out(operator, self._now)
            return
        self._offers.lost(operator, "operator_logged_out", self._now, release=False)
        self.moves.log_out(operator, self._now)

    def _own_call_began(self, operator: Operator) -> None:
        """Those who talk with a caller consult; whoever is logged out is nobody's concern."""
        if operator.state in ("talking", "on_hold", "own_call", "logged_out"):
            return
        self._offers.lost(operator, "operator_busy", self._now, release=False)
        self.moves.begin_own_call(operator, self._now)

    def _phone_came(self, operator: Operator) -> None:
        self._deadlines.cancel("phone", operator.code)
        self._set_phone(operator, reachable=True)

    def _phone_went(self, operator: Operator) -> None:
        """Asterisk says so, so only Asterisk can say that it is back. A conversation goes on as long as it does."""
        self._deadlines.cancel("phone", operator.code)
        self._set_phone(operator, reachable=False)
        self._offers.lost(operator, "phone_unreachable", self._now, release=True)

    def _set_phone(self, operator: Operator, reachable: bool) -> None:
        if operator.phone_reachable != reachable:
            self._fact(PhoneChanged(self._now, operator.code, reachable))
        self._floor.set_phone(operator, reachable)

    def _due(self, due: Subject) -> None:
        kind, subject = due
        match kind:
            case "step":
                self._callers.step_over(self._floor.calls[subject], self._now)
            case "priority":
                self._callers.priority_counts(self._floor.calls[subject], self._now)
            case "wait":
                self._callers.wait_over(self._floor.calls[subject], self._now)
            case "ring":
                self._offers.ring_step_over(self._floor.calls[subject])
            case "reoffer":
                call, _, code = subject.partition(SEPARATOR)
                self._offers.may_be_offered_again(self._floor.calls[call], code)
            case "callback":
                self._callers.wait(self._floor.calls[subject], self._now)
            case "place":
                queue, _, who = subject.partition(SEPARATOR)
                self._floor.queues[queue].kept.pop(who, None)
            case "phone":
                self._set_phone(self._floor.operators[subject], reachable=True)
            case "state":
                self._state_due(self._floor.operators[subject])
            case _:
                assert_never(kind)

    def _state_due(self, operator: Operator) -> None:
        """A phone has rung for its time, or a wrap-up or a refusal pause is over."""
        offered = self._offers.offered_to(operator)
        if offered is None:
            self.moves.end_deadline(operator, self._now)
        else:
            self._offers.ring_timeout(offered, operator, self._now)

"""Where the ACD meets the world: events go in with the time, effects go to the calls' inboxes, views onto the board.

Everything here is immediate; nothing awaits. So the ACD's order of events is the order in which they happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import assert_never

import structlog

from ari_app.call import Call
from ari_app.clock import Clock
from ari_app.contract import PhoneReason
from ari_app.status import StatusPublisher
from queues.acd import Acd
from queues.effects import (
    AcdEffect,
    CallCustomer,
    ConnectCall,
    EndCustomerCall,
    MoveCaller,
    OfferCall,
    ReleaseCaller,
    WithdrawOffer,
)
from queues.events import (
    AcdEvent,
    CallerJoined,
    CallerLeft,
    ConversationAdopted,
    DayBegan,
    LeftBy,
    OfferAdopted,
    OfferAnswered,
    OfferRefused,
    OperatorLoggedOut,
    OperatorPaused,
    PhoneBecameReachable,
    PhoneBecameUnreachable,
    RefusalCause,
    TimePassed,
)
from queues.journal import Happened

log = structlog.get_logger(__name__)
Listener = Callable[[Happened], None]


class Switchboard:
    """One ACD with its timer. ``start_timer(delay_s, callback)`` returns a handle with ``cancel()``; ``listeners`` are told of
    every event and what came of it, at once and in order: they must neither wait nor ask for anything."""

    def __init__(
        self,
        acd: Acd,
        clock: Clock,
        status: StatusPublisher,
        start_timer: Callable[[float, Callable[[], None]], asyncio.TimerHandle],
        listeners: Iterable[Listener] = (),
    ) -> None:
        self.acd = acd
        self._clock = clock
        self._status = status
        self._start_timer = start_timer
        self._listeners = tuple(listeners)
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: float | None = None
        self._calls: dict[str, Call] = {}
        self._joined: dict[str, CallerJoined] = {}
        self._wishes: dict[str, OperatorPaused | OperatorLoggedOut] = {}
        self._closed = False
        self._on_touched: Callable[[str], None] = lambda _call: None

    def tell_of_calls(self, listener: Callable[[str], None]) -> None:
        """``listener`` is told of each call with which something has happened, by its id; it must neither wait nor ask."""
        self._on_touched = listener

    @property
    def calls(self) -> Mapping[str, Call]:
        """The calls that live, by id."""
        return self._calls

    def conversation_of(self, operator: str) -> Call | None:
        """The call whose caller ``operator`` talks with now, if there is one."""
        return next((call for call in self._calls.values() if call.control and call.control.operator == operator), None)

    def close(self) -> None:
        """Let go: no event counts and nothing is shown any more; calls stay as they are for the next controller."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    def call_began(self, call: Call) -> None:
        """Show a new call."""
        self._calls[call.id] = call
        self.publish_call(call.id)

    def call_over(self, call: Call) -> None:
        """Show that a call has ended, and forget it."""
        call.stage, call.stage_since = "ended", self._clock.now()
        self.publish_call(call.id)
        self._calls.pop(call.id, None)
        self._joined.pop(call.id, None)

    def publish_call(self, call: str) -> None:
        """Show a call again, after something other than its place in a queue changed."""
        if call in self._calls and not self._closed:
            self._status.publish_call(self._calls[call], self.acd)

    def apply(self, event: AcdEvent) -> None:
        """Tell the ACD, hand out what it decides, show what changed. Raises queues.errors.AcdError, nothing changed."""
        if self._closed:
            return
        now = self._clock.now()
        try:
            effects = self.acd.handle(event, now)
        except Exception as refused:
            self._tell(Happened(now, event, (), tuple(self.acd.facts()), type(refused).__name__))
            raise
        if isinstance(event, CallerJoined):
            self._joined[event.call] = event
        self._hand_out(effects)
        self._tell(Happened(now, event, tuple(effects), tuple(self.acd.facts())))
        touched = self.acd.touched()
        self._status.publish(touched, self.acd, self._calls, now)
        for call in touched.calls:
            self._on_touched(call)
        self._arm(now)

    def joined(self, call: str) -> CallerJoined | None:
        """With which wishes a living call entered its queue last."""
        return self._joined.get(call)

    def place(self, call: str) -> CallerJoined | None:
        """How to enter a waiting call again so that it has the place that it has now."""
        view, joined = self.acd.call(call), self._joined.get(call)
        if view is None or joined is None:
            return None
        return replace(
            joined,
            queue=view.queue,
            priority=view.priority,
            arrived_at=view.arrived_at,
            joined_at=view.joined_at,
            restored=True,
        )

    def shown_caller(self, caller: str) -> str:
        """A caller's number as people see it."""
        return self._status.shown_caller(caller)

    def mark_forced(self, operator: str, by: str | None) -> None:
        """Who asked for the operator's pause that follows: a supervisor, or (None) the operator."""
        self._status.mark_forced(operator, by)

    def phone_changed(self, operator: str, reason: PhoneReason | None) -> None:
        """The operator's phone can be offered calls, or (``reason``) not. Raises queues.errors.UnknownOperator."""
        self._status.mark_phone(operator, reason)
        self.apply(PhoneBecameUnreachable(operator) if reason else PhoneBecameReachable(operator))
        if not self._closed:
            self._status.publish_operator(operator, self.acd)

    def _tell(self, happened: Happened) -> None:
        for listener in self._listeners:
            try:
                listener(happened)
            except Exception:  # whoever only listens must not harm a call
                log.exception("listener_failed")

    def leave(self, call: str, by: LeftBy = "caller", to: str = "") -> None:
        """The call is over for the queue, whatever its stage; harmless when it never joined or was told before.

        ``to``: the key pressed, or whom the caller was transferred to.
        """
        if self.acd.call(call) is not None:
            self.apply(CallerLeft(call, by, to))

    def offer_answered(self, call: str, operator: str) -> None:
        """The operator's phone answered."""
        self.apply(OfferAnswered(call, operator))

    def offer_refused(self, call: str, operator: str, cause: RefusalCause) -> None:
        """The operator's phone did not take the offer."""
        log.info("offer_refused", call=call, operator=operator, cause=cause)
        self._status.count_offer_not_taken(cause)
        self.apply(OfferRefused(call, operator, cause))

    def adopt(self, call: str, queue: str, operator: str, since: float | None = None, waited_s: float = 0.0) -> None:
        """A conversation that an earlier life of the controller connected goes on, ``since`` then (Unix seconds)."""
        self.apply(ConversationAdopted(call, queue, operator, since, waited_s))
        self._wish_again(operator)

    def adopt_offer(self, call: str, operator: str) -> None:
        """A phone that an earlier life of the controller rang for this call rings on."""
        self.apply(OfferAdopted(call, operator))
        self._wish_again(operator)

    def remember_wish(self, wish: OperatorPaused | OperatorLoggedOut) -> None:
        """What an operator had asked for in an earlier life, for after a call that is yet to be adopted."""
        self._wishes[wish.operator] = wish

    def _wish_again(self, operator: str) -> None:
        if (wish := self._wishes.pop(operator, None)) is not None:
            self.apply(wish)

    def day(self) -> str:
        """The ISO date now, in the centre's time zone."""
        return self._status.day(self._clock.now())

    def start_new_day(self) -> None:
        """Count from zero and show it."""
        self.apply(DayBegan())
        self.publish_all()

    def publish_waiting(self) -> None:
        """Show again the queues in which someone waits: their longest wait has grown."""
        self._status.publish_waiting(self.acd, self._calls, self._clock.now())

    def publish_all(self) -> None:
        """Show every queue and operator, at the start."""
        self._status.publish_all(self.acd, self._clock.now())

    def _hand_out(self, effects: Iterable[AcdEffect]) -> None:
        for effect in effects:
            match effect:
                case OfferCall(decision=decision):  # the journal has it; every line at "info" costs each call a write
                    log.debug(
                        "call_offered",
                        call=effect.call,
                        operator=effect.operator,
                        queue=effect.queue,
                        rule=decision.rule,
                        waited_s=round(decision.waited_s, 3),
                        idle_s=round(decision.idle_s, 3),
                        unreachable=decision.passed_over.unreachable,
                    )
                case WithdrawOffer(cause=why):
                    log.info("offer_withdrawn", call=effect.call, operator=effect.operator, cause=why)
                    if why in ("ring_timeout", "phone_unreachable"):
                        self._status.count_offer_not_taken("no_answer" if why == "ring_timeout" else "unreachable")
                case ConnectCall():
                    log.debug("call_connected", call=effect.call, operator=effect.operator, queue=effect.queue)
                case CallCustomer(attempt=attempt):
                    log.info("customer_called_back", call=effect.call, operator=effect.operator, attempt=attempt)
                case EndCustomerCall():
                    log.info("call_back_given_up", call=effect.call, operator=effect.operator)
                case MoveCaller(cause=cause) | ReleaseCaller(cause=cause):
                    log.info("caller_left_queue", call=effect.call, queue=effect.queue, cause=cause)
                case _:
                    assert_never(effect)
            if effect.call in self._calls:
                self._calls[effect.call].put_nowait(effect)

    def _arm(self, now: float) -> None:
        deadline = self.acd.next_deadline()
        if deadline == self._timer_at and self._timer is not None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = deadline
        self._timer = None if deadline is None else self._start_timer(max(0.0, deadline - now), self._time_passed)

    def _time_passed(self) -> None:
        self._timer = self._timer_at = None
        self.apply(TimePassed())

"""Where the ACD meets the world: events go in with the time, effects go to the calls' inboxes, views onto the board.

Everything here is immediate; nothing awaits. So the ACD's order of events is the order in which they happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import assert_never

import structlog

from ari_app.call import Call
from ari_app.clock import Clock
from ari_app.status import StatusPublisher
from queues.acd import Acd
from queues.effects import AcdEffect, ConnectCall, OfferCall, WithdrawOffer
from queues.events import (
    AcdEvent,
    CallerJoined,
    CallerLeft,
    ConversationAdopted,
    OfferAnswered,
    OfferRefused,
    RefusalCause,
    TimePassed,
)

log = structlog.get_logger(__name__)


class Switchboard:
    """One ACD with its timer. ``start_timer(delay_s, callback)`` returns a handle with ``cancel()``."""

    def __init__(
        self,
        acd: Acd,
        clock: Clock,
        status: StatusPublisher,
        start_timer: Callable[[float, Callable[[], None]], asyncio.TimerHandle],
    ) -> None:
        self.acd = acd
        self._clock = clock
        self._status = status
        self._start_timer = start_timer
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: float | None = None
        self._calls: dict[str, Call] = {}
        self._closed = False

    @property
    def calls(self) -> Mapping[str, Call]:
        """The calls that live, by id."""
        return self._calls

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

    def publish_call(self, call: str) -> None:
        """Show a call again, after something other than its place in a queue changed."""
        if call in self._calls and not self._closed:
            self._status.publish_call(self._calls[call], self.acd)

    def apply(self, event: AcdEvent) -> None:
        """Tell the ACD, hand out what it decides, show what changed. Raises queues.errors.AcdError, nothing changed."""
        if self._closed:
            return
        now = self._clock.now()
        self._hand_out(self.acd.handle(event, now))
        touched = self.acd.touched()
        self._status.publish(touched, self.acd, self._calls, now)
        self._arm(now)

    def join(self, call: Call, queue: str, skills: frozenset[str], priority: int) -> None:
        """The caller enters a queue."""
        self.apply(CallerJoined(call.id, queue, skills, priority))

    def leave(self, call: str) -> None:
        """The call is over for the queue, whatever its stage; harmless when it never joined or was told before."""
        if self.acd.call(call) is not None:
            self.apply(CallerLeft(call))

    def offer_answered(self, call: str, operator: str) -> None:
        """The operator's phone answered."""
        self.apply(OfferAnswered(call, operator))

    def offer_refused(self, call: str, operator: str, cause: RefusalCause) -> None:
        """The operator's phone did not take the offer."""
        log.info("offer_refused", call=call, operator=operator, cause=cause)
        self.apply(OfferRefused(call, operator, cause))

    def adopt(self, call: str, queue: str, operator: str) -> None:
        """A conversation that an earlier life of the controller connected goes on."""
        self.apply(ConversationAdopted(call, queue, operator))

    def day(self) -> str:
        """The ISO date now, in the centre's time zone."""
        return self._status.day(self._clock.now())

    def start_new_day(self) -> None:
        """Count from zero and show it."""
        self.acd.start_new_day()
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
                case OfferCall(decision=decision):
                    log.info(
                        "call_offered",
                        call=effect.call,
                        operator=effect.operator,
                        queue=effect.queue,
                        rule=decision.rule,
                        waited_s=round(decision.waited_s, 3),
                        idle_s=round(decision.idle_s, 3),
                    )
                case WithdrawOffer():
                    log.info("offer_withdrawn", call=effect.call, operator=effect.operator, cause=effect.cause)
                case ConnectCall():
                    log.info("call_connected", call=effect.call, operator=effect.operator, queue=effect.queue)
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

"""How does a caller wait? In the queue, while the ACD's offers ring operators, until one answer stands or another way is taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.guidance import Outcome
from ari_app.calls.hearing import Hearing
from ari_app.calls.ringing import OperatorLeg, RingingLegs
from ari_app.cancellation import to_its_end
from ari_app.centre_queues import DestinationEntry
from ari_app.outbound import NotAllowed, way_out
from ari_app.telephony import ChannelEnded, LegAnswered
from ari_app.telephony import DigitPressed as KeyPressed
from ivr_flows.messages import HangUp, JoinQueue
from queues.effects import ConnectCall, MoveCaller, OfferCall, ReleaseCaller, WithdrawOffer
from queues.events import CallbackTaken, CallerJoined
from queues.rules import Destination, ExitWhen

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Departure:
    """The caller has left the queue for another place: by one of its exits, or by a ``key``."""

    to: Destination
    cause: ExitWhen | Literal["key", "callback_failed"]


@dataclass(frozen=True, slots=True)
class CallbackAgreed:
    """The caller hangs up, keeps the place, and will be called."""


WaitOver = OperatorLeg | Departure | CallbackAgreed | Outcome
"""How waiting ends; an ``Outcome`` is that of a menu that a key led to."""


async def wait_for_operator(call: Call, wish: JoinQueue, exchange: Exchange) -> WaitOver:
    """Join ``wish.queue``, and return how the waiting ended. However it does, no other leg is left ringing."""
    waiting = _Waiting(call, wish, exchange, RingingLegs(call, exchange))
    await waiting.hearing.begin(wish.queue)
    return await waiting.to_its_end(join=True)


async def wait_on(
    call: Call, wish: JoinQueue, ringing: RingingLegs, exchange: Exchange, *, greeting: bool = True
) -> WaitOver:
    """As ``wait_for_operator``, for one who has a place already: a customer who was called back and has picked up, who hears a
    ``greeting``, or a caller who kept the place over a restart of the controller."""
    view = exchange.switchboard.acd.call(call.id)
    queue = view.queue if view else wish.queue  # perhaps not the one that was wished for
    waiting = _Waiting(call, replace(wish, queue=queue), exchange, ringing)
    if not waiting.is_being_connected:
        await waiting.hearing.begin(queue)
        if greeting:
            await waiting.hearing.say(["callback_greeting"])
    return await waiting.to_its_end(join=False)


class _Waiting:
    """One caller's time in the queues."""

    def __init__(self, call: Call, wish: JoinQueue, exchange: Exchange, ringing: RingingLegs) -> None:
        self._call = call
        self._wish = wish
        self._queue = wish.queue
        self._key = ""
        self._exchange = exchange
        self._ringing = ringing
        self.hearing = Hearing(call, exchange)

    async def to_its_end(self, *, join: bool) -> WaitOver:
        try:
            if join:
                self._join()
            self.hearing.placed()
            if join and self._wish.called_back and (agreed := await self._agree()) is not None:
                return agreed
            while (over := await self._next()) is None:
                pass
            return over
        except BaseException:
            self.hearing.break_off()
            raise
        finally:
            if self._ringing.any_left:
                await to_its_end(self._ringing.stop_all())

    def _join(self) -> None:
        call, wish, known = self._call, self._wish, self._exchange.known_callers
        who = known.who(call.caller)
        self._take_back_place(who)
        lasting_s = self._exchange.queue(wish.queue).entry.last_operator_s
        joined = CallerJoined(
            call.id,
            wish.queue,
            dict(wish.skills),
            known.priority(self._exchange.in_force().vip, call.caller, wish.priority),
            arrived_at=call.arrived_at,
            who=who,
            preferred=wish.operator or (known.last_operator(who) if lasting_s else None),
        )
        self._exchange.switchboard.apply(joined)
        call.passing = None
        view = self._exchange.switchboard.acd.call(call.id)
        call.arrived_at = view.arrived_at if view else call.arrived_at or self._exchange.clock.now()

    def _take_back_place(self, who: str | None) -> None:
        """Whoever rings again before being called back has the old place, and is not called."""
        found = self._exchange.callbacks.of(who, self._wish.queue)
        agreed = self._exchange.switchboard.calls.get(found.call) if found is not None else None
        if found is not None and agreed is not None and agreed.goes_on_alone:
            self._call.arrived_at = min(found.arrived_at, self._call.arrived_at or found.arrived_at)
            agreed.end("rang_again")

    async def _next(self) -> WaitOver | None:
        """Take what comes next; the way in which the waiting is over, if it is."""
        ringing = self._ringing
        item = await self._exchange.next_item(self._call, self.hearing.next_at)
        match item:
            case OfferCall(operator=operator, queue=queue):
                await ringing.start(operator, queue)
            case WithdrawOffer(operator=operator):
                await ringing.stop(operator)
            case LegAnswered(channel=channel):
                ringing.answered(channel)
            case ChannelEnded(channel=channel, refusal=refusal):
                ringing.ended(channel, refusal)
            case ConnectCall(operator=operator, queue=queue):
                await self.hearing.end()
                return await ringing.take(operator, queue) or HangUp("operator_hung_up")
            case MoveCaller(queue=queue):
                self._queue = queue
                await self.hearing.move(queue)
            case ReleaseCaller(to=to, cause=cause):
                await self.hearing.end()
                return Departure(to, cause)
            case KeyPressed(digit=digit) if not self.hearing.in_menu:
                return await self._pressed(digit)
            case _:
                outcome = await self.hearing.take(item)
                return None if outcome is None else await self._chosen(outcome)
        return None

    # -- keys ----------------------------------------------------------------------------------------------------------

    async def _pressed(self, digit: str) -> WaitOver | None:
        """A key keeps the place until the choice is made; one without a meaning changes nothing."""
        entry = self._exchange.queue(self._queue).entry
        to, self._key = entry.keys.get(digit), digit
        if to is not None and to.callback:
            return await self._agree()
        if to is not None:
            return await self._take_way(to)
        if digit == entry.callback.key and self.hearing.was_offered_a_callback:
            return await self._agree()
        return None

    async def _take_way(self, to: DestinationEntry) -> WaitOver | None:
        if to.flow is None:
            return await self._leave(Departure(to.destination(), "key"))
        outcome = await self.hearing.ask(to.flow, to.entry, dict(self._wish.skills))
        return None if outcome is None else await self._chosen(outcome)

    async def _chosen(self, outcome: Outcome) -> WaitOver | None:
        """The menu has led somewhere: to the very queue where the caller waits, or away."""
        if isinstance(outcome, JoinQueue) and outcome.queue == self._queue:
            await self.hearing.leave_menu()
            return None
        return await self._leave(outcome)

    async def _leave(self, way: WaitOver) -> WaitOver | None:
        """By a key; not if an operator has answered this very moment, whose ``ConnectCall`` is the next to come."""
        if self.is_being_connected:
            return None
        self._exchange.switchboard.leave(self._call.id, by="key", to=self._key)
        await self.hearing.end()
        return way

    @property
    def is_being_connected(self) -> bool:
        """An operator's answer stands, or the queue has let go of the caller: what to do is the next to come."""
        view = self._exchange.switchboard.acd.call(self._call.id)
        return view is None or view.stage == "talking"

    async def _agree(self) -> CallbackAgreed | None:
        """To be called back. The intent is written down before the caller is let go."""
        call, book = self._call, self._exchange.callbacks
        try:
            way_out(self._exchange.in_force(), call.caller)
        except NotAllowed as refused:
            log.info("callback_not_possible", why=str(refused))
            await self.hearing.say(["callback_refused"])
            return None
        if self.is_being_connected:
            return None
        try:
            first = self._exchange.queue(self._queue).entry.callback.first
            await book.agree(call, self._wish, self._queue, first, self._exchange.known_callers.who(call.caller))
            if not self.is_being_connected:
                self._exchange.switchboard.apply(CallbackTaken(call.id))
                call.goes_on_alone = True
        finally:
            if not call.goes_on_alone:
                book.forget(call.id)
        if not call.goes_on_alone:
            return None
        await self.hearing.end()
        return CallbackAgreed()

"""How is a caller called back? The line is freed, the place stays; on its turn the customer is dialled, then they talk."""

from __future__ import annotations

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.ringing import RingingLegs
from ari_app.calls.speech import Speech
from ari_app.calls.waiting import CallbackAgreed, WaitOver, wait_on
from ari_app.cancellation import to_its_end
from ari_app.centre import UnknownPrompt
from ari_app.outbound import NotAllowed, way_out
from ari_app.telephony import CallerShown, ChannelEnded, LegAnswered, TelephonyError
from ivr_flows.messages import HangUp, JoinQueue
from queues.effects import CallCustomer, EndCustomerCall, OfferCall, ReleaseCaller, WithdrawOffer
from queues.events import CustomerAnswered, CustomerMissed

log = structlog.get_logger(__name__)

OPERATOR_HEARS = "tone:ring;tonezone=es"


async def call_back(call: Call, wish: JoinQueue, exchange: Exchange) -> WaitOver:
    """From the agreement to an operator's leg that stands ready for the customer, or to the end without one."""
    over: WaitOver = CallbackAgreed()
    try:
        while isinstance(over, CallbackAgreed):  # a customer who has to wait after all may agree again
            over = await _one_agreement(call, wish, exchange)
        return over
    finally:
        exchange.callbacks.forget(call.id)


async def _one_agreement(call: Call, wish: JoinQueue, exchange: Exchange) -> WaitOver:
    life = _Callback(call, exchange)
    try:
        await life.say_goodbye()
        while not life.customer_is_there:
            if await life.take_next():
                return HangUp("callback_failed")
            await life.ringing.tidy()  # it may be hours until the next attempt
        return await wait_on(call, wish, life.ringing, exchange)
    finally:
        if life.any_left:
            await to_its_end(life.end())


class _Callback:
    """A call without its caller, until the customer picks up."""

    def __init__(self, call: Call, exchange: Exchange) -> None:
        self._call = call
        self._exchange = exchange
        self._farewell = Speech(call, exchange)
        self._customer: str | None = None
        self._ringing_tone: str | None = None
        self._give_up_at: float | None = None
        self.ringing = RingingLegs(call, exchange)
        self.customer_is_there = False

    # -- the caller goes -----------------------------------------------------------------------------------------------

    async def say_goodbye(self) -> None:
        """Tell the caller what was agreed; the line is freed when that has been heard."""
        if not self._call.channel:
            return
        try:
            await self._exchange.stop_music(self._call)
            media = self._exchange.media(["callback_agreed"], self._call.language)
            await self._farewell.say(media, self._call.language)
        except (TelephonyError, UnknownPrompt) as failed:
            log.info("callback_not_confirmed", why=str(failed))
            await self._free_the_line()

    async def _free_the_line(self) -> None:
        if self._call.channel:
            channel, self._call.channel = self._call.channel, ""
            await self._exchange.end_leg(channel)

    # -- the customer is called ----------------------------------------------------------------------------------------

    async def take_next(self) -> bool:
        """Take what comes next; True when no further attempt will be made."""
        item = await self._exchange.next_item(self._call, self._give_up_at)
        match item:
            case OfferCall(operator=operator, queue=queue):
                await self.ringing.start(operator, queue)
            case WithdrawOffer(operator=operator):
                await self.ringing.stop(operator)
            case CallCustomer(operator=operator, queue=queue, attempt=attempt, on_line=on_line):
                await self._dial(operator, queue, attempt, on_line)
            case EndCustomerCall(operator=operator):
                await self._stop_dialling()
                await self.ringing.stop(operator)
            case LegAnswered(channel=channel) if channel == self._customer:
                await self._answered()
            case LegAnswered(channel=channel):
                self.ringing.answered(channel)
            case ChannelEnded(channel=channel) if channel == self._customer:
                await self._missed()
            case ChannelEnded(channel=channel) if channel == self._call.channel:
                self._call.channel = ""
            case ChannelEnded(channel=channel, refusal=refusal):
                self.ringing.ended(channel, refusal)
            case ReleaseCaller():
                return True
            case None:
                await self._missed()
            case _ if self._farewell.ended(item):
                await self._free_the_line()
            case _:
                pass
        return False

    async def _dial(self, operator: str, queue: str, attempt: int, on_line: bool) -> None:
        call, exchange = self._call, self._exchange
        await self._farewell.stop()
        await self._free_the_line()
        if not await exchange.callbacks.attempt(call.id, attempt):
            log.warning("customer_not_dialled", why="that could not be noted, and might be done twice")
            await self._missed()
            return
        leg = self._customer = call.next_outside_leg()
        exchange.telephony.watch(leg, call)
        ring_s = exchange.queue(queue).entry.callback.ring_s
        try:
            if on_line:
                await self._let_operator_hear(operator)
            centre = exchange.in_force()
            shown = CallerShown(call.number, centre.company)
            await exchange.telephony.ring(
                leg,
                way_out(centre, call.caller),
                shown,
                self._variables(),
                ring_s,
                talks_with=self.ringing.leg_of(operator),
            )
            self._give_up_at = exchange.clock.now() + ring_s
        except (NotAllowed, TelephonyError) as failed:
            log.warning("customer_not_dialled", why=str(failed))
            await self._missed()

    def _variables(self) -> dict[str, str]:
        return {
            "CENTRALITA_ROLE": "customer",
            "CENTRALITA_CALL": self._call.id,
            "CENTRALITA_NUMBER": self._call.number,
        }

    async def _let_operator_hear(self, operator: str) -> None:
        """The ringing, until the customer picks up."""
        leg = self.ringing.leg_of(operator)
        if leg is not None:
            tone = self._ringing_tone = self._call.next_playback()
            await self._exchange.telephony.play(leg, tone, [OPERATOR_HEARS], self._call.language)

    async def _quiet(self) -> None:
        """A channel that plays cannot be bridged."""
        if self._ringing_tone is not None:
            tone, self._ringing_tone = self._ringing_tone, None
            try:
                await self._exchange.telephony.stop_playback(tone)
            except TelephonyError as failed:
                log.info("ringing_tone_not_stopped", why=str(failed))

    async def _answered(self) -> None:
        """The customer is the call's caller from now on, unless the operator has gone this very moment."""
        leg, self._give_up_at = self._customer, None
        assert leg is not None
        acd = self._exchange.switchboard.acd
        view = acd.call(self._call.id)
        if view is None or view.stage != "calling":
            await self._stop_dialling()
            return
        await self._quiet()
        self._customer, self._call.channel, self._call.goes_on_alone = None, leg, False
        self.customer_is_there = True
        self._exchange.switchboard.apply(CustomerAnswered(self._call.id))

    async def _missed(self) -> None:
        await self._stop_dialling()
        self._exchange.switchboard.apply(CustomerMissed(self._call.id))

    async def _stop_dialling(self) -> None:
        self._give_up_at = None
        if self._customer is not None:
            leg, self._customer = self._customer, None
            await self._exchange.end_leg(leg)

    @property
    def any_left(self) -> bool:
        """Whether ``end`` has anything to do; see RingingLegs.any_left."""
        return self._customer is not None or self.ringing.any_left

    async def end(self) -> None:
        """Nothing rings any more that this began."""
        await self._stop_dialling()
        await self.ringing.stop_all()

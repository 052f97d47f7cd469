"""How does a caller wait? In the queue with music, while the ACD's offers ring operators, until one answer stands."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.cancellation import to_its_end
from ari_app.telephony import (
    CallerShown,
    ChannelEnded,
    LegAnswered,
    PhoneUnreachable,
    TelephonyError,
)
from ivr_flows.interpreter import JoinQueue
from queues.effects import ConnectCall, OfferCall, WithdrawOffer
from queues.events import RefusalCause

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OperatorLeg:
    """An operator who has answered: the channel, whose it is, for which queue, and the bridge that stands ready."""

    channel: str
    operator: str
    queue: str
    bridge: str


async def wait_for_operator(call: Call, wish: JoinQueue, exchange: Exchange) -> OperatorLeg:
    """Join ``wish.queue`` and return the operator's leg once the ACD says that the answer stands.

    However it ends, no other leg is left ringing.
    """
    await exchange.telephony.start_music(call.channel, exchange.music_of(wish.queue))
    ringing = _RingingLegs(call, wish, exchange)
    try:
        exchange.switchboard.join(call, wish.queue, frozenset(wish.skills), wish.priority)
        while True:
            match await call.inbox.get():
                case OfferCall(operator=operator):
                    await ringing.start(operator)
                case WithdrawOffer(operator=operator):
                    await ringing.stop(operator)
                case LegAnswered(channel=channel):
                    ringing.answered(channel)
                case ChannelEnded(channel=channel, refusal=refusal):
                    ringing.ended(channel, refusal)
                case ConnectCall(operator=operator, queue=queue):
                    return await ringing.take(operator, queue)
                case _:
                    pass  # keys pressed while waiting, playbacks that ran out
    finally:
        await to_its_end(ringing.stop_all())


class _RingingLegs:
    """The operators' phones that ring for one call. The bridge is made while they ring, so that an answer finds it."""

    def __init__(self, call: Call, wish: JoinQueue, exchange: Exchange) -> None:
        self._call = call
        self._wish = wish
        self._exchange = exchange
        self._legs: dict[str, str] = {}
        self._bridge: str | None = None

    async def start(self, operator: str) -> None:
        """Ring ``operator``; a phone that cannot be rung is refused to the ACD at once."""
        call, telephony = self._call, self._exchange.telephony
        leg = call.next_leg(operator)
        self._legs[operator] = leg
        telephony.watch(leg, call)
        shown = CallerShown(call.caller, self._wish.queue)
        try:
            await telephony.ring(
                leg, operator, shown, self._variables(operator), self._exchange.ring_timeout_s(self._wish.queue)
            )
            await self._prepare_bridge()
        except PhoneUnreachable:
            self._refused(operator, "unreachable")
        except TelephonyError as failed:
            log.warning("leg_not_rung", call=call.id, operator=operator, why=str(failed))
            await self._exchange.hang_up(leg)
            self._refused(operator, "failed")

    def _variables(self, operator: str) -> dict[str, str]:
        return {
            "CENTRALITA_ROLE": "operator",
            "CENTRALITA_CALL": self._call.id,
            "CENTRALITA_OPERATOR": operator,
            "CENTRALITA_QUEUE": self._wish.queue,
        }

    async def _prepare_bridge(self) -> None:
        if self._bridge is None:
            self._bridge = self._call.next_bridge()
            await self._exchange.telephony.create_bridge(self._bridge, self._call.bridge_name)

    def answered(self, leg: str) -> None:
        """Tell the ACD; it answers with ConnectCall, or with WithdrawOffer when someone was faster."""
        operator = self._operator_of(leg)
        if operator is not None:
            self._exchange.switchboard.offer_answered(self._call.id, operator)

    def ended(self, leg: str, refusal: RefusalCause) -> None:
        """A phone refused, or its leg was lost."""
        operator = self._operator_of(leg)
        if operator is not None:
            self._refused(operator, refusal)

    async def stop(self, operator: str) -> None:
        """The ACD took the offer back."""
        leg = self._legs.pop(operator, None)
        if leg is not None:
            await self._exchange.end_leg(leg)

    async def take(self, operator: str, queue: str) -> OperatorLeg:
        """The answered leg leaves this collection: it is no longer stopped with the others."""
        await self._prepare_bridge()
        assert self._bridge is not None
        leg = OperatorLeg(self._legs.pop(operator), operator, queue, self._bridge)
        self._bridge = None
        return leg

    async def stop_all(self) -> None:
        """End every leg that still rings, and the bridge that nobody used."""
        for operator in list(self._legs):
            await self.stop(operator)
        if self._bridge is not None:
            await self._exchange.destroy_bridge(self._bridge)

    def _refused(self, operator: str, cause: RefusalCause) -> None:
        leg = self._legs.pop(operator)
        self._exchange.telephony.unwatch(leg)
        self._exchange.switchboard.offer_refused(self._call.id, operator, cause)

    def _operator_of(self, leg: str) -> str | None:
        return next((operator for operator, known in self._legs.items() if known == leg), None)

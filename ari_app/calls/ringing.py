"""How do operators' phones ring for a call? The legs of its offers, and the bridge that stands ready for an answer."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.telephony import CallerShown, PhoneUnreachable, TelephonyError
from queues.events import RefusalCause

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OperatorLeg:
    """An operator who has answered: the channel, whose it is, for which queue, and the bridge that stands ready."""

    channel: str
    operator: str
    queue: str
    bridge: str


class RingingLegs:
    """The operators' phones that ring for one call. The bridge is made while they ring, so that an answer finds it."""

    def __init__(self, call: Call, exchange: Exchange) -> None:
        self._call = call
        self._exchange = exchange
        self._legs: dict[str, str] = {}
        self._bridge: str | None = None

    async def start(self, operator: str, queue: str) -> None:
        """Ring ``operator`` for ``queue``; a phone that cannot be rung is refused to the ACD at once."""
        call, telephony = self._call, self._exchange.telephony
        leg = call.next_leg(operator)
        self._legs[operator] = leg
        telephony.watch(leg, call)
        shown = CallerShown(call.caller, queue)
        try:
            await telephony.ring(
                leg,
                operator,
                shown,
                self._variables(operator, queue),
                self._exchange.ring_timeout_s(queue),
                talks_with=call.channel,
                auto_answer=self._exchange.answers_by_itself(operator, queue),
            )
            await self._prepare_bridge()
        except PhoneUnreachable:
            self._refused(operator, "unreachable")
        except TelephonyError as failed:
            log.warning("leg_not_rung", call=call.id, operator=operator, why=str(failed))
            await self._exchange.hang_up(leg)
            self._refused(operator, "failed")

    def _variables(self, operator: str, queue: str) -> dict[str, str]:
        return {
            "CENTRALITA_ROLE": "operator",
            "CENTRALITA_CALL": self._call.id,
            "CENTRALITA_OPERATOR": operator,
            "CENTRALITA_QUEUE": queue,
        }

    async def _prepare_bridge(self) -> None:
        if self._bridge is None:
            self._bridge = self._call.next_bridge()
            await self._exchange.telephony.create_bridge(self._bridge, self._call.bridge_name, near=self._call.channel)

    def adopt(self, operator: str, leg: str) -> None:
        """The phone rings already, or was answered, since an earlier life of the controller: it is as if rung here."""
        self._legs[operator] = leg
        self._exchange.telephony.watch(leg, self._call)

    def answered(self, leg: str) -> None:
        """Tell the ACD; it answers with ConnectCall, or with WithdrawOffer when someone was faster."""
        operator = self._operator_of(leg)
        if operator is not None:
            self._exchange.switchboard.offer_answered(self._call.id, operator)

    def leg_of(self, operator: str) -> str | None:
        """The channel to this operator's phone, if there is one."""
        return self._legs.get(operator)

    def ended(self, leg: str, refusal: RefusalCause) -> None:
        """A phone refused, or its leg was lost."""
        operator = self._operator_of(leg)
        if operator is not None:
            self._refused(operator, refusal)

    async def stop(self, operator: str) -> None:
        """The ACD took the offer back. The leg is ours until it has ended: cut short, this is done again by stop_all."""
        leg = self._legs.get(operator)
        if leg is not None:
            await self._exchange.end_leg(leg)
            self._legs.pop(operator, None)

    @property
    def any_left(self) -> bool:
        """Whether there is something for stop_all to do.

        Where nothing is, nothing may be awaited between ``take`` and whoever ends the leg from then on: a caller who hangs up
        in that gap would take the leg along, to nobody.
        """
        return bool(self._legs) or self._bridge is not None

    async def take(self, operator: str, queue: str) -> OperatorLeg | None:
        """The answered leg and the bridge leave this collection; the others are stopped first, so that nothing is left in it.

        None for an operator who has hung up in the very moment of the answer.
        """
        await self._prepare_bridge()
        for other in [other for other in self._legs if other != operator]:
            await self.stop(other)
        assert self._bridge is not None
        channel = self._legs.pop(operator, None)
        if channel is None:
            return None
        leg = OperatorLeg(channel, operator, queue, self._bridge)
        self._bridge = None
        return leg

    async def stop_all(self) -> None:
        """End every leg that still rings, and the bridge that nobody used."""
        for operator in list(self._legs):
            await self.stop(operator)
        await self.tidy()

    async def tidy(self) -> None:
        """With nobody rung any more, no bridge need stand ready."""
        if not self._legs and self._bridge is not None:
            bridge, self._bridge = self._bridge, None
            await self._exchange.destroy_bridge(bridge)

    def _refused(self, operator: str, cause: RefusalCause) -> None:
        leg = self._legs.pop(operator)
        self._exchange.telephony.unwatch(leg)
        self._exchange.switchboard.offer_refused(self._call.id, operator, cause)

    def _operator_of(self, leg: str) -> str | None:
        return next((operator for operator, known in self._legs.items() if known == leg), None)

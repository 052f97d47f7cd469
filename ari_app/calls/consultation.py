"""How does an operator talk with another while the caller hears music? The other's leg, and the bridge for these two."""

from __future__ import annotations

import contextlib

import structlog

from ari_app.asked import ToNumber, ToOperator
from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.forwarding import RING_S
from ari_app.calls.ringing import OperatorLeg
from ari_app.calls.targets import takes_offers
from ari_app.control_states import Consulted
from ari_app.dialled_calls import Taken
from ari_app.outbound import way_out
from ari_app.telephony import CallerShown, ChannelGone, TelephonyAway, TelephonyError

log = structlog.get_logger(__name__)
RINGING_TONE = "tone:ring"


class Consultation:
    """One consultation. ``operator`` is the other's code if queues offer calls to him or her, else None."""

    def __init__(self, call: Call, leg: OperatorLeg, exchange: Exchange) -> None:
        self._call = call
        self._leg = leg
        self._exchange = exchange
        self._bridge = call.next_bridge()
        self._endpoint = ""
        self._tone: str | None = None
        self._ring_s = RING_S
        self._may_be_silent = False
        self.ring_until: float | None = None
        self.operator: str | None = None
        self.channel = ""

    def begin(self, to: ToOperator | ToNumber) -> Consulted:
        """Decide on the channel and watch it."""
        exchange, call = self._exchange, self._call
        if isinstance(to, ToOperator):
            shown, self._endpoint, self.channel = to.code, to.code, call.next_leg(to.code)
            self._ring_s = exchange.ring_timeout_s(self._leg.queue)
            self._claim(to.code)
        else:
            shown, self._endpoint, self.channel = (
                to.number,
                way_out(exchange.in_force(), to.number),
                call.next_outside_leg(),
            )
        exchange.telephony.watch(self.channel, call)
        return Consulted(shown, self.channel, self._bridge, self.operator)

    def adopt(self, consulted: Consulted) -> None:
        """Go on with a consultation of an earlier life of the controller; one that only rings, for as long as a new one would."""
        self.channel, self._bridge, self._may_be_silent = consulted.channel, consulted.bridge, True
        self._ring_s = self._exchange.ring_timeout_s(self._leg.queue)
        self.ring_until = self._exchange.clock.now() + self._ring_s
        if consulted.operator is not None:
            self._claim(consulted.operator)
        self._exchange.telephony.watch(self.channel, self._call)

    def take(self, taken: Taken) -> Consulted:
        """Go on with somebody whom the phone dialled by itself."""
        self.channel, self._bridge, self._may_be_silent = taken.channel, taken.bridge, True
        self._claim(taken.code)
        self._exchange.telephony.watch(self.channel, self._call)
        return Consulted(taken.code, self.channel, self._bridge, self.operator)

    def _claim(self, code: str) -> None:
        """No queue offers a call to somebody who is consulted."""
        if takes_offers(code, self._exchange.in_force()):
            self.operator = code
            self._exchange.own_calls.began(code, self.channel)

    async def ring(self) -> bool:
        """Ring the other, while the operator hears it ring. False when that cannot be done."""
        telephony, call = self._exchange.telephony, self._call
        await telephony.create_bridge(self._bridge, call.bridge_name, near=call.channel)
        variables = {
            "CENTRALITA_ROLE": "consulted",
            "CENTRALITA_CALL": call.id,
            "CENTRALITA_QUEUE": self._leg.queue,
        } | ({"CENTRALITA_OPERATOR": self.operator} if self.operator else {})
        self.ring_until = self._exchange.clock.now() + self._ring_s
        try:
            await telephony.add_to_bridge(self._bridge, [self._leg.channel])
            await self._start_ringing_tone()
            shown = CallerShown(self._leg.operator, self._leg.queue)
            await telephony.ring(self.channel, self._endpoint, shown, variables, self._ring_s, talks_with=call.channel)
        except TelephonyAway:
            raise
        except TelephonyError as failed:
            log.info("consulted_not_rung", why=str(failed))
            return False
        return True

    async def _start_ringing_tone(self) -> None:
        self._tone = self._call.next_playback()
        await self._exchange.telephony.play(self._leg.channel, self._tone, [RINGING_TONE], self._call.language)

    async def stop_ringing_tone(self) -> None:
        """Silence it; harmless when it does not sound."""
        tone, self._tone = self._tone, None
        if tone is not None:
            await self._exchange.telephony.stop_playback(tone)

    async def answered(self) -> None:
        """Operator and other hear each other."""
        self.ring_until = None
        await self.stop_ringing_tone()
        await self._add(self._bridge, self.channel)

    async def hold(self) -> None:
        """Music for the other, who stays alone in the bridge."""
        try:
            await self._exchange.telephony.start_music(self.channel, self._exchange.music_of(self._leg.queue))
        except ChannelGone:
            log.info("consulted_gone_meanwhile")

    async def resume(self) -> None:
        """The operator is with the other again."""
        await self._stop_music()
        await self._add(self._bridge, self._leg.channel)

    async def join(self, bridge: str) -> bool:
        """The other comes to the caller. False if he or she has just gone."""
        await self.stop_ringing_tone()
        return await self._stop_music() and await self._hear_anew() and await self._add(bridge, self.channel)

    async def hand_over(self, queue: str) -> None:
        """The other is the caller's from now on, and no more this consultation's."""
        role = {
            "CENTRALITA_ROLE": "operator" if self.operator else "forwarded",
            "CENTRALITA_CALL": self._call.id,
            "CENTRALITA_QUEUE": queue,
        }
        with contextlib.suppress(ChannelGone):
            for name, value in role.items():
                await self._exchange.telephony.set_variable(self.channel, name, value)
        await self._exchange.destroy_bridge(self._bridge)

    async def end(self) -> None:
        """The other's leg and the bridge end; the other may be offered calls again."""
        await self._exchange.end_leg(self.channel)
        await self._exchange.destroy_bridge(self._bridge)
        if self.operator is not None:
            self._exchange.own_calls.over(self.operator, self.channel)

    async def _stop_music(self) -> bool:
        telephony = self._exchange.telephony
        try:
            await telephony.stop_music(self.channel, in_bridge=True)
            if self._may_be_silent:  # whoever was taken over may have been on hold
                await telephony.stop_silence(self.channel)
        except ChannelGone:
            return False
        return True

    async def _hear_anew(self) -> bool:
        """What translates for the other's phone may have heard the operator, and would be deaf to the caller (decision 23): silence
        is of a format of its own, for which Asterisk builds another, and another again after it."""
        telephony = self._exchange.telephony
        try:
            await telephony.start_silence(self.channel)
            await telephony.stop_silence(self.channel)
        except ChannelGone:
            return False
        return True

    async def _add(self, bridge: str, channel: str) -> bool:
        """False if the channel has just gone: the event of that is on its way."""
        try:
            await self._exchange.telephony.add_to_bridge(bridge, [channel])
        except ChannelGone:
            return False
        return True

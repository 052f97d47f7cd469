"""Who of the three hears whom? A caller, an operator, and another who is consulted, conferred with, or takes the operator's place.

What may be done when is control_states.py's table. The caller stays in the bridge from the first to the last; the operator and
the other come and go.
"""

from __future__ import annotations

import structlog

from ari_app.asked import ConsultAsked, Target, ToQueue
from ari_app.call import Call
from ari_app.calls.consultation import Consultation
from ari_app.calls.exchange import Exchange
from ari_app.calls.passing_on import PassOn, place_of
from ari_app.calls.recorded import Recorded, plan_next
from ari_app.calls.ringing import OperatorLeg
from ari_app.calls.targets import why_not
from ari_app.contract import ControlState
from ari_app.control_states import AWAY, Control
from ari_app.dialled_calls import DialledCall
from ari_app.telephony import ChannelGone
from ivr_flows.messages import HangUp
from queues.events import CallHeld, CallResumed, ConversationHandedOver
from recordings.plan import RecordingPlan

log = structlog.get_logger(__name__)

Over = PassOn | HangUp
"""How a conversation ends, other than by the caller's hanging up."""


class Three:
    """The people of one conversation, and where each of them is."""

    def __init__(self, call: Call, leg: OperatorLeg, recording: RecordingPlan | None, exchange: Exchange) -> None:
        self._call = call
        self._leg = leg
        self._recorded = Recorded(call, recording, exchange)
        self._exchange = exchange
        self._control = Control(leg.operator, leg.channel)
        self._consultation: Consultation | None = None
        self._over: Over | None = None
        self._operator_left = False
        self._own = DialledCall(call, leg.operator, leg.channel, leg.bridge) if call.from_phone else None
        call.control = self._control

    def _show(self, state: ControlState) -> None:
        self._control.state = state
        self._exchange.switchboard.publish_call(self._call.id)

    async def _leave_caller(self) -> None:
        """Music for the caller."""
        await self._exchange.start_music(self._call, self._leg.queue)
        self._exchange.switchboard.apply(CallHeld(self._call.id))

    async def _back_to_caller(self) -> None:
        """The operator is with the caller again; if he or she has just gone, the event of that is the next to come."""
        await self._exchange.stop_music(self._call, in_bridge=True)
        try:
            await self._exchange.telephony.add_to_bridge(self._leg.bridge, [self._leg.channel])
        except ChannelGone:
            log.info("operator_gone_meanwhile")
        self._exchange.switchboard.apply(CallResumed(self._call.id))

    def _pass_on(self, to: Target, *, keep_place: bool = True) -> None:
        place = place_of(self._call, self._exchange)
        self._over = PassOn(to, self._leg.operator, self._leg.queue, place, keep_place)

    async def _consult(self, asked: ConsultAsked) -> None:
        exchange, leg = self._exchange, self._leg
        acd = exchange.switchboard.acd
        refused = why_not(asked.to, leg.operator, exchange.in_force(), acd, consult=True)
        if refused is not None:
            log.info("consultation_refused", why=refused)
            return
        await self._leave_caller()
        consultation = self._consultation = Consultation(self._call, leg, exchange)
        self._control.other, self._control.other_channel = consultation.begin(asked.to)
        self._show("ringing_other")
        if not await consultation.ring():
            await self._other_gone()

    async def _other_answered(self) -> None:
        assert self._consultation is not None
        await self._consultation.answered()
        self._show("consulting")

    async def _other_gone(self) -> None:
        """Did not answer, hung up, or is not wanted any more: the operator is back with the caller."""
        consultation = self._consultation
        if consultation is None:
            return
        if self._control.state in AWAY:
            await consultation.stop_ringing_tone()
            await self._back_to_caller()
        await consultation.end()
        self._consultation = None
        self._control.other = self._control.other_channel = None
        self._show("talking")

    async def _swap(self) -> None:
        assert self._consultation is not None
        if self._control.state == "consulting":
            await self._consultation.hold()
            await self._back_to_caller()
            self._show("swapped")
        else:
            await self._leave_caller()
            await self._consultation.resume()
            self._show("consulting")

    async def _confer(self) -> None:
        assert self._consultation is not None
        if not await self._consultation.join(self._leg.bridge):
            return  # the other has just gone
        if self._control.state in AWAY:
            await self._back_to_caller()
        self._show("conference")

    async def _complete(self) -> None:
        """The other takes the operator's place; one who has just gone takes nobody's."""
        consultation = self._consultation
        assert consultation is not None
        await self._exchange.stop_music(self._call, in_bridge=True)
        if not await consultation.join(self._leg.bridge):
            await self._other_gone()
            if self._operator_left:
                self._pass_on(ToQueue(self._leg.queue))
            return
        await self._recorded.stop()
        await self._exchange.end_leg(self._leg.channel)
        await consultation.hand_over(self._leg.queue)
        self._consultation = None
        await self._go_on_with(consultation)

    async def _go_on_with(self, other: Consultation) -> None:
        """The caller talks with the other from now on; somebody whom no queue offers calls to is not the ACD's concern."""
        exchange, call, control = self._exchange, self._call, self._control
        self._leg = OperatorLeg(other.channel, other.operator or "", self._leg.queue, self._leg.bridge)
        self._operator_left = False
        if self._own is not None:
            exchange.dialled_calls.pop(self._own)
            self._own = DialledCall(call, self._leg.operator, other.channel, self._leg.bridge)
            exchange.dialled_calls.put(self._own)
        control.operator, control.channel = self._leg.operator, other.channel
        control.other = control.other_channel = None
        if other.operator is not None:
            exchange.own_calls.taken_over(other.operator, other.channel)
            exchange.switchboard.apply(ConversationHandedOver(call.id, other.operator))
            self._show("talking")
            await self._recorded.go_on_as(plan_next(call, self._leg.queue, exchange))
            return
        call.stage, call.stage_since = "elsewhere", exchange.clock.now()
        exchange.switchboard.leave(call.id, by="transfer")
        self._show("outside")

    def _take_over(self, other: DialledCall) -> bool:
        """Whoever answered the phone's other call is consulted from now on. False if that call has just ended."""
        if self._exchange.dialled_calls.get(other.leg) is not other:
            return False
        consultation = self._consultation = Consultation(self._call, self._leg, self._exchange)
        taken = other.give_away()
        self._exchange.switchboard.leave(other.call.id, by="transfer")  # if a queue gave it
        self._control.other, self._control.other_channel = consultation.take(taken)
        self._control.state = "consulting"
        return True

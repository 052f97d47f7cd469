"""Who of the three hears whom? A caller, an operator, and another who is consulted, conferred with, or takes the operator's place.

What may be done when is control_states.py's table. The caller stays in the bridge from the first to the last; the operator and
the other come and go.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import structlog

from ari_app.asked import ConsultAsked, Target, ToQueue
from ari_app.call import Call
from ari_app.calls.consultation import Consultation
from ari_app.calls.exchange import Exchange
from ari_app.calls.passing_on import place_of
from ari_app.calls.recorded import Recorded, mode_with
from ari_app.calls.ringing import OperatorLeg
from ari_app.calls.targets import why_not
from ari_app.cancellation import to_its_end
from ari_app.contract import ControlState
from ari_app.control_states import AWAY, Consulted, Control
from ari_app.dialled_calls import DialledCall
from ari_app.passing import PassOn
from ari_app.supervision import Joining
from ari_app.tape import STAGES
from ari_app.telephony import ChannelGone
from ivr_flows.messages import HangUp
from queues.events import CallHeld, CallResumed, ConversationHandedOver

log = structlog.get_logger(__name__)

Over = PassOn | HangUp
"""How a conversation ends, other than by the caller's hanging up."""


@dataclass(frozen=True, slots=True)
class Stands:
    """How a conversation stands that an earlier life of the controller left: whom the operator consults, the supervisors who had
    barged in, and the one who is in the operator's place."""

    state: ControlState
    consulted: Consulted | None = None
    barged: tuple[Joining, ...] = ()
    supervisor: str | None = None


class Three:
    """The people of one conversation, and where each of them is."""

    def __init__(self, call: Call, leg: OperatorLeg, exchange: Exchange) -> None:
        self._call = call
        self._leg = leg
        self._recorded = Recorded(call, mode_with(call, leg.queue, leg.operator, exchange), leg.bridge, exchange)
        self._exchange = exchange
        self._control = Control(leg.operator, leg.channel)
        self._consultation: Consultation | None = None
        self._over: Over | None = None
        self._operator_left = False
        self._own = DialledCall(call, leg.operator, leg.channel, leg.bridge) if call.from_phone else None
        self._barged: list[Joining] = []
        self._silent = False
        self._taken_over: str | None = None
        call.control, call.recorded, call.passing = self._control, self._recorded, None

    def _show(self, state: ControlState) -> None:
        self._control.state = state
        self._mark_stage()
        self._exchange.switchboard.publish_call(self._call.id)
        self._exchange.keep(self._call.id)
        self._exchange.supervisions.conversation_changed()

    def stand_as(self, stands: Stands) -> None:
        """Go on with a conversation that an earlier life of the controller left so; everybody is where that put them."""
        state = stands.state
        self._taken_over = stands.supervisor
        self._barged_are(stands.barged)
        if stands.consulted is not None:
            consultation = self._consultation = Consultation(self._call, self._leg, self._exchange)
            consultation.adopt(stands.consulted)
            self._control.consults(stands.consulted)
            if state != "ringing_other":
                consultation.ring_until = None
        if state in AWAY:
            self._call.hears_music, self._silent = True, state == "held"
            self._exchange.switchboard.apply(CallHeld(self._call.id))
        self._show(state)

    def _mark_stage(self) -> None:
        """On the recording's timeline."""
        control = self._control
        barged = next((by.supervisor for by in self._barged), None)
        other = self._taken_over or control.other or barged
        self._exchange.tape(self._call).stage(STAGES[control.state], control.operator, self._leg.queue, other)

    async def _leave_caller(self) -> None:
        """Music for the caller."""
        await self._exchange.start_music(self._call, self._leg.queue)
        self._exchange.switchboard.apply(CallHeld(self._call.id))

    async def _hold(self) -> None:
        """Music for the caller; the operator hears nobody but a supervisor who whispers."""
        await self._leave_caller()
        await self._exchange.telephony.remove_from_bridge(self._leg.bridge, self._leg.channel)
        self._silent = True
        with contextlib.suppress(ChannelGone):
            await self._exchange.telephony.start_silence(self._leg.channel)
        self._show("held")

    async def _no_silence(self) -> None:
        """The operator will be with somebody again."""
        silent, self._silent = self._silent, False
        if silent:
            with contextlib.suppress(ChannelGone):
                await self._exchange.telephony.stop_silence(self._leg.channel)

    async def _back_to_caller(self) -> None:
        """The operator is with the caller again; if he or she has just gone, the event of that is the next to come."""
        await self._no_silence()
        await self._exchange.stop_music(self._call, in_bridge=True)
        try:
            await self._exchange.telephony.add_to_bridge(self._leg.bridge, [self._leg.channel])
        except ChannelGone:
            log.info("operator_gone_meanwhile")
        self._exchange.switchboard.apply(CallResumed(self._call.id))

    def _pass_on(self, to: Target, *, keep_place: bool = True, priority: int = 0) -> None:
        """``priority``: at least that."""
        place = place_of(self._call, self._exchange)
        place = replace(place, priority=max(place.priority, priority))
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
        self._control.consults(consultation.begin(asked.to))
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
        was_mixed = self._control.state == "conference"
        if self._control.state in AWAY:
            await consultation.stop_ringing_tone()
            await self._back_to_caller()
        await consultation.end()
        self._consultation = None
        self._control.consults(None)
        self._show("talking")
        if was_mixed:
            await self._recorded.go_on_anew()

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
        self._go_on_with(consultation.operator or "", consultation.channel)
        if consultation.operator is None:
            self._leave_queue()
            self._show("outside")
            return
        self._exchange.own_calls.taken_over(consultation.operator, consultation.channel)
        self._exchange.switchboard.apply(ConversationHandedOver(self._call.id, consultation.operator))
        self._show("talking")
        await self._record_on()

    async def _record_on(self) -> None:
        """As a part of its own, since another talks with the caller."""
        await self._recorded.go_on_as(mode_with(self._call, self._leg.queue, self._leg.operator, self._exchange))

    def _go_on_with(self, operator: str, channel: str) -> None:
        """The caller talks with whoever is on ``channel`` from now on."""
        self._leg = OperatorLeg(channel, operator, self._leg.queue, self._leg.bridge)
        self._operator_left = False
        if self._own is not None:
            self._exchange.dialled_calls.pop(self._own)
            self._own = DialledCall(self._call, operator, channel, self._leg.bridge)
            self._exchange.dialled_calls.put(self._own)
        self._control.operator, self._control.channel = operator, channel
        self._control.consults(None)

    def _leave_queue(self, to: str = "") -> None:
        """Somebody whom no queue offers calls to has the caller: that is not the ACD's concern."""
        call = self._call
        call.stage, call.stage_since = "elsewhere", self._exchange.clock.now()
        self._exchange.switchboard.leave(call.id, by="transfer", to=to)

    # -- supervisors ---------------------------------------------------------------------------------------------------

    async def _barge(self, by: Joining) -> None:
        """A supervisor comes in, and is heard by both."""
        if not await self._comes_in(by, keys_stay=True):
            by.granted(False)
            return
        self._barged_are([*self._barged, by])
        by.granted(True)
        self._show("barged")

    async def _comes_in(self, by: Joining, *, keys_stay: bool) -> bool:
        """Into the caller's bridge; False for one who has just gone, or has changed his or her mind."""
        if by.gone:
            return False
        try:
            await self._exchange.telephony.add_to_bridge(self._leg.bridge, [by.channel], keys_stay=keys_stay)
        except ChannelGone:
            return False
        return not by.gone

    async def _unbarge(self, by: Joining) -> None:
        """A supervisor has gone out again."""
        was_mixed = bool(self._barged)
        self._barged_are(other for other in self._barged if other is not by)
        if was_mixed and not self._barged:  # also where another supervisor has taken over
            self._show("talking" if self._control.state == "barged" else self._control.state)
            await self._recorded.go_on_anew()

    def _barged_are(self, barged: Iterable[Joining]) -> None:
        self._barged = list(barged)
        self._control.joined = bool(self._barged)

    async def _taken_over_by_barged(self) -> bool:
        """Whoever barged in first, and is still there, stays with the caller. False if nobody is."""
        while self._barged:
            if await self._taken_over_by(self._barged[0]):
                return True
            self._barged_are(self._barged[1:])
        return False

    async def _taken_over_by(self, by: Joining) -> bool:
        """A supervisor comes in the operator's place, who leaves; whoever is consulted besides leaves, too."""
        exchange, call, left = self._exchange, self._call, self._leg.channel
        supervisor, channel = by.supervisor, by.channel
        if self._consultation is not None:
            await self._other_gone()
        await exchange.stop_music(call, in_bridge=True)
        if not await self._comes_in(by, keys_stay=False):
            by.granted(False)
            if self._control.state in AWAY:
                await exchange.start_music(call, self._leg.queue)
            return False
        exchange.telephony.watch(channel, call)
        self._barged_are(other for other in self._barged if other is not by)
        call.supervised = {who: mode for who, mode in call.supervised.items() if mode != "take_over"}
        by.give_away()
        self._go_on_with("", channel)
        self._control.state = "taken_over"  # noted before the operator leaves
        exchange.keep(call.id)
        await to_its_end(self._let_go_of(left, supervisor))
        await self._note_place(channel)
        self._taken_over = supervisor
        self._show("taken_over")
        await self._record_on()
        return True

    async def _let_go_of(self, left: str, supervisor: str) -> None:
        """The operator's part is over; from now on the caller's note tells of the supervisor, and no longer that one's own."""
        await self._recorded.stop()
        await self._exchange.end_leg(left)
        self._leave_queue(supervisor)
        self._exchange.ears.forget(self._leg.channel)

    async def _note_place(self, channel: str) -> None:
        """On the channel, where a later life of the controller finds who talks with the caller; what makes it count comes last."""
        place = {"CALL": self._call.id, "QUEUE": self._leg.queue, "ROLE": "forwarded"}
        with contextlib.suppress(ChannelGone):
            for name, value in place.items():
                await self._exchange.telephony.set_variable(channel, f"CENTRALITA_{name}", value)

    async def _send_out_supervisors(self) -> None:
        """The conversation is over: whoever had barged in is alone again, before the bridge ends (decision 24)."""
        barged = self._barged
        self._barged_are(())
        for by in barged:
            await self._exchange.telephony.remove_from_bridge(self._leg.bridge, by.channel)

    def _take_over(self, other: DialledCall) -> bool:
        """Whoever answered the phone's other call is consulted from now on. False if that call has just ended."""
        if self._exchange.dialled_calls.get(other.leg) is not other:
            return False
        consultation = self._consultation = Consultation(self._call, self._leg, self._exchange)
        taken = other.give_away()
        self._exchange.switchboard.leave(other.call.id, by="transfer")  # if a queue gave it
        self._control.consults(consultation.take(taken))
        self._control.state = "consulting"
        return True

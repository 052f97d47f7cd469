"""How does one operator's conversation with a caller go, from the first word to the last? It does what it is asked, as it comes.

What is asked comes from the API, from the phone (REFER, re-INVITE, keys), and by itself when somebody leaves.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import assert_never

import structlog

from ari_app.asked import (
    Asked,
    CancelAsked,
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    HoldAsked,
    RecordAsked,
    ResumeAsked,
    SwapAsked,
    ToQueue,
    TransferAsked,
)
from ari_app.call import Call, CallItem
from ari_app.calls.exchange import Exchange
from ari_app.calls.passing_on import dialled_request
from ari_app.calls.ringing import OperatorLeg
from ari_app.calls.three import Over, Three
from ari_app.control_states import trigger_of
from ari_app.dialled_calls import DialledCall, pass_to_conversation
from ari_app.feature_keys import CONSULT, FeatureKeys
from ari_app.passing import PassOn
from ari_app.supervision import BargeAsked, TakeOverAsked, UnbargeAsked
from ari_app.telephony import (
    AttendedTransferAsked,
    BlindTransferAsked,
    ChannelEnded,
    ChannelGone,
    ChannelHeld,
    ChannelUnheld,
    DigitPressed,
    LegAnswered,
    TelephonyAway,
    TelephonyError,
    TransferOutcome,
)
from ivr_flows.messages import HangUp
from queues.events import CallHeld, CallResumed
from recordings.plan import RecordingPlan

log = structlog.get_logger(__name__)
CUT_OFF_PRIORITY = 99
"""Of a caller who was served already, and lost the operator by no fault of either: before everybody else."""
GONE_S = 1.0
"""By when the end of a channel that cannot be connected is told."""


class Talking(Three):
    """One conversation. ``until_over`` is its course, ``take_apart`` undoes it however it ended."""

    def __init__(self, call: Call, leg: OperatorLeg, exchange: Exchange) -> None:
        super().__init__(call, leg, exchange)
        self._keys = FeatureKeys()

    async def connect(self) -> None:
        """Caller and operator hear each other, and are recorded. An operator who has just gone leaves the caller to the queue."""
        await self._exchange.stop_music(self._call)
        if self._own is not None:
            self._exchange.dialled_calls.put(self._own)
        self._mark_stage()
        await asyncio.gather(self._join(), self._recorded.start())
        self._exchange.supervisions.conversation_changed()

    async def _join(self) -> None:
        try:
            await self._exchange.telephony.add_to_bridge(self._leg.bridge, [self._call.channel, self._leg.channel])
        except TelephonyAway:
            raise
        except TelephonyError:
            if not await self._operator_has_gone():
                raise
            log.info("operator_gone_while_connecting")
            self._operator_left = True
            self._pass_on(ToQueue(self._leg.queue))

    async def _operator_has_gone(self) -> bool:
        """Whether the operator's end is told within a second; the caller's cancels."""
        until = self._exchange.clock.now() + GONE_S
        while (item := await self._exchange.next_item(self._call, until)) is not None:
            if isinstance(item, ChannelEnded) and item.channel == self._leg.channel:
                return True
        return False

    def adopt(self, recording: RecordingPlan) -> None:
        """The part that an earlier life of the controller began goes on."""
        self._recorded.adopt(recording)

    async def record(self, *, again: bool) -> None:
        """Nothing is recorded of it yet, or not for certain any more (``again``); what is recorded by rule begins now."""
        self._mark_stage()
        await (self._recorded.start_again() if again else self._recorded.start())

    async def reconnect(self) -> None:
        """After a restart of the controller in the midst of a hold or a consultation: they talk again.

        Of an operator who has just gone, the event is the next to come.
        """
        await self._exchange.stop_music(self._call, in_bridge=True)
        with suppress(ChannelGone):
            await self._exchange.telephony.stop_silence(self._leg.channel)
            await self._exchange.telephony.add_to_bridge(self._leg.bridge, [self._leg.channel])

    def go_to(self, passing: PassOn) -> None:
        """What an earlier life of the controller was about to do."""
        self._over = passing

    async def until_over(self) -> Over:
        """Do what is asked, until the operator leaves (the caller's end cancels)."""
        while self._over is None:
            until = self._consultation.ring_until if self._consultation is not None else None
            await self._take(await self._exchange.next_item(self._call, until))
        return self._over

    async def take_apart(self) -> None:
        """End what is left; the recording is kept beside, so that nobody waits for a file."""
        exchange, call = self._exchange, self._call
        call.control = call.recorded = None
        if isinstance(self._over, PassOn):  # noted before it is done: in a moment the caller will be with nobody
            call.passing = self._over
            await exchange.written(call.id)
        call.supervised = {who: mode for who, mode in call.supervised.items() if mode != "take_over"}
        if self._own is not None:
            exchange.dialled_calls.pop(self._own)
        if self._consultation is not None:
            await self._consultation.end()
        await self._send_out_supervisors()
        exchange.supervisions.conversation_changed()
        goes_on = isinstance(self._over, PassOn) or call.in_flow is not None
        if self._own is None or not self._own.given_away:
            await exchange.end_leg(self._leg.channel)
            if (
                goes_on
            ):  # the caller must have left this bridge before going into the next (ARCHITECTURE.md, decision 24)
                await exchange.destroy_bridge(self._leg.bridge)
            else:
                exchange.in_background(exchange.destroy_bridge(self._leg.bridge))
        if goes_on:
            await self._recorded.stop()
        self._recorded.finish()

    # -- what comes ----------------------------------------------------------------------------------------------------

    async def _take(self, item: CallItem | None) -> None:
        control = self._control
        match item:
            case None:
                await self._other_gone()
            case ChannelEnded(channel=channel, vanished=vanished) if channel == control.channel:
                await self._operator_gone(vanished=vanished)
            case ChannelEnded(channel=channel) if channel == control.other_channel:
                await self._other_gone()
            case LegAnswered(channel=channel) if channel == control.other_channel and control.may("other_answered"):
                await self._other_answered()
            case ChannelHeld(channel=channel) if channel == control.channel and control.may("phone_holds"):
                self._exchange.switchboard.apply(CallHeld(self._call.id))
                self._show("held_by_phone")
            case ChannelUnheld(channel=channel) if channel == control.channel and control.may("phone_resumes"):
                self._exchange.switchboard.apply(CallResumed(self._call.id))
                self._show("talking")
            case BlindTransferAsked(channel=channel, destination=destination):
                await self._phone_transfers(channel, destination)
            case AttendedTransferAsked(channel=channel, own_other=named) if channel == self._call.channel:
                calls = self._exchange.switchboard.calls.values()
                if self._own is None or not pass_to_conversation(self._own, named, calls):
                    await self._exchange.telephony.transfer_progress(channel, "declined")
            case AttendedTransferAsked(channel=channel, own_other=named, target=target):
                await self._phone_connects(channel, named, target)
            case DigitPressed(channel=channel, digit=digit) if channel == control.channel:
                await self._key_pressed(digit)
            case RecordAsked():
                await self._recorded.ask(item)
            case _ if isinstance(item, Asked):
                await self._do(item)
            case _:
                pass  # the caller's keys, playbacks that ran out

    async def _key_pressed(self, digit: str) -> None:
        """The operator's keys ask for the same as the API, with the same conditions; else they are only keys."""
        asked = self._keys.press(digit, self._exchange.clock.now(), self._control.state)
        if isinstance(asked, tuple):
            code, dialled = asked
            asked = dialled_request(dialled, self._leg.operator, self._exchange, consult=code == CONSULT)
        if isinstance(asked, str):
            await self._recorded.ask(self._recorded.meant_by(asked, self._leg.operator))
        elif asked is not None:
            await self._do(asked)

    async def _do(self, asked: Asked) -> None:
        """What is asked was possible when it was asked; it may not be any more."""
        if not self._control.may(trigger_of(asked)):
            log.info("asked_too_late", asked=type(asked).__name__, state=self._control.state)
            if isinstance(asked, BargeAsked | TakeOverAsked):
                asked.by.granted(False)
            return
        match asked:
            case HoldAsked():
                await self._hold()
            case ResumeAsked():
                await self._back_to_caller()
                self._show("talking")
            case TransferAsked(to=to, keep_place=keep_place):
                await self._remember_ticket()
                self._pass_on(to, keep_place=keep_place)
            case ConsultAsked():
                await self._remember_ticket()
                await self._no_silence()
                await self._consult(asked)
            case SwapAsked():
                await self._swap()
            case CompleteAsked():
                await self._complete()
            case CancelAsked():
                await self._other_gone()
            case ConferenceAsked():
                await self._confer()
            case BargeAsked(by=by):
                await self._barge(by)
            case UnbargeAsked(by=by):
                await self._unbarge(by)
            case TakeOverAsked(by=by):
                await self._taken_over_by(by)
            case _:
                assert_never(asked)

    async def _remember_ticket(self) -> None:
        """On the channel, where a later life of the controller finds it; nothing in Asterisk ever reads it."""
        if self._call.ticket is not None:
            await self._exchange.telephony.set_variable(self._call.channel, "CENTRALITA_TICKET", self._call.ticket)

    async def _phone_transfers(self, channel: str, destination: str) -> None:
        """A REFER without Replaces: accepted at once, since the phone takes that for the end of its part."""
        may = channel == self._control.channel and self._control.may("transfer")
        asked = dialled_request(destination, self._leg.operator, self._exchange, consult=False) if may else None
        outcome: TransferOutcome = "declined" if asked is None else "answered"
        await self._exchange.telephony.transfer_progress(channel, outcome)
        if asked is not None:
            await self._do(asked)

    async def _operator_gone(self, *, vanished: bool) -> None:
        """Whoever is left of the three stays together; while the other only rings, the caller goes back to the queue.

        So does a caller whose operator has ``vanished``: nobody hung up, a phone or a network failed.
        """
        self._operator_left = True
        match self._control.state:
            case "outside":
                self._over = HangUp("forwarded")
            case "talking" | "held" | "held_by_phone":
                self._left_alone(vanished)
            case "barged" | "taken_over":
                if not await self._taken_over_by_barged():
                    self._left_alone(vanished)
            case "ringing_other":
                self._pass_on(ToQueue(self._leg.queue))
            case _:
                await self._complete()

    def _left_alone(self, vanished: bool) -> None:
        """Nobody is with the caller any more."""
        if vanished:
            log.info("caller_cut_off", call=self._call.id, operator=self._leg.operator)
            self._pass_on(ToQueue(self._leg.queue), priority=CUT_OFF_PRIORITY)
        else:
            self._over = HangUp("operator_hung_up")

    async def _phone_connects(self, channel: str, named: str | None, target: str | None) -> None:
        """A REFER with Replaces: the phone dialled the other by itself; both its channels end.

        Asterisk knows no ``target`` where more than two are together (the notice, or a supervisor who barged in); the call that the
        phone named is known all the same.
        """
        exchange, control = self._exchange, self._control
        other = self._other_of_phone(named, target) if control.may("take_other") else None
        if other is None or other.call.caller != control.operator:
            log.info("phones_transfer_refused", why="not a call of this phone that was answered")
            await exchange.telephony.transfer_progress(channel, "declined")
            return
        await exchange.telephony.transfer_progress(channel, "answered")
        if not self._take_over(other):
            self._pass_on(ToQueue(self._leg.queue))  # gone meanwhile; the phone thinks that it is done
            return
        await self._complete()

    def _other_of_phone(self, named: str | None, target: str | None) -> DialledCall | None:
        dialled = self._exchange.dialled_calls
        if target is not None:
            return dialled.get(target)
        return dialled.of_phone(named) if named is not None else None

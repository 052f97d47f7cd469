"""What does a controller make of conversations that an earlier life connected? They go on as they stand, and are counted once."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from ari_app.call import Call
from ari_app.callback_book import CallbackBook
from ari_app.caller_book import CallerNote, TalkNote
from ari_app.calls.exchange import Exchange
from ari_app.calls.forwarding import adopted_forwarding
from ari_app.calls.inbound_call import adopted_conversation
from ari_app.calls.ringing import OperatorLeg
from ari_app.calls.three import Stands
from ari_app.control_states import AWAY
from ari_app.ears_left import EarsLeft, NewCall
from ari_app.lives import Lives
from ari_app.passing import PassOn
from ari_app.recollection import count, remember, set_after
from ari_app.recordings_left import RecordingsLeft
from ari_app.sweep import FoundConversation, FoundForwarding, FoundLeft
from ari_app.switchboard import Switchboard
from ari_app.telephony import ChannelEnded, ChannelInfo, LegAnswered
from recordings.plan import RecordingPlan

log = structlog.get_logger(__name__)
FoundTalk = FoundConversation | FoundForwarding | FoundLeft


class TalksLeft:
    """See Adoption."""

    def __init__(
        self,
        exchange: Callable[[], Exchange],
        lives: Lives,
        switchboard: Switchboard,
        callbacks: CallbackBook,
        recordings: RecordingsLeft,
        ears: EarsLeft,
        new_call: NewCall,
    ) -> None:
        self._exchange_now = exchange
        self._lives = lives
        self._switchboard = switchboard
        self._callbacks = callbacks
        self._recordings = recordings
        self._ears = ears
        self._new_call = new_call

    @property
    def _exchange(self) -> Exchange:
        return self._exchange_now()

    def adopt(self, found: FoundTalk, note: CallerNote | None) -> None:
        """``found`` goes on; ``note``: what was noted of its caller."""
        talk = note.talk if note is not None else None
        match found:
            case FoundConversation():
                self._adopt_conversation(found, note)
            case _ if note is not None and talk is not None and talk.supervisor is not None:
                self._adopt_taken_over(found, note, talk, talk.supervisor)
            case FoundLeft() if note is not None and talk is not None and self._ears.has(found.leg):
                self._adopt_left(found, note, talk)
            case _:
                self._adopt_forwarded(found, note)

    def _adopt_conversation(self, found: FoundConversation, note: CallerNote | None) -> None:
        leg = OperatorLeg(
            channel=found.operator_leg.id,
            operator=found.operator_leg.variables["CENTRALITA_OPERATOR"],
            queue=found.operator_leg.variables["CENTRALITA_QUEUE"],
            bridge=found.bridge,
        )
        call = self._call_in(found.call, found.caller, found.bridge, note)
        if note is not None:
            set_after(call, note, self._exchange)
        recording = self._recordings.go_on(call, found.caller)
        talk = note.talk if note is not None and note.talk is not None and note.talk.operator == leg.operator else None
        stands = _stands(talk, found)
        barged = self._ears.come_into(call, found.bridge)
        if barged and stands is None and not found.interrupted:
            stands = Stands("barged", barged=barged)
        passing = note.passing if talk is not None and note is not None else None
        self._talk_on(call, leg, recording, stands, interrupted=found.interrupted, passing=passing)
        since, waited_s = (talk.since, talk.waited_s) if talk is not None else (None, 0.0)
        self._switchboard.adopt(call.id, leg.queue, leg.operator, since, waited_s)
        self._callbacks.forget(call.id)
        if found.consulted is not None and found.consulted.up:
            call.put_nowait(LegAnswered(found.consulted.id))  # perhaps meanwhile
        log.info("conversation_adopted", call=call.id, operator=leg.operator, stands=stands.state if stands else None)

    def _talk_on(
        self,
        call: Call,
        leg: OperatorLeg,
        recording: RecordingPlan | None,
        stands: Stands | None,
        *,
        interrupted: bool = False,
        passing: PassOn | None = None,
    ) -> None:
        self._exchange.telephony.watch(leg.channel, call)
        life = adopted_conversation(
            call,
            leg,
            recording,
            self._exchange,
            interrupted=interrupted,
            stands=stands,
            record_again=self._recordings.is_to_go_on(call.id),
            passing=passing,
        )
        self._lives.begin(call, life)

    def _adopt_left(self, found: FoundLeft, note: CallerNote, talk: TalkNote) -> None:
        """The operator hung up meanwhile, and supervisors had barged in: what comes of that comes now."""
        call = self._call_in(found.call, found.caller, found.bridge, note)
        set_after(call, note, self._exchange)
        leg = OperatorLeg(talk.channel, talk.operator, talk.queue, found.bridge)
        recording = self._recordings.go_on(call, found.caller)
        self._talk_on(call, leg, recording, Stands("barged", barged=self._ears.come_into(call, found.bridge)))
        count(call, talk, self._switchboard)
        call.put_nowait(ChannelEnded(leg.channel, "failed"))
        log.info("conversation_adopted", call=call.id, operator=None, stands="barged")

    def _adopt_taken_over(
        self, found: FoundForwarding | FoundLeft, note: CallerNote, talk: TalkNote, supervisor: str
    ) -> None:
        """The supervisor is in the operator's place, who has left, or was about to be told so."""
        leg = talk.channel if self._ears.has(talk.channel) else found.leg
        self._ears.give_away(leg)
        call = self._call_in(found.call, found.caller, found.bridge, note)
        set_after(call, note, self._exchange)
        call.stage, call.stage_since = "elsewhere", talk.since if talk.over else self._exchange.clock.now()
        call.supervised[supervisor] = "take_over"
        recording = self._recordings.go_on(call, found.caller)
        stands = Stands("taken_over", barged=self._ears.come_into(call, found.bridge), supervisor=supervisor)
        self._talk_on(call, OperatorLeg(leg, "", talk.queue, found.bridge), recording, stands)
        count(call, talk, self._switchboard)
        self._switchboard.leave(call.id, by="transfer", to=supervisor)
        log.info("conversation_adopted", call=call.id, operator=None, stands="taken_over")

    def _adopt_forwarded(self, found: FoundForwarding | FoundLeft, note: CallerNote | None) -> None:
        self._ears.give_away(found.leg)
        call = self._call_in(found.call, found.caller, found.bridge, note)
        call.stage = "elsewhere"
        if note is not None and note.talk is not None:
            count(call, note.talk, self._switchboard)
            self._switchboard.leave(call.id, by="transfer")
        self._exchange.telephony.watch(found.leg, call)
        recording, again = self._recordings.go_on(call, found.caller), self._recordings.is_to_go_on(call.id)
        life = adopted_forwarding(call, found.leg, found.bridge, recording, self._exchange, record_again=again)
        self._lives.begin(call, life)

    def _call_in(self, id_: str, caller: ChannelInfo, bridge: str, note: CallerNote | None) -> Call:
        call = self._new_call(caller.id, caller.variables["CENTRALITA_NUMBER"], caller.caller, call_id=id_)
        if note is not None:
            remember(call, note)
        call.ticket = caller.variables.get("CENTRALITA_TICKET")
        call.go_on_from(bridge)
        return call


def _stands(talk: TalkNote | None, found: FoundConversation) -> Stands | None:
    """How the conversation stands, if it was noted and Asterisk does not say otherwise."""
    if talk is None or (talk.state in AWAY) != (found.interrupted or talk.state == "held_by_phone"):
        return None
    if talk.state in ("held", "held_by_phone"):
        return Stands(talk.state)
    consults = talk.state in ("ringing_other", "consulting", "swapped", "conference")
    return Stands(talk.state, talk.consulted) if consults and found.consulted is not None else None

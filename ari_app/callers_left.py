"""What does a controller make of callers whom an earlier life left in a queue, in a flow, or who are gone? Each has the place back.

Those who hung up meanwhile are counted as what they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

import structlog

from ari_app.call import Call
from ari_app.caller_book import CallerNote, TalkNote
from ari_app.calls.exchange import Exchange
from ari_app.calls.inbound_call import ended_meanwhile, kept_in_flow, kept_waiting, passed_on_meanwhile
from ari_app.calls.ringing import RingingLegs
from ari_app.ears_left import NewCall
from ari_app.lives import Lives
from ari_app.passing import PassOn
from ari_app.recollection import count, remember, set_after
from ari_app.recorder import Recorder
from ari_app.recordings_left import RecordingsLeft
from ari_app.switchboard import Switchboard
from ari_app.telephony import ChannelInfo, TelephonyError
from ivr_flows.messages import HangUp, JoinQueue
from queues.errors import AcdError
from queues.events import CallerJoined, OfferAnswered, OperatorBecameReady

log = structlog.get_logger(__name__)


class CallersLeft:
    """See Adoption."""

    def __init__(
        self,
        exchange: Callable[[], Exchange],
        lives: Lives,
        switchboard: Switchboard,
        recorder: Recorder,
        recordings: RecordingsLeft,
        new_call: NewCall,
        begin_again: Callable[[str, str, str], None],
        forget: Callable[[str], None],
    ) -> None:
        self._exchange_now = exchange
        self._lives = lives
        self._switchboard = switchboard
        self._recorder = recorder
        self._recordings = recordings
        self._new_call = new_call
        self._begin_again = begin_again
        self._forget = forget

    @property
    def _exchange(self) -> Exchange:
        return self._exchange_now()

    async def fall_silent(self, channel: str, note: CallerNote | None) -> None:
        """What a flow of the earlier life records ends; what it was saying would come before what is said now."""
        await self._recorder.stop(channel)
        if note is not None and note.playbacks:
            try:
                await self._exchange.telephony.stop_playback(f"play-{note.call}-{note.playbacks}")
            except TelephonyError as failed:
                log.debug("playback_not_stopped", why=str(failed))

    def go_on_with(
        self,
        callers: Iterable[ChannelInfo],
        legs: Iterable[ChannelInfo],
        notes: Mapping[str, CallerNote],
        places: Mapping[str, CallerJoined],
    ) -> None:
        """Those who wait come first, in the order of their places, for the others may be led into the same queues."""
        rings: dict[str, list[ChannelInfo]] = defaultdict(list)
        for leg in legs:
            rings[leg.variables["CENTRALITA_CALL"]].append(leg)
        there = {caller.id: caller for caller in callers}
        for channel, place in sorted(places.items(), key=lambda one: one[1].arrived_at or 0.0):
            if channel in there and (notes[channel].place is not None or rings[place.call]):
                self._keep_waiting(there.pop(channel), notes[channel], place, rings[place.call])
        for channel, caller in there.items():
            self._go_on_from(caller, notes.get(channel))

    def _go_on_from(self, caller: ChannelInfo, note: CallerNote | None) -> None:
        """A caller who waits in no queue."""
        if note is not None and note.passing is not None:
            self._pass_on(caller, note, note.passing)
        elif note is not None and note.talk is not None:
            self._end_conversation(caller, note, note.talk)
        elif note is not None and note.flow is not None:
            call = self._call_from(caller, note)
            log.info("flow_gone_on_with", call=call.id, step=note.flow.place.step)
            self._lives.begin(call, kept_in_flow(call, note.flow, self._exchange))
        else:
            self._begin_again(caller.id, caller.variables["CENTRALITA_NUMBER"], caller.caller)

    def _pass_on(self, caller: ChannelInfo, note: CallerNote, passing: PassOn) -> None:
        """An operator had just let the caller go to somebody else."""
        call = self._call_from(caller, note)
        set_after(call, note, self._exchange)
        call.passing, call.queue, call.operator = passing, passing.queue, passing.by or None
        self._lives.begin(call, passed_on_meanwhile(call, passing, self._exchange))
        if note.talk is not None:
            count(call, note.talk, self._switchboard)
        log.info("passed_on_again", call=call.id, by=passing.by)

    def _end_conversation(self, caller: ChannelInfo, note: CallerNote, talk: TalkNote) -> None:
        """The operator hung up meanwhile: that was the end of it, or the flow goes on."""
        call = self._call_from(caller, note)
        set_after(call, note, self._exchange)
        over = HangUp("forwarded" if talk.state == "outside" else "operator_hung_up")
        self._lives.begin(call, ended_meanwhile(call, over, self._exchange))
        count(call, talk, self._switchboard)

    def _keep_waiting(
        self, caller: ChannelInfo, note: CallerNote, place: CallerJoined, legs: Iterable[ChannelInfo]
    ) -> None:
        """The place is taken at once, and the phones that ring for it ring on. An offer to one operator alone is one to all now."""
        call = self._call_from(caller, note)
        wish = note.wish or JoinQueue(place.queue, tuple(place.skills.items()), place.priority, note.language)
        call.wish, call.arrived_at = wish, place.arrived_at
        set_after(call, note, self._exchange)
        ringing = RingingLegs(call, self._exchange)
        self._lives.begin(call, kept_waiting(call, wish, ringing, self._exchange))
        self._switchboard.apply(place)
        log.info("place_kept", call=call.id, queue=place.queue)
        for leg in legs:
            operator = leg.variables["CENTRALITA_OPERATOR"]
            ringing.adopt(operator, leg.id)
            self._is_at_work(operator)
            self._switchboard.adopt_offer(call.id, operator)
            if leg.up:
                self._switchboard.apply(OfferAnswered(call.id, operator))

    def _is_at_work(self, operator: str) -> None:
        """Only a phone of somebody who was ready is rung: whatever state is known besides is older, by the instant in which the
        controller died."""
        if self._switchboard.acd.operator(operator).state in ("logged_out", "paused"):
            self._switchboard.apply(OperatorBecameReady(operator))

    def _call_from(self, caller: ChannelInfo, note: CallerNote) -> Call:
        call = self._new_call(caller.id, note.number, caller.caller, call_id=note.call)
        remember(call, note)
        call.hears_music = True  # perhaps; whoever is connected, or hears a prompt, must not
        self._recordings.go_on(call, caller)
        return call

    def account_for_lost(self, there: Collection[str], notes: Mapping[str, CallerNote]) -> None:
        """Callers who hung up while nobody was there: counted as what they were, and their operators have something to write up."""
        for channel, note in notes.items():
            if channel in there or self._lives.has(channel):
                continue
            self._forget(channel)
            call = self._new_call("", note.number, note.caller, call_id=note.call)
            remember(call, note)
            self._switchboard.call_began(call)
            try:
                if note.place is not None:
                    self._switchboard.apply(note.place)
                elif note.talk is not None:
                    count(call, note.talk, self._switchboard)
                self._switchboard.leave(call.id)
            except AcdError as unknown:
                log.warning("lost_caller_not_counted", call=call.id, why=str(unknown))
            call.end_reason = "ended_meanwhile"
            self._switchboard.call_over(call)
            log.info("call_over", call=call.id, reason=call.end_reason)

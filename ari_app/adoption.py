"""What does a controller make of what an earlier life left? Each call goes on at its stage, what is nobody's is removed.

Asterisk says who is there (sweep.py decides), the notes say what was meant with them (caller_book.py). Everybody has the place back
before the first phone counts as reachable, so that nobody is offered a call out of turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from ari_app.callback_book import CallbackBook, CallbackIntent
from ari_app.caller_book import CallerNote
from ari_app.callers_left import CallersLeft
from ari_app.calls.exchange import Exchange
from ari_app.ear_book import EarNote
from ari_app.ears_left import EarsLeft, NewCall, ids_of
from ari_app.lives import Lives
from ari_app.recollection import place_in
from ari_app.recorder import Recorder
from ari_app.recordings_left import RecordingsLeft
from ari_app.sweep import plan_sweep
from ari_app.switchboard import Switchboard
from ari_app.talks_left import FoundTalk, TalksLeft
from ari_app.telephony import BridgeInfo, ChannelInfo, TelephonyError

log = structlog.get_logger(__name__)


class Lists(Protocol):
    """What one Asterisk has. Each raises TelephonyAway."""

    async def channels(self) -> list[ChannelInfo]:
        """See Telephony."""
        ...

    async def bridges(self) -> list[BridgeInfo]:
        """See Telephony."""
        ...


@dataclass(slots=True)
class Notes:
    """What an earlier life noted of callers and of supervisors who listened, by channel."""

    callers: dict[str, CallerNote] = field(default_factory=dict)
    ears: dict[str, EarNote] = field(default_factory=dict)

    def add(self, callers: Mapping[str, CallerNote], ears: Mapping[str, EarNote]) -> None:
        """These, too."""
        self.callers.update(callers)
        self.ears.update(ears)

    def of(self, wanted: Callable[[str], bool]) -> Notes:
        """Those of the channels that are ``wanted``."""
        return Notes(
            {channel: note for channel, note in self.callers.items() if wanted(channel)},
            {channel: note for channel, note in self.ears.items() if wanted(channel)},
        )

    def drop(self, done: Notes) -> None:
        """These have been gone on with."""
        for channel in done.callers:
            self.callers.pop(channel, None)
        for channel in done.ears:
            self.ears.pop(channel, None)


class Adoption:
    """One sweep after each (re)connection to Asterisk.

    ``begin_again`` guides a caller from the start (channel, number, caller); ``forget`` strikes out the note of a channel.
    """

    def __init__(
        self,
        exchange: Callable[[], Exchange],
        lives: Lives,
        switchboard: Switchboard,
        recorder: Recorder,
        callbacks: CallbackBook,
        new_call: NewCall,
        begin_again: Callable[[str, str, str], None],
        begin_callback: Callable[[CallbackIntent], None],
        forget: Callable[[str], None],
    ) -> None:
        self._exchange_now = exchange
        self._lives = lives
        self._switchboard = switchboard
        self._callbacks = callbacks
        self._begin_callback = begin_callback
        self._recordings = RecordingsLeft(recorder, exchange)
        self._ears = EarsLeft(exchange, lives, new_call)
        self._talks = TalksLeft(exchange, lives, switchboard, callbacks, self._recordings, self._ears, new_call)
        self._callers = CallersLeft(
            exchange, lives, switchboard, recorder, self._recordings, new_call, begin_again, forget
        )

    @property
    def _exchange(self) -> Exchange:
        return self._exchange_now()

    async def sweep(self, notes: Notes) -> None:
        """Adopt conversations, who listens to them, waiting callers and callers in flows; remove what is nobody's."""
        there = await self.sweep_lists(self._exchange.telephony, notes, self.restore_callbacks)
        self.account_for_lost(there, notes)

    async def sweep_lists(
        self, lists: Lists, noted: Notes, before_callers: Callable[[], None] = lambda: None
    ) -> set[str]:
        """As ``sweep``, of what is in ``lists``; returns the channels there. Callbacks and lost callers are left to others."""
        notes = noted.callers
        channels, bridges = await lists.channels(), await lists.bridges()
        queues = {queue.name for queue in self._exchange.in_force().queues}
        places = {
            channel: place for channel, note in notes.items() if (place := place_in(note)) and place.queue in queues
        }
        kept = {channel: place.call for channel, place in places.items()}
        known = self._known(channels, [bridge.id for bridge in bridges])
        plan = plan_sweep(channels, bridges, known, kept, _consulted(notes.values()), ids_of(noted.ears.values()))
        for leg in plan.hang_up:
            await self._exchange.hang_up(leg)
        for bridge in plan.destroy:
            await self._exchange.destroy_bridge(bridge)
        talks: list[FoundTalk] = [*plan.adopt, *plan.adopt_forwarded, *plan.adopt_left]
        await self._recordings.read(_calls(talks, plan.go_on, notes))
        await asyncio.gather(*(self._callers.fall_silent(caller.id, notes.get(caller.id)) for caller in plan.go_on))
        await asyncio.gather(
            *(self._take_in_hand(caller.id) for caller in [*plan.go_on, *(one.caller for one in talks)])
        )
        for talk in talks:
            await self._recordings.stop_unsure(talk.call, talk.caller)
        self._ears.found(plan.ears, noted.ears)
        for talk in talks:
            self._talks.adopt(talk, notes.get(talk.caller.id))
        before_callers()
        self._callers.go_on_with(plan.go_on, plan.ringing, notes, places)
        self._ears.go_on()
        for leg in noted.ears.keys() & set(plan.hang_up):
            self._ears.lost(noted.ears[leg])
        log.info(
            "swept",
            adopted=len(talks),
            supervisors=len(plan.ears),
            callers=len(plan.go_on),
            ringing=len(plan.ringing),
            hung_up=len(plan.hang_up),
            bridges_removed=len(plan.destroy),
        )
        return {channel.id for channel in channels}

    def _known(self, channels: list[ChannelInfo], bridges: list[str]) -> set[str]:
        """Channels and bridges of living calls: the callers', and whatever is named after a living call."""
        calls = self._lives.calls()
        alive = tuple(f"{call.id}-" for call in calls)
        held = {id_ for call in calls if call.control for id_ in (call.control.channel, call.control.other_channel)}
        ids = [channel.id for channel in channels] + bridges
        return {id_ for id_ in ids if self._lives.has(id_) or id_ in held or (alive and id_.startswith(alive))}

    async def _take_in_hand(self, channel: str) -> None:
        """The earlier life may have died before it did."""
        try:
            await self._exchange.telephony.take_in_hand(channel)
        except TelephonyError as failed:
            log.debug("caller_not_taken_in_hand", why=str(failed))

    def account_for_lost(self, there: Collection[str], notes: Notes) -> None:
        """Callers and supervisors who hung up while nobody was there."""
        self._ears.account_for_lost(there, notes.ears)
        self._callers.account_for_lost(there, notes.callers)

    # -- callbacks -----------------------------------------------------------------------------------------------------

    def restore_callbacks(self) -> None:
        """Go on with what an earlier life agreed, and nobody goes on with yet."""
        queues = {queue.name for queue in self._exchange.in_force().queues}
        for agreed in self._callbacks.in_order():
            if agreed.call in self._switchboard.calls:
                continue
            if agreed.queue not in queues:
                log.error("callback_for_unknown_queue", call=agreed.call, queue=agreed.queue)
                self._callbacks.forget(agreed.call)
                continue
            self._begin_callback(self._callbacks.take_over(agreed.call))
            log.info("callback_restored", call=agreed.call, queue=agreed.queue, attempts=agreed.attempts)


def _calls(
    talks: Iterable[FoundTalk],
    callers: Iterable[ChannelInfo],
    notes: Mapping[str, CallerNote],
) -> set[str]:
    """Those that go on under their own ids."""
    return {talk.call for talk in talks} | {notes[caller.id].call for caller in callers if caller.id in notes}


def _consulted(notes: Iterable[CallerNote]) -> dict[str, tuple[str, str]]:
    """Whom the operators consulted, and where, by call."""
    talks = ((note.call, note.talk.consulted) for note in notes if note.talk is not None)
    return {call: (consulted.channel, consulted.bridge) for call, consulted in talks if consulted is not None}

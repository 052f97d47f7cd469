"""What does a controller make of the supervisors whom an earlier life let listen? Each hears on as before, in the same mode.

Nobody is rung again. Those who had barged in are in a conversation's bridge, and that conversation is told so as it is adopted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

import structlog

from ari_app.call import Call
from ari_app.calls.ear import Ear, kept_supervision
from ari_app.calls.exchange import Exchange
from ari_app.ear_book import EarNote
from ari_app.lives import Lives
from ari_app.supervision import SuperviseAsked, subject_of
from ari_app.sweep import EarIds, FoundEar
from recordings.custody import Act, AuditEntry

log = structlog.get_logger(__name__)


class NewCall(Protocol):
    """Makes a call, under an id that it has already or a new one."""

    def __call__(self, channel: str, number: str, caller: str, call_id: str | None = None) -> Call:
        """See Engine."""
        ...


def ids_of(notes: Iterable[EarNote]) -> list[EarIds]:
    """What a sweep has to know of them."""
    return [EarIds(note.channel, note.bridge, note.tap.snoop if note.tap is not None else None) for note in notes]


class EarsLeft:
    """Those that one sweep goes on with: ``found``, then the conversations are told, then ``go_on``."""

    def __init__(self, exchange: Callable[[], Exchange], lives: Lives, new_call: NewCall) -> None:
        self._exchange = exchange
        self._lives = lives
        self._new_call = new_call
        self._left: dict[str, tuple[FoundEar, EarNote, Call, Ear]] = {}

    def found(self, ears: Iterable[FoundEar], notes: Mapping[str, EarNote]) -> None:
        """These are there."""
        self._left = {ear.channel: (ear, notes[ear.channel], *self._made(notes[ear.channel])) for ear in ears}

    def _made(self, note: EarNote) -> tuple[Call, Ear]:
        call = self._new_call(note.channel, note.number, note.supervisor, call_id=note.call)
        call.begin_life(note.lives + 1)
        asked = SuperviseAsked(note.target, note.mode)
        return call, Ear(call, note.supervisor, note.role, asked, self._exchange())

    def has(self, channel: str) -> bool:
        """Whether a supervision is to go on there."""
        return channel in self._left

    def give_away(self, channel: str) -> None:
        """The channel is a conversation's from now on, and what was made for listening is removed."""
        left, exchange = self._left.pop(channel, None), self._exchange()
        exchange.ears.forget(channel)
        if left is not None:
            exchange.in_background(self._take_apart(*left[:2]))

    async def _take_apart(self, found: FoundEar, note: EarNote) -> None:
        if note.tap is not None and found.tapped:
            await self._exchange().hang_up(note.tap.snoop)
        if found.bridge:
            await self._exchange().destroy_bridge(note.bridge)

    def come_into(self, conversation: Call, bridge: str) -> tuple[Ear, ...]:
        """Those who are in that conversation's bridge."""
        inside = tuple(ear for found, _, _, ear in self._left.values() if found.inside == bridge)
        for ear in inside:
            ear.is_inside(conversation)
        return inside

    def go_on(self) -> None:
        """Conversations have been adopted, so that they are heard again."""
        left, self._left = self._left, {}
        for found, note, call, ear in left.values():
            at_post = found.inside == note.bridge
            ear.go_on_from(note, up=found.up, has_post=found.bridge, has_tap=found.tapped, at_post=at_post)
            self._lives.begin(call, kept_supervision(call, ear, self._exchange()), shown=False)
            log.info("supervision_adopted", supervisor=note.supervisor, mode=note.mode, call=note.heard)

    def account_for_lost(self, there: Collection[str], notes: Mapping[str, EarNote]) -> None:
        """Supervisors who hung up while nobody was there."""
        for channel, note in notes.items():
            if channel not in there and not self._lives.has(channel):
                self.lost(note)

    def lost(self, note: EarNote) -> None:
        """Nobody goes on with it."""
        exchange = self._exchange()
        exchange.ears.forget(note.channel)
        act: Act = "supervision_ended" if note.began else "supervision_unanswered"
        heard = {"mode": note.mode, "call": note.heard, "operator": None}
        subject = subject_of(note.target)
        exchange.note_act(AuditEntry(exchange.clock.now(), note.supervisor, note.role, act, *subject, detail=heard))

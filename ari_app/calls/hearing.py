"""What does one waiting caller hear? Music, announcements between, or the menu of a key that was pressed.

When and what to announce is decided in queues/announcing.py. Nothing here waits for a prompt to end: the end comes as an
event, so that an operator's answer, or a phone that is to ring, never has to wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import structlog

from ari_app.call import Call, CallItem
from ari_app.calls.exchange import Exchange
from ari_app.calls.guidance import Guidance, Outcome
from ari_app.calls.speech import Speech
from ari_app.centre import UnknownPrompt
from ari_app.outbound import NotAllowed, way_out
from queues import announcing
from queues.announcing import AnnounceRules, Heard, Key, Place, Word

log = structlog.get_logger(__name__)
MUSIC_AFTER_S: Final = 0.2
"""Whoever is connected within this time hears no scrap of music first, and Asterisk need not begin and end it."""


class Hearing:
    """One waiting caller's ears, in one queue at a time."""

    def __init__(self, call: Call, exchange: Exchange) -> None:
        self._call = call
        self._exchange = exchange
        self._speech = Speech(call, exchange)
        self._queue = ""
        self._rules = AnnounceRules()
        self._heard: Heard | None = None
        self._menu: Guidance | None = None
        self._music_at: float | None = None
        self.was_offered_a_callback = False

    # -- the queue -----------------------------------------------------------------------------------------------------

    async def begin(self, queue: str) -> None:
        """Music, before the caller has a place; soon, for one who may be connected at once.

        Whoever has talked already hears it now: it renews the caller's sound path for the next operator (ARCHITECTURE.md,
        decision 23).
        """
        self._queue = queue
        if self._call.conversations:
            await self._music()
        else:
            self._music_at = self._exchange.clock.now() + MUSIC_AFTER_S

    async def move(self, queue: str) -> None:
        """The caller waits in another queue from now on: its music, unless something is being said."""
        self._queue, self.was_offered_a_callback = queue, False
        self.placed()
        if self._menu is None and not self._speech.speaks:
            await self._music()

    def placed(self) -> None:
        """The caller has a place: from now on there is something to announce."""
        place = self._place()
        if place is None:
            self._heard = None
            return
        self._rules = self._exchange.queue(self._queue).entry.announce_rules()
        self._heard = announcing.entered(
            self._exchange.clock.now(), place, self._rules, may_be_called_back=self._may_be_called_back()
        )

    @property
    def next_at(self) -> float | None:
        """When ``time_passed`` is to be told."""
        if self._menu is not None:
            return self._menu.deadline
        announced_at = None
        if self._heard is not None and not self._speech.speaks:
            announced_at = announcing.next_at(self._heard, self._rules)
        return min((at for at in (self._music_at, announced_at) if at is not None), default=None)

    # -- what happens --------------------------------------------------------------------------------------------------

    async def take(self, item: CallItem | None) -> Outcome | None:
        """Time, the end of a prompt, or a key for the menu. Returns the menu's outcome when it has one."""
        if self._menu is not None:
            return await self._menu.take(item)
        if item is None:
            await self._time_passed()
        elif self._speech.ended(item):
            if self._heard is not None:
                self._heard = announcing.finished(self._exchange.clock.now(), self._heard)
            await self._music()
        return None

    async def ask(self, flow: str, entry: str, skills: dict[str, int]) -> Outcome | None:
        """A key led to ``flow``: it is spoken while the caller keeps the place."""
        await self._quiet()
        self._menu = Guidance(self._call, self._exchange)
        return await self._menu.enter(flow, entry, skills)

    @property
    def in_menu(self) -> bool:
        """True while a menu has the caller's keys."""
        return self._menu is not None

    async def leave_menu(self) -> None:
        """The menu led back to where the caller waits."""
        if self._menu is not None:
            menu, self._menu = self._menu, None
            await menu.leave()
            await self._music()

    async def say(self, words: Iterable[Word]) -> None:
        """Say something now; the music comes back at its end."""
        await self._quiet()
        try:
            media = [uri for word in words for uri in self._media(word)]
        except UnknownPrompt as missing:
            log.error("prompt_missing", why=str(missing))
            await self._music()
            return
        await self._speech.say(media, self._call.language)

    async def end(self) -> None:
        """Silence: somebody answers, or the caller goes elsewhere."""
        if self._menu is not None:
            menu, self._menu = self._menu, None
            await menu.leave()
        await self._speech.stop()

    def break_off(self) -> None:
        """The caller has hung up. Immediate."""
        if self._menu is not None:
            self._menu.break_off()

    # -- parts ---------------------------------------------------------------------------------------------------------

    async def _time_passed(self) -> None:
        if self._music_at is not None and self._exchange.clock.now() >= self._music_at:
            await self._music()
        await self._announce()

    async def _announce(self) -> None:
        place = self._place()
        if self._heard is None or place is None:
            return
        words, self._heard = announcing.announce(self._exchange.clock.now(), place, self._heard, self._rules)
        if words:
            self.was_offered_a_callback |= announcing.CALLBACK_OFFER in words
            await self.say(words)

    def _place(self) -> Place | None:
        acd, now = self._exchange.switchboard.acd, self._exchange.clock.now()
        view = acd.call(self._call.id)
        if view is None or view.position is None:
            return None
        return Place(view.position, acd.wait_ahead(self._call.id, now))

    def _may_be_called_back(self) -> bool:
        try:
            way_out(self._exchange.in_force(), self._call.caller)
        except NotAllowed:
            return False
        return True

    def _media(self, word: Word) -> list[str]:
        match word:
            case Key(digit=digit):
                return [f"digits:{digit}"]
            case int():
                return [f"number:{word}"]
            case _:
                return self._exchange.media([word], self._call.language)

    async def _music(self) -> None:
        self._music_at = None
        await self._exchange.start_music(self._call, self._queue)

    async def _quiet(self) -> None:
        self._music_at = None
        await self._speech.stop()
        await self._exchange.stop_music(self._call)

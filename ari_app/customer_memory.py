"""What does the running engine remember of one customer, and how does it forget? Notes, callbacks, messages, ended calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from ari_app.board import StatusBoard
from ari_app.callback_book import CallbackBook
from ari_app.caller_numbers import CallerNumbers
from ari_app.commands import UnknownCall
from ari_app.known_callers import KnownCallers
from ari_app.last_calls import KEY as LAST_CALL
from ari_app.notebook import Notebook
from ari_app.voicemail_book import VoicemailBook
from recordings.certificate import Erased, Remained

WITHIN_S: Final = 2.0
GOES_ON: Final = "the call goes on"


class CustomerMemory:
    """Eraser and Knows of the engine's memory. ``cancel`` cancels a callback, as CallbackCommands does."""

    name = "engine"

    def __init__(
        self,
        known: KnownCallers,
        callbacks: CallbackBook,
        cancel: Callable[[str], None],
        voicemails: VoicemailBook,
        board: StatusBoard,
        notebook: Notebook,
        numbers: CallerNumbers,
    ) -> None:
        self._known = known
        self._callbacks = callbacks
        self._cancel = cancel
        self._voicemails = voicemails
        self._board = board
        self._notebook = notebook
        self._numbers = numbers

    async def calls_of(self, who: str) -> Iterable[str]:
        """See Knows. Calls on the board are known where the centre shows whole numbers."""
        shown = {id_ for id_, call in self._board.calls.items() if self._known.who(call.caller) == who}
        return shown | self._callbacks_of(who) | self._messages_of(who)

    async def erase(self, who: str, calls: frozenset[str]) -> Erased:
        """See Eraser. Raises OSError when Redis does not take it now."""
        forgotten = int(self._known.forget(who)) + self._numbers.forget(lambda caller: self._known.who(caller) == who)
        for call in self._callbacks_of(who):
            try:
                self._cancel(call)
                forgotten += 1
            except UnknownCall:
                continue  # the customer is on the line: it goes on, and is told below
        for call in self._messages_of(who):
            self._voicemails.dealt_with(call)
            forgotten += 1
        mine = calls | set(await self.calls_of(who))
        await self._ended(mine)
        forgotten += self._board.forget(mine)
        for call in mine - self._board.calls.keys():
            self._notebook.note(f"{LAST_CALL}{call}", None)
        if not await self._notebook.kept(WITHIN_S):
            raise OSError("Redis has not taken the notes that were struck out; it is tried again")
        remained = [Remained(call, GOES_ON) for call in sorted(mine) if call in self._board.calls]
        return Erased(forgotten, "who talked with whom, callbacks, messages, ended calls", tuple(remained))

    def _callbacks_of(self, who: str) -> set[str]:
        return {call for call, intent in self._callbacks.intents.items() if intent.who == who}

    def _messages_of(self, who: str) -> set[str]:
        return {call for call, message in self._voicemails.messages.items() if self._known.who(message.caller) == who}

    async def _ended(self, calls: Iterable[str]) -> None:
        """Wait a moment for callbacks that were cancelled to end; whoever else is on the line is not waited for."""
        changed = asyncio.Event()
        stop = self._board.add_sink(lambda event: changed.set())
        try:
            async with asyncio.timeout(WITHIN_S):
                while any(self._board.calls[call].stage == "callback" for call in calls if call in self._board.calls):
                    await changed.wait()
                    changed.clear()
        except TimeoutError:
            return
        finally:
            stop()

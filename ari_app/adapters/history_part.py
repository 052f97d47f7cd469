"""How does the history come into the database? From the journal and from the notes of calls, both of which are on the disk first.

It matters to no call whether the database is there: what is not entered yet waits on the disk, and is entered once when it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import structlog

from ari_app.adapters.journal_tail import LINES, JournalTail, Read
from ari_app.adapters.library_door import FIRST_PAUSE_S, LONGEST_PAUSE_S, LibraryDoor
from ari_app.adapters.spool_delivery import SpoolDelivery
from ari_app.beside import beside
from ari_app.board import StatusBoard
from ari_app.call import Call
from ari_app.call_notes import CallNotes
from ari_app.clock import Clock
from ari_app.new_ids import new_id
from ari_app.settings import Settings
from ari_app.whole_files import PRIVATE, write_whole

log = structlog.get_logger(__name__)
POLL_S: Final = 1.0
BREATH_S: Final = 0.002
"""Between two pieces of work, so that the thread does not keep the interpreter from the calls."""


class HistoryPart:
    """Feeds the history. ``door`` leads to the database; ``calls`` tells the living ones, ``who`` makes a caller's keyed hash."""

    def __init__(
        self,
        settings: Settings,
        door: LibraryDoor,
        calls: Callable[[], Mapping[str, Call]],
        who: Callable[[str], str | None],
        clock: Clock,
        board: StatusBoard,
    ) -> None:
        self._door = door
        self._clock = clock
        self._tail = JournalTail(settings.journal)
        self._id_file = settings.state / "spool" / "journal-id"
        self.notes = SpoolDelivery("history", settings.state / "spool" / "history.jsonl", door, clock)
        self._unentered: str | None = None
        board.add_sink(CallNotes(self.notes.note, calls, who, clock.now).sink)

    @property
    def wrong(self) -> str | None:
        """What is wrong, in words; None when all is well. Whether the database is away, the door knows."""
        return self.notes.wrong or self._unentered

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.notes.run())
            group.create_task(self._follow_journal())

    async def _follow_journal(self) -> None:
        journal: str | None = None
        read: Read | None = None
        pause_s = FIRST_PAUSE_S
        while True:
            await self._door.until_open()
            try:
                if journal is None:
                    journal = await self._stand()
                read = read or await beside(self._tail.read, LINES)
                if read is None:
                    await self._clock.sleep(POLL_S)
                    continue
                await beside(self._door.opened().history.enter, journal, read.rows, read.upto)
            except Exception as failed:  # calls must not end for it
                if isinstance(failed, OSError):
                    self._door.doubt()
                self._not_entered(f"{type(failed).__name__}: {failed}")
                await self._clock.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                continue
            read, self._unentered, pause_s = None, None, FIRST_PAUSE_S
            await self._clock.sleep(BREATH_S)

    async def _stand(self) -> str:
        """Find out how far it was entered, and go on from there."""
        journal = await beside(journal_id, self._id_file)
        history = self._door.opened().history
        standing = self._tail.stand_at(await beside(history.position, journal))
        while await beside(next, standing, self) is not self:
            await self._clock.sleep(BREATH_S)
        return journal

    def _not_entered(self, why: str) -> None:
        if self._unentered is None:
            log.error("history_not_entered", why=why)
        self._unentered = f"the history waits in the journal: {why}"

    async def close(self) -> None:
        """Write what is left, and let go. What the journal has is entered by the next life. Close the door after it."""
        await self.notes.close()


def journal_id(file: Path) -> str:
    """What the journals of this folder are called in the database; made when first needed. Raises OSError."""
    try:
        known = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        known = ""
    if not known:
        known = new_id()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, known + "\n", PRIVATE)
    return known

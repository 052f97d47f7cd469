"""What does the controller do for recordings that are kept? It tells the library outcomes and acts, and removes what is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from ari_app.adapters.library_parts import OpenLibrary, Places, open_library
from ari_app.adapters.opus_file import as_mp3, as_wav
from ari_app.audit import acts_into
from ari_app.board import StatusBoard
from ari_app.clock import Clock
from ari_app.erasing import Eraser, Knows
from ari_app.outcome_notes import Outcome, OutcomeNotes, outcomes_into
from ari_app.scribe import Scribe
from ari_app.settings import Settings, environment
from recordings.custody import AuditEntry
from recordings.retention import RetentionRule

log = structlog.get_logger(__name__)
SWEEP_EVERY_S: Final = 3600.0
AGAIN_S: Final = 60.0


class RecordingsPart:
    """The library and what feeds it. ``rules`` and ``operators_hear_own`` are those in force. Raises BadDatabase, BadStore,
    CatalogueAway."""

    def __init__(
        self,
        settings: Settings,
        who: Callable[[str], str | None],
        clock: Clock,
        board: StatusBoard,
        erasers: Sequence[Eraser],
        knows: Sequence[Knows],
        rules: Callable[[], Sequence[RetentionRule]],
        operators_hear_own: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self.opened: OpenLibrary = open_library(
            Places(
                settings.database, settings.recordings_store_url, environment(settings.project), settings.identity_file
            ),
            settings.token_key,
            who,
            clock.now,
            erasers=erasers,
            knows=knows,
            transcoders={"mp3": as_mp3, "wav": as_wav},
            rules=rules,
            operators_hear_own=operators_hear_own,
        )
        self.acts = Scribe[AuditEntry]("audit", acts_into(self.opened.library.audit))
        self.outcomes = Scribe[Outcome]("outcomes", outcomes_into(self.opened.shelves))
        board.add_sink(OutcomeNotes(self.outcomes.note, clock.now).sink)

    @property
    def wrong(self) -> str | None:
        """What is wrong, in words; None when all is well."""
        return self.acts.wrong or self.outcomes.wrong

    async def run(self) -> None:
        """Until cancelled: write what is noted, go on with erasures that were cut short, and remove what is over once an hour."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.acts.run())
            group.create_task(self.outcomes.run())
            while True:
                await self._clock.sleep(SWEEP_EVERY_S if await self._sweep() else AGAIN_S)

    async def _sweep(self) -> bool:
        """False when the catalogue or the store is away: then soon again."""
        try:
            await self.opened.library.erasing.resume()
            await asyncio.to_thread(self.opened.removal.expire, self._clock.now())
        except OSError as away:
            log.warning("recordings_not_swept", why=str(away))
            return False
        return True

    async def close(self) -> None:
        """Write what is left, and let go."""
        await self.acts.close()
        await self.outcomes.close()
        self.opened.close()

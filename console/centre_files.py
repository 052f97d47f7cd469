"""Which of the centre's files are in force here? Those with which the controller leads; read again when it says that it has others.

The controller says the version of its files, and since when (contract v1, ``controller``). It never says that of what it has
refused, so that is not used here, nor is what somebody has written since: the last good ones stay.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from ari_app.beside import beside
from ari_app.centre import Centre, load_centre
from ari_app.clock import Clock
from ari_app.contract import CentreInForce
from ivr_flows.problems import BadFile

log = structlog.get_logger(__name__)
LOOKS_EVERY_S: Final = 1.0
TRIES_AGAIN_S: Final = 5.0
"""To read all files takes a tenth of a second of a core."""

OTHERS: Final = (
    "{folder}: the files are others than those with which the controller leads; reload, or put the former ones back"
)


class CentreFiles:
    """Begins with ``first``, the files in ``folder`` as they were when the console began. ``told``: with which ones the controller
    leads; None while nobody says."""

    def __init__(
        self,
        folder: Path,
        first: Centre,
        told: Callable[[], CentreInForce | None],
        clock: Clock,
        read: Callable[[Path], Centre] = load_centre,
    ) -> None:
        self._folder = folder
        self._centre = first
        self._told = told
        self._clock = clock
        self._read = read
        self._followed: CentreInForce | None = None
        self._wrong: str | None = None

    def now(self) -> Centre:
        """The centre in force. To be asked each time: whoever keeps it keeps an old one."""
        return self._centre

    def wrong(self) -> str | None:
        """Why the controller's files are not in force here, in words; None when all is well."""
        return self._wrong

    async def run(self) -> None:
        """Follow the controller until cancelled."""
        while True:
            told = self._told()
            if told is not None and told != self._followed:
                await self._follow(told)
            await self._clock.sleep(LOOKS_EVERY_S if self._wrong is None else TRIES_AGAIN_S)

    async def _follow(self, told: CentreInForce) -> None:
        """Since the same texts may stand for other secrets, they are read again after each reload, but for those of our start."""
        held = self._centre.version == told.version
        if held and self._followed is None:
            self._now_followed(told, self._centre)
            return
        try:
            centre, wrong = await beside(self._read, self._folder), OTHERS.format(folder=self._folder)
        except BadFile as bad:
            centre, wrong = self._centre, _first_of(bad)
        if centre.version == told.version:
            self._now_followed(told, centre)
        elif held:  # another controller leads, with the files that we have, and new ones are being written
            self._now_followed(told, self._centre)
        else:
            self._note_wrong(wrong)

    def _now_followed(self, told: CentreInForce, centre: Centre) -> None:
        log.info("centre_followed", version=told.version, since=told.since)
        self._centre, self._followed, self._wrong = centre, told, None

    def _note_wrong(self, why: str) -> None:
        """What was in force stays so."""
        if why != self._wrong:
            log.warning("centre_not_followed", why=why)
        self._wrong = why


def _first_of(bad: BadFile) -> str:
    first, more = bad.problems[0], len(bad.problems) - 1
    return f"{first} (and {more} more)" if more else str(first)

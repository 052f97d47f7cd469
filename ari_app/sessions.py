"""Which log-ins are over before their time? Those that were logged out, and everything of an account up to a moment.

Kept in memory, where each request looks, and noted, so that a restart forgets none of it. Nothing is kept of a log-in that goes on.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from ari_app.notebook import Notebook

LIFE_S: Final = 12 * 3600
"""How long a log-in lasts."""
ENDED: Final = "ended_session:"
ENDED_ALL: Final = "ended_sessions_of:"
ENDED_KEPT: Final = 100_000
"""Log-outs in memory at most; the one that would have ended by itself first goes first."""


class Sessions:
    """``life_s`` is how long a log-in lasts; ``now`` is Unix seconds."""

    def __init__(
        self, now: Callable[[], float], life_s: float, notebook: Notebook | None = None, kept: int = ENDED_KEPT
    ) -> None:
        self._now = now
        self._life_s = life_s
        self._notebook = notebook
        self._kept = kept
        self._ended: OrderedDict[str, float] = OrderedDict()
        self._ended_all: dict[str, float] = {}
        self._told: list[Callable[[], None]] = []
        self._told_of_accounts: list[Callable[[str], None]] = []

    def tell(self, told: Callable[[], None]) -> None:
        """Call ``told`` whenever something has ended, so that what lasts longer than a request ends, too."""
        self._told.append(told)

    def tell_of_accounts(self, told: Callable[[str], None]) -> None:
        """Call ``told`` with the code of an account all of whose log-ins are over, for what it has begun beside them."""
        self._told_of_accounts.append(told)

    def end(self, session: str, expires: float) -> None:
        """This log-in is over; by itself it would be at ``expires``."""
        self._ended[session] = expires
        self._drop_old()
        self._note(ENDED + session, expires, expires - self._now())

    def end_all(self, code: str) -> None:
        """Every log-in of the account ``code`` up to now is over."""
        self._ended_all[code] = self._now()
        self._note(ENDED_ALL + code, self._now(), self._life_s)
        for told in self._told_of_accounts:
            told(code)

    def is_over(self, code: str, session: str, expires: float) -> bool:
        """Whether it was ended, or has lasted its time."""
        now = self._now()
        return expires <= now or session in self._ended or expires - self._life_s <= self._ended_all.get(code, 0.0)

    async def remember(self) -> None:
        """Take back what earlier lives ended."""
        if self._notebook is None:
            return
        self._ended.update(sorted(_times(dict(await self._notebook.read(ENDED))).items(), key=lambda one: one[1]))
        for code, at in _times(dict(await self._notebook.read(ENDED_ALL))).items():
            self._ended_all[code] = max(at, self._ended_all.get(code, 0.0))

    def _drop_old(self) -> None:
        while self._ended:
            session, expires = next(iter(self._ended.items()))
            if expires > self._now() and len(self._ended) <= self._kept:
                return
            del self._ended[session]

    def _note(self, key: str, at: float, keep_s: float) -> None:
        if self._notebook is not None:
            self._notebook.note(key, f"{at:.3f}", keep_s)
        for told in self._told:
            told()


def _times(notes: dict[str, str]) -> dict[str, float]:
    found = {}
    for key, text in notes.items():
        try:
            found[key] = float(text)
        except ValueError:
            continue
    return found

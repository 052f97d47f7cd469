"""Whose phone's page has told of its health? Noted, so that after a restart a page that died meanwhile is missed."""

from __future__ import annotations

from typing import Final

from ari_app.notebook import Notebook

KEY: Final = "phone_page:"
KEPT_S: Final = 16 * 3600.0
"""A shift is over by then."""


class PhoneNotes:
    """One note a phone, while its page is waited for."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    def note(self, code: str, watched: bool) -> None:
        """See PhoneWatch."""
        self._notebook.note(f"{KEY}{code}", "1" if watched else None, KEPT_S if watched else None)

    async def earlier(self) -> tuple[str, ...]:
        """The codes that earlier lives noted."""
        return tuple(await self._notebook.read(KEY))

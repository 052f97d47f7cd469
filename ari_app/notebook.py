"""What must be remembered beyond this life of the controller? The port of a small store of texts by key; Redis implements it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

import structlog

log = structlog.get_logger(__name__)
Note = TypeVar("Note")


class Notebook(Protocol):
    """Notes by key. Noting never blocks and never fails: what cannot be kept now is kept as soon as it can be."""

    def note(self, key: str, text: str | None, keep_s: float | None = None) -> None:
        """Keep ``text`` under ``key`` from now on, for ``keep_s`` if that is given; None strikes it out."""
        ...

    async def kept(self, within_s: float) -> bool:
        """Wait until all that was noted is kept; False if that takes longer."""
        ...

    async def read(self, beginning: str) -> Mapping[str, str]:
        """The texts kept by earlier lives whose keys begin so, by the rest of the key, as far as they can be read; what was noted
        since counts."""
        ...


async def notes_of_earlier(
    notebook: Notebook, beginning: str, built_from: Callable[[str], Note], unreadable: str, of: str
) -> dict[str, Note]:
    """What earlier lives noted under keys that begin so, by the rest of the key.

    ``built_from`` raises ValueError for a text that is none of ours, which is left out: logged as ``unreadable``, with the key as
    ``of``.
    """
    found: dict[str, Note] = {}
    for key, text in (await notebook.read(beginning)).items():
        try:
            found[key] = built_from(text)
        except ValueError as bad:
            log.error(unreadable, why=str(bad), **{of: key})
    return found

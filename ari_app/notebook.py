"""What must be remembered beyond this life of the controller? The port of a small store of texts by key; Redis implements it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Notebook(Protocol):
    """Notes by key. Noting never blocks and never fails: what cannot be kept now is kept as soon as it can be."""

    def note(self, key: str, text: str | None, keep_s: float | None = None) -> None:
        """Keep ``text`` under ``key`` from now on, for ``keep_s`` if that is given; None strikes it out."""
        ...

    async def kept(self, within_s: float) -> bool:
        """Wait until all that was noted is kept; False if that takes longer."""
        ...

    async def read(self, beginning: str) -> Mapping[str, str]:
        """The texts kept by earlier lives whose keys begin so, by the rest of the key; {} if they cannot be read."""
        ...

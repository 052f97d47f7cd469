"""How does the library read and remove what is stored? Through the store, which is asked only for what a recording may be called.

What is read is still encrypted. A name in the catalogue is not believed: it must be this recording's own, and in a folder no
part of its path may be a symbolic link.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ari_app.adapters.object_store import open_store
from ari_app.keeping.ports import NotStored
from recordings.custody import checked_key

PIECE_BYTES: Final = 256 * 1024
DEADLINE_S: Final = 30.0


class SealedStore:
    """Objects below ``url`` (object_store.open_store). Raises BadStore."""

    def __init__(self, url: str, environ: Mapping[str, str]) -> None:
        self._store = open_store(url, environ, deadline_s=DEADLINE_S)

    def read(self, recording: str, key: str) -> Iterator[bytes]:
        """What is stored, in order. Raises NotStored, StoreRefuses, BadKey; later pieces may raise StoreRefuses, too."""
        self._demand_plain(checked_key(recording, key))
        return self._store.read(key, PIECE_BYTES)

    def remove(self, recording: str, key: str) -> None:
        """Remove it; harmless when it is not there. Raises StoreRefuses, BadKey, NotStored for what is no plain file."""
        self._demand_plain(checked_key(recording, key))
        self._store.remove(key)

    def _demand_plain(self, key: str) -> None:
        """A link would lead out of the folder, to whatever the engine may read."""
        link = self._store.link_on_the_way(key)
        if link is not None:
            raise NotStored(f"{link} is a symbolic link; recordings are plain files in plain folders")

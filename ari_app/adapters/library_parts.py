"""How do the library's parts fit together? Addresses and keys in; what the API, the pipeline and the sweep need out."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ari_app.adapters.catalogue import SqlShelves
from ari_app.adapters.catalogue_audit import SqlAuditBook
from ari_app.adapters.catalogue_custody import SqlCustody
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.erasing_places import OtherPlaces
from ari_app.adapters.history_book import HistoryEraser, SqlHistory
from ari_app.adapters.http_library import Library
from ari_app.adapters.playing import AudioFormat, Player, Transcode
from ari_app.adapters.sealed_store import SealedStore
from ari_app.adapters.unsealing import Identities, Unsealer
from ari_app.erasing import Eraser, Erasing, Knows, NotesEraser, RecordingsEraser, certificate_key
from ari_app.new_ids import new_id
from ari_app.removal import Removal
from recordings.retention import RetentionRule

PATIENCE_S: Final = 3.0
"""How long somebody at a screen waits for another process that writes; the worker has more time."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are: the catalogue's URL, the store's, with the variables that have its credentials, and the file with the
    private keys (None: nothing can be played here)."""

    database_url: str
    store_url: str
    environ: Mapping[str, str]
    identity: Path | None


@dataclass(frozen=True, slots=True)
class OpenLibrary:
    """``shelves`` is the pipeline's Catalogue; ``removal.expire`` is to be called now and then, in a thread; ``library`` is for
    create_app; ``library.erasing.resume`` is to be called at the start and after failures."""

    database: Database
    shelves: SqlShelves
    removal: Removal
    library: Library
    history: SqlHistory

    def close(self) -> None:
        """Let go of threads and connections."""
        self.library.player.close()
        self.database.close()


def open_library(
    places: Places,
    token_key: str,
    who: Callable[[str], str | None],
    now: Callable[[], float],
    *,
    erasers: Sequence[Eraser] = (),
    knows: Sequence[Knows] = (),
    transcoders: Mapping[AudioFormat, Transcode] | None = None,
    rules: Callable[[], Sequence[RetentionRule]] = tuple,
    operators_hear_own: Callable[[], bool] = bool,
) -> OpenLibrary:
    """Connect, and bring the tables to the newest shape; blocking. ``erasers`` and ``knows`` are the places beside the library, in
    the order in which they are to be erased. Raises BadDatabase, BadStore, CatalogueAway."""
    with ExitStack() as undo:
        database = Database(places.database_url, PATIENCE_S)
        undo.callback(database.close)
        database.migrate()
        shelves, custody, audit = SqlShelves(database), SqlCustody(database), SqlAuditBook(database)
        store = SealedStore(places.store_url, places.environ)
        removal = Removal(shelves, store, rules, now)
        recordings = RecordingsEraser(shelves, audit, removal, now)
        history = SqlHistory(database)
        callers = HistoryEraser(history)
        own: tuple[Eraser, ...] = (recordings, NotesEraser(custody), callers, OtherPlaces(database))
        erasing = Erasing(
            audit, (*erasers, *own), (*knows, recordings, callers), certificate_key(token_key), new_id, now
        )
        player = Player(store, Unsealer(Identities(places.identity)), transcoders or {})
        library = Library(
            shelves, custody, audit, player, erasing, who, link_key(token_key), new_id, rules, operators_hear_own
        )
        undo.pop_all()
    return OpenLibrary(database, shelves, removal, library, history)


def link_key(token_key: str) -> str:
    """The secret that signs links; as lasting as the tokens' key."""
    return hmac.digest(token_key.encode(), b"links to recordings", "sha256").hex()

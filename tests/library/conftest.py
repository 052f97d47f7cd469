"""What do the library's tests share? A catalogue in a SQLite file, a store in a folder, keys, and the API over them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import obstore
import pyrage
import pytest
from obstore.store import LocalStore

from ari_app.adapters.catalogue_database import Database, sqlite_url
from ari_app.adapters.http_api import create_app
from ari_app.adapters.http_library import OpenDoor
from ari_app.adapters.library_parts import OpenLibrary, Places, open_library
from ari_app.erasing import Eraser, Knows
from ari_app.known_callers import KnownCallers
from recordings.custody import AuditQuery
from recordings.record import StoredRecording
from recordings.retention import RetentionRule
from tests.adapters.conftest import TOKEN_KEY, Api, FakeCentre
from tests.fakes.notebook import FakeNotebook
from tests.fakes.virtual_time import LoopClock
from tests.library.some_recordings import stored
from tests.library.sound import as_wav, opus, sealed
from tests.migrated import migrated

NUMBER = "600111222"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty catalogue: a SQLite file, or the database of CENTRALITA_TEST_DATABASE_URL, whose tables are emptied."""
    if server := os.environ.get("CENTRALITA_TEST_DATABASE_URL"):
        made = Database(server)
        made.migrate()
        made.migrate("base")
        made.migrate()
    else:
        made = migrated(tmp_path / "centralita.db")
    yield made
    made.close()


class Archive:
    """A centre with a library: what is stored is really sealed, and really in a folder."""

    def __init__(self, folder: Path, erasers: Sequence[Eraser] = (), knows: Sequence[Knows] = ()) -> None:
        self.folder = folder
        self.store = folder / "stored"
        self.key = pyrage.x25519.Identity.generate()
        self.identity = folder / "identity.txt"
        self.identity.write_text(f"# created: today\n{self.key}\n")
        self.identity.chmod(0o600)
        self.rules: list[RetentionRule] = []
        self.operators_hear_own = False
        self.centre = FakeCentre()
        self.centre.open()
        migrated(folder / "centralita.db").close()
        self.known = KnownCallers(b"the key of the hashes", FakeNotebook(), LoopClock())
        self.erasers = list(erasers)
        self.knows = list(knows)
        self.open: OpenLibrary = self.opened()

    def opened(self, identity: Path | None = None) -> OpenLibrary:
        """Open it (again), as a new process would; the API is the new one's."""
        self.open = open_library(
            Places(sqlite_url(self.folder / "centralita.db"), self.store.as_uri(), {}, identity or self.identity),
            TOKEN_KEY,
            self.known.who,
            lambda: self.centre.now_s,
            erasers=self.erasers,
            knows=self.knows,
            transcoders={"wav": as_wav},
            rules=lambda: self.rules,
            operators_hear_own=lambda: self.operators_hear_own,
        )
        centre = self.centre
        centre.app = create_app(
            centre.board,
            centre,
            centre.accounts,
            TOKEN_KEY,
            lambda: centre.now_s,
            lambda: centre.parts,
            desk=centre,
            library=OpenDoor(self.open.library),
        )
        return self.open

    def keep(self, nth: int = 1, /, plain: bytes | None = None, **changed: Any) -> StoredRecording:
        """Seal, store and enter one."""
        sound = opus() if plain is None else plain
        whole = sealed(sound, self.key)
        one = stored(
            nth,
            **{
                "caller_who": self.known.who(NUMBER),
                "audio_sha256": hashlib.sha256(sound).hexdigest(),
                "audio_bytes": len(sound),
                "stored_sha256": hashlib.sha256(whole).hexdigest(),
                "stored_bytes": len(whole),
            }
            | changed,
        )
        obstore.put(LocalStore(self.store), one.key, whole)
        self.open.shelves.enter(one)
        return one

    def objects(self) -> list[str]:
        """The names in the store."""
        return sorted(str(path.relative_to(self.store)) for path in self.store.rglob("*") if path.is_file())

    def acts(self) -> list[str]:
        """What the audit says, the oldest first."""
        return [entry.act for entry in reversed(self.open.library.audit.entries(AuditQuery(limit=1000)))]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """A library with nothing in it."""
    made = Archive(tmp_path)
    yield made
    made.open.close()


@pytest.fixture
async def api(archive: Archive) -> AsyncIterator[Api]:
    """A client of its API."""
    made = Api(archive.centre)
    yield made
    await made.http.aclose()

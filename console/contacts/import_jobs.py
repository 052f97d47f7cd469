"""Who carries imports out, without anybody waiting for them? One thread, one import after the other, batch by batch.

Whatever was being checked or imported when the last process died is gone on with at the start. Calls and screens come first: the
thread rests a little after each batch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

import structlog

from console.contacts.csv_file import NotCsv
from console.contacts.import_files import ImportFiles
from console.contacts.importing import Importer, Stopped
from console.contacts.imports import Import, Imports, State, UnknownImport
from recordings.record import CatalogueAway

T = TypeVar("T")
log = structlog.get_logger(__name__)
REST_S: Final = 0.005
PATIENCE_S: Final = 5.0
"""Between two looks at a database that is away."""

FILES_KEPT_S: Final = 24 * 3600.0
"""How long a file waits to be imported, or to be gone on with."""

LINES_KEPT_S: Final = 30 * 24 * 3600.0
"""How long the lines that were not taken are there to be read."""

RESTING: Final[tuple[State, ...]] = ("uploaded", "checked", "cancelled", "failed")
GONE: Final = "The file is not on this machine any more; bring it again: whoever is in already does not come twice."


class ImportJobs:
    """Carries out the imports of ``imports``, whose files are in ``files``. ``importer`` makes what reads and writes them,
    ``now`` is Unix seconds."""

    def __init__(
        self,
        imports: Imports,
        files: ImportFiles,
        importer: Callable[[], Importer],
        now: Callable[[], float],
        rest_s: float = REST_S,
    ) -> None:
        self._imports = imports
        self._files = files
        self._importer = importer
        self._now = now
        self._rest_s = rest_s
        self._stop = threading.Event()
        self._thread = ThreadPoolExecutor(1, "contact-imports")

    def go(self, id_: str) -> Future[None]:
        """Go on with this one as its state says, after those that came before it. The future is done when it rests again."""
        return self._thread.submit(self._carry_out, id_)

    def go_on(self) -> Future[None]:
        """Go on with whatever an earlier process left in the middle."""
        return self._thread.submit(self._look_back)

    def tidy(self) -> Future[None]:
        """Remove what has been kept for long enough. To be asked again and again."""
        return self._thread.submit(self._tidy_patiently)

    def close(self) -> None:
        """Stop after the batch that is being written; it is gone on with at the next start."""
        self._stop.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _look_back(self) -> None:
        for one in self._patiently(self._imports.running) or ():
            self._carry_out(one.id)

    def _tidy_patiently(self) -> None:
        self._patiently(self._tidy)

    def _tidy(self) -> None:
        now = self._now()
        untouched = self._files.untouched_since(now - FILES_KEPT_S)
        for id_ in (*self._imports.older_than(now - FILES_KEPT_S, RESTING), *self._imports.unknown(untouched)):
            self._files.remove(id_)
        for id_ in self._imports.older_than(now - FILES_KEPT_S, ("uploaded", "checked")):
            self._imports.remove(id_)
        for id_ in self._imports.older_than(now - LINES_KEPT_S, ("done", "cancelled", "failed")):
            self._imports.remove(id_)

    def _carry_out(self, id_: str) -> None:
        try:
            one = self._patiently(lambda: self._imports.find(id_))
            while one is not None and one.state in ("checking", "importing"):
                one = self._patiently(lambda: self._through(id_))
        except UnknownImport:
            return

    def _through(self, id_: str) -> Import | None:
        """To its end, unless the database goes away: then from where it stands, again."""
        one = self._imports.find(id_)
        if one.state not in ("checking", "importing"):
            return one
        try:
            for stands in self._importer().run(one, self._files.path(id_)):
                if self._stop.wait(self._rest_s):
                    return None
                log.debug("contacts_imported", rows=stands.rows_done, of=stands.rows_total)
        except Stopped:
            log.info("contact_import_stopped", id=id_)
        except (NotCsv, FileNotFoundError) as gone:
            self._end(one, "failed", GONE if isinstance(gone, FileNotFoundError) else str(gone))
        except (CatalogueAway, OSError):
            raise
        except Exception as unforeseen:
            # Only its kind: what a database says of a bad statement holds the values.
            log.error("contact_import_failed", id=id_, error=type(unforeseen).__name__)
            self._end(one, "failed", f"It broke off ({type(unforeseen).__name__}); the log says more.")
        else:
            self._end(one, "checked" if one.state == "checking" else "done")
        return self._imports.find(id_)

    def _end(self, one: Import, state: State, why: str = "") -> None:
        self._imports.end(one.id, one.state, state, self._now(), why)
        if state == "done":
            self._files.remove(one.id)
        log.info("contact_import_ended", id=one.id, state=state)

    def _patiently(self, work: Callable[[], T]) -> T | None:
        """Again and again while the database or the disk is away; None when the process is to end."""
        while not self._stop.is_set():
            try:
                return work()
            except (CatalogueAway, OSError) as away:
                log.warning("contact_import_waits", why=type(away).__name__)
                self._stop.wait(PATIENCE_S)
        return None

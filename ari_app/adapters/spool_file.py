"""Where does wait what the database has not taken yet? In one file, line by line; bounded, and loud before it is full.

Whoever writes is a Scribe's thread, whoever delivers another one. What has been delivered is known in memory alone: a next life
delivers the file once more from its beginning, which changes nothing, since each line has an id.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import structlog

from ari_app.adapters.append_file import AppendFile
from ari_app.scribe import Lost
from ari_app.spooled import BadLine, Spoolable, Waiting, as_line, from_line
from ari_app.whole_files import PRIVATE, write_whole

log = structlog.get_logger(__name__)
CAP_BYTES: Final = 64 * 1024**2
"""Some 200,000 acts."""

NEARLY_FULL: Final = 0.8
COMPACT_BYTES: Final = 1024**2


class Spool:
    """The file ``path``, at most ``cap_bytes`` long, which one process at a time uses. ``new_id`` makes ids that nothing else has,
    ``now`` is Unix seconds."""

    def __init__(
        self, path: Path, new_id: Callable[[], str], now: Callable[[], float], cap_bytes: int = CAP_BYTES
    ) -> None:
        self.path = path
        self.refused_path = path.with_suffix(".refused.jsonl")
        self._new_id = new_id
        self._now = now
        self.cap_bytes = cap_bytes
        self._file = AppendFile(path, synced=True)
        self._lock = threading.Lock()
        self._delivered = 0
        self._seen = False
        self._near = False
        self._size = 0
        self.waiting = 0
        self.refused = 0

    @property
    def wrong(self) -> str | None:
        """In words; None when all is well."""
        if self._size >= NEARLY_FULL * self.cap_bytes:
            share = f"{self._size / self.cap_bytes:.0%}"
            return (
                f"{self.waiting} notes wait for the database, {share} of what may: bring it back, or they will be lost"
            )
        if self.refused:
            return f"the database takes {self.refused} notes for bad; they are in {self.refused_path.name}"
        return None

    @property
    def size(self) -> int:
        """Bytes that are in the file."""
        return self._size

    def write(self, notes: Sequence[Spoolable | Lost]) -> int:
        """Add them, for good, and return how many; what a Scribe writes with. Raises OSError: none was added."""
        text = "".join(as_line(self._new_id(), note, self._now()) for note in notes)
        with self._lock:
            self._see()
            if self._size + len(text) > self.cap_bytes:
                raise OSError(errno.ENOSPC, f"{self.path.name} is full: {self.waiting} notes wait for the database")
            self._file.add(text)
            self._size += len(text)
            self.waiting += len(notes)
            self._tell_near()
        return len(notes)

    def first(self, limit: int) -> list[Waiting]:
        """The oldest ``limit`` that have not been delivered. Raises OSError."""
        with self._lock:
            self._see()
            found = self._read(limit) if self.waiting else []
            if self.waiting and not found:
                log.error("spool_is_gone", path=str(self.path), notes=self.waiting)
                self._delivered, self._seen = 0, False
                self._see()
            return found

    def _read(self, limit: int) -> list[Waiting]:
        try:
            with self.path.open("rb") as file:
                file.seek(self._delivered)
                return [_waiting(raw) for raw in islice(file, limit)]
        except FileNotFoundError:
            return []

    def delivered(self, done: Sequence[Waiting]) -> None:
        """These, the oldest, are in the database. Raises OSError: they will be delivered once more."""
        with self._lock:
            self._delivered += sum(one.size for one in done)
            self.waiting -= len(done)
            if self.path.stat().st_size != self._size:
                log.error("spool_is_shared", path=str(self.path))  # another controller's lines stand behind ours
                return
            if self._delivered >= self._size:
                os.truncate(self.path, 0)
                self._delivered = self._size = 0
            elif self._delivered >= COMPACT_BYTES and self._delivered > self._size // 2:
                self._compact()
            self._tell_near()

    def set_aside(self, one: Waiting, why: str) -> None:
        """The database will never take this one: keep it for a person, so that the others go on. Raises OSError."""
        AppendFile(self.refused_path, synced=True).add(one.line.rstrip("\n") + "\n")
        self.refused += 1
        log.error("note_set_aside", path=str(self.refused_path), why=why)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _see(self) -> None:
        """Once: what an earlier life has left."""
        if self._seen:
            return
        self._file.add("")  # a line that a crash tore off is ended, so that it is seen
        self._size = self.path.stat().st_size
        self.waiting, self.refused = _lines_in(self.path), _lines_in(self.refused_path)
        self._seen = True
        if self.waiting:
            log.info("spool_found", notes=self.waiting, path=str(self.path))
        self._tell_near()

    def _compact(self) -> None:
        with self.path.open("rb") as file:
            file.seek(self._delivered)
            rest = file.read()
        write_whole(self.path, rest.decode(errors="replace"), PRIVATE)
        self._delivered, self._size = 0, self.path.stat().st_size

    def _tell_near(self) -> None:
        near = self._size >= NEARLY_FULL * self.cap_bytes
        if near and not self._near:
            log.error("spool_nearly_full", notes=self.waiting, bytes=self._size, cap_bytes=self.cap_bytes)
        self._near = near


def _lines_in(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except FileNotFoundError:
        return 0


def _waiting(raw: bytes) -> Waiting:
    line = raw.decode(errors="replace")
    try:
        return Waiting(from_line(line), line, len(raw))
    except BadLine as bad:
        return Waiting(bad, line, len(raw))

"""How are lines added to a file that others read? Whole or not at all, for this user alone."""

from __future__ import annotations

import os
from pathlib import Path


class AppendFile:
    """``path``, made with mode 600 in a folder for this user alone when it is first written to, and kept open since then.

    Whoever rotates it may move it away at any time: the next lines begin it anew. ``synced``: what is added is on the disk then, so
    that it outlives the machine's crash, too.
    """

    def __init__(self, path: Path, *, synced: bool = False) -> None:
        self.path = path
        self._synced = synced
        self._file: int | None = None

    def add(self, text: str) -> None:
        """Add ``text`` (whole lines). Raises OSError, and the file is as before."""
        file, size, torn = self._opened()
        left = memoryview(torn + text.encode())
        try:
            while left:
                left = left[os.write(file, left) :]
            if self._synced:
                os.fdatasync(file)
        except OSError:
            os.ftruncate(file, size)
            raise

    def close(self) -> None:
        """The next lines open it again."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _opened(self) -> tuple[int, int, bytes]:
        """The file, its size, and what has to come first: a line that a crash tore off is ended, so that it spoils no other."""
        if self._file is not None:
            there, ours = self._there(), os.fstat(self._file)
            if there is not None and (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino):
                return self._file, ours.st_size, b""
            self.close()
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        size = os.fstat(file).st_size
        return file, size, b"\n" if size > 0 and os.pread(file, 1, size - 1) != b"\n" else b""

    def _there(self) -> os.stat_result | None:
        try:
            return os.stat(self.path)
        except FileNotFoundError:
            return None

"""How are lines added to a file that others read? Whole or not at all, for this user alone."""

from __future__ import annotations

import os
from pathlib import Path


def append_lines(path: Path, text: str) -> None:
    """Add ``text`` (whole lines) to ``path``, made with mode 600 if it is not there. Raises OSError, and the file is as before.

    A line that a crash tore off is ended first, so that it spoils no other.
    """
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(file).st_size
        torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        left = memoryview((b"\n" if torn else b"") + text.encode())
        try:
            while left:
                left = left[os.write(file, left) :]
        except OSError:
            os.ftruncate(file, size)
            raise
    finally:
        os.close(file)

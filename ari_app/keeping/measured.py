"""What passes through this file? Its length and its SHA-256, counted while it is written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ari_app.keeping.ports import Sink
from ari_app.whole_files import PRIVATE


@dataclass(slots=True)
class Measure:
    """``size`` bytes so far."""

    size: int = 0
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def take(self, piece: bytes) -> None:
        """The next bytes."""
        self.size += len(piece)
        self._hash.update(piece)

    @property
    def sha256(self) -> str:
        """That of all bytes so far, in hexadecimal digits."""
        return self._hash.hexdigest()


class MeasuredFile:
    """A Sink into a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.measure = Measure()

    def write(self, piece: bytes, /) -> int:
        """See Sink."""
        self._file.write(piece)
        self.measure.take(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back here."""


class RememberingSink:
    """A Sink into another, for libraries that turn an exception of ours into one of theirs: the one that was raised is kept."""

    def __init__(self, into: Sink) -> None:
        self._into = into
        self.failed: OSError | None = None

    def write(self, piece: bytes) -> int:
        """See Sink."""
        try:
            return self._into.write(piece)
        except OSError as failed:
            self.failed = failed
            raise

    def flush(self) -> None:
        """Nothing is held back here."""


@contextmanager
def written_anew(path: Path) -> Iterator[MeasuredFile]:
    """A private file that is empty at first and on the disk at the end. Raises OSError."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE)
    with open(handle, "wb") as file:
        yield MeasuredFile(file)
        file.flush()
        os.fsync(file.fileno())


def measured(pieces: Iterable[bytes]) -> Measure:
    """Of all pieces together."""
    measure = Measure()
    for piece in pieces:
        measure.take(piece)
    return measure


def pieces_of(path: Path, length: int = 1 << 20) -> Iterator[bytes]:
    """A file in pieces. Raises OSError."""
    with path.open("rb") as file:
        while piece := file.read(length):
            yield piece

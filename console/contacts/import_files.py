"""Where are the files that somebody has brought, and how do they come there? In a folder that nobody else may read, in pieces.

A file is there whole or not at all, and no longer than its import needs it: it is full of personal data.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

LARGEST: Final = 64 * 1024 * 1024
SILENCE_S: Final = 30.0
"""How long a sender may send nothing."""


class TooLarge(ValueError):
    """The file is larger than ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"larger than {limit} bytes")
        self.limit = limit


class TooSlow(ValueError):
    """Nothing came for SILENCE_S."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has come."""

    path: Path
    size: int
    sha256: str


class ImportFiles:
    """The files in ``folder``, made when it is needed, mode 700. ``largest``: bytes of one file."""

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        self._folder = folder
        self._largest = largest

    def path(self, id_: str) -> Path:
        """Where an import's file is, or would be. ``id_`` is one of ours."""
        return self._folder / f"{id_}.csv"

    async def receive(self, id_: str, pieces: AsyncIterator[bytes]) -> Received:
        """Write it down piece by piece; nothing is left of one that does not come whole. Raises TooLarge, TooSlow, OSError."""
        path = self.path(id_)
        part = self._part(id_)
        await asyncio.to_thread(self._folder.mkdir, 0o700, parents=True, exist_ok=True)
        try:
            size, digest = await self._write(part, pieces)
            await asyncio.to_thread(os.replace, part, path)
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)
        return Received(path, size, digest)

    def remove(self, id_: str) -> None:
        """It is needed no more, nor what has come of it."""
        for path in (self.path(id_), self._part(id_)):
            path.unlink(missing_ok=True)

    def _part(self, id_: str) -> Path:
        return self.path(id_).with_suffix(".part")

    def untouched_since(self, at: float) -> list[str]:
        """The ids of all files, also of those that never came whole, into which nothing was written since then (Unix s)."""
        found = []
        for file in self._folder.glob("*"):
            with suppress(FileNotFoundError):  # it has just become whole, or gone
                if file.stat().st_mtime < at:
                    found.append(file.stem)
        return found

    async def _write(self, part: Path, pieces: AsyncIterator[bytes]) -> tuple[int, str]:
        size, digest = 0, sha256()
        descriptor = await asyncio.to_thread(os.open, part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:  # noqa: ASYNC230 - written to in threads only
            while (piece := await _next(pieces)) is not None:
                size += len(piece)
                if size > self._largest:
                    raise TooLarge(self._largest)
                digest.update(piece)
                await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(file.flush)
            await asyncio.to_thread(os.fsync, descriptor)
        return size, digest.hexdigest()


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    try:
        async with asyncio.timeout(SILENCE_S):
            return await anext(pieces)
    except StopAsyncIteration:
        return None
    except TimeoutError:
        raise TooSlow from None

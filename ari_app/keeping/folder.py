"""What lies in the recordings folder, and who may touch it?

``raw/`` is shared with the engine: it writes there until a recording's notes end with ``Ended``, a worker only afterwards, and only
while it holds the lock on the notes. ``work/`` holds what is half made, ``set_aside/`` what cannot be kept without a person.
"""

from __future__ import annotations

import errno
import fcntl
import json
import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ari_app.keeping.ports import BadRecording
from ari_app.whole_files import PRIVATE, sync_folder, write_whole
from recordings.names import NOTES, id_of_notes, id_of_part, id_of_temporary

_FOLDER: Final = 0o700
_TAIL_BYTES: Final = 1024
LONGEST_NOTES: Final = 10_000_000
"""Bytes; no call writes as many."""
_REASON: Final = "reason.txt"
_MORE: Final = "-more"
_TRIED: Final = ".tried"
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Ready:
    """A recording whose notes have ended, at this time (Unix seconds)."""

    id: str
    ended_at: float


@dataclass(frozen=True, slots=True)
class Scan:
    """What was seen in ``raw/``: the ready ones, oldest first, and notes that cannot be read or are no plain files."""

    ready: tuple[Ready, ...]
    refused: tuple[str, ...]


class RecordingsFolder:
    """``root`` and the three folders in it, made for this user alone where they are missing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.raw, self.work, self.aside = root / "raw", root / "work", root / "set_aside"
        for folder in (root, self.raw, self.work, self.aside):
            folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
            if folder.is_symlink() and folder != root:
                raise PermissionError(
                    errno.EPERM, "is a link; remove it, the recordings must stay in one place", str(folder)
                )
        self._tails: dict[str, tuple[tuple[int, int], float | None]] = {}

    def scan(self) -> Scan:
        """Look once. Raises OSError."""
        ready, refused, tails = list[Ready](), list[str](), dict[str, tuple[tuple[int, int], float | None]]()
        with os.scandir(self.raw) as entries:
            for entry in entries:
                id_ = id_of_notes(entry.name)
                if id_ is None:
                    continue
                if not entry.is_file(follow_symlinks=False):
                    refused.append(entry.name)
                    continue
                try:
                    tails[id_] = self._tail(id_, entry.stat(follow_symlinks=False))
                except FileNotFoundError:  # another worker is done with it
                    continue
                except OSError:
                    refused.append(entry.name)
                    continue
                if (ended_at := tails[id_][1]) is not None:
                    ready.append(Ready(id_, ended_at))
        self._tails = tails
        return Scan(tuple(sorted(ready, key=lambda one: (one.ended_at, one.id))), tuple(sorted(refused)))

    def _tail(self, id_: str, seen: os.stat_result) -> tuple[tuple[int, int], float | None]:
        """When the notes ended; read again only when they have changed."""
        state = (seen.st_mtime_ns, seen.st_size)
        known = self._tails.get(id_)
        if known is not None and known[0] == state:
            return known
        handle = os.open(self.raw / f"{id_}{NOTES}", _READ)
        try:
            return state, _ended_at(os.pread(handle, _TAIL_BYTES, max(0, seen.st_size - _TAIL_BYTES)))
        finally:
            os.close(handle)

    @contextmanager
    def taken(self, id_: str) -> Iterator[bytes | None]:
        """The notes (of a file that is too long only its beginning) while this worker alone may work on them; None when another
        does, or has. Raises OSError."""
        path = self.raw / f"{id_}{NOTES}"
        try:
            handle = os.open(path, _READ)
        except FileNotFoundError:
            yield None
            return
        try:
            yield _all_of(handle) if _is_ours(handle, path) else None
        finally:
            os.close(handle)

    def part_sizes(self, names: tuple[str, ...]) -> dict[str, int]:
        """Bytes of the raw files that are there. Raises BadRecording for one that is no plain file."""
        sizes = {}
        for name in names:
            with suppress(FileNotFoundError):
                handle = self.open_part(name)
                sizes[name] = os.fstat(handle).st_size
                os.close(handle)
        return sizes

    def open_part(self, name: str) -> int:
        """A handle to read a raw file. Raises BadRecording if it is no plain file of this folder, FileNotFoundError."""
        if id_of_part(name) is None:
            raise BadRecording(f"{name!r} is no name of a raw file")
        try:
            handle = os.open(self.raw / name, _READ)
        except OSError as failed:
            if failed.errno == errno.ELOOP:
                raise BadRecording(f"{name} is a link; the recorder makes none") from failed
            raise
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise BadRecording(f"{name} is no plain file")
        return handle

    def parts_of(self, id_: str) -> tuple[str, ...]:
        """The raw files of this recording that are there, noted or not."""
        return tuple(sorted(name for name in os.listdir(self.raw) if id_of_part(name) == id_))

    def temporary(self, id_: str, suffix: str) -> Path:
        """A file of this recording in ``work/``: ``opus``, ``opus.age``, ``label.json`` or ``tried``."""
        return self.work / f"{id_}.{suffix}"

    def clear_work(self, id_: str, *, count: bool = True) -> None:
        """Remove what is half made of it, without ``count`` all but the count of its tries. Only its taker may."""
        for name in os.listdir(self.work):
            if id_ in (id_of_temporary(name), _unfinished_label(name)) and (count or not name.endswith(_TRIED)):
                (self.work / name).unlink(missing_ok=True)

    def count_try(self, id_: str) -> None:
        """Note that a worker begins with it; what stays of that after its end tells that it died at it."""
        with suppress(OSError), (self.work / f"{id_}{_TRIED}").open("ab") as file:
            file.write(b".")

    def forget_tries(self, id_: str) -> None:
        """The worker has lived on."""
        (self.work / f"{id_}{_TRIED}").unlink(missing_ok=True)

    def deaths(self) -> dict[str, int]:
        """At which recordings a worker died, and how often."""
        with os.scandir(self.work) as entries:
            tried = [(entry.name.removesuffix(_TRIED), entry) for entry in entries if entry.name.endswith(_TRIED)]
            return {id_: entry.stat().st_size for id_, entry in tried if id_of_temporary(entry.name)}

    def remove(self, id_: str, parts: tuple[str, ...]) -> None:
        """Remove the raw files, then what is in ``work/``, and the notes last of all: until then, the next worker goes on."""
        for name in parts:
            (self.raw / name).unlink(missing_ok=True)
        sync_folder(self.raw)
        self.clear_work(id_)
        (self.raw / f"{id_}{NOTES}").unlink(missing_ok=True)
        sync_folder(self.raw)

    def set_aside(self, id_: str, why: str, parts: tuple[str, ...], *, notes: bool = True) -> None:
        """Move raw files and notes to ``set_aside/<id>/``, with the reason in ``reason.txt``; nothing there is overwritten.

        Without ``notes``, to ``set_aside/<id>-more/``: the recording itself goes its way.
        """
        place = self.aside / (id_ if notes else f"{id_}{_MORE}")
        place.mkdir(mode=_FOLDER, exist_ok=True)
        for unfinished in place.glob(f".{_REASON}.*.new"):
            unfinished.unlink(missing_ok=True)
        write_whole(place / _REASON, f"{why}\n", PRIVATE)
        if notes:
            self.clear_work(id_)
        for name in (*parts, *([f"{id_}{NOTES}"] if notes else [])):
            with suppress(FileNotFoundError):
                (self.raw / name).rename(_free_name(place, name))
        sync_folder(place)
        sync_folder(self.raw)

    def reason_aside(self, id_: str) -> str | None:
        """Why it was being set aside, if that was begun."""
        try:
            return (self.aside / id_ / _REASON).read_text(encoding="utf-8").strip()
        except OSError:
            return None

    def aside_ids(self) -> tuple[str, ...]:
        """What was set aside and not yet dealt with."""
        return tuple(sorted(os.listdir(self.aside)))

    def sweep(self) -> None:
        """Remove what an earlier life left in ``work/`` of recordings that are done; the others' is their taker's."""
        for name in os.listdir(self.work):
            id_ = id_of_temporary(name) or _unfinished_label(name)
            if id_ is not None and not (self.raw / f"{id_}{NOTES}").exists():
                (self.work / name).unlink(missing_ok=True)


def _ended_at(tail: bytes) -> float | None:
    """The time in the last line, if that is whole and says ``ended``."""
    lines = tail.split(b"\n")
    if len(lines) < 2 or lines[-1]:
        return None
    try:
        last = json.loads(lines[-2])
        at = float(last["at"]) if last["note"] == "ended" else None
        return at if at is None or math.isfinite(at) else 0.0  # a bad one comes first, and is set aside then
    except (ValueError, KeyError, TypeError):
        return None


def _is_ours(handle: int, path: Path) -> bool:
    """Lock the notes; False when another worker holds them, or has removed them meanwhile."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except FileNotFoundError:
        return False


def _all_of(handle: int) -> bytes:
    with open(os.dup(handle), "rb") as file:
        return file.read(LONGEST_NOTES + 1)


def _unfinished_label(name: str) -> str | None:
    """The recording whose label a killed worker had not finished (see write_whole)."""
    return id_of_temporary(name[1:].split(".json.")[0] + ".json") if name.startswith(".") else None


def _free_name(place: Path, name: str) -> Path:
    candidate, number = place / name, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = place / f"{name}.{number}"
    return candidate

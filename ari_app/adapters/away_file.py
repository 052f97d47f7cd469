"""How does what Redis has not been told lie on the disk? A file of lines of JSON, each of which names the life that wrote it.

A header stands wherever another life of a controller goes on with the file, ``{"journal": 1, "by": ..., "after": [...]}``, with
those from which it took over; then batches, ``{"by": ..., "notes": "<sealed>"}``. ``by`` is who wrote, and its epoch. Only what
the one named in the last header wrote counts: a leader that was frozen, and wakes when another goes on, adds what nobody reads.
The notes are sealed (own_seal.py), since some hold a whole number; what does not open is left out: a line that was torn off.

Nothing is synced line by line: what is written outlives the process (kill -9), for the page cache is the kernel's; a power
cut may take the last seconds, up to half a minute.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from ari_app.adapters.append_file import AppendFile
from ari_app.adapters.own_seal import NotOurs, OwnSeal
from ari_app.whole_files import PRIVATE, write_whole

log = structlog.get_logger(__name__)
VERSION: Final = 1
CAP_BYTES: Final = 32 * 1024**2
"""Some 30,000 callers; the file is twice as long at most, with what has changed since it was written whole."""
IN_ONE_LINE: Final = 64 * 1024
"""Characters sealed at once, about: each seal costs half a millisecond."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a key holds, None: nothing any more. ``until`` (Unix seconds): for how long, None: for good."""

    text: str | None
    until: float | None = None


@dataclass(slots=True)
class Found:
    """What a file says: of the lives that took over from each other, in all ``authors``; ``strange`` lines do not count."""

    notes: dict[str, Kept] = field(default_factory=dict)
    authors: set[str] = field(default_factory=set)
    by: str = ""
    strange: int = 0
    spoilt: int = 0


class AwayFile:
    """The file ``path``, which whoever leads writes. Blocking, for a thread. ``cap_bytes``: how much is written whole at most."""

    def __init__(self, path: Path, seal: OwnSeal, cap_bytes: int = CAP_BYTES) -> None:
        self.path = path
        self._seal = seal
        self._cap_bytes = cap_bytes
        self._file = AppendFile(path)
        self._after: tuple[str, ...] = ()
        self._full = False

    def take_over(self, by: str, led_last: Collection[str]) -> dict[str, Kept]:
        """What an earlier life left, which ``by`` goes on with. Raises OSError.

        ``led_last``: who is known to have led last; if nobody of them wrote here, another led since, and it is out of date.
        """
        try:
            found = self.read()
        except FileNotFoundError:
            return {}
        if found.strange or found.spoilt:
            log.warning("away_journal_lines_left_out", file=self.path.name, stale=found.strange, spoilt=found.spoilt)
        if led_last and not found.authors & set(led_last):
            log.warning("away_journal_is_stale", file=self.path.name, by=found.by, led_since=sorted(led_last))
            self.remove()
            return {}
        if not found.notes:
            self.remove()
            return {}
        self._after = tuple(sorted(found.authors))
        self._file.add(self._header(by))
        return found.notes

    def write_whole(self, by: str, notes: Mapping[str, Kept]) -> None:
        """All that counts now, the oldest first, instead of what is there. Raises OSError, and what was there stays.

        Beyond the bound the oldest are left out: what changed last is what the next life needs first.
        """
        lines: list[str] = []
        room, fit = self._cap_bytes, 0
        for part in _newest_first(notes):
            line = self._line(by, part)
            room -= len(line)
            if room < 0:
                break
            lines.append(line)
            fit += len(part)
        if fit < len(notes) and not self._full:
            left_out = len(notes) - fit
            log.error("away_journal_is_full", file=self.path.name, oldest_left_out=left_out, cap_bytes=self._cap_bytes)
        self._full = fit < len(notes)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self.path, self._header(by) + "".join(reversed(lines)), PRIVATE)

    def add(self, by: str, notes: Mapping[str, Kept]) -> None:
        """What has changed. Raises OSError, and nothing was added."""
        self._file.add(self._line(by, notes))

    def remove(self) -> None:
        """Nothing is left to be told. Raises OSError."""
        self._file.close()
        self._after = ()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; it stays."""
        self._file.close()

    def _header(self, by: str) -> str:
        return json.dumps({"journal": VERSION, "by": by, "after": self._after}) + "\n"

    def _line(self, by: str, notes: Mapping[str, Kept]) -> str:
        told = [[key, kept.text, kept.until] for key, kept in notes.items()]
        sealed = self._seal.seal(json.dumps(told, separators=(",", ":")))
        return json.dumps({"by": by, "notes": sealed}) + "\n"

    def read(self) -> Found:
        """What is there. Raises OSError."""
        found = Found()
        with self.path.open("rb") as file:
            for line in file:
                self._take(line, found)
        return found

    def _take(self, line: bytes, found: Found) -> None:
        try:
            match json.loads(line):
                case {"journal": int(version), "by": str(by), "after": [*after]} if version == VERSION:
                    found.by = by
                    found.authors |= {holder_of(by), *map(str, after)}
                case {"by": str(by), "notes": str(sealed)} if holder_of(by) == holder_of(found.by):
                    for key, kept in self._opened(sealed):
                        found.notes.pop(key, None)  # so that the newest is the last
                        found.notes[key] = kept
                case {"by": str(_), "notes": str(_)}:
                    found.strange += 1
                case _:
                    found.spoilt += 1
        except (ValueError, TypeError):
            found.spoilt += 1

    def _opened(self, sealed: str) -> Iterator[tuple[str, Kept]]:
        """Raises ValueError."""
        told: Sequence[object] = json.loads(self._seal.open(sealed))
        for one in told:
            match one:
                case [str(key), str() | None as text, int() | float() | None as until]:
                    yield key, Kept(text, until)
                case _:
                    raise NotOurs("no note")


def _newest_first(notes: Mapping[str, Kept]) -> Iterator[dict[str, Kept]]:
    """In parts of about IN_ONE_LINE characters, each in the order of ``notes``."""
    part: list[tuple[str, Kept]] = []
    size = 0
    for key, kept in reversed(list(notes.items())):
        part.append((key, kept))
        size += len(key) + len(kept.text or "")
        if size >= IN_ONE_LINE:
            yield dict(reversed(part))
            part, size = [], 0
    yield dict(reversed(part))


def holder_of(by: str) -> str:
    """The process behind ``HOLDER EPOCH``: it leads once, for whoever loses the lead ends."""
    return by.partition(" ")[0]

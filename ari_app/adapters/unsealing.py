"""How does a sealed recording become sound again, without ever standing on a disk or whole in memory?

A thread of its own decrypts into a pipe of a few hundred KiB and waits while nobody reads on; whoever stops reading stops it.
"""

from __future__ import annotations

import io
import stat
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

import pyrage

PIPE_BYTES: Final = 256 * 1024
STALLED_S: Final = 60.0
"""A listener who takes nothing for so long is given up; players ask again from where they are."""

AT_ONCE: Final = 24
"""Recordings that are decrypted at the same time at most."""


class CannotUnseal(Exception):
    """It cannot be made sound here. The message says what to do."""


class TooMany(Exception):
    """As many are being decrypted as may be at once."""


class Abandoned(OSError):
    """Nobody reads on."""


class Source(Protocol):
    """Decrypted bytes in order."""

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes (all that is left if it is negative); none at the end."""
        ...


class SeekablePlain(io.RawIOBase):
    """The decrypted bytes of one recording, ``size`` of them, as a file that can seek: going back decrypts from the beginning
    again, so that nothing need be kept. For one thread, but ``give_up`` may come from any. ``failed``: why it could not be read."""

    def __init__(self, open_: Callable[[], Plain], size: int) -> None:
        super().__init__()
        self._open = open_
        self._size = size
        self._at = 0
        self._plain: Plain | None = None
        self._plain_at = 0
        self._given_up = False
        self.failed: Exception | None = None

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def seekable(self) -> bool:
        """It can seek."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Moves; only the next read touches anything."""
        beginning = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, beginning + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes. Raises as Plain.read, and what opening raises."""
        if self._at >= self._size:
            return b""
        try:
            data = self._reached().read(self._size - self._at if size < 0 else size)
        except Exception as failed:
            self.failed = failed
            raise
        self._at = self._plain_at = self._at + len(data)
        return data

    def give_up(self) -> None:
        """Nobody reads on: whoever is reading is told so. From any thread."""
        self._given_up = True
        if self._plain is not None:
            self._plain.close()

    def _reached(self) -> Plain:
        if self._plain is None or self._plain_at > self._at:
            if self._plain is not None:
                self._plain.close()
            self._plain, self._plain_at = self._open(), 0
        if self._given_up:
            self._plain.close()
        while self._plain_at < self._at:
            skipped = self._plain.read(min(PIPE_BYTES, self._at - self._plain_at))
            if not skipped:
                break
            self._plain_at += len(skipped)
        return self._plain


class Identities:
    """The private age keys in the file at ``path`` (as age-keygen writes it; several may stand there). Read at each use, so that a
    new key needs no restart."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def load(self) -> list[pyrage.x25519.Identity]:
        """Raises CannotUnseal when there is no file, others may read it, or it holds no key."""
        if self._path is None:
            raise CannotUnseal(
                "This centre has no key to its recordings: set CENTRALITA_RECORDINGS_IDENTITY to the file with the private age key"
            )
        try:
            mode = self._path.stat().st_mode
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as unreadable:
            why = type(unreadable).__name__
            raise CannotUnseal(
                f"CENTRALITA_RECORDINGS_IDENTITY names a file that cannot be read ({why}); let the engine read it"
            ) from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise CannotUnseal(
                "The file of CENTRALITA_RECORDINGS_IDENTITY is open to others: make it the engine's alone with chmod 600"
            )
        return _keys(lines)


def _keys(lines: list[str]) -> list[pyrage.x25519.Identity]:
    words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    try:
        keys = [pyrage.x25519.Identity.from_str(word) for word in words]
    except pyrage.IdentityError:
        keys = []
    if not keys:
        raise CannotUnseal("The file of CENTRALITA_RECORDINGS_IDENTITY holds no age key (AGE-SECRET-KEY-1...)")
    return keys


class Unsealer:
    """Decrypts with ``identities``, at most ``at_once`` recordings at a time."""

    def __init__(self, identities: Identities, at_once: int = AT_ONCE, stalled_s: float = STALLED_S) -> None:
        self._identities = identities
        self._slots = threading.BoundedSemaphore(at_once)
        self._stalled_s = stalled_s

    def demand_key(self) -> None:
        """Raises CannotUnseal when there is no key."""
        self._identities.load()

    def open(self, sealed: Callable[[], Iterator[bytes]]) -> Plain:
        """The decrypted bytes of what ``sealed`` opens; close it. Raises CannotUnseal, TooMany, and what ``sealed`` raises."""
        keys = self._identities.load()
        if not self._slots.acquire(blocking=False):
            raise TooMany
        try:
            plain = Plain(sealed(), keys, self._stalled_s, self._slots.release)
        except BaseException:
            self._slots.release()
            raise
        plain.begin()
        return plain


class Plain:
    """A pipe: one thread decrypts into it, one reads. It is a Source."""

    def __init__(
        self,
        sealed: Iterator[bytes],
        keys: list[pyrage.x25519.Identity],
        stalled_s: float,
        ended: Callable[[], None],
    ) -> None:
        self._sealed = _Reader(sealed)
        self._keys = keys
        self._stalled_s = stalled_s
        self._ended = ended
        self._chunks: deque[bytes] = deque()
        self._held = 0
        self._failed: BaseException | None = None
        self._over = self._closed = False
        self._changed = threading.Condition()

    def begin(self) -> None:
        """Start to decrypt."""
        threading.Thread(target=self._decrypt, name="unsealing", daemon=True).start()

    def read(self, size: int = -1) -> bytes:
        """See Source. Raises CannotUnseal, StoreRefuses, Abandoned."""
        if size < 0:
            return b"".join(iter(lambda: self.read(PIPE_BYTES), b""))
        with self._changed:
            self._changed.wait_for(lambda: self._chunks or self._over or self._closed)
            if self._closed:
                raise Abandoned("the recording is not read any more")
            if not self._chunks and self._failed is not None:
                raise self._failed
            taken = self._taken(size)
            self._changed.notify_all()
        return taken

    def _taken(self, size: int) -> bytes:
        parts: list[bytes] = []
        while self._chunks and size > 0:
            chunk = self._chunks.popleft()
            if len(chunk) > size:
                self._chunks.appendleft(chunk[size:])
                chunk = chunk[:size]
            parts.append(chunk)
            size -= len(chunk)
            self._held -= len(chunk)
        return b"".join(parts)

    def close(self) -> None:
        """Nobody reads on; the thread ends soon. From any thread, any number of times."""
        with self._changed:
            self._closed = True
            self._chunks.clear()
            self._changed.notify_all()

    def write(self, data: bytes) -> int:
        """For the decrypting thread. Raises Abandoned."""
        with self._changed:
            room = self._changed.wait_for(lambda: self._held < PIPE_BYTES or self._closed, self._stalled_s)
            if self._closed or not room:
                raise Abandoned("the recording is not read any more")
            self._chunks.append(bytes(data))
            self._held += len(data)
            self._changed.notify_all()
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def _decrypt(self) -> None:
        failed: BaseException | None = None
        try:
            pyrage.decrypt_io(self._sealed, self, self._keys)
        except pyrage.DecryptError:
            failed = CannotUnseal(
                "None of the keys of CENTRALITA_RECORDINGS_IDENTITY opens this recording, or it is damaged"
            )
        except OSError as broken:
            failed = self._sealed.failed or (
                broken
                if isinstance(broken, Abandoned)
                else CannotUnseal("This recording is damaged: it cannot be decrypted")
            )
        finally:
            with self._changed:
                self._failed, self._over = failed, True
                self._changed.notify_all()
            self._ended()


class _Reader:
    """Chunks as a file. ``failed``: why the chunks ended early."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""
        self.failed: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes; none at the end."""
        if not self._rest:
            try:
                self._rest = next(self._chunks, b"")
            except OSError as away:
                self.failed = away
                raise
        cut = len(self._rest) if size < 0 else size
        data, self._rest = self._rest[:cut], self._rest[cut:]
        return data

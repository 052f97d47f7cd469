"""How does a listener get a recording's sound, from any byte to any other, in the format that he or she can play?

Opus is what is stored; other formats are made while they are heard. Of those the size is not known beforehand: whoever asks for a
part of one waits until it has been made once and counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, TypeVar, cast, get_args

import structlog

from ari_app.adapters.http_ranges import Stretch
from ari_app.adapters.unsealing import AT_ONCE, Abandoned, CannotUnseal, Plain, SeekablePlain, Unsealer
from recordings.record import StoredRecording

if TYPE_CHECKING:  # the store's client is loaded with the library, beside the calls
    from ari_app.adapters.sealed_store import SealedStore

log = structlog.get_logger(__name__)
T = TypeVar("T")

AudioFormat = Literal["opus", "mp3", "wav"]
FORMATS: Final[tuple[AudioFormat, ...]] = get_args(AudioFormat)
MEDIA_TYPES: Final[Mapping[AudioFormat, str]] = {"opus": "audio/ogg", "mp3": "audio/mpeg", "wav": "audio/wav"}
CHUNK_BYTES: Final = 64 * 1024
SIZES_KEPT: Final = 10_000

Transcode = Callable[[BinaryIO], Iterator[bytes]]
"""Another format from an Opus file that can seek, piece by piece, the same bytes each time."""


class NoSuchFormat(ValueError):
    """Nothing here makes this format."""


@dataclass(slots=True)
class Sound:
    """The bytes of one recording in one format. ``next`` waits for the next ones (none at the end), ``close`` ends it at once."""

    next: Callable[[], bytes]
    close: Callable[[], None]
    size: int | None


class Player:
    """Plays from ``store``. ``transcoders`` make the formats beside Opus."""

    def __init__(self, store: SealedStore, unsealer: Unsealer, transcoders: Mapping[AudioFormat, Transcode]) -> None:
        self._store = store
        self._unsealer = unsealer
        self._transcoders = transcoders
        self._sizes: dict[str, int] = {}
        self._threads = ThreadPoolExecutor(AT_ONCE, "playing")

    def close(self) -> None:
        """Wait for nothing that still plays."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def demand_key(self) -> None:
        """Raises CannotUnseal when there is no key here to play anything with."""
        self._unsealer.demand_key()

    async def begun(self, recording: StoredRecording, format_: AudioFormat) -> Sound:
        """The sound, its first bytes at hand: whatever is wrong with it shows here.

        Raises NoSuchFormat, CannotUnseal, TooMany, NotStored, StoreRefuses, BadKey.
        """
        sound = self._sound(recording, format_)
        try:
            first = await self._in_thread(sound.next)
        except BaseException:
            sound.close()
            raise
        rest, waiting = sound.next, [first]
        sound.next = lambda: waiting.pop() if waiting else rest()
        return sound

    async def size(self, recording: StoredRecording, format_: AudioFormat) -> int:
        """How many bytes it is. Raises as ``begun``."""
        known = self._known(recording, format_)
        if known is not None:
            return known
        sound = self._sound(recording, format_)
        try:
            size = await self._in_thread(lambda: sum(map(len, iter(sound.next, b""))))
        finally:
            sound.close()
        self._learn(recording, format_, size)
        return size

    async def bytes_of(self, sound: Sound, stretch: Stretch | None = None) -> AsyncGenerator[bytes, None]:
        """The whole, or a stretch of it. Raises CannotUnseal when it ends too early, and as ``begun``."""
        skip, left = (0, sound.size) if stretch is None else (stretch.first, stretch.length)
        try:
            while left is None or left > 0:
                chunk = await self._in_thread(sound.next)
                if not chunk:
                    if left is not None:
                        raise CannotUnseal("This recording is shorter than the catalogue says")
                    return
                part = chunk[skip:]
                skip = max(0, skip - len(chunk))
                part = part if left is None else part[:left]
                left = None if left is None else left - len(part)
                if part:
                    yield part
        finally:
            sound.close()

    def _sound(self, recording: StoredRecording, format_: AudioFormat) -> Sound:
        def opened() -> Plain:
            return self._unsealer.open(lambda: self._store.read(recording.id, recording.key))

        if format_ == "opus":
            return _as_stored(opened, recording.audio_bytes)
        transcode = self._transcoders.get(format_)
        if transcode is None:
            raise NoSuchFormat(format_)
        file = SeekablePlain(opened, recording.audio_bytes)
        pieces = transcode(cast(BinaryIO, file))
        return Sound(lambda: _next_piece(pieces, file), file.give_up, self._known(recording, format_))

    def _known(self, recording: StoredRecording, format_: AudioFormat) -> int | None:
        return recording.audio_bytes if format_ == "opus" else self._sizes.get(f"{recording.audio_sha256}.{format_}")

    def _learn(self, recording: StoredRecording, format_: AudioFormat, size: int) -> None:
        self._sizes[f"{recording.audio_sha256}.{format_}"] = size
        if len(self._sizes) > SIZES_KEPT:
            del self._sizes[next(iter(self._sizes))]

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _as_stored(opened: Callable[[], Plain], size: int) -> Sound:
    """The file is opened by the first ``next``, in its thread."""
    open_: list[Plain] = []
    closed: list[bool] = []

    def next_() -> bytes:
        if not open_:
            open_.append(opened())
        if closed:
            open_[0].close()
        return open_[0].read(CHUNK_BYTES)

    def close() -> None:
        closed.append(True)
        for plain in open_:
            plain.close()

    return Sound(next_, close, size)


def _next_piece(pieces: Iterator[bytes], source: SeekablePlain) -> bytes:
    """An empty piece is not the end. A library between makes other errors of the source's."""
    try:
        return next((piece for piece in pieces if piece), b"")
    except Exception as failed:
        raise source.failed or failed from failed


def broken(error: BaseException, **about: Any) -> None:
    """Log why a sound that had begun ended early; a listener who went away is no fault."""
    if not isinstance(error, Abandoned):
        log.error("playing_broken", why=str(error), **about)

"""What does keeping a recording need of the libraries, and how may each fail? The adapters have these shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from recordings.record import Segment, SpeechFacts

if TYPE_CHECKING:  # the controller knows these shapes, too, and needs no numpy for its calls
    import numpy as np
    import numpy.typing as npt

Samples: TypeAlias = "npt.NDArray[np.int16]"
"""Rows of left and right, 8 kHz."""
Step = Literal["check", "encode", "seal", "put", "verify", "enter", "remove"]


class BadRecording(ValueError):
    """Raw files or notes that no retry will mend. The message says what is wrong with which file."""


class WrongKey(ValueError):
    """There is no recipient to seal for, or one that is no public key. The message says what to do and shows no key."""


class StoreRefuses(OSError):
    """The store did not take, give or keep a recording this time."""


class NotStored(LookupError):
    """The store holds nothing under this name."""


class Stopping(Exception):
    """Work was left where it stood; the next worker goes on."""


class Sink(Protocol):
    """Takes bytes, one after the other; never seeks."""

    def write(self, piece: bytes, /) -> int:
        """Raises OSError."""
        ...


class Source(Protocol):
    """Gives bytes, one after the other."""

    def read(self, most: int = -1, /) -> bytes:
        """Raises OSError."""
        ...


class Meter(Protocol):
    """Hears a recording as it is encoded, and tells who spoke when."""

    def feed(self, frames: Samples, /) -> None:
        """What comes next, from the first frame to the last."""
        ...

    def facts(self, segments: Iterable[Segment], muted: Iterable[tuple[float, float]], length_s: float) -> SpeechFacts:
        """Of all that was fed. Raises ValueError for no length."""
        ...


class Encoder(Protocol):
    """Compresses sound."""

    def encode(self, samples: Iterable[Samples], into: Sink, tags: Mapping[str, str]) -> None:
        """Raises OSError as ``into`` did."""
        ...


class Seal(Protocol):
    """Encrypts so that only holders of other keys can read it."""

    @property
    def mark(self) -> str:
        """Another one for other recipients."""
        ...

    def seal(self, source: Source, into: Sink) -> None:
        """Raises OSError as ``into`` did."""
        ...


class Store(Protocol):
    """Keeps whole objects under names."""

    def put(self, key: str, file: Path) -> None:
        """Keep the file's bytes under ``key``, in place of what was there. Raises StoreRefuses."""
        ...

    def read(self, key: str) -> Iterator[bytes]:
        """What is kept. Raises NotStored, StoreRefuses."""
        ...


class Watch(Protocol):
    """Is told how far the work on a recording is."""

    def at(self, id_: str, step: Step, share: float) -> None:
        """``step`` is ``share`` done (0..1). May raise Stopping."""
        ...

    def store_took(self, seconds: float, size: int) -> None:
        """``size`` bytes went to the store and back in this time."""
        ...

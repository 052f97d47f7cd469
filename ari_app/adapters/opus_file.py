"""How does sound become an Opus file in Ogg, and how is one played? The only place that knows PyAV (FFmpeg's libraries).

The two sides are two mono streams of one file (RFC 7845, 5.1.1.2: family 1, two streams, none coupled). As one stereo stream of
24 kb/s, SILK lets a voice drift to the other side while both talk (measured: a third of its energy after a few seconds), and
``application=audio`` puts it there 26 dB lower all the time. It also takes fewer bits: mostly one side is silent. libopus makes
uncoupled streams only as family 255, whose channels have no meaning; the header is otherwise the same, so its one byte is changed.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, BinaryIO, Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from ari_app.keeping.measured import RememberingSink
from ari_app.keeping.ports import Samples, Sink
from recordings.wav import FRAME_BYTES, RATE_HZ, wav_header

BITS_PER_S: Final = 24_000
MP3_BITS_PER_S: Final = 32_000
_MP3_RATE_HZ: Final = 16_000
"""MPEG-2's lowest; players know it everywhere, which is not so of the 8 kHz of "MPEG 2.5"."""
_OPUS_RATE_HZ: Final = 48_000
_OPTIONS: Final = {"application": "voip", "mapping_family": "255", "compression_level": "5"}
"""Level 5 of 10 is a quarter less CPU, which the calls on this machine may need; 10 is hardly better for speech of 8 kHz."""
_FAMILY_AT: Final = 18
_LEFT_AND_RIGHT: Final = 1


class NotPlayable(ValueError):
    """These bytes are no Opus file, or not a whole one."""


class OpusEncoder:
    """See Encoder."""

    def encode(self, samples: Iterable[Samples], into: Sink, tags: Mapping[str, str]) -> None:
        """See Encoder."""
        target = RememberingSink(into)
        try:
            with av.open(target, "w", format="ogg") as container:
                stream = container.add_stream("libopus", rate=RATE_HZ, layout="stereo", options=_OPTIONS)
                stream.bit_rate = BITS_PER_S
                stream.metadata.update(tags)
                _name_the_sides(stream.codec_context)
                for frame in _frames(samples):
                    container.mux(stream.encode(frame))
                container.mux(stream.encode(None))
        except (OSError, av.FFmpegError) as failed:
            raise target.failed or failed from failed


def as_wav(opus: BinaryIO) -> Iterator[bytes]:
    """The recording as a WAV file of 8 kHz, piece by piece. ``opus`` must be able to seek. Raises NotPlayable."""
    with _opened(opus) as (container, frames):
        yield wav_header(frames * FRAME_BYTES)
        missing = frames * FRAME_BYTES
        for frame in _decoded(container, RATE_HZ):
            piece = frame.to_ndarray().astype("<i2").tobytes()[:missing]
            missing -= len(piece)
            yield piece
        yield bytes(missing)


def as_mp3(opus: BinaryIO) -> Iterator[bytes]:
    """The recording as an MP3 file of 32 kb/s, piece by piece. ``opus`` must be able to seek. Raises NotPlayable."""
    with _opened(opus) as (source, _):
        made = _Pieces()
        # The frame that tells the length can only be written at the end, by seeking back: a stream has none.
        with av.open(made, "w", format="mp3", options={"write_xing": "0"}) as container:
            stream = container.add_stream("libmp3lame", rate=_MP3_RATE_HZ, layout="stereo")
            stream.bit_rate = MP3_BITS_PER_S
            at = 0
            for frame in _decoded(source, _MP3_RATE_HZ):
                frame.pts, frame.time_base = at, Fraction(1, _MP3_RATE_HZ)
                at += frame.samples
                container.mux(stream.encode(frame))
                yield from made.taken()
            container.mux(stream.encode(None))
        yield from made.taken()


class _Pieces:
    """What was written since somebody last took it."""

    def __init__(self) -> None:
        self._made = list[bytes]()

    def write(self, piece: bytes) -> int:
        self._made.append(bytes(piece))
        return len(piece)

    def taken(self) -> list[bytes]:
        made, self._made = self._made, []
        return made


def _name_the_sides(codec: AudioCodecContext) -> None:
    codec.open()
    header = bytearray(codec.extradata or b"")
    assert header.startswith(b"OpusHead")
    header[_FAMILY_AT] = _LEFT_AND_RIGHT
    codec.extradata = bytes(header)


def _frames(samples: Iterable[Samples]) -> Iterator[AudioFrame]:
    at = 0
    for piece in samples:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(piece).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate = RATE_HZ
        frame.pts, frame.time_base = at, Fraction(1, RATE_HZ)
        at += len(piece)
        yield frame


@contextmanager
def _opened(opus: BinaryIO) -> Iterator[tuple[Any, int]]:
    """The file, and how many frames of 8 kHz it holds."""
    opus.seek(0, io.SEEK_SET)
    try:
        with av.open(opus, "r", format="ogg") as container:
            stream = container.streams.audio[0]
            ticks = (stream.duration or 0) - _pre_skip(stream)
            yield container, round(ticks * RATE_HZ / _OPUS_RATE_HZ)
    except (av.FFmpegError, IndexError) as bad:
        raise NotPlayable(f"this is no whole Opus file: {bad}") from bad


def _pre_skip(stream: Any) -> int:
    """What a decoder drops at the beginning (RFC 7845, 4.2), in samples of 48 kHz: bytes 10 and 11 of the header."""
    return int.from_bytes(bytes(stream.codec_context.extradata)[10:12], "little")


def _decoded(container: Any, rate_hz: int) -> Iterator[AudioFrame]:
    resampler = AudioResampler(format="s16", layout="stereo", rate=rate_hz)
    for frame in container.decode(audio=0):
        yield from resampler.resample(frame)
    yield from resampler.resample(None)

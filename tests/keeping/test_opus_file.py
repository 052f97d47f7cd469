from __future__ import annotations

import errno
import io
import itertools
import tracemalloc
import wave
from collections.abc import Iterator

import av
import numpy as np
import pytest

from ari_app.adapters.opus_file import BITS_PER_S, NotPlayable, OpusEncoder, as_mp3, as_wav
from ari_app.keeping.ports import Samples
from recordings.wav import FRAME_BYTES, RATE_HZ
from sip_agents.tones import level_dbfs, share_of_tone
from tests.fakes.raw_recordings import CALLER_HZ, OPERATOR_HZ, both_sides
from tests.keeping.sound import heard, silent, tones


class FullDisk:
    """Takes so many bytes and no more."""

    def __init__(self, room: int) -> None:
        self._room = room

    def write(self, piece: bytes) -> int:
        self._room -= len(piece)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(piece)


def encoded(*pieces: Samples, **tags: str) -> bytes:
    opus = io.BytesIO()
    OpusEncoder().encode(pieces, opus, tags)
    return opus.getvalue()


@pytest.mark.parametrize("frames", [1, 159, 160, 161, RATE_HZ, 3 * RATE_HZ + 17])
def test_a_recording_is_as_long_as_its_sound_to_the_frame(frames: int) -> None:
    assert len(heard(encoded(np.zeros((frames, 2), np.int16)))) == frames


def test_each_side_holds_its_own_sound_and_nothing_of_the_other() -> None:
    caller, operator = both_sides(3.0), both_sides(3.0)
    caller[:, 1] = 0
    operator[:, 0] = 0
    sound = heard(encoded(caller, operator))
    assert tones(sound, 0.2, 2.8) == [[CALLER_HZ], []]
    assert tones(sound, 3.2, 5.8) == [[], [OPERATOR_HZ]]
    assert silent(sound, 0.2, 2.8) == [False, True]
    assert silent(sound, 3.2, 5.8) == [True, False]
    assert level_dbfs(sound[4 * RATE_HZ : 5 * RATE_HZ, 1]) == pytest.approx(-12.0, abs=1.5)


def test_each_side_stays_apart_also_after_silence_while_both_talk() -> None:
    sound = heard(encoded(both_sides(2.0), np.zeros((2 * RATE_HZ, 2), np.int16), both_sides(10.0)))
    assert tones(sound, 0.2, 1.8) == tones(sound, 4.2, 13.8) == [[CALLER_HZ], [OPERATOR_HZ]]
    assert share_of_tone(sound[5 * RATE_HZ :, 0], RATE_HZ, OPERATOR_HZ) < 0.001
    assert share_of_tone(sound[5 * RATE_HZ :, 1], RATE_HZ, CALLER_HZ) < 0.001


def test_the_header_names_left_and_right() -> None:
    """RFC 7845, 5.1: two channels; family 1, two streams, none coupled, the first is the left one."""
    opus = encoded(both_sides(0.2))
    header = opus[opus.index(b"OpusHead") :]
    assert (header[9], header[18], header[19], header[20], header[21:23]) == (2, 1, 2, 0, b"\x00\x01")


def test_speech_takes_about_the_bits_that_were_planned() -> None:
    chance = np.random.default_rng(3)
    sound = (chance.normal(0, 2000, (60 * RATE_HZ, 2))).astype(np.int16)
    assert len(encoded(sound)) * 8 / 60 == pytest.approx(BITS_PER_S, rel=0.25)


def test_the_file_tells_whose_it_is() -> None:
    opus = encoded(both_sides(0.2), TITLE="20261124-042201-7f3a9c01", DATE="2026-11-24T04:22:01.000+00:00")
    with av.open(io.BytesIO(opus)) as container:
        told = dict(container.streams.audio[0].metadata) | dict(container.metadata)
    assert (told["TITLE"], told["DATE"]) == ("20261124-042201-7f3a9c01", "2026-11-24T04:22:01.000+00:00")


def test_a_full_disk_is_told_as_such() -> None:
    with pytest.raises(OSError, match="No space left") as full:
        OpusEncoder().encode(itertools.repeat(both_sides(1.0), 30), FullDisk(20_000), {})
    assert full.value.errno == errno.ENOSPC


def test_a_player_gets_a_wav_file_of_the_same_sound() -> None:
    wav = b"".join(as_wav(io.BytesIO(encoded(both_sides(2.0)))))
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (RATE_HZ, 2, 2 * RATE_HZ)
        sound = np.frombuffer(file.readframes(2 * RATE_HZ), "<i2").reshape(-1, 2)
    assert tones(sound, 0.1) == [[CALLER_HZ], [OPERATOR_HZ]]


def test_a_player_gets_an_mp3_file_of_the_same_sound() -> None:
    mp3 = b"".join(as_mp3(io.BytesIO(encoded(both_sides(10.0)))))
    assert len(mp3) * 8 / 10 == pytest.approx(32_000, rel=0.05)
    with av.open(io.BytesIO(mp3), "r") as container:
        resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE_HZ)
        frames = [made.to_ndarray() for frame in container.decode(audio=0) for made in resampler.resample(frame)]
    sound = np.concatenate(frames, axis=1).astype(np.int16).reshape(-1, 2)
    assert len(sound) / RATE_HZ == pytest.approx(10.0, abs=0.25)
    assert tones(sound, 0.5, 9.5) == [[CALLER_HZ], [OPERATOR_HZ]]


@pytest.mark.parametrize("play", [as_wav, as_mp3])
@pytest.mark.parametrize("bytes_", [b"", b"RIFFnothing" * 100])
def test_what_is_no_opus_file_is_not_played(play: object, bytes_: bytes) -> None:
    assert callable(play)
    with pytest.raises(NotPlayable):
        list(play(io.BytesIO(bytes_)))


def test_a_long_call_is_never_held_as_a_whole() -> None:
    """What Python and numpy hold: the samples; FFmpeg's own buffers do not depend on the length."""
    piece = both_sides(10.0)

    def three_minutes() -> Iterator[Samples]:
        yield from itertools.repeat(piece, 18)

    class Counted:
        def __init__(self) -> None:
            self.size = 0

        def write(self, some: bytes) -> int:
            self.size += len(some)
            return len(some)

    tracemalloc.start()
    try:
        counted = Counted()
        OpusEncoder().encode(three_minutes(), counted, {})
        assert counted.size > 100_000
        assert tracemalloc.get_traced_memory()[1] < 4 * len(piece) * FRAME_BYTES
    finally:
        tracemalloc.stop()

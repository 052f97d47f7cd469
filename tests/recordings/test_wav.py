from __future__ import annotations

import io
import wave

import pytest

from recordings.wav import duration_s, wav_header, whole_frames


def test_a_header_and_samples_are_a_wav_file_that_others_read() -> None:
    samples = b"\x01\x00\x02\x00" * 800
    with wave.open(io.BytesIO(wav_header(len(samples)) + samples)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        assert file.readframes(800) == samples
    assert duration_s(len(samples)) == pytest.approx(0.1)


def test_a_torn_last_frame_is_left_out() -> None:
    assert [whole_frames(size) for size in (0, 3, 4, 7, 8)] == [0, 0, 4, 4, 8]


@pytest.mark.parametrize("size", [-4, 3, 0xFFFFFFFF])
def test_a_size_that_is_no_wav_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="whole stereo frames"):
        wav_header(size)

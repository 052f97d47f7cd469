"""Do samples of any rate and loudness become prompts that are all alike?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ari_app.prompts.sound import RATE_HZ, Edges, NoSpeech, after_first_word, before_last_word, finished, to_telephone
from tests.prompts.spoken import samples, speech_rms_db

EDGES = Edges(kept_before_s=0.05, kept_after_s=0.04, silence_before_s=0.05, silence_after_s=0.16)


def tone(hz: float, seconds: float, rate_hz: int = RATE_HZ, level: float = 0.5) -> NDArray[np.float64]:
    return np.asarray(level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz))


def strength(heard: NDArray[np.float64], hz: float) -> float:
    """The amplitude of a tone in the middle half of what is heard."""
    middle = heard[len(heard) // 4 : -len(heard) // 4]
    turning = np.exp(-2j * np.pi * hz * np.arange(len(middle)) / RATE_HZ)
    return float(2 * abs(np.mean(middle * turning)))


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 24_000])
def test_speech_keeps_its_pitch_strength_and_length_at_the_telephones_rate(rate_hz: int) -> None:
    heard = to_telephone(tone(1000, 1.0, rate_hz), rate_hz)
    assert strength(heard, 1000) == pytest.approx(0.5, rel=0.01)
    assert len(heard) / RATE_HZ == pytest.approx(1.2, abs=0.02), "100 ms of silence on each side"


def test_what_a_telephone_cannot_carry_is_gone_and_does_not_come_back_as_another_tone() -> None:
    heard = to_telephone(tone(6000, 1.0, 24_000), 24_000)
    assert np.abs(heard[2000:-2000]).max() < 0.001


def test_hum_is_weakened_by_24_db_an_octave() -> None:
    assert strength(to_telephone(tone(50, 2.0, 24_000), 24_000), 50) == pytest.approx(0.5 / 17, rel=0.1)


@pytest.mark.parametrize("level", [0.001, 0.05, 0.9])
def test_loud_and_quiet_speech_become_equally_loud_and_never_too_loud(level: float, tmp_path: Path) -> None:
    loudness = np.repeat(np.random.default_rng(7).uniform(0.2, 1.0, 100), 160)
    speech = tone(700, 2.0, level=level) * loudness
    heard = _file(finished(speech, EDGES), tmp_path)
    assert speech_rms_db(heard) == pytest.approx(-20, abs=0.5)
    assert np.abs(heard).max() <= 10 ** (-3.5 / 20)


def test_a_peak_is_limited_without_a_step_around_it(tmp_path: Path) -> None:
    speech = tone(500, 1.0, level=0.05)
    speech[4000:4040] *= 20
    heard = _file(finished(speech, EDGES), tmp_path)
    assert np.abs(heard).max() <= 10 ** (-3.5 / 20)
    assert np.abs(np.diff(heard)).max() < 0.45, "one sample to the next"


def test_silence_around_speech_is_always_the_same(tmp_path: Path) -> None:
    silence = np.zeros(16_000)
    heard = _file(finished(np.concatenate([silence, tone(500, 1.0), silence]), EDGES), tmp_path)
    loud = np.flatnonzero(np.abs(heard) > 0.01)
    assert loud[0] / RATE_HZ == pytest.approx(0.1, abs=0.02)
    assert (len(heard) - loud[-1]) / RATE_HZ == pytest.approx(0.2, abs=0.02)


def test_silence_is_no_prompt() -> None:
    with pytest.raises(NoSpeech):
        finished(np.zeros(8000), EDGES)


def test_a_word_that_was_only_said_for_the_melodys_sake_is_cut_off_at_the_pause_before_it() -> None:
    gap, word = np.zeros(480), tone(900, 0.35)
    kept = before_last_word(np.concatenate([tone(500, 0.4), gap[:240], tone(500, 0.4), gap, word, np.zeros(800)]))
    assert 0.83 <= len(kept) / RATE_HZ <= 0.89, "the longer pause nearer to the end, not the first"


def test_a_word_before_is_cut_off_with_the_pause_and_a_click_in_it_but_what_follows_is_whole() -> None:
    gap, click = np.zeros(480), tone(700, 0.02, level=0.3)
    heard = np.concatenate([np.zeros(800), tone(900, 0.3), gap, click, gap, tone(500, 0.1), gap, tone(500, 0.4)])
    kept = after_first_word(heard)
    assert 0.56 <= len(kept) / RATE_HZ <= 0.59, "not from the pause within what follows"
    assert np.abs(kept[240:1000]).max() == pytest.approx(0.5, rel=0.01)


def test_less_than_a_word_cannot_be_cut() -> None:
    with pytest.raises(NoSpeech):
        before_last_word(tone(500, 0.1))
    with pytest.raises(NoSpeech):
        after_first_word(tone(500, 0.3))


def _file(audio: bytes, folder: Path) -> NDArray[np.float64]:
    path = folder / "made.wav"
    path.write_bytes(audio)
    return samples(path)

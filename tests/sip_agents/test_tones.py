"""The measure of tones says which are there, and says so of nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from sip_agents.g711 import decode, encode
from sip_agents.tones import level_dbfs, loudest_hz, share_of_tone, sine, tones_in

RATE_HZ = 8000
DTMF_HZ = (697.0, 770.0, 852.0, 941.0, 1209.0, 1336.0, 1477.0, 1633.0)


@pytest.mark.parametrize("hz", DTMF_HZ)
def test_pure_tone_is_its_own_whole_energy_and_no_neighbours(hz: float) -> None:
    sound = sine(hz, RATE_HZ, RATE_HZ)
    assert share_of_tone(sound, RATE_HZ, hz) > 0.99
    assert all(share_of_tone(sound, RATE_HZ, other) < 0.01 for other in DTMF_HZ if other != hz)


def test_two_mixed_tones_share_the_energy_and_are_both_heard() -> None:
    mixed = sine(697.0, RATE_HZ, 8000) + sine(1336.0, RATE_HZ, 8000)
    assert share_of_tone(mixed, RATE_HZ, 697.0) == pytest.approx(0.5, abs=0.01)
    assert tones_in(mixed, RATE_HZ, DTMF_HZ) == {697.0, 1336.0}


def test_noise_is_no_tone() -> None:
    noise = (np.random.default_rng(1).normal(0, 4000, RATE_HZ)).astype(np.int16)
    assert tones_in(noise, RATE_HZ, DTMF_HZ) == frozenset()
    assert share_of_tone(noise, RATE_HZ, 697.0) < 0.05


def test_tone_through_g711_is_still_pure() -> None:
    coded = decode("PCMU", encode("PCMU", sine(1336.0, RATE_HZ, RATE_HZ)))
    assert share_of_tone(coded, RATE_HZ, 1336.0) > 0.98


def test_pauses_take_next_to_nothing_from_a_tones_share() -> None:
    sound = np.concatenate([np.zeros(8000, np.int16), sine(697.0, RATE_HZ, 8000), np.zeros(4000, np.int16)])
    assert share_of_tone(sound, RATE_HZ, 697.0) > 0.95


@pytest.mark.parametrize("before", [0, 100, 400, 799])
def test_tone_of_220_ms_is_heard_wherever_it_begins(before: int) -> None:
    sound = np.concatenate([np.zeros(4000 + before, np.int16), sine(697.0, RATE_HZ, 1760), np.zeros(4000, np.int16)])
    assert tones_in(sound, RATE_HZ, DTMF_HZ) == {697.0}


def test_tone_shorter_than_200_ms_in_a_longer_sound_is_not_heard() -> None:
    brief = np.concatenate([sine(697.0, RATE_HZ, 800), sine(1336.0, RATE_HZ, 2400)])
    assert tones_in(brief, RATE_HZ, DTMF_HZ) == {1336.0}


def test_tone_below_minus_40_dbfs_is_not_heard() -> None:
    assert tones_in(sine(697.0, RATE_HZ, 8000, level=-41.0), RATE_HZ, DTMF_HZ) == frozenset()
    assert tones_in(sine(697.0, RATE_HZ, 8000, level=-38.0), RATE_HZ, DTMF_HZ) == {697.0}


def test_full_scale_sine_is_0_dbfs_and_nothing_is_minus_120() -> None:
    assert level_dbfs(sine(1000.0, RATE_HZ, 8000, level=0.0)) == pytest.approx(0.0, abs=0.01)
    assert level_dbfs(sine(1000.0, RATE_HZ, 8000)) == pytest.approx(-12.0, abs=0.01)
    assert level_dbfs(np.zeros(100, np.int16)) == level_dbfs(np.zeros(0, np.int16)) == -120.0


@pytest.mark.parametrize("hz", [123.0, 440.0, 697.3, 1999.0, 3500.0])
def test_loudest_frequency_is_found_to_a_hertz(hz: float) -> None:
    assert loudest_hz(sine(hz, RATE_HZ, 4000), RATE_HZ) == pytest.approx(hz, abs=1.0)


def test_silence_has_no_loudest_frequency() -> None:
    assert loudest_hz(np.zeros(8000, np.int16), RATE_HZ) is None
    assert loudest_hz(np.zeros(0, np.int16), RATE_HZ) is None


def test_other_rates_are_measured_too() -> None:
    assert tones_in(sine(1336.0, 48000, 48000), 48000, DTMF_HZ) == {1336.0}


def test_sound_shorter_than_a_window_is_measured_whole() -> None:
    assert share_of_tone(sine(1000.0, RATE_HZ, 320), RATE_HZ, 1000.0) > 0.98
    assert share_of_tone(np.zeros(0, np.int16), RATE_HZ, 1000.0) == 0.0
    assert tones_in(np.zeros(0, np.int16), RATE_HZ, [1000.0]) == frozenset()

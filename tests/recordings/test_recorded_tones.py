"""The measure that tells what came to a caller's ear: holes in a tone do not cut it, and a piece of music is no tone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sip_agents.tones import sine
from tests.e2e.recorded import RATE_HZ, Heard

OPERATOR_HZ, CALLER_HZ = 1250.0, 440.0


def tone(hz: float, lasts_s: float) -> NDArray[np.int16]:
    return sine(hz, RATE_HZ, int(lasts_s * RATE_HZ))


def silence(lasts_s: float) -> NDArray[np.int16]:
    return np.zeros(int(lasts_s * RATE_HZ), np.int16)


def chord(lasts_s: float) -> NDArray[np.int16]:
    notes = [tone(hz, lasts_s) // 3 for hz in (277.2, 329.6, 554.4)]
    return sum(notes, start=silence(lasts_s))


def heard(*parts: NDArray[np.int16]) -> Heard:
    right = np.concatenate(parts)
    return Heard(np.stack([right, right], axis=1), (CALLER_HZ, OPERATOR_HZ))


def test_a_note_in_every_bar_of_the_music_is_not_a_voice() -> None:
    bar = (tone(CALLER_HZ, 0.3), chord(1.5))
    heard(tone(OPERATOR_HZ, 1), *bar, *bar, *bar, *bar, tone(OPERATOR_HZ, 1)).right_was([{OPERATOR_HZ}])


def test_a_voice_with_holes_in_it_is_one_voice() -> None:
    spoken = (tone(CALLER_HZ, 0.26), silence(0.1))
    heard(tone(OPERATOR_HZ, 1), *spoken, *spoken, *spoken, *spoken).right_was([{OPERATOR_HZ}, {CALLER_HZ}])


def test_a_voice_between_two_pieces_of_music_is_heard() -> None:
    heard(tone(OPERATOR_HZ, 1), chord(1), tone(CALLER_HZ, 0.6), chord(1)).right_was([{OPERATOR_HZ}, {CALLER_HZ}])

"""Does the voice that is always there speak?"""

from __future__ import annotations

import numpy as np
import pytest

from ari_app.prompts.espeak import Espeak
from ari_app.prompts.speaking import CannotSpeak


def seconds(engine: Espeak, text: str) -> float:
    return len(engine.spoken(engine.prepared(text))) / 8000


def test_longer_texts_take_longer_and_every_text_is_heard() -> None:
    engine = Espeak("es")
    word, sentence = seconds(engine, "Hola."), seconds(engine, "Gracias por llamar. Enseguida le atendemos, sin falta.")
    assert 0.3 < word < 1.5
    assert 2.5 < sentence < 8
    assert np.abs(engine.spoken("Hola.")).max() > 0.05


def test_two_voices_take_turns_in_one_process() -> None:
    """No two runs are alike to the bit (espeak-ng breathes at random), but they take the same time."""
    spanish, english = Espeak("es"), Espeak("en-us")
    first = seconds(spanish, "Veinticinco, ventanas, zapatos.")
    other = seconds(english, "Veinticinco, ventanas, zapatos.")
    assert seconds(spanish, "Veinticinco, ventanas, zapatos.") == pytest.approx(first, abs=0.04)
    assert abs(other - first) > 0.08


def test_letters_beyond_ascii_are_spoken_as_such() -> None:
    engine = Espeak("es")
    assert seconds(engine, "año") == pytest.approx(seconds(engine, "ano"), abs=0.15), (
        "not letter by letter, or as two signs"
    )


def test_an_unknown_voice_is_refused_with_those_one_may_name() -> None:
    with pytest.raises(CannotSpeak, match=r"no voice 'klingonish'; name one such as es"):
        Espeak("klingonish")

"""Is voices.yaml understood, and every mistake in it told with its line?"""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.prompts.voices import load_voices
from ivr_flows.problems import BadFile
from tests.prompts.spoken import DEMO

LANGUAGES = ("es", "en")


def voices(folder: Path, text: str) -> dict[str, tuple[str, str]]:
    (folder / "voices.yaml").write_text(text, "utf-8")
    found = load_voices(folder, LANGUAGES).value.root
    return {language: (entry.engine, entry.voice) for language, entry in found.items()}


def test_without_the_file_espeak_speaks_every_language(tmp_path: Path) -> None:
    found = load_voices(tmp_path, ("es", "en", "ca")).value.root
    assert {language: (entry.engine, entry.voice) for language, entry in found.items()} == {
        "es": ("espeak", "es"),
        "en": ("espeak", "en-us"),
        "ca": ("espeak", "ca"),
    }


def test_a_language_without_a_voice_is_spoken_by_espeak(tmp_path: Path) -> None:
    assert voices(tmp_path, "es: {engine: kokoro, voice: ef_dora}") == {
        "es": ("kokoro", "ef_dora"),
        "en": ("espeak", "en-us"),
    }


def test_the_demo_has_the_best_voices() -> None:
    found = load_voices(DEMO, LANGUAGES).value.root
    assert (found["es"].voice, found["en"].voice) == ("ef_dora", "af_heart")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "es: {engine: kokoro, voice: ef_dara}",
            ":1: es: 'ef_dara' is none of Kokoro's voices; did you mean 'ef_dora'?",
        ),
        (
            "es:\n  engine: kokoro\n  voice: af_heart",
            ":3: es.voice: 'af_heart' does not speak 'es'; choose one of ef_dora",
        ),
        (
            "es:\n  engine: cocoro\n  voice: ef_dora",
            ":2: es.engine: 'cocoro' is not possible; write 'kokoro' or 'espeak'",
        ),
        ("fr: {engine: espeak, voice: fr}", ":1: fr: the centre does not speak 'fr'"),
        ("es: {engine: espeak, voice: es, phonemes: {a: b}}", ":1: es: espeak makes its own phonemes; remove phonemes"),
        ("es: {engine: espeak, voice: es, speed: 2}", ":1: es.speed: there is no such field here"),
        ("es: {engine: espeak, voice: ../x}", ":1: es.voice: '../x' is not a voice"),
        ('es: {engine: kokoro, voice: ef_dora, phonemes: {"": b}}', ":1: es.phonemes.: '' is not phonemes"),
    ],
)
def test_mistakes_are_told_with_their_line_and_the_remedy(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile) as bad:
        voices(tmp_path, text)
    assert f"{tmp_path / 'voices.yaml'}{told}" in str(bad.value)

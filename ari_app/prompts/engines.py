"""Which engine speaks a language here? The one that voices.yaml names, else, with a warning, the one that is always there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ari_app.prompts.espeak import Espeak
from ari_app.prompts.kokoro import Kokoro
from ari_app.prompts.speaking import CannotSpeak, Engine
from ari_app.prompts.voices import VoiceEntry, VoicesFile, espeak_voice
from ivr_flows.located_yaml import Located
from ivr_flows.problems import BadFile

Warn = Callable[[str], None]


class Engines:
    """The engines of a centre's languages, each started when it is first needed. ``warn`` is told of one that stands in."""

    def __init__(self, voices: Located[VoicesFile], cache: Path, warn: Warn) -> None:
        self._voices = voices
        self._cache = cache
        self._warn = warn
        self._started: dict[str, Engine] = {}

    def wanted_voice(self, language: str) -> str:
        """The voice that the centre wants."""
        return self._voices.value.root[language].voice

    def stand_in_voice(self, language: str) -> str:
        """The voice that is used where the wanted one cannot be had."""
        return espeak_voice(language).voice

    def engine(self, language: str) -> Engine:
        """Raises BadFile when not even espeak-ng speaks as voices.yaml wants."""
        if language not in self._started:
            self._started[language] = self._start(language, self._voices.value.root[language])
        return self._started[language]

    def _start(self, language: str, entry: VoiceEntry) -> Engine:
        places = self._voices.places
        try:
            if entry.engine == "kokoro":
                return Kokoro(entry.voice, language, entry.phonemes, self._cache / "kokoro")
            return Espeak(entry.voice)
        except CannotSpeak as cannot:
            problem = places.problem((language, "voice"), cannot.what, cannot.remedy)
            if entry.engine == "espeak":
                raise BadFile([problem]) from cannot
            self._warn(f"{problem}; until then espeak-ng speaks, like a robot")
            return Espeak(self.stand_in_voice(language))

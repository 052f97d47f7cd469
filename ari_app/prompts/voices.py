"""Whose voice says a centre's prompts? voices.yaml, one entry a language; without the file, espeak-ng in each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, RootModel, model_validator

from ari_app.centre_folder import Folder
from ivr_flows.explain import wrong
from ivr_flows.located_yaml import Located, Places
from ivr_flows.problems import BadFile, choose_among
from ivr_flows.shapes import Language, NoOtherKeys, Shape, matching

FILE: Final = "voices.yaml"
KOKORO_VOICES: Final = {
    "ef_dora": "f66ec66bd295acb18372e37008533a9a3228483ccd294e7538d5d9294ac9a532",
    "em_alex": "27809e9eafdcbcfff90a3016c697568676531de2a2c39cee29c96c7bd6b83e95",
    "af_heart": "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b",
    "af_bella": "f69d836209b78eb8c66e75e3cda491e26ea838a3674257e9d4e5703cbaf55c8b",
    "am_michael": "1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1",
}
"""The voices that may be named, with the SHA-256 of their files."""
_SPEAKS: Final = {"es": "e", "en": "a"}
"""With what the names of Kokoro's voices for a language begin."""
_ESPEAK_NAMES: Final = {"en": "en-us"}

VoiceName = Annotated[
    str, *matching("[A-Za-z][A-Za-z0-9_+-]{0,39}", "a voice", "write its name, such as ef_dora or es-419")
]
Phonemes = Annotated[str, *matching(r"\S[\s\S]{0,99}", "phonemes", "write 1 to 100 of them, as made.json has them")]


class VoiceEntry(Shape):
    """Who speaks a language. ``phonemes``: what is to be said in place of what, in the phonemes made of the text, in this order:
    for names that are spoken otherwise than they are read. Only Kokoro takes them."""

    engine: Literal["kokoro", "espeak"]
    voice: VoiceName
    phonemes: Annotated[dict[Phonemes, Phonemes], NoOtherKeys()] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.engine == "kokoro" and self.voice not in KOKORO_VOICES:
            raise wrong(f"{self.voice!r} is none of Kokoro's voices", choose_among(self.voice, KOKORO_VOICES, ""))
        if self.engine == "espeak" and self.phonemes:
            raise wrong("espeak makes its own phonemes", "remove phonemes, or use kokoro")
        return self


class VoicesFile(RootModel[Annotated[dict[Language, VoiceEntry], NoOtherKeys()]]):
    """voices.yaml"""


def espeak_voice(language: str) -> VoiceEntry:
    """Who speaks where no voice is named, or the one named cannot be had."""
    return VoiceEntry(engine="espeak", voice=_ESPEAK_NAMES.get(language, language))


def load_voices(folder: Path, languages: tuple[str, ...]) -> Located[VoicesFile]:
    """The voices of the centre in ``folder``, which speaks ``languages``. Raises BadFile."""
    if not (folder / FILE).exists():
        voices = VoicesFile({language: espeak_voice(language) for language in languages})
        return Located(voices, Places(str(folder / FILE), {}))
    files = Folder(folder)
    found = files.load(FILE, VoicesFile)
    if found is None:
        raise BadFile(files.problems)
    problems = []
    for language, entry in found.value.root.items():
        if language not in languages:
            remedy = choose_among(language, languages, "add it to the languages in centre.yaml")
            problems.append(found.places.problem((language,), f"the centre does not speak {language!r}", remedy))
        elif entry.engine == "kokoro" and not entry.voice.startswith(_SPEAKS.get(language, "?")):
            fitting = [voice for voice in KOKORO_VOICES if voice.startswith(_SPEAKS.get(language, "?"))]
            remedy = choose_among(entry.voice, fitting, "use espeak")
            what = f"{entry.voice!r} does not speak {language!r}"
            problems.append(found.places.problem((language, "voice"), what, remedy))
    if problems:
        raise BadFile(problems)
    missing = {language: espeak_voice(language) for language in languages if language not in found.value.root}
    return Located(VoicesFile({**found.value.root, **missing}), found.places)

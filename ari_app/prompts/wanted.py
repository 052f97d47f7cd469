"""Which audio must a centre have? One file for each text, and the pieces that values are said with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ari_app.prompts.sound import Edges
from ari_app.texts import Text
from ivr_flows.saying import VOCABULARY

SAID: Final = "said"
"""The folder of the pieces, beside a language's prompts."""
_PROMPT: Final = Edges(kept_before_s=0.05, kept_after_s=0.04, silence_before_s=0.05, silence_after_s=0.16)
_PIECE: Final = Edges(kept_before_s=0.02, kept_after_s=0.02, silence_before_s=0.0, silence_after_s=0.0)
_PIECE_COMMA: Final = Edges(kept_before_s=0.02, kept_after_s=0.02, silence_before_s=0.0, silence_after_s=0.12)
_PIECE_END: Final = Edges(kept_before_s=0.02, kept_after_s=0.04, silence_before_s=0.0, silence_after_s=0.1)
_WORD_AFTER: Final = {"es": ", tal.", "en": "; toll."}
"""Said after a piece that goes on, and cut off again, so that the voice does not fall at its end. Each begins with a stop after a
pause, and has no silence within."""


_WORD_BEFORE: Final = {"es": "tales; "}
"""Said before some pieces, and cut off again."""
_NEED_A_WORD_BEFORE: Final = {"es": frozenset({"uno", "un", "once", "ocho", "euro", "euros"})}
"""First words with which Kokoro cannot begin: before a stressed vowel at the very beginning it puts a consonant (``nocho``)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file: ``key`` is its name below prompts/, without ending. ``place``: where its text stands (file:line), if in a file.

    ``said_text`` is what the engine is given; ``cut_first``, ``cut_last``: that word is only there to be cut off.
    """

    key: str
    language: str
    text: str
    said_text: str
    edges: Edges
    cut_first: bool
    cut_last: bool
    place: str | None

    def audio(self, folder: Path) -> Path:
        """Its file in the centre's ``folder``."""
        return folder / "prompts" / f"{self.key}.wav"


def wanted(texts: Iterable[Text], languages: Collection[str]) -> Iterator[Wanted]:
    """All of it, in the order of the files."""
    for text in texts:
        key, place = f"{text.language}/{text.prompt}", f"{text.places.file}:{text.places.line(*text.path)}"
        yield Wanted(key, text.language, text.text, text.text, _PROMPT, cut_first=False, cut_last=False, place=place)
    for language in languages:
        for piece, spoken in VOCABULARY.get(language, {}).items():
            yield _piece(language, piece, spoken)


def _piece(language: str, piece: str, text: str) -> Wanted:
    first = text.split()[0].rstrip(".") in _NEED_A_WORD_BEFORE.get(language, ())
    last = not text.endswith(".")
    said = (_WORD_BEFORE[language] if first else "") + text.removesuffix(",")
    return Wanted(
        key=f"{language}/{SAID}/{piece}",
        language=language,
        text=text,
        said_text=said + _WORD_AFTER[language] if last else said,
        edges=_PIECE_END if not last else _PIECE_COMMA if text.endswith(",") else _PIECE,
        cut_first=first,
        cut_last=last,
        place=None,
    )

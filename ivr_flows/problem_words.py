"""In which words is a problem told? By a code and values: the text in each language is made from them (problem_texts.py).

A text of ours is text as any other, in English, so whoever prints it need know nothing of this; whoever speaks Spanish asks for it.
What has no code yet (most checks of flows) is English in every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, Self, get_args

from ivr_flows.problem_texts import TEXTS

Language = Literal["en", "es"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


class Words(str):
    """A text in English, and the ``code`` and ``values`` from which it is made in any of LANGUAGES. Among the values may be Words,
    which are said in the same language."""

    __slots__ = ("code", "values")
    code: str
    values: Mapping[str, Any]

    def __new__(cls, code: str, **values: Any) -> Self:
        """Raises KeyError for a code that TEXTS has not, or a value that its text needs."""
        made = super().__new__(cls, _said(code, values, "en"))
        made.code, made.values = code, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """For copies."""
        return (self.code,), dict(self.values)

    def in_language(self, language: Language) -> str:
        """The same, in that language."""
        return _said(self.code, self.values, language)


def in_language(text: str, language: Language) -> str:
    """``text`` in that language, if it can be said so; else as it is."""
    return text.in_language(language) if isinstance(text, Words) else text


def _said(code: str, values: Mapping[str, Any], language: Language) -> str:
    text = TEXTS[code][LANGUAGES.index(language)]
    said = {name: in_language(one, language) if isinstance(one, Words) else one for name, one in values.items()}
    return text.format(**said)

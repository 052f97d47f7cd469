"""What is wrong in a file, where, and what should its writer do? The one shape in which every check says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from ivr_flows.problem_words import Language, Words, in_language

_LONGEST: Final = 400
"""Characters of each part of a problem: enough for any of ours, however many names are to be chosen from."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong. ``line`` counts from 1; ``field`` is the way to it, e.g. ``steps.menu.choices.1``, or empty."""

    file: str
    line: int
    field: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """``file:line: field: what is wrong; what to do``: one printable line that can be read, whatever the file holds."""
        field = f"{_readable(self.field)}: " if self.field else ""
        return f"{self.file}:{self.line}: {field}{_readable(self.what)}; {_readable(self.remedy)}"


def told_in(problem: Problem, language: Language) -> tuple[str, str]:
    """What is wrong and what to do, in that language as far as it can be said so."""
    return in_language(problem.what, language), in_language(problem.remedy, language)


def _readable(text: str) -> str:
    """A long text without its middle; what cannot be printed (or would move a terminal's cursor) as an escape."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} […] {text[-_LONGEST // 2 :]}"
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


class BadFile(ValueError):
    """Files that cannot be used. ``problems`` holds all of them, in the order of files and lines; one a line as text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def choose_among(wrong: str, known: Iterable[str], otherwise: str) -> str:
    """The remedy for a name that is not ``known``: the one meant, if one is near, else all of them.

    ``otherwise`` is the remedy when nothing is known at all.
    """
    names = sorted(known)
    if near := get_close_matches(wrong, names, n=1):
        return Words("did_you_mean", near=near[0])
    return Words("choose_one", known=", ".join(names)) if names else otherwise

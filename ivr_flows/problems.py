"""What is wrong in a file, where, and what should its writer do? The one shape in which every check says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong. ``line`` counts from 1; ``field`` is the way to it, e.g. ``steps.menu.choices.1``, or empty."""

    file: str
    line: int
    field: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """``file:line: field: what is wrong; what to do``."""
        field = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {field}{self.what}; {self.remedy}"


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
        return f"did you mean {near[0]!r}?"
    return f"choose one of {', '.join(names)}" if names else otherwise

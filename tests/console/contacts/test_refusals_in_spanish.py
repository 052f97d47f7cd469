"""Has everything that is refused of contacts and their files Spanish words on the pages? Asked of the very list they go by."""

from __future__ import annotations

import re
from inspect import getsource

import pytest

from console.contacts import csv_file, desk, import_jobs, import_routes, mapping
from console.pages import FOLDER

LIST = (FOLDER / "js" / "lang" / "contact_refusals.js").read_text()
PATTERNS = [re.compile(found[1]) for found in re.finditer(r"^  \[/(.+?)/, \"", LIST, re.M)]
SAID = re.compile(r'(?:NotCsv|BadMapping)\(\s*f?"([^"]+)"|"not_csv", "([^"]+)"|message = f?"([^"]+)"')
VALUE = re.compile(r"\{[^}]*\}")
MESSAGES = [
    *desk.FAULTS.values(),
    import_jobs.GONE,
    *(
        VALUE.sub("12", next(filter(None, found.groups())))
        for module in (csv_file, mapping, import_routes, desk)
        for found in SAID.finditer(getsource(module))
    ),
]


def test_there_are_messages() -> None:
    assert len(MESSAGES) > 20
    assert len(PATTERNS) > 20


@pytest.mark.parametrize("message", MESSAGES)
def test_what_is_refused_is_told_in_spanish(message: str) -> None:
    assert any(pattern.search(message) for pattern in PATTERNS)

"""What was answered, as a table: one line a call, one column a question, for spreadsheets. Pure.

What a spreadsheet would take for a formula is made text: answers are whatever somebody said.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Final

from ari_app.contract import timestamp
from console.scripts.answers import Followed
from ivr_flows.scripts.script import Script

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
OWN: Final = (
    "call", "script", "version", "operator", "queue", "language", "started", "ended", "disposition", "steps", "objections",
)  # fmt: skip


def questions_of(scripts: Iterable[Script]) -> list[str]:
    """The columns for these versions of a script: the questions of the first, then those that only others have."""
    return list(dict.fromkeys(name for script in scripts for name in script.questions))


def header(questions: Iterable[str]) -> bytes:
    """The first line, with the mark of UTF-8, so that spreadsheets read accents. Questions are told from the rest by their
    ``answer.``"""
    return "\ufeff".encode() + _line([*OWN, *(f"answer.{name}" for name in questions)])


def line(one: Followed, questions: Iterable[str], scripts: Mapping[str, Script]) -> bytes:
    """One call's; ``scripts`` by version. Only what was asked for on the way counts. A number stays one, as the
    spreadsheet's."""
    script = scripts.get(one.version)
    told = {name: one.run.answers[name] for name in one.counted}
    known = script.questions if script is not None else {}
    texts = {
        name: value if isinstance(value, (int, float)) and not isinstance(value, bool)
        else known[name].told(value, one.language) if name in known else value
        for name, value in told.items()
    }  # fmt: skip
    ended = "" if one.ended_at is None else timestamp(one.ended_at)
    own = [one.call, one.name, one.version, one.operator, one.queue, one.language, timestamp(one.started_at), ended]
    own += [one.disposition or "", " > ".join((*one.run.path, one.run.at)), " ".join(one.run.objections)]
    return _line([*own, *(texts.get(name, "") for name in questions)])


def _line(cells: Iterable[object]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow([_safe(cell) for cell in cells])
    return text.getvalue().encode()


def _safe(cell: object) -> object:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return cell
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text

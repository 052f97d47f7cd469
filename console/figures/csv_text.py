"""How is a table written for a spreadsheet? CSV in UTF-8 with a mark, and no cell that a spreadsheet would take for a formula.

As a spreadsheet of the reader's language expects it: in Spanish a comma stands before decimals, so ``123.456`` would be read as
more than a hundred thousand, and cells are told apart by semicolons.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

Language = Literal["es", "en"]
DELIMITERS: Final[Mapping[Language, str]] = {"es": ";", "en": ","}
POINTS: Final[Mapping[Language, str]] = {"es": ",", "en": "."}
MARK: Final = "\ufeff"
"""By which spreadsheets know UTF-8."""
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def safe(value: object, language: Language) -> str:
    """A cell. Numbers are the program's own; text that begins as a formula does is told to be text by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", POINTS[language])
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]], language: Language) -> str:
    """The whole table. It takes its time: not to be made in an event loop."""
    made = io.StringIO()
    made.write(MARK)
    writer = csv.writer(made, delimiter=DELIMITERS[language], lineterminator="\r\n")
    writer.writerow([safe(name, language) for name in header])
    for row in rows:
        writer.writerow([safe(cell, language) for cell in row])
    return made.getvalue()

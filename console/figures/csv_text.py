"""How is a table written for a spreadsheet? CSV in UTF-8 with a mark, and no cell that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

MARK: Final = "\ufeff"
"""By which spreadsheets know UTF-8."""
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def safe(value: object) -> str:
    """A cell. Numbers are the program's own; text that begins as a formula does is told to be text by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The whole table."""
    made = io.StringIO()
    made.write(MARK)
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow([safe(name) for name in header])
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
    return made.getvalue()

"""How is a CSV written that a spreadsheet opens and runs nothing of? An apostrophe stands before every formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
MARK: Final = "\N{BYTE ORDER MARK}"
"""Spreadsheets take a file without it for one in their machine's old letters."""


def safe(cell: str) -> str:
    """The cell as it may stand in a file: a spreadsheet looks past blanks, so we do."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULAS) else cell


def written(rows: Iterable[Sequence[str]], delimiter: str = ";") -> Iterator[bytes]:
    """The rows as UTF-8 with a mark at the beginning, row by row."""
    yield MARK.encode()
    for row in rows:
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow([safe(cell) for cell in row])
        yield line.getvalue().encode()

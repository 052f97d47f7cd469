"""Which column of a file is what of a contact? Proposed from the columns' names in Spanish and English, decided by a person.

A target is ``name`` (several columns are joined with blanks), a kind of number, ``email``, ``language``, ``note``,
``external_id``, ``source``, ``field:NAME`` for whatever else the company keeps, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from console.contacts.column_names import LANGUAGES, NAMES, OURS
from console.contacts.contact import (
    FIELD_NAME,
    KINDS,
    BadContact,
    ContactNumber,
    Details,
    Fault,
    NumberKind,
    checked_but_numbers,
    folded,
)
from console.contacts.csv_file import CELL, Record
from console.contacts.numbers import BadNumber, e164

PLAIN: Final = ("email", "language", "note", "external_id", "source")
TARGETS: Final = ("", "name", *KINDS, *PLAIN)
FIELD: Final = "field:"
LineFault = Fault | str
_SEVERAL: Final = re.compile(r"[/;|]| y | and ")
_KNOWN: Final = {word: target for target, words in NAMES.items() for word in words}


class BadMapping(ValueError):
    """The columns cannot be taken so; ``column`` is the index of the one that is wrong, None for all together."""

    def __init__(self, message: str, column: int | None = None) -> None:
        super().__init__(message)
        self.column = column


class BadLine(ValueError):
    """A line that cannot be taken: ``column`` is the index of the cell, None for the line as a whole."""

    def __init__(self, fault: LineFault, column: int | None = None, value: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.column = column
        self.value = value


def proposed(headers: Sequence[str]) -> list[str]:
    """A target for each column; a column whose name says nothing becomes a field of that name, one without a name nothing."""
    targets: list[str] = []
    for header in headers:
        target = _proposal(header)
        once_only = target in PLAIN or target.startswith(FIELD)
        targets.append("" if once_only and target in targets else target)
    return targets


def demand_mapping(targets: Sequence[str], headers: Sequence[str]) -> None:
    """Raises BadMapping."""
    if len(targets) != len(headers):
        raise BadMapping(f"The file has {len(headers)} columns; give a target for each, empty for those to leave out.")
    for column, target in enumerate(targets):
        if target in TARGETS:
            if target in PLAIN and target in targets[:column]:
                raise BadMapping(f"Two columns cannot both be {target}; leave one of them out.", column)
        elif not target.startswith(FIELD) or not FIELD_NAME.fullmatch(target.removeprefix(FIELD)):
            raise BadMapping("A field's name has small letters, digits and _ only, such as field:contract.", column)
        elif target in targets[:column]:
            raise BadMapping("Two columns cannot be the same field; give one of them another name.", column)
    if not {"name", *KINDS} & set(targets):
        raise BadMapping("Say which column is the name or the telephone number.")


def details_of(record: Record, targets: Sequence[str], region: str, source: str) -> Details:
    """What a record says of a contact, checked. Raises BadLine."""
    if record.open_quote:
        raise BadLine("open_quote")
    if any(cell.strip() for cell in record.cells[len(targets) :]):
        raise BadLine("too_many_cells")
    values: dict[str, str] = {}
    names: list[str] = []
    numbers: list[ContactNumber] = []
    fields: dict[str, str] = {}
    for column, (target, cell) in enumerate(zip(targets, record.cells, strict=False)):
        written = _unguarded(cell.strip())
        if not target or not written:
            continue
        if len(written) > CELL:
            raise BadLine("too_long", column, written)
        if written[0] == '"' and written.count('"') % 2:  # our own report, brought again as it was
            raise BadLine("open_quote", column, written)
        if target == "name":
            names.append(written)
        elif target in PLAIN:
            values[target] = _language(written) if target == "language" else written
        elif target.startswith(FIELD):
            fields[target.removeprefix(FIELD)] = written
        else:
            numbers.extend(_numbers(written, column, _kind(target), region))
    given = Details(" ".join(names), tuple(numbers), fields=fields, **{"source": source, **values})
    try:
        return checked_but_numbers(given)
    except BadContact as bad:
        raise BadLine(bad.fault, _column_of(bad.field, targets), bad.value) from bad


def _proposal(header: str) -> str:
    said = re.sub(r"[^a-z0-9\-]+", " ", folded(header)).strip()
    if said in _KNOWN:
        return _KNOWN[said]
    if not said or said in OURS:
        return ""
    name = re.sub("[^a-z0-9]+", "_", said).strip("_")[:40].strip("_")
    return FIELD + (name if FIELD_NAME.fullmatch(name) else f"f_{name}"[:40]) if name else ""


def _kind(target: str) -> NumberKind:
    return next(kind for kind in KINDS if kind == target)


def _numbers(written: str, column: int, kind: NumberKind, region: str) -> list[ContactNumber]:
    """Those of a cell: people write several into one."""
    found = []
    for one in _SEVERAL.split(written):
        if one.strip():
            try:
                found.append(ContactNumber(e164(one, region, in_plan=True), kind))
            except BadNumber as bad:
                raise BadLine(bad.fault, column, one.strip()) from bad
    return found


def _language(written: str) -> str:
    """A language's two letters, of what people and programs write for it: ``Español``, ``es-ES``."""
    said = folded(written)
    return LANGUAGES.get(said, said[:2] if re.fullmatch("[a-z]{2}[-_][a-z]{2}", said) else written)


def _unguarded(cell: str) -> str:
    """Without the apostrophe that our own report puts in front of what a spreadsheet would take for a formula."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@" else cell


def _column_of(field: str, targets: Sequence[str]) -> int | None:
    if field == "numbers":
        return next((column for column, target in enumerate(targets) if target in KINDS), None)
    wanted = field.replace("fields.", FIELD)
    return next((column for column, target in enumerate(targets) if target == wanted), None)

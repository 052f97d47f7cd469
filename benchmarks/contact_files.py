"""What does a company's list of customers look like? Made by a seed, with a known number of lines that cannot be taken."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HEADERS: Final = ("Código de cliente", "Nombre", "Apellidos", "Móvil", "Teléfono", "Correo electrónico", "Tarifa")
TARGETS: Final = ("external_id", "name", "name", "mobile", "other", "email", "field:tarifa")
_NAMES: Final = ("María", "José", "Ana", "Íñigo", "Nuria", "Luis", "Begoña", "Andrés")
_SURNAMES: Final = ("García", "Núñez", "Peña", "López", "Ibáñez", "Gómez", "Ruiz", "Muñoz")
SPOILT: Final = ("61122", "sin teléfono", "a@", "quote", "nobody", "repeated")
"""Ways in which a line is spoilt; the last is a line that stands there already."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file, with how many of its rows are good, repeated, and bad."""

    path: Path
    rows: int
    good: int
    repeated: int
    bad: int


def make(path: Path, rows: int, spoilt_every: int = 25, seed: int = 7) -> Made:
    """``rows`` customers at ``path``, each ``spoilt_every``-th line spoilt; as a Spanish spreadsheet writes it
    (Windows-1252, ``;``)."""
    chance = random.Random(seed)
    good = repeated = bad = 0
    last = _customer(0, chance)
    with path.open("w", encoding="cp1252", newline="") as file:
        written = csv.writer(file, delimiter=";")
        written.writerow(HEADERS)
        for nth in range(rows):
            cells = _customer(nth, chance)
            way = SPOILT[nth // spoilt_every % len(SPOILT)] if nth % spoilt_every == spoilt_every - 1 else None
            if way == "quote":
                file.write(f'{cells[0]};"{cells[1]};{cells[2]}\r\n')
            else:
                written.writerow(_spoilt(cells, last, way))
            good += way is None
            repeated += way == "repeated"
            bad += way not in (None, "repeated")
            last = cells if way is None else last
    return Made(path, rows, good, repeated, bad)


def _customer(nth: int, chance: random.Random) -> list[str]:
    name = [chance.choice(_NAMES), f"{chance.choice(_SURNAMES)} {chance.choice(_SURNAMES)}"]
    mobile = f"6{nth:08d}" if nth % 3 else f"+34 6{nth:08d}"[:6] + " " + f"6{nth:08d}"[2:]
    code = "" if nth % 10 == 1 else f"C{nth:07d}"  # a tenth have no code of the company's
    return [
        code,
        *name,
        mobile,
        f"91{nth % 9_000_000 + 1_000_000:07d}" if nth % 4 == 0 else "",
        f"c{nth}@example.com",
        "2.0TD",
    ]


def _spoilt(cells: list[str], last: list[str], way: str | None) -> list[str]:
    match way:
        case "61122" | "sin teléfono":
            return [*cells[:3], way, *cells[4:]]
        case "a@":
            return [*cells[:5], way, *cells[6:]]
        case "nobody":
            return [cells[0], "", "", "", "", "", "2.0TD"]
        case "repeated":
            return last
        case _:
            return cells

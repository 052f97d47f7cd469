"""What is a person told who brought a line that cannot be taken? What is wrong with it, and what to do; in Spanish and English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from console.contacts.imports import BadRow, Problem

Language = Literal["es", "en"]
HEADERS: Final[Mapping[Language, tuple[str, str]]] = {
    "es": ("línea", "qué corregir"),
    "en": ("line", "what to correct"),
}
WHOLE_LINE: Final[Mapping[Language, str]] = {"es": "la línea", "en": "the line"}
FAULTS: Final[Mapping[str, Mapping[Language, str]]] = {
    "number_not_readable": {
        "es": "no es un número de teléfono; escriba solo el número, p. ej. 611 222 333 o +33 1 23 45 67 89",
        "en": "is no telephone number; write the number only, such as 611 222 333 or +33 1 23 45 67 89",
    },
    "number_not_in_plan": {
        "es": "no existe ese número en su país; compruebe cuántas cifras tiene y su prefijo",
        "en": "is not a number of its country; check how many digits it has, and its prefix",
    },
    "number_extension": {
        "es": "lleva una extensión, que no se puede marcar; ponga la extensión en otra columna",
        "en": "has an extension, which cannot be dialled; put the extension into another column",
    },
    "email": {
        "es": "no es una dirección de correo; escríbala como nombre@ejemplo.com",
        "en": "is no e-mail address; write it as name@example.com",
    },
    "language": {
        "es": "no es un idioma; escriba dos letras, p. ej. es o en",
        "en": "is no language; write two letters, such as es or en",
    },
    "nothing_known": {
        "es": "no tiene ni nombre ni teléfono; ponga uno de los dos",
        "en": "has neither a name nor a telephone number; give one of them",
    },
    "too_long": {"es": "es demasiado largo; abrévielo", "en": "is too long; shorten it"},
    "bad_letters": {
        "es": "contiene caracteres que no se pueden mostrar; vuelva a escribirlo",
        "en": "holds letters that cannot be shown; write it anew",
    },
    "external_id": {
        "es": "lleva espacios dobles o saltos de línea; quítelos",
        "en": "holds double blanks or line breaks; remove them",
    },
    "too_many": {
        "es": "tiene demasiados números o campos; deje los que se usan",
        "en": "has too many numbers or fields; leave those in use",
    },
    "field_name": {"es": "no es un nombre de campo", "en": "is not a field's name"},
    "too_many_cells": {
        "es": "tiene más celdas que columnas hay; ponga entre comillas los textos que llevan el separador",
        "en": "has more cells than there are columns; put texts that hold the delimiter into quotation marks",
    },
    "open_quote": {
        "es": "abre comillas que no se cierran; ciérrelas o quítelas",
        "en": "opens a quotation mark that is never closed; close it, or remove it",
    },
    "duplicate": {
        "es": "repite el contacto de la línea {also}; junte las dos o quite una",
        "en": "repeats the contact of line {also}; put the two together, or remove one",
    },
    "being_erased": {
        "es": "es de una persona cuyos datos se están borrando; no se importa",
        "en": "is of a person whose data is being erased; it is not imported",
    },
}


def told(problem: Problem, headers: Sequence[str], language: Language) -> str:
    """One problem in words, with the column's name and what stands there."""
    where = WHOLE_LINE[language]
    if problem.column is not None and problem.column < len(headers):
        where = headers[problem.column]
    shown = f" «{problem.value}»" if problem.value else ""
    return f"{where}{shown}: {FAULTS[problem.fault][language].format(also=problem.also)}"


def report(headers: Sequence[str], bad: Iterable[BadRow], language: Language) -> Iterator[Sequence[str]]:
    """The rows of the report: the file's own columns behind ours, so that it can be corrected and brought again as it is."""
    yield (*HEADERS[language], *headers)
    for row in bad:
        why = "; ".join(told(problem, headers, language) for problem in row.problems)
        yield (str(row.line), why, *row.cells)

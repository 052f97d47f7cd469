"""How does Spanish say numbers, money, dates and times, of which recorded pieces, and what do these say?

A piece whose text ends in a full stop is spoken as the end of a sentence, any other as one that goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Final, Literal

Form = Literal["ends", "goes_on", "before_noun"]
"""The end of what is said; followed by more; followed by what is counted (``veintiún euros``, not ``veintiuno``)."""

_SMALL: Final = (
    *(
        "cero",
        "uno",
        "dos",
        "tres",
        "cuatro",
        "cinco",
        "seis",
        "siete",
        "ocho",
        "nueve",
        "diez",
        "once",
        "doce",
        "trece",
    ),
    *("catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno", "veintidós"),
    *("veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve"),
)
_TENS: Final = ("treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_HUNDREDS: Final = (
    *("ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos"),
    *("seiscientos", "setecientos", "ochocientos", "novecientos"),
)
_MONTHS: Final = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
_HOURS: Final = (
    *("la una", "las dos", "las tres", "las cuatro", "las cinco", "las seis"),
    *("las siete", "las ocho", "las nueve", "las diez", "las once", "las doce"),
)
_PARTS_OF_DAY: Final = ((1, "noche"), (6, "madrugada"), (12, "manana"), (13, "mediodia"), (21, "tarde"), (24, "noche"))
"""Before which hour it is which part; eight in the evening is of the ``tarde``."""


def _below_100(n: int) -> str:
    if n < 30:
        return _SMALL[n]
    tens, ones = divmod(n, 10)
    return _TENS[tens - 3] + (f" y {_SMALL[ones]}" if ones else "")


def _shortened(number: str) -> str:
    """``uno`` before what is counted: ``veintiún``, ``treinta y un``."""
    return "veintiún" if number == "veintiuno" else number.removesuffix("o")


def _vocabulary() -> Iterator[tuple[str, str]]:
    for n in range(100):
        yield f"n{n}", _below_100(n)
        yield f"n{n}_end", f"{_below_100(n)}."
        if _ends_in_one(n):
            yield f"n{n}_un", _shortened(_below_100(n))
    yield "cien", "cien"
    for hundreds, text in enumerate(_HUNDREDS, start=1):
        yield f"n{hundreds}00", text
    for month, text in enumerate(_MONTHS, start=1):
        yield f"month{month}", f"de {text} de"
    for hour, text in enumerate(_HOURS, start=1):
        yield f"hour{hour}", text
        yield f"hour{hour}_and", f"{text} y"
    yield from _WORDS.items()


_WORDS: Final[Mapping[str, str]] = {
    "minus": "menos",
    "comma": "coma",
    "thousand": "mil",
    "two_thousand": "dos mil",
    "million": "un millón",
    "millions": "millones",
    "euro": "euro.",
    "euros": "euros.",
    "of_euros": "de euros.",
    "euro_with": "euro con",
    "euros_with": "euros con",
    "of_euros_with": "de euros con",
    "cent": "céntimo.",
    "cents": "céntimos.",
    "sharp": "en punto",
    "quarter": "y cuarto",
    "half": "y media",
    "one_minute": "un minuto",
    "madrugada": "de la madrugada.",
    "manana": "de la mañana.",
    "mediodia": "del mediodía.",
    "tarde": "de la tarde.",
    "noche": "de la noche.",
}


def _ends_in_one(n: int) -> bool:
    return n % 10 == 1 and n != 11


VOCABULARY: Final[Mapping[str, str]] = dict(_vocabulary())
"""What each piece says, by its id."""


def whole(n: int, form: Form = "ends") -> tuple[str, ...]:
    """``n`` from 0 to 999,999,999,999. Thousands of millions have no word of their own in Spanish."""
    millions, rest = divmod(n, 1_000_000)
    counted = ("million",) if millions == 1 else (*_thousands(millions, "before_noun"), "millions") if millions else ()
    return (*counted, *(_thousands(rest, form) if rest or not n else ()))


def _thousands(n: int, form: Form) -> tuple[str, ...]:
    thousands, rest = divmod(n, 1000)
    counted: tuple[str, ...]
    match thousands:
        case 0:
            counted = ()
        case 1:
            counted = ("thousand",)
        case 2:
            counted = ("two_thousand",)
        case _:
            counted = (*_hundreds(thousands, "before_noun"), "thousand")
    return (*counted, *(_hundreds(rest, form) if rest or not n else ()))


def _hundreds(n: int, form: Form) -> tuple[str, ...]:
    hundreds, rest = divmod(n, 100)
    if n == 100:
        return ("cien",)
    return (*((f"n{hundreds}00",) if hundreds else ()), *((_small(rest, form),) if rest or not n else ()))


def _small(n: int, form: Form) -> str:
    match form:
        case "ends":
            return f"n{n}_end"
        case "before_noun" if _ends_in_one(n):
            return f"n{n}_un"
        case _:
            return f"n{n}"


def number(units: int, hundredths: int) -> tuple[str, ...]:
    """``tres coma catorce``, ``tres coma cero cinco``."""
    if not hundredths:
        return whole(units)
    tenths, rest = divmod(hundredths, 10)
    if not rest:
        decimals: tuple[str, ...] = (f"n{tenths}_end",)
    else:
        decimals = (*(("n0",) if not tenths else ()), f"n{hundredths}_end")
    return (*whole(units, "goes_on"), "comma", *decimals)


def money(euros: int, cents: int) -> tuple[str, ...]:
    """``treinta y cuatro euros con cincuenta y seis céntimos``; whole millions are ``de euros``."""
    said_cents = (_small(cents, "before_noun"), "cent" if cents == 1 else "cents")
    if cents and not euros:
        return said_cents
    unit = "euro" if euros == 1 else "of_euros" if euros and not euros % 1_000_000 else "euros"
    said_euros = whole(euros, "before_noun")
    return (*said_euros, f"{unit}_with", *said_cents) if cents else (*said_euros, unit)


def day(on: date) -> tuple[str, ...]:
    """``veintiséis de noviembre de dos mil veintiséis``."""
    return (f"n{on.day}", f"month{on.month}", *whole(on.year))


def clock(at: time) -> tuple[str, ...]:
    """``las tres y media de la tarde``, on the clock of twelve hours."""
    hour = f"hour{(at.hour - 1) % 12 + 1}"
    part = next(part for before, part in _PARTS_OF_DAY if at.hour < before)
    match at.minute:
        case 0:
            return (hour, "sharp", part)
        case 15:
            return (hour, "quarter", part)
        case 30:
            return (hour, "half", part)
        case 1:
            return (f"{hour}_and", "one_minute", part)
        case minute:
            return (f"{hour}_and", f"n{minute}", part)

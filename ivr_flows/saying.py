"""How is a value said to a caller: as which recorded pieces, one after the other?

Recordings cannot be made of every amount, but of its parts: whole numbers below a hundred, hundreds, months, hours. Each language
knows its own (``saying_es.py``, ``saying_en.py``); here a value is understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Final, Literal, Protocol, assert_never

from ivr_flows import saying_en, saying_es

SaidAs = Literal["number", "money", "date", "time", "digits"]
GREATEST: Final = 999_999_999_999
_DECIMAL: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,17})?")
_ISO_DATE: Final = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_ISO_TIME: Final = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
_DATE: Final = re.compile(rf"{_ISO_DATE}([T ]{_ISO_TIME})?")
_TYPED_DATE: Final = re.compile(r"(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{4})")
_TIME: Final = re.compile(rf"({_ISO_DATE}[T ])?{_ISO_TIME}")


class _Language(Protocol):
    """What a module such as ``saying_es`` offers."""

    VOCABULARY: Mapping[str, str]

    def number(self, units: int, hundredths: int) -> tuple[str, ...]: ...
    def money(self, euros: int, cents: int) -> tuple[str, ...]: ...
    def day(self, on: date) -> tuple[str, ...]: ...
    def clock(self, at: time) -> tuple[str, ...]: ...


_LANGUAGES: Final[Mapping[str, _Language]] = MappingProxyType({"es": saying_es, "en": saying_en})
VOCABULARY: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {language: MappingProxyType(dict(module.VOCABULARY)) for language, module in _LANGUAGES.items()}
)
"""By language: what each piece says. The ids are safe as names of files."""


def pieces(kind: SaidAs, value: str | int | float, language: str) -> tuple[str, ...] | None:
    """The pieces of ``language``'s vocabulary that say ``value``; None when it is no such thing, or the language has none.

    Decimals are said to two places, rounded. A date is ``2026-11-26``, with or without a time, or ``26112026``; a time is
    ``15:30``, with or without a date, said as it stands, whatever its offset from UTC; digits are text of 0 to 9.
    """
    spoken = _LANGUAGES.get(language)
    if spoken is None or isinstance(value, bool):
        return None
    text = str(value).strip()
    match kind:
        case "number" | "money":
            amount = _amount(value if isinstance(value, (int, float)) else text)
            return None if amount is None else _said_amount(spoken, kind, amount)
        case "date":
            on = _date(text)
            return None if on is None else spoken.day(on)
        case "time":
            at = _time(text)
            return None if at is None else spoken.clock(at)
        case "digits":
            return _digits(text) if re.fullmatch("[0-9]+", text) else None
        case _:
            assert_never(kind)


def _amount(value: str | int | float) -> int | None:
    """``value`` in hundredths."""
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        return None
    exact = Decimal(str(value))
    if not exact.is_finite() or abs(exact) > GREATEST + 1:
        return None
    hundredths = int((exact * 100).quantize(Decimal(1), ROUND_HALF_UP))
    return hundredths if abs(hundredths) < (GREATEST + 1) * 100 else None


def _said_amount(spoken: _Language, kind: Literal["number", "money"], hundredths: int) -> tuple[str, ...]:
    units, rest = divmod(abs(hundredths), 100)
    said = spoken.number(units, rest) if kind == "number" else spoken.money(units, rest)
    return ("minus", *said) if hundredths < 0 else said


def _date(text: str) -> date | None:
    found = _DATE.fullmatch(text) or _TYPED_DATE.fullmatch(text)
    try:
        return None if found is None else date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _time(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    try:
        return None if found is None else time(int(found["hour"]), int(found["minute"]))
    except ValueError:
        return None


def _digits(text: str) -> tuple[str, ...]:
    return (*(f"n{digit}" for digit in text[:-1]), f"n{text[-1]}_end")

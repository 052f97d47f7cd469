"""How does English say numbers, money, dates and times, of which recorded pieces, and what do these say?

American, as the voice of the demo is: no ``and`` within a number, so that the one ``and`` in an amount is before the cents.
A piece whose text ends in a full stop is spoken as the end of a sentence, any other as one that goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Final

_SMALL: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS: Final = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    *("twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth"),
    *("twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first"),
)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SCALES: Final = ((1_000_000_000, "billion"), (1_000_000, "million"), (1000, "thousand"))
_WORDS: Final[Mapping[str, str]] = {
    "minus": "minus",
    "point": "point",
    "hundred": "hundred.",
    "thousand": "thousand",
    "million": "million",
    "billion": "billion",
    "euro": "euro.",
    "euros": "euros.",
    "euro_and": "euro and",
    "euros_and": "euros and",
    "cent": "cent.",
    "cents": "cents.",
    "am": "a.m.",
    "pm": "p.m.",
    "midnight": "midnight.",
    "noon": "noon.",
}


def _below_100(n: int) -> str:
    if n < 20:
        return _SMALL[n]
    tens, ones = divmod(n, 10)
    return _TENS[tens - 2] + (f"-{_SMALL[ones]}" if ones else "")


def _vocabulary() -> Iterator[tuple[str, str]]:
    for n in range(100):
        yield f"n{n}", _below_100(n)
        yield f"n{n}_end", f"{_below_100(n)}."
    for n in range(1, 10):
        yield f"n{n}00", f"{_SMALL[n]} hundred"
        yield f"oh{n}", f"oh {_SMALL[n]}"
    for n, text in enumerate(_ORDINALS, start=1):
        yield f"day{n}", f"{text},"
    for month, text in enumerate(_MONTHS, start=1):
        yield f"month{month}", text
    yield from _WORDS.items()


VOCABULARY: Final[Mapping[str, str]] = dict(_vocabulary())
"""What each piece says, by its id."""


def whole(n: int, *, ends: bool = True) -> tuple[str, ...]:
    """``n`` from 0 to 999,999,999,999; ``ends``: nothing is said after it."""
    if not n:
        return ("n0_end" if ends else "n0",)
    said: list[str] = []
    for size, name in _SCALES:
        count, n = divmod(n, size)
        if count:
            said += [*_hundreds(count, ends=False), name]
    return (*said, *_hundreds(n, ends=ends))


def _hundreds(n: int, *, ends: bool) -> tuple[str, ...]:
    hundreds, rest = divmod(n, 100)
    last = f"n{rest}_end" if ends else f"n{rest}"
    return (*((f"n{hundreds}00",) if hundreds else ()), *((last,) if rest else ()))


def number(units: int, hundredths: int) -> tuple[str, ...]:
    """``three point one four``: decimals one by one."""
    if not hundredths:
        return whole(units)
    tenths, rest = divmod(hundredths, 10)
    decimals = (f"n{tenths}", f"n{rest}_end") if rest else (f"n{tenths}_end",)
    return (*whole(units, ends=False), "point", *decimals)


def money(euros: int, cents: int) -> tuple[str, ...]:
    """``one euro and one cent``."""
    said_cents = (f"n{cents}", "cent" if cents == 1 else "cents")
    if cents and not euros:
        return said_cents
    unit = "euro" if euros == 1 else "euros"
    said_euros = whole(euros, ends=False)
    return (*said_euros, f"{unit}_and", *said_cents) if cents else (*said_euros, unit)


def day(on: date) -> tuple[str, ...]:
    """``November twenty-sixth, twenty twenty-six``."""
    return (f"month{on.month}", f"day{on.day}", *_year(on.year))


def _year(year: int) -> tuple[str, ...]:
    """In pairs, ``nineteen oh five``; as a number where pairs are not said: ``two thousand five``, and before 1000."""
    century, rest = divmod(year, 100)
    if year < 1000 or (not century % 10 and rest < 10):
        return whole(year)
    return (f"n{century}", "hundred" if not rest else f"oh{rest}" if rest < 10 else f"n{rest}_end")


def clock(at: time) -> tuple[str, ...]:
    """``three thirty p.m.``, ``three oh five p.m.``; ``noon`` and ``midnight``, since twelve p.m. is understood both ways."""
    if not at.minute and not at.hour % 12:
        return ("noon" if at.hour else "midnight",)
    minutes = () if not at.minute else (f"oh{at.minute}" if at.minute < 10 else f"n{at.minute}",)
    return (f"n{(at.hour - 1) % 12 + 1}", *minutes, "pm" if at.hour >= 12 else "am")

"""Are these digits what the caller was asked for? Check digits, dates, ranges."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from ivr_flows.explain import wrong
from ivr_flows.shapes import Shape

DateForm = Literal["ddmmyyyy", "ddmmyy", "mmyy"]
_DATES: Final[dict[DateForm, str]] = {
    "ddmmyyyy": r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d{4})",
    "ddmmyy": r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d\d)",
    "mmyy": r"(?P<month>\d\d)(?P<year>\d\d)",
}


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, RecursionError) as bad:
        raise wrong(f"{pattern!r} is not a regular expression ({bad})", "write for example [0-9]{8}") from None
    if re.search(r"[*+{].*[)].*[*+{]", pattern):
        raise wrong(
            f"{pattern!r} repeats what repeats", "repeat single digits only, such as [0-9]{8}: it could take for ever"
        )
    return pattern


class Must(Shape):
    """What the digits must be, all of what is given. ``luhn``: their last is the check digit of ISO/IEC 7812-1 (cards);
    ``date``: a day of the calendar in this form (two digits of a year mean 20..); ``at_least`` and ``at_most``: as a number;
    ``pattern``: a regular expression for the whole."""

    luhn: bool = False
    date: DateForm | None = None
    at_least: Annotated[int | None, Field(ge=0)] = None
    at_most: Annotated[int | None, Field(ge=0)] = None
    pattern: Annotated[str | None, Field(max_length=100), AfterValidator(lambda text: text and _compiles(text))] = None

    @model_validator(mode="after")
    def _some_number_fits(self) -> Any:
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise wrong(f"no number is at least {self.at_least} and at most {self.at_most}", "swap the two")
        return self


def holds(must: Must, digits: str) -> bool:
    """Whether ``digits`` (0 to 9, one at least) are what ``must`` wants."""
    return (
        (not must.luhn or luhn(digits))
        and (must.date is None or _is_date(must.date, digits))
        and (must.at_least is None or int(digits) >= must.at_least)
        and (must.at_most is None or int(digits) <= must.at_most)
        and (must.pattern is None or re.fullmatch(must.pattern, digits) is not None)
    )


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right doubled, the products' digits added, the sum a multiple of ten."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_date(form: DateForm, digits: str) -> bool:
    parts = re.fullmatch(_DATES[form], digits)
    if parts is None:
        return False
    found = {name: int(text) for name, text in parts.groupdict().items()}
    year = found["year"] if form == "ddmmyyyy" else 2000 + found["year"]
    try:
        date(year, found["month"], found.get("day", 1))
    except ValueError:
        return False
    return True

"""How is a telephone number written, so that the same telephone is always the same text? As E.164: ``+34911234567``.

People write numbers as they like, and carriers send a caller's in four ways: ``+34911234567``, ``0034911234567``, ``34911234567``
and ``911234567``. Where a number could be two, a look-up looks for both.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

DEFAULT_REGION: Final = "ES"
NumberFault = Literal["number_not_readable", "number_not_in_plan", "number_extension"]
_LONGEST: Final = 60
_BETWEEN: Final = re.compile(r"[\s().\-/]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_E164: Final = re.compile(r"\+[1-9][0-9]{2,14}")


class BadNumber(ValueError):
    """No number that can be dialled; ``fault`` says what is wrong with it."""

    def __init__(self, fault: NumberFault) -> None:
        super().__init__(fault)
        self.fault: NumberFault = fault


def is_region(name: str) -> bool:
    """Whether ``name`` is a country of the plan of numbering: two capital letters, such as ES."""
    return name in phonenumbers.SUPPORTED_REGIONS


def e164(text: str, region: str, *, in_plan: bool = False) -> str:
    """``text`` as E.164; without a country code it is one of ``region``. Raises BadNumber.

    ``in_plan``: demand that its country has given out such numbers, which finds slips of the pen. Not for what a carrier sent:
    a plan grows, and who calls exists.
    """
    written = text.strip().lstrip("'").strip()
    if len(written) > _LONGEST:
        raise BadNumber("number_not_readable")
    try:
        number = phonenumbers.parse(_with_plus(written), region)
    except NumberParseException as bad:
        raise BadNumber("number_not_readable") from bad
    if number.extension:
        raise BadNumber("number_extension")
    if _LETTER.search(written):  # the library would take them for keys
        raise BadNumber("number_not_readable")
    fits = phonenumbers.is_valid_number(number) if in_plan else _is_possible(number)
    return _written(number if fits else _without_plus(written))


def as_called(text: str, region: str) -> tuple[str, ...]:
    """What a caller's number may be as E.164, the likeliest first; nothing for a number that is withheld or none at all."""
    found: list[str] = []
    abroad = f"+{text.strip()}"
    for written, in_plan in ((text, False), (abroad, True)):
        try:
            found.append(e164(written, region, in_plan=in_plan))
        except BadNumber:
            continue
    return tuple(sorted(dict.fromkeys(found), key=lambda one: not _in_plan(one)))


def prefixes_of(text: str, region: str) -> tuple[str, ...]:
    """The beginning of a number as what may be the beginning of E.164; nothing when it holds anything but digits and what
    stands between them, or fewer than three."""
    digits = _BETWEEN.sub("", text)
    if not re.fullmatch(r"\+?[0-9]{3,15}", digits):
        return ()
    if digits.startswith(("+", "00")):
        return (f"+{digits.lstrip('+0')}",)
    return (f"+{phonenumbers.country_code_for_region(region)}{digits}", f"+{digits}")


def national(number: str) -> str:
    """The digits of an E.164 number without its country's code."""
    return str(phonenumbers.national_significant_number(phonenumbers.parse(number)))


def shown(number: str) -> str:
    """An E.164 number as people read it: ``+34 911 23 45 67``."""
    if not _E164.fullmatch(number):
        return number
    return str(phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL))


def _with_plus(written: str) -> str:
    """``00`` is how most of the world dials abroad, whatever the region's own way is."""
    return f"+{written[2:]}" if written.startswith("00") else written


def _without_plus(written: str) -> PhoneNumber:
    """A country's code without a plus in front, as some carriers send it."""
    digits = _BETWEEN.sub("", written)
    if not digits.isascii() or not digits.isdigit() or digits.startswith("0"):
        raise BadNumber("number_not_in_plan")
    try:
        number = phonenumbers.parse(f"+{digits}")
    except NumberParseException as bad:
        raise BadNumber("number_not_in_plan") from bad
    if not phonenumbers.is_valid_number(number):
        raise BadNumber("number_not_in_plan")
    return number


def _is_possible(number: PhoneNumber) -> bool:
    return bool(phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE)


def _in_plan(number: str) -> bool:
    return bool(phonenumbers.is_valid_number(phonenumbers.parse(number)))


def _written(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))

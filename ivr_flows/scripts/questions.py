"""What may be answered to a question of a script? One class for each type of answer, and what is taken for a good one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from ivr_flows.explain import wrong
from ivr_flows.expressions import LARGEST_NUMBER, Value
from ivr_flows.problem_words import Words
from ivr_flows.scripts.placeholders import Texts
from ivr_flows.shapes import Name, NoOtherKeys, Shape


class BadAnswer(ValueError):
    """No answer to this question. ``code`` is for programs: ``required``, ``not_a_choice``, ``out_of_range``..."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


class Question(Shape):
    """What all types share: the ``text`` that stands over the answer, and whether there must be one to go on."""

    text: Texts
    required: bool = True

    def read(self, given: object, today: date) -> Value:
        """The answer that ``given`` is (JSON's values, or what was typed). Raises BadAnswer."""
        raise NotImplementedError

    def told(self, answer: Value, language: str) -> str:
        """A good answer as people read it."""
        return str(answer)


class Choice(Question):
    """One of some, by their names."""

    type: Literal["choice"]
    choices: Annotated[dict[Name, Texts], Field(min_length=2, max_length=40), NoOtherKeys()]

    def read(self, given: object, today: date) -> Value:
        if not isinstance(given, str) or given not in self.choices:
            raise BadAnswer("not_a_choice", f"choose one of {', '.join(self.choices)}")
        return given

    def told(self, answer: Value, language: str) -> str:
        texts = self.choices.get(str(answer), {})
        return texts.get(language) or next(iter(texts.values()), str(answer))


_YES_NO: Final[Mapping[str, tuple[str, str]]] = {"es": ("sí", "no"), "en": ("yes", "no")}
_TYPED: Final[Mapping[str, bool]] = {
    "yes": True, "y": True, "true": True, "sí": True, "si": True, "s": True, "no": False, "n": False, "false": False,
}  # fmt: skip


class YesNo(Question):
    """Yes or no; true or false in conditions."""

    type: Literal["yes_no"]

    def read(self, given: object, today: date) -> Value:
        found = _TYPED.get(given.strip().lower()) if isinstance(given, str) else given
        if not isinstance(found, bool):
            raise BadAnswer("not_yes_or_no", "answer yes or no")
        return found

    def told(self, answer: Value, language: str) -> str:
        yes, no = _YES_NO.get(language, _YES_NO["en"])
        return yes if answer else no


class FreeText(Question):
    """Any text of up to ``longest`` characters; ``lines``: on several of them."""

    type: Literal["text"]
    longest: Annotated[int, Field(ge=1, le=1000)] = 300
    lines: bool = False

    def read(self, given: object, today: date) -> Value:
        if not isinstance(given, str):
            raise BadAnswer("not_a_text", "write a text")
        text = "".join(sign for sign in given.strip() if sign.isprintable() or (sign == "\n" and self.lines))
        if len(text) > self.longest:
            raise BadAnswer("too_long", f"write {self.longest} characters at most")
        return text


Bound = Annotated[float, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER, allow_inf_nan=False)]


class Number(Question):
    """A number from ``least`` to ``most``, ``whole`` or not; ``unit`` stands behind it."""

    type: Literal["number"]
    least: Bound | None = None
    most: Bound | None = None
    whole: bool = False
    unit: Annotated[str, Field(max_length=20)] = ""

    @model_validator(mode="after")
    def _some_number_fits(self) -> Any:
        return _in_order(self, "least", self.least, "most", self.most)

    def read(self, given: object, today: date) -> Value:
        number = _number(given)
        if number is None:
            raise BadAnswer("not_a_number", "write a number")
        if self.whole and number != int(number):
            raise BadAnswer("not_whole", "write a whole number")
        _demand_within(number, self.least, self.most)
        return number

    def told(self, answer: Value, language: str) -> str:
        shown = str(answer).replace(".", ",") if language == "es" else str(answer)
        return f"{shown} {self.unit}".strip()


class Scale(Question):
    """A whole number from ``lowest`` to ``highest``; ``low`` and ``high`` tell what the two ends mean."""

    type: Literal["scale"]
    lowest: Annotated[int, Field(ge=0, le=10)] = 0
    highest: Annotated[int, Field(ge=1, le=10)] = 10
    low: Texts | None = None
    high: Texts | None = None

    @model_validator(mode="after")
    def _some_number_fits(self) -> Any:
        if self.lowest >= self.highest:
            what = Words("no_choice_between", lowest=self.lowest, highest=self.highest)
            raise wrong(what, Words("highest_above"))
        return self

    def read(self, given: object, today: date) -> Value:
        number = _number(given)
        if number is None or number != int(number):
            raise BadAnswer("not_whole", f"choose a whole number from {self.lowest} to {self.highest}")
        _demand_within(number, self.lowest, self.highest)
        return int(number)


def _day(text: str) -> str:
    if text == "today":
        return text
    if _date(text) is None:
        raise wrong(Words("no_day", text=text), Words("write_day"))
    return text


Day = Annotated[str, AfterValidator(_day)]


class DayQuestion(Question):
    """A day from ``earliest`` to ``latest``, each a date or ``today``; kept as ``2026-12-31``."""

    type: Literal["date"]
    earliest: Day | None = None
    latest: Day | None = None

    @model_validator(mode="after")
    def _some_day_fits(self) -> Any:
        if "today" in (self.earliest, self.latest):
            return self
        return _in_order(self, "earliest", self.earliest, "latest", self.latest)

    def read(self, given: object, today: date) -> Value:
        day = _date(given.strip()) if isinstance(given, str) else None
        if day is None:
            raise BadAnswer("not_a_date", "write a day as 2026-12-31")
        for bound, code, early in ((self.earliest, "too_early", True), (self.latest, "too_late", False)):
            limit = None if bound is None else today if bound == "today" else date.fromisoformat(bound)
            if limit is not None and (day < limit if early else day > limit):
                raise BadAnswer(code, f"give a day {'from' if early else 'until'} {limit.isoformat()}")
        return day.isoformat()

    def told(self, answer: Value, language: str) -> str:
        day = _date(str(answer))
        return str(answer) if day is None or language != "es" else f"{day.day}/{day.month}/{day.year}"


class Phone(Question):
    """A telephone number; kept as its digits, with + before them if it was written."""

    type: Literal["phone"]

    def read(self, given: object, today: date) -> Value:
        digits = re.sub(r"[\s().\-/]", "", given) if isinstance(given, str) else ""
        if not re.fullmatch(r"(\+|00)?[0-9]{5,15}", digits, re.ASCII):
            raise BadAnswer("not_a_phone", "write a telephone number in digits, with + before another country's")
        return f"+{digits[2:]}" if digits.startswith("00") else digits


class Email(Question):
    """An address of e-mail; kept as it was written."""

    type: Literal["email"]

    def read(self, given: object, today: date) -> Value:
        text = given.strip() if isinstance(given, str) else ""
        if (
            len(text) > 254
            or not text.isprintable()
            or not re.fullmatch(r"[^\s@<>\",;:()\[\]\\]{1,64}@[^\s@.<>\"]+(\.[^\s@.<>\"]+)+", text)
        ):
            raise BadAnswer("not_an_email", "write an address such as ana@example.org")
        return text


AnyQuestion = Annotated[
    Choice | YesNo | FreeText | Number | Scale | DayQuestion | Phone | Email, Field(discriminator="type")
]


def _in_order(shape: Any, low: str, least: Any, high: str, most: Any) -> Any:
    if least is not None and most is not None and least > most:
        raise wrong(Words("bounds_swapped", low=low, least=least, high=high, most=most), Words("swap"))
    return shape


def _demand_within(number: float, least: float | None, most: float | None) -> None:
    if (least is not None and number < least) or (most is not None and number > most):
        bounds = [f"from {least:g}"] * (least is not None) + [f"to {most:g}"] * (most is not None)
        raise BadAnswer("out_of_range", f"give a number {' '.join(bounds)}")


def _number(given: object) -> int | float | None:
    """A number, or what was typed as one (with a comma or a point); None for anything else, and for what is too large."""
    if isinstance(given, str):
        typed = given.strip().replace(",", ".")
        if not re.fullmatch(r"-?[0-9]{1,16}(\.[0-9]{1,9})?", typed, re.ASCII):
            return None
        given = float(typed) if "." in typed else int(typed)
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        return None
    if not -LARGEST_NUMBER <= given <= LARGEST_NUMBER:  # nor what is not a number at all
        return None
    return int(given) if given == int(given) else given


def _date(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

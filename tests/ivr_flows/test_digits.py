"""Are digits accepted exactly where they are what was asked for?"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ivr_flows.digits import Must, holds, luhn

DIGITS = st.text("0123456789", min_size=1, max_size=32)


@pytest.mark.parametrize("card", ["4111111111111111", "5500000000000004", "340000000000009", "0"])
def test_test_numbers_of_cards_have_the_right_check_digit(card: str) -> None:
    assert luhn(card)


@given(DIGITS)
def test_exactly_one_last_digit_is_right_and_any_other_single_digit_makes_it_wrong(digits: str) -> None:
    (right,) = [digits + last for last in "0123456789" if luhn(digits + last)]
    for place, digit in enumerate(right):
        wrong = right[:place] + str((int(digit) + 1) % 10) + right[place + 1 :]
        assert not luhn(wrong)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_of_the_calendar_is_one(day: date) -> None:
    assert holds(Must(date="ddmmyyyy"), day.strftime("%d%m%Y"))
    assert holds(Must(date="ddmmyy"), day.strftime("%d%m%y"))
    assert holds(Must(date="mmyy"), day.strftime("%m%y"))


@pytest.mark.parametrize(
    ("form", "digits"),
    [
        ("ddmmyyyy", "29022023"),
        ("ddmmyyyy", "00012024"),
        ("ddmmyyyy", "290224"),
        ("ddmmyy", "320124"),
        ("mmyy", "1324"),
    ],
)
def test_what_is_no_day_is_refused(form: str, digits: str) -> None:
    assert not holds(Must.model_validate({"date": form}), digits)


@given(DIGITS)
def test_ranges_count_as_numbers_and_patterns_for_the_whole(digits: str) -> None:
    assert holds(Must(at_least=10, at_most=500), digits) == (10 <= int(digits) <= 500)
    assert holds(Must(pattern="[0-9]{8}"), digits) == (len(digits) == 8)
    assert holds(Must(), digits)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"at_least": 5, "at_most": 4}, "no number is at least 5 and at most 4; swap the two"),
        ({"pattern": "[0-9"}, "is not a regular expression"),
        ({"pattern": "([0-9]+)+"}, "repeats what repeats"),
        ({"date": "yymmdd"}, "ddmmyyyy"),
    ],
)
def test_what_no_digits_can_be_is_refused_in_words(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told.replace("(", r"\(")):
        Must.model_validate(wrong)

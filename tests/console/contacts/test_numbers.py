"""Is the same telephone always the same text, however people and carriers write it?"""

from __future__ import annotations

import pytest

from console.contacts.numbers import BadNumber, as_called, e164, prefixes_of, shown

ANA = "+34611222333"


@pytest.mark.parametrize(
    "written",
    ["611222333", "611 22 23 33", "+34 611-222-333", "0034611222333", "34611222333", "(611) 222.333", "'+34611222333"],
)
def test_people_write_a_number_as_they_like(written: str) -> None:
    assert e164(written, "ES", in_plan=True) == ANA


@pytest.mark.parametrize("sent", ["+34611222333", "0034611222333", "34611222333", "611222333"])
def test_a_carrier_may_send_the_callers_number_in_four_ways(sent: str) -> None:
    assert as_called(sent, "ES") == (ANA,)


@pytest.mark.parametrize("sent", ["+447911123456", "00447911123456", "447911123456"])
def test_callers_from_abroad_are_known_too(sent: str) -> None:
    assert as_called(sent, "ES") == ("+447911123456",)


@pytest.mark.parametrize("sent", ["", "anonymous", "1001", "sip:ana@example.com", "+", "0" * 200])
def test_what_is_no_number_is_nobody(sent: str) -> None:
    assert as_called(sent, "ES") == ()


def test_a_number_that_could_be_two_is_looked_for_as_both() -> None:
    # In Germany a number has any length: what is written may be one of Munich's, or one of Spain's without its plus.
    assert set(as_called("34911234567", "DE")) == {"+4934911234567", "+34911234567"}


def test_the_centres_country_decides_whose_numbers_need_no_code() -> None:
    assert e164("01 23 45 67 89", "FR") == "+33123456789"
    assert e164("020 7946 0018", "GB") == "+442079460018"


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("no tiene", "number_not_readable"),
        ("llamar al 611222333", "number_not_readable"),
        ("900-FLOWERS", "number_not_readable"),
        ("61122233", "number_not_in_plan"),
        ("6112223334", "number_not_in_plan"),
        ("123456789", "number_not_in_plan"),
        ("911234567 ext 12", "number_extension"),
    ],
)
def test_a_slip_of_the_pen_is_told_as_what_it_is(written: str, fault: str) -> None:
    with pytest.raises(BadNumber) as bad:
        e164(written, "ES", in_plan=True)
    assert bad.value.fault == fault


def test_who_calls_exists_even_if_no_plan_knows_the_number_yet() -> None:
    assert e164("123456789", "ES") == "+34123456789"


def test_the_beginning_of_a_number_is_looked_for_at_home_and_abroad() -> None:
    assert prefixes_of("611 22", "ES") == ("+3461122", "+61122")
    assert prefixes_of("+3461", "ES") == prefixes_of("003461", "ES") == ("+3461",)
    assert prefixes_of("61", "ES") == prefixes_of("ana", "ES") == ()


def test_numbers_are_shown_as_people_read_them() -> None:
    assert shown(ANA) == "+34 611 22 23 33"

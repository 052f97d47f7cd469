"""Are values said as people say them? num2words is the oracle for numbers, examples for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from ivr_flows.saying import GREATEST, VOCABULARY, SaidAs, pieces

NUMBERS = st.one_of(
    st.integers(-2000, 2000), *(st.integers(-(10**digits), 10**digits) for digits in (4, 6, 7, 9, 12))
).filter(lambda n: abs(n) <= GREATEST)
LANGUAGES = st.sampled_from(sorted(VOCABULARY))


def said(kind: SaidAs, value: str | int | float, language: str) -> str:
    found = pieces(kind, value, language)
    assert found is not None, (kind, value)
    return " ".join(VOCABULARY[language][piece].rstrip(",") for piece in found).removesuffix(".")


def oracle(n: int, language: str) -> str:
    """num2words, less what it does otherwise: it does not shorten ``uno`` in Spanish before ``mil`` and ``millones``
    (RAE, Ortografía 2010: ``veintiún mil``), and in English it writes commas, and the British ``and``."""
    words = str(num2words(abs(n), lang=language))
    if language == "es":
        words = re.sub(r"\bveintiuno (mil|millones)\b", r"veintiún \1", words)
        words = re.sub(r"\buno (mil|millones)\b", r"un \1", words)
    else:
        words = words.replace(" and ", " ").replace(",", "")
    return f"{'menos' if language == 'es' else 'minus'} {words}" if n < 0 else words


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_first_ten_thousand_numbers_are_said_as_the_oracle_says_them(language: str) -> None:
    for n in range(10_001):
        assert said("number", n, language) == oracle(n, language)


@given(NUMBERS, LANGUAGES)
def test_any_whole_number_is_said_as_the_oracle_says_it_be_it_a_number_or_text(n: int, language: str) -> None:
    assert said("number", n, language) == said("number", str(n), language) == oracle(n, language)


@given(NUMBERS, LANGUAGES)
def test_only_the_last_piece_of_a_number_may_fall_as_at_the_end_of_a_sentence(n: int, language: str) -> None:
    *before, _ = pieces("money", n, language) or ()
    assert not [piece for piece in before if VOCABULARY[language][piece].endswith(".")]


@pytest.mark.parametrize(
    ("value", "es", "en"),
    [
        (3.5, "tres coma cinco", "three point five"),
        ("3.50", "tres coma cinco", "three point five"),
        ("3.05", "tres coma cero cinco", "three point zero five"),
        (3.14159, "tres coma catorce", "three point one four"),
        ("-0.2", "menos cero coma dos", "minus zero point two"),
        (-0.001, "cero", "zero"),
        (1.005, "uno coma cero uno", "one point zero one"),
        ("007", "siete", "seven"),
        (" 21 ", "veintiuno", "twenty-one"),
        (1_000_000, "un millón", "one million"),
        (
            21_001_000,
            "veintiún millones mil",
            "twenty-one million one thousand",
        ),
        (
            1_001_031_000,
            "mil un millones treinta y un mil",
            "one billion one million thirty-one thousand",
        ),
        (GREATEST + 0.99, None, None),
    ],
)
def test_numbers_of_all_shapes(value: str | float, es: str | None, en: str | None) -> None:
    if es is None:
        es, en = f"{oracle(GREATEST, 'es')} coma noventa y nueve", f"{oracle(GREATEST, 'en')} point nine nine"
    assert (said("number", value, "es"), said("number", value, "en")) == (es, en)


@pytest.mark.parametrize(
    ("value", "es", "en"),
    [
        (
            "34.56",
            "treinta y cuatro euros con cincuenta y seis céntimos",
            "thirty-four euros and fifty-six cents",
        ),
        (0, "cero euros", "zero euros"),
        (1, "un euro", "one euro"),
        (1.01, "un euro con un céntimo", "one euro and one cent"),
        ("0.01", "un céntimo", "one cent"),
        ("0.21", "veintiún céntimos", "twenty-one cents"),
        (21, "veintiún euros", "twenty-one euros"),
        (31.31, "treinta y un euros con treinta y un céntimos", "thirty-one euros and thirty-one cents"),
        (11, "once euros", "eleven euros"),
        (100, "cien euros", "one hundred euros"),
        (101, "ciento un euros", "one hundred one euros"),
        (221, "doscientos veintiún euros", "two hundred twenty-one euros"),
        (1001, "mil un euros", "one thousand one euros"),
        (21_000, "veintiún mil euros", "twenty-one thousand euros"),
        (1_000_000, "un millón de euros", "one million euros"),
        (2_000_000, "dos millones de euros", "two million euros"),
        (
            "1000000.50",
            "un millón de euros con cincuenta céntimos",
            "one million euros and fifty cents",
        ),
        (1_000_001, "un millón un euros", "one million one euros"),
        (-12.5, "menos doce euros con cincuenta céntimos", "minus twelve euros and fifty cents"),
        (19.999, "veinte euros", "twenty euros"),
        (0.1 + 0.2, "treinta céntimos", "thirty cents"),
    ],
)
def test_amounts_of_money(value: str | float, es: str, en: str) -> None:
    assert (said("money", value, "es"), said("money", value, "en")) == (es, en)


@given(st.integers(0, GREATEST), st.integers(0, 99), LANGUAGES)
def test_every_amount_names_its_units_once_and_says_its_cents_as_numbers(euros: int, cents: int, language: str) -> None:
    words = said("money", f"{euros}.{cents:02}", language).split()
    assert sum(word in ("euro", "euros") for word in words) == (1 if euros or not cents else 0)
    assert sum(word in ("céntimo", "céntimos", "cent", "cents") for word in words) == (1 if cents else 0)
    if language == "es":
        assert not {"uno", "veintiuno"} & set(words), "it is un euro, veintiún euros"


@pytest.mark.parametrize(
    ("value", "es", "en"),
    [
        (
            "2026-11-26",
            "veintiséis de noviembre de dos mil veintiséis",
            "November twenty-sixth twenty twenty-six",
        ),
        ("01021905", "uno de febrero de mil novecientos cinco", "February first nineteen oh five"),
        ("29022000", "veintinueve de febrero de dos mil", "February twenty-ninth two thousand"),
        (
            "1999-12-31",
            "treinta y uno de diciembre de mil novecientos noventa y nueve",
            "December thirty-first nineteen ninety-nine",
        ),
        ("1900-01-02", "dos de enero de mil novecientos", "January second nineteen hundred"),
        ("2009-03-03", "tres de marzo de dos mil nueve", "March third two thousand nine"),
        ("2010-08-11T09:00", "once de agosto de dos mil diez", "August eleventh twenty ten"),
    ],
)
def test_dates(value: str, es: str, en: str) -> None:
    assert (said("date", value, "es"), said("date", value, "en")) == (es, en)


@given(st.integers(1000, 9999))
def test_english_years_are_said_as_the_oracle_says_them(year: int) -> None:
    """num2words hyphenates ``oh-five``, and has the British ``and``."""
    years = str(num2words(year, to="year")).replace("oh-", "oh ").replace(" and ", " ")
    assert said("date", f"{year}-05-05", "en") == f"May fifth {years}"


@given(st.dates())
def test_both_forms_of_a_date_are_said_alike(on: date) -> None:
    for language in VOCABULARY:
        typed = f"{on.day:02}{on.month:02}{on.year:04}"
        assert pieces("date", on.isoformat(), language) == pieces("date", typed, language) is not None


@pytest.mark.parametrize(
    ("value", "es", "en"),
    [
        ("15:30", "las tres y media de la tarde", "three thirty p.m"),
        ("13:00", "la una en punto de la tarde", "one p.m"),
        ("13:15", "la una y cuarto de la tarde", "one fifteen p.m"),
        ("09:05", "las nueve y cinco de la mañana", "nine oh five a.m"),
        ("9:45", "las nueve y cuarenta y cinco de la mañana", "nine forty-five a.m"),
        ("00:00", "las doce en punto de la noche", "midnight"),
        ("00:01", "las doce y un minuto de la noche", "twelve oh one a.m"),
        ("12:00", "las doce en punto del mediodía", "noon"),
        ("12:30", "las doce y media del mediodía", "twelve thirty p.m"),
        ("05:59", "las cinco y cincuenta y nueve de la madrugada", "five fifty-nine a.m"),
        ("20:21", "las ocho y veintiuno de la tarde", "eight twenty-one p.m"),
        ("21:00", "las nueve en punto de la noche", "nine p.m"),
        ("2026-11-26T15:30:59.250+01:00", "las tres y media de la tarde", "three thirty p.m"),
        ("2026-11-26 15:30", "las tres y media de la tarde", "three thirty p.m"),
        ("2026-11-26T15:30:00Z", "las tres y media de la tarde", "three thirty p.m"),
    ],
)
def test_times(value: str, es: str, en: str) -> None:
    assert (said("time", value, "es"), said("time", value, "en")) == (es, en)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_minute_of_the_day_is_said_in_words_of_its_own(language: str) -> None:
    minutes = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(1440)]
    assert len({said("time", minute, language) for minute in minutes}) == 1440


@given(st.text("0123456789", min_size=1, max_size=32))
def test_digits_are_said_one_by_one_with_leading_zeros(digits: str) -> None:
    assert said("digits", digits, "es") == " ".join(str(num2words(int(digit), lang="es")) for digit in digits)
    assert said("digits", digits, "en") == " ".join(str(num2words(int(digit))) for digit in digits)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *[("number", bad) for bad in ("", "x", "1e5", "1,5", "1_000", "٣", "--1", ".5", "1.", "0x10", "1000000000000")],
        *[("number", bad) for bad in (1e12, -(10**12), 10**400, 1e300, float("nan"), float("inf"), True)],
        *[("money", bad) for bad in ("12 €", "", "999999999999.999", False)],
        *[
            ("date", bad)
            for bad in ("2026-02-30", "29022023", "2026-1-1", "20261126T", "0000-01-01", "260101", 3.5, "")
        ],
        *[("time", bad) for bad in ("24:00", "12:60", "1530", "noon", "12:5", "2026-11-26", "", 12)],
        *[("digits", bad) for bad in ("", "12a", "-5", "1.5", "٣", "600 111 222", 1.5)],
    ],
)
def test_what_is_no_such_thing_is_not_said(kind: SaidAs, value: Any) -> None:
    assert [pieces(kind, value, language) for language in VOCABULARY] == [None, None]


@given(
    st.sampled_from(["number", "money", "date", "time", "digits"]), st.text() | st.integers() | st.floats(), LANGUAGES
)
def test_whatever_it_is_the_answer_is_pieces_of_the_vocabulary_or_none(kind: SaidAs, value: Any, language: str) -> None:
    assert set(pieces(kind, value, language) or ()) <= set(VOCABULARY[language])


def test_a_language_without_a_vocabulary_says_nothing() -> None:
    assert pieces("number", 1, "ca") is None


def _some_of_everything() -> Iterator[tuple[SaidAs, str]]:
    for n in [*range(-1, 1000), 1000, 2000, 10**6, 2 * 10**6, 10**9]:
        yield "number", str(n)
    for cents in range(100):
        yield "number", f"1.{cents:02}"
        yield "number", f"{cents}.5"
        for euros in (0, 1, 2, 10**6):
            yield "money", f"{euros}.{cents:02}"
    for day in range(366):
        yield "date", (date(2000, 1, 1) + timedelta(day)).isoformat()
    for year in range(1900, 2100):
        yield "date", f"{year}-01-01"
    for minute in range(1440):
        yield "time", f"{minute // 60:02}:{minute % 60:02}"


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_piece_is_of_use_and_safe_as_the_name_of_a_file(language: str) -> None:
    used = {piece for kind, value in _some_of_everything() for piece in pieces(kind, value, language) or ()}
    assert used == set(VOCABULARY[language])
    assert all(re.fullmatch("[a-z0-9_]+", piece) for piece in used)

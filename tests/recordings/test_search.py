"""Are places in a list passed on exactly, and texts compared as people would?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.custody import BadKey, Link, Mark, checked_key
from recordings.search import Place, Sight, folded

ONE = "20261118-120000-00000001"


@given(st.floats(1, 1e10), st.sampled_from([ONE, f"{ONE}-voicemail"]))
def test_a_place_comes_back_as_it_was(at: float, id_: str) -> None:
    at = round(at, 7)
    assert Place.from_text(Place(at, id_).text()) == Place(at, id_)


@given(st.text(max_size=60))
def test_a_text_that_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a place"):
        Place.from_text(text)


@pytest.mark.parametrize(
    ("text", "as_"), [("GESTIÓN", "gestion"), ("ñandú", "nandu"), ("Straße", "strasse"), ("ﬁn", "fin")]
)
def test_accents_and_case_do_not_matter(text: str, as_: str) -> None:
    assert folded(text) == as_


def test_a_key_is_its_recordings_own() -> None:
    key = f"2026/11/18/{ONE}.opus.age"
    assert checked_key(ONE, key) == key
    for bad in (f"../{key}", key + "\n", f"/{key}", key.replace("0001", "0002"), "", f"2026/11/18/{ONE}-2.opus.age"):
        with pytest.raises(BadKey):
            checked_key(ONE, bad)


def test_an_operators_sight_is_of_what_only_they_spoke_in() -> None:
    sight = Sight(operators=frozenset({"1005"}))
    assert [sight.sees(["q"], by) for by in (["1005"], ["1005", "1006"], ["1006"], [])] == [True, False, False, False]


def test_a_note_before_or_after_the_recording_stands_at_its_edge() -> None:
    mark = Mark("m", ONE, 100.0, "2001", "x", 100.0)
    assert [mark.at_s(began, 30.0) for began in (90.0, 110.0, 20.0)] == [10.0, 0.0, 30.0]
    assert Link("l", ONE, "2001", 0.0, 1.0).plays == 0

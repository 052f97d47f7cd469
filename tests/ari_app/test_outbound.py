"""Which numbers are ever dialled: digits that the centre's files allow, to their whole length, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.centre import load_centre
from ari_app.outbound import NotAllowed, is_allowed, way_out
from tests.ari_app.fake_centre import DEMO

CENTRE = load_centre(DEMO)


def test_an_allowed_number_goes_out_through_the_first_carrier_with_a_way_out() -> None:
    assert way_out(CENTRE, "600111222") == "600111222@carrier-demo"


@pytest.mark.parametrize(
    "number",
    ["", "anonymous", "60011122", "6001112223", "500111222", "+34600111222", "600111222@evil", "600111222;x", "٦٠٠١١١٢٢٢",
     "600111222\n", " 600111222", "*11", "X00111222"],
)  # fmt: skip
def test_anything_else_is_never_dialled(number: str) -> None:
    with pytest.raises(NotAllowed):
        way_out(CENTRE, number)


def test_without_a_way_out_nothing_is_dialled() -> None:
    centre = replace(CENTRE, carriers=tuple(replace(carrier, outbound=None) for carrier in CENTRE.carriers))
    with pytest.raises(NotAllowed, match="outbound"):
        way_out(centre, "600111222")


def test_a_pattern_fits_the_whole_number_and_x_is_one_digit() -> None:
    assert is_allowed("+34600", ["+34XXX"])
    assert not is_allowed("34600", ["+34XXX"])
    assert not is_allowed("600", ["6X", "6XXX"])


@given(st.text(max_size=20))
def test_whatever_a_caller_calls_himself_only_digits_and_a_plus_are_dialled(number: str) -> None:
    try:
        way = way_out(CENTRE, number)
    except NotAllowed:
        return
    assert set(way.removesuffix("@carrier-demo")) <= set("+0123456789")

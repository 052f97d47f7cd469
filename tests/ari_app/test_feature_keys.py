"""Which keys of an operator ask for something, and which are only keys?"""

from __future__ import annotations

import pytest

from ari_app.asked import Asked, CancelAsked, CompleteAsked, ConferenceAsked, HoldAsked, ResumeAsked, SwapAsked
from ari_app.contract import ControlState
from ari_app.feature_keys import BETWEEN_KEYS_S, FeatureKeys, RecordKey


def pressed(
    keys: str, state: ControlState = "talking", apart_s: float = 0.5
) -> list[Asked | RecordKey | tuple[str, str]]:
    """What is asked, key by key."""
    collector = FeatureKeys()
    asked = [collector.press(key, at * apart_s, state) for at, key in enumerate(keys)]
    return [one for one in asked if one is not None]


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        ("*0", HoldAsked()),
        ("*11010#", ("1", "1010")),
        ("*2600333444#", ("2", "600333444")),
        ("*3", CompleteAsked()),
        ("*4", CancelAsked()),
        ("*5", SwapAsked()),
        ("*6", ConferenceAsked()),
        ("*7", "pause"),
        ("*8", "record"),
        ("12*3", CompleteAsked()),
        ("*11010*3", CompleteAsked()),
        ("**3", CompleteAsked()),
    ],
)
def test_a_star_and_a_digit_ask(keys: str, asked: Asked | tuple[str, str]) -> None:
    assert pressed(keys) == [asked]


def test_the_same_keys_hold_and_resume() -> None:
    assert pressed("*0", "held") == [ResumeAsked()]


@pytest.mark.parametrize("keys", ["1234", "#", "*", "*9", "*11010", "3*", "*1" + "9" * 40 + "#"])
def test_other_keys_ask_nothing(keys: str) -> None:
    assert pressed(keys) == []


def test_keys_that_are_far_apart_ask_nothing() -> None:
    assert pressed("*3", apart_s=BETWEEN_KEYS_S + 0.1) == []

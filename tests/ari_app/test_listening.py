"""Is a play of many ranges one play, and another after ten minutes another?"""

from __future__ import annotations

from ari_app import listening
from ari_app.listening import SAME_PLAY_S, Listening


def test_one_play_begins_once_until_its_time_is_over() -> None:
    now = [0.0]
    plays = Listening(lambda: now[0])
    assert [plays.begins("1005", "a", "r1") for _ in range(3)] == [True, False, False]
    assert [plays.begins(*play) for play in (("1006", "a", "r1"), ("1005", "b", "r1"), ("1005", "a", "r2"))] == [
        True
    ] * 3
    now[0] = SAME_PLAY_S - 1
    assert not plays.begins("1005", "a", "r1")
    now[0] = SAME_PLAY_S
    assert plays.begins("1005", "a", "r1")


def test_a_play_that_could_not_be_entered_begins_again() -> None:
    plays = Listening(lambda: 0.0)
    plays.begins("1005", "a", "r1")
    plays.not_begun("1005", "a", "r1")
    assert plays.begins("1005", "a", "r1")


def test_only_so_many_are_remembered() -> None:
    plays = Listening(lambda: 0.0)
    for number in range(listening.REMEMBERED + 1):
        plays.begins("1005", "a", str(number))
    assert plays.begins("1005", "a", "0")
    assert not plays.begins("1005", "a", str(listening.REMEMBERED))

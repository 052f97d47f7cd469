"""What a waiting caller hears, and when: the rules of announcing, without a call."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from queues.announcing import AnnounceRules, Heard, Key, Place, Word, announce, entered, finished, next_at

EVERYTHING = AnnounceRules(
    position=True, wait=True, periodic=("web", "hours"), thanks="thanks", first_after_s=15, every_s=30, min_gap_s=15
)
FIFTH = Place(5, None)


def said(rules: AnnounceRules, place: Place, heard: Heard | None = None, at: float = 15.0) -> tuple[Word, ...]:
    """What is said to a caller who came at 0."""
    return announce(at, place, heard or entered(0.0, place, rules, may_be_called_back=True), rules)[0]


def test_a_queue_that_announces_nothing_never_interrupts_the_music() -> None:
    assert next_at(entered(0.0, FIFTH, AnnounceRules(), may_be_called_back=True), AnnounceRules()) is None


def test_the_first_announcement_comes_after_its_delay_and_the_next_one_every_so_often() -> None:
    rules = AnnounceRules(position=True, first_after_s=15, every_s=30, min_gap_s=15)
    heard = entered(100.0, FIFTH, rules, may_be_called_back=False)
    assert next_at(heard, rules) == 115.0
    assert said(rules, FIFTH, heard, at=114.9) == ()
    _, heard = announce(115.0, FIFTH, heard, rules)
    assert next_at(finished(120.0, heard), rules) == 145.0


def test_between_the_end_of_one_announcement_and_the_next_lies_the_gap() -> None:
    rules = AnnounceRules(periodic=("long",), first_after_s=0, every_s=10, min_gap_s=15)
    _, heard = announce(0.0, FIFTH, entered(0.0, FIFTH, rules, may_be_called_back=False), rules)
    assert next_at(finished(8.0, heard), rules) == 23.0


def test_the_place_is_said_again_only_when_it_has_improved() -> None:
    rules = AnnounceRules(position=True, first_after_s=0, every_s=10, min_gap_s=0)
    heard, places = entered(0.0, FIFTH, rules, may_be_called_back=False), []
    for at, position in enumerate([5, 5, 6, 4, 4, 1]):
        words, heard = announce(at * 10.0, Place(position, None), heard, rules)
        places.append(words)
    five, four = (("position_before", position, "position_after") for position in (5, 4))
    assert places == [five, (), (), four, (), ("position_first",)]


def test_the_wait_is_a_range_of_minutes_that_holds_the_estimate_or_nothing() -> None:
    rules = AnnounceRules(wait=True)
    assert said(rules, Place(2, None)) == ()
    assert said(rules, Place(2, (0.0, 55.0))) == ("wait_under_a_minute",)
    assert said(rules, Place(2, (10.0, 170.0))) == ("wait_less_than", 3, "wait_minutes")
    assert said(rules, Place(2, (130.0, 200.0))) == ("wait_between", 2, "wait_and", 4, "wait_minutes")
    assert said(rules, Place(2, (120.0, 120.0))) == ("wait_between", 2, "wait_and", 3, "wait_minutes")


@given(low=st.floats(0, 7200), more=st.floats(0, 7200))
def test_the_range_that_is_said_always_holds_the_one_that_was_worked_out(low: float, more: float) -> None:
    words = said(AnnounceRules(wait=True), Place(2, (low, low + more)))
    numbers = [word for word in words if isinstance(word, int)]
    match numbers:
        case []:
            assert low + more <= 60
        case [high]:
            assert low < 60
            assert low + more <= high * 60
        case _:
            assert numbers[0] * 60 <= low
            assert low + more <= numbers[-1] * 60
            assert numbers[0] < numbers[-1]


def test_thanks_follow_a_place_or_a_wait_and_periodic_prompts_take_turns() -> None:
    first, heard = announce(15.0, FIFTH, entered(0.0, FIFTH, EVERYTHING, may_be_called_back=False), EVERYTHING)
    second, heard = announce(60.0, FIFTH, heard, EVERYTHING)
    third, _ = announce(120.0, FIFTH, heard, EVERYTHING)
    assert first == ("position_before", 5, "position_after", "thanks", "web")
    assert (second, third) == (("hours",), ("web",))


def test_a_callback_is_offered_once_after_its_time() -> None:
    rules = AnnounceRules(offer_after_s=20, offer_key="3")
    heard = entered(0.0, FIFTH, rules, may_be_called_back=True)
    assert next_at(heard, rules) == 20.0
    words, heard = announce(20.0, FIFTH, heard, rules)
    assert words == ("callback_offer", Key("3"))
    assert next_at(finished(25.0, heard), rules) is None


def test_a_callback_is_offered_at_once_to_whoever_finds_many_ahead() -> None:
    rules = AnnounceRules(offer_after_s=60, offer_when_waiting=3)
    assert next_at(entered(0.0, Place(3, None), rules, may_be_called_back=True), rules) == 60.0
    assert next_at(entered(0.0, Place(4, None), rules, may_be_called_back=True), rules) == 0.0


def test_whoever_cannot_be_called_is_offered_no_callback() -> None:
    rules = AnnounceRules(offer_after_s=20, offer_when_waiting=1)
    assert next_at(entered(0.0, FIFTH, rules, may_be_called_back=False), rules) is None


def test_offer_and_announcement_that_are_due_together_are_said_together() -> None:
    rules = AnnounceRules(position=True, first_after_s=20, offer_after_s=20)
    assert said(rules, Place(1, None), at=20.0) == ("position_first", "callback_offer", Key("1"))


@given(
    at=st.lists(st.tuples(st.floats(0, 100), st.integers(1, 9)), max_size=12),
    gap=st.floats(0, 60),
    every=st.floats(1, 60),
)
def test_no_two_announcements_are_nearer_than_the_gap(at: list[tuple[float, int]], gap: float, every: float) -> None:
    rules = AnnounceRules(position=True, wait=True, periodic=("web",), every_s=every, min_gap_s=gap, offer_after_s=30)
    heard, now, ended = entered(0.0, FIFTH, rules, may_be_called_back=True), 0.0, None
    for later, position in at:
        now += later
        words, heard = announce(now, Place(position, (60.0, 90.0)), heard, rules)
        if words:
            assert ended is None or now >= ended + gap
            now = ended = now + 5.0
            heard = finished(now, heard)

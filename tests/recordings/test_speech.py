"""Speech facts: worked examples of each definition, and what must be true of any conversation."""

from __future__ import annotations

from dataclasses import astuple
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.notes import Stage
from recordings.record import Segment, SpeechFacts
from recordings.speech import Activity, interruptions, speech_facts, spurts
from recordings.stretches import Stretch, tidy, total_s

TALK = (Segment("talk", 0.0, 100.0),)
TENTHS = st.integers(0, 600).map(lambda tenths: tenths / 10)
side = st.lists(st.tuples(TENTHS, TENTHS), max_size=12).map(tidy)
STAGES: tuple[Stage, ...] = ("talk", "hold", "consult", "barge", "flow")
stages = st.lists(st.tuples(st.sampled_from(STAGES), TENTHS, TENTHS), max_size=6).map(
    lambda given: tuple(Segment(stage, min(a, b), max(a, b)) for stage, a, b in given)
)


def facts(
    left: list[Stretch], right: list[Stretch], *segments: Segment, muted: list[Stretch] | None = None
) -> SpeechFacts:
    return speech_facts(left, right, segments or TALK, muted or [], 100.0)


def test_shares_are_of_the_whole_length() -> None:
    told = facts([(0.0, 20.0)], [(15.0, 60.0)])
    assert (told.caller_talk, told.operator_talk, told.over_talk, told.silence, told.hold) == (
        0.2,
        0.45,
        0.05,
        0.4,
        0.0,
    )
    assert told.longest_silence_s == 40.0


@pytest.mark.parametrize("stage", ["hold", "consult"])
def test_sound_on_the_right_during_hold_is_music_and_no_operator(stage: Stage) -> None:
    told = facts(
        [(0.0, 10.0)],
        [(10.0, 90.0)],
        Segment("talk", 0.0, 20.0),
        Segment(stage, 20.0, 80.0),
        Segment("talk", 80.0, 100.0),
    )
    assert (told.hold, told.operator_talk, told.silence) == pytest.approx((0.6, 0.2, 0.1))


def test_what_the_caller_says_on_hold_is_no_conversation() -> None:
    told = facts([(30.0, 40.0)], [], Segment("hold", 20.0, 80.0))
    assert (told.caller_talk, told.silence) == pytest.approx((0.0, 0.4))


def test_prompts_of_a_flow_are_neither_operator_nor_silence_nor_hold() -> None:
    told = facts([], [(0.0, 50.0)], Segment("flow", 0.0, 60.0), Segment("talk", 60.0, 100.0))
    assert (told.operator_talk, told.hold, told.silence) == pytest.approx((0.0, 0.0, 0.4))


def test_muted_time_is_no_silence_and_parts_the_longest_one() -> None:
    told = facts([(0.0, 10.0)], [], muted=[(40.0, 50.0)])
    assert (told.silence, told.longest_silence_s) == pytest.approx((0.8, 50.0))


def test_hold_does_not_join_the_silences_before_and_after_it() -> None:
    assert facts([], [], Segment("hold", 30.0, 60.0)).longest_silence_s == 40.0


@pytest.mark.parametrize("stage", ["talk", "conference", "barge", "taken_over"])
def test_whoever_the_caller_hears_in_these_stages_is_the_operator(stage: Stage) -> None:
    assert facts([], [(10.0, 20.0)], Segment(stage, 0.0, 100.0)).operator_talk == pytest.approx(0.1)


def test_time_that_no_note_covers_is_conversation() -> None:
    assert facts([], [(60.0, 70.0)], Segment("talk", 0.0, 50.0)).operator_talk == pytest.approx(0.1)


def test_recording_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="no shares"):
        speech_facts([], [], TALK, [], 0.0)


def test_short_pauses_belong_to_speech_and_clicks_do_not() -> None:
    assert spurts([(1.0, 1.5), (1.69, 2.0), (2.2, 2.28), (5.0, 5.09), (6.0, 6.25)]) == [(1.0, 2.0), (6.0, 6.25)]


def test_clicks_in_a_row_are_not_dropped_before_their_pauses_are_filled() -> None:
    assert spurts([(1.0, 1.09), (1.2, 1.29), (1.4, 1.49)]) == [(1.0, 1.49)]


def test_activity_has_two_thresholds() -> None:
    heard = Activity(step_s=0.5)
    for probability in (0.4, 0.5, 0.4, 0.36, 0.34, 0.4, 0.49, 0.9):
        heard.hear(probability)
    assert heard.stretches() == [(0.5, 2.0), (3.5, 4.0)]
    heard.hear(0.0)
    assert heard.stretches() == [(0.5, 2.0), (3.5, 4.0)]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ((5.0, 9.0), 1),  # begins, the first stops after 1 s, goes on
        ((5.0, 5.3), 0),  # a "sí", and the first goes on
        ((5.0, 6.4), 0),  # goes on for less than half a second alone
        ((5.0, 6.5), 1),
        ((3.9, 9.0), 0),  # the first spoke on for more than 2 s
        ((4.0, 9.0), 1),
        ((5.8, 9.0), 0),  # foresaw the end of the turn
        ((5.65, 9.0), 1),
        ((6.2, 9.0), 0),  # began afterwards
    ],
)
def test_interruption_is_a_turn_that_was_taken(other: Stretch, told: int) -> None:
    assert interruptions(by=[other], of=[(0.0, 6.0)]) == told


def test_who_began_at_the_same_time_was_not_interrupted() -> None:
    assert interruptions(by=[(0.4, 5.0)], of=[(0.0, 1.5)]) == 0
    assert interruptions(by=[(0.5, 5.0)], of=[(0.0, 1.5)]) == 1


def test_breath_in_the_first_ones_speech_is_no_lost_turn() -> None:
    assert interruptions(by=[(5.0, 9.0)], of=[(0.0, 6.0), (6.4, 12.0)]) == 0
    assert interruptions(by=[(5.0, 9.0)], of=[(0.0, 6.0), (6.5, 12.0)]) == 1


def test_hold_that_begins_is_no_interruption() -> None:
    told = facts([(5.0, 15.0)], [(0.0, 40.0)], Segment("talk", 0.0, 6.0), Segment("hold", 6.0, 100.0))
    assert (told.interruptions_by_caller, told.interruptions_by_operator) == (0, 0)


def test_interruptions_are_told_by_who_took_the_turn() -> None:
    told = facts([(0.0, 5.0), (9.0, 20.0)], [(4.0, 10.0)])
    assert (told.interruptions_by_caller, told.interruptions_by_operator) == (1, 1)


@given(side, side, stages, side)
def test_the_parts_of_a_recording_are_its_length(
    left: list[Stretch], right: list[Stretch], segments: tuple[Segment, ...], muted: list[Stretch]
) -> None:
    told = speech_facts(left, right, segments, muted, 50.0)
    assert all(0 <= share <= 1 for share in astuple(told)[:5])
    assert told.over_talk <= min(told.caller_talk, told.operator_talk) + 1e-9
    apart = tidy(
        [
            *muted,
            *((segment.from_s, segment.to_s) for segment in segments if segment.stage in ("hold", "consult", "flow")),
        ]
    )
    conversation = 1 - total_s((start, min(end, 50.0)) for start, end in apart if start < 50.0) / 50.0
    assert told.caller_talk + told.operator_talk - told.over_talk + told.silence == pytest.approx(conversation)
    assert told.longest_silence_s <= told.silence * 50.0 + 1e-9
    assert min(told.interruptions_by_caller, told.interruptions_by_operator) >= 0


@given(side, side, stages, side)
def test_sides_that_change_places_change_nothing_else(
    left: list[Stretch], right: list[Stretch], segments: tuple[Segment, ...], muted: list[Stretch]
) -> None:
    one, other = (speech_facts(*sides, segments, muted, 60.0) for sides in ((left, right), (right, left)))
    assert (one.caller_talk, one.operator_talk) == (other.operator_talk, other.caller_talk)
    assert (one.over_talk, one.silence, one.hold, one.longest_silence_s) == pytest.approx(
        (other.over_talk, other.silence, other.hold, other.longest_silence_s)
    )
    assert (one.interruptions_by_caller, one.interruptions_by_operator) == (
        other.interruptions_by_operator,
        other.interruptions_by_caller,
    )


@given(side, side, side, stages)
def test_who_speaks_more_has_no_less_talk_and_leaves_no_more_silence(
    left: list[Stretch], more: list[Stretch], right: list[Stretch], segments: tuple[Segment, ...]
) -> None:
    less, told = (speech_facts(speech, right, segments, [], 60.0) for speech in (left, [*left, *more]))
    assert told.caller_talk >= less.caller_talk - 1e-9
    assert told.over_talk >= less.over_talk - 1e-9
    assert told.silence <= less.silence + 1e-9
    assert told.longest_silence_s <= less.longest_silence_s + 1e-9
    assert (told.operator_talk, told.hold) == (less.operator_talk, less.hold)


@given(side, side, stages, TENTHS, TENTHS)
def test_more_hold_leaves_no_more_of_anything_else(
    left: list[Stretch], right: list[Stretch], segments: tuple[Segment, ...], start: float, end: float
) -> None:
    less = speech_facts(left, right, segments, [], 60.0)
    told = speech_facts(left, right, (*segments, Segment("hold", start, end)), [], 60.0)
    assert told.hold >= less.hold - 1e-9
    assert all(now <= before + 1e-9 for now, before in zip(astuple(told)[:4], astuple(less)[:4], strict=True))


@given(side, side, st.lists(TENTHS, max_size=5))
def test_stages_that_follow_each_other_are_as_one(left: list[Stretch], right: list[Stretch], cuts: list[float]) -> None:
    edges = sorted({0.0, 60.0, *cuts})
    apart = tuple(Segment("talk", start, end) for start, end in pairwise(edges))
    assert speech_facts(left, right, apart, [], 60.0) == speech_facts(
        left, right, (Segment("talk", 0.0, 60.0),), [], 60.0
    )

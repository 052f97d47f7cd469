"""Measured speech facts are near a truth that is known, and that truth is what was laid."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import benchmarks.conversation
from benchmarks.conversation import PAUSE_S, Clip, Conversation, Mask, Stage, clips
from benchmarks.speech import FIGURES, INTERRUPTIONS, Measured, conversation, lines, measure, summary
from recordings.record import Segment
from recordings.speech import speech_facts
from recordings.stretches import Stretch
from sip_agents.g711 import RATE_HZ

SEEDS = (1, 2, 3)
LENGTH_S = 150.0


@pytest.fixture(scope="module")
def heard() -> list[Measured]:
    return [measure(seed, LENGTH_S) for seed in SEEDS]


@pytest.mark.parametrize(
    ("figure", "most"),
    [
        ("caller_talk", 0.03),
        ("operator_talk", 0.03),
        ("over_talk", 0.015),
        ("silence", 0.03),
        ("hold", 0.005),
        ("longest_silence_s", 0.6),
        ("interruptions_by_caller", 1),
        ("interruptions_by_operator", 1),
    ],
)
def test_measured_is_near_the_truth(heard: list[Measured], figure: str, most: float) -> None:
    assert max(abs(one.error(figure)) for one in heard) <= most


def test_interruptions_are_found_and_few_made_up(heard: list[Measured]) -> None:
    laid = sum(getattr(one.truth, name) for one in heard for name in INTERRUPTIONS)
    found = sum(getattr(one.facts, name) for one in heard for name in INTERRUPTIONS)
    assert laid >= 5
    assert abs(found - laid) <= 1


def test_music_on_hold_is_no_speech(heard: list[Measured]) -> None:
    assert max(one.music_counted for one in heard) <= 0.02


def test_the_document_has_every_figure_and_conversation(heard: list[Measured]) -> None:
    text = summary(heard, "(other lines)")
    assert all(f"| `{figure}` |" in text for figure in FIGURES)
    assert all(f"\n| {seed} | " in text for seed in SEEDS)


def spoken(mask: Mask) -> list[Stretch]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8))) / RATE_HZ
    return [(float(start), float(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def by_a_perfect_ear(made: Conversation) -> tuple[float, ...]:
    held = [Segment("hold", start, end) for start, end in made.held]
    facts = speech_facts(spoken(made.speaks[:, 0]), spoken(made.speaks[:, 1]), held, made.muted, made.length_s)
    return tuple(getattr(facts, figure) for figure in FIGURES)


@pytest.mark.parametrize("seed", range(20, 26))
def test_perfect_ear_tells_the_truth(seed: int) -> None:
    """The truth is counted without the definitions' code: both must agree, so a mistake would have to be made twice."""
    made = conversation(seed, 200.0)
    assert by_a_perfect_ear(made) == pytest.approx(tuple(getattr(made.truth, figure) for figure in FIGURES), abs=0.003)


def test_truth_is_what_was_laid() -> None:
    stage, tone = Stage(seed=1), Clip(np.ones(2 * RATE_HZ), np.ones(2 * RATE_HZ, dtype=bool))
    for side, at_s in ((0, 1.0), (1, 2.0), (1, 7.0)):
        stage.lay(1 if side else 0, tone, at_s)
    stage.holds.append((7.5, 9.0))
    truth = stage.finished().truth
    assert (truth.caller_talk, truth.operator_talk, truth.over_talk) == pytest.approx((0.2, 0.25, 0.1))
    assert (truth.silence, truth.hold, truth.longest_silence_s) == pytest.approx((0.5, 0.15, 3.0))


def test_same_seed_is_the_same_conversation() -> None:
    one, again = conversation(5, 60.0), conversation(5, 60.0)
    assert np.array_equal(one.frames, again.frames)
    assert not np.array_equal(one.frames[:8000], conversation(6, 60.0).frames[:8000])


def test_prompts_begin_and_end_with_speech_and_have_no_short_pauses() -> None:
    for clip in (*clips("en"), *clips("es")):
        assert clip.speaks[0]
        assert clip.speaks[-1]
        pauses = spoken(~clip.speaks)
        assert all(end - start >= PAUSE_S - 1e-9 for start, end in pauses)


def test_music_is_made_where_none_was_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    made = benchmarks.conversation.music(random.Random(1), 12_345)
    assert len(made) == 12_345
    assert np.sqrt((made**2).mean()) == pytest.approx(1.0)


def test_other_lines_are_compared_with_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.speech.LINES", {"clean": None})
    row = lines((1,), 40.0).splitlines()[2]
    assert row.startswith("| clean | 0.0")

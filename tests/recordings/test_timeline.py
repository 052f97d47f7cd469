from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.notes import (
    BadNotes,
    Ended,
    Muted,
    Note,
    PartBegan,
    PartEnded,
    RecordingMode,
    StageBegan,
    Unmuted,
    from_lines,
    to_line,
)
from recordings.record import Segment
from recordings.timeline import Stretch, Timeline, lay_out
from recordings.wav import FRAME_BYTES, RATE_HZ
from tests.fakes.raw_recordings import STARTED_AT, began, call_id

ID = call_id()
FIRST, SECOND, THIRD = f"{ID}.raw", f"{ID}-2.raw", f"{ID}-3.raw"


def bytes_of(seconds: float) -> int:
    return round(seconds * RATE_HZ) * FRAME_BYTES


def at(seconds: float) -> float:
    return STARTED_AT + seconds


def part(file: str, begins: float, lasts: float, mode: RecordingMode = "all") -> list[Note]:
    return [PartBegan(at(begins), file, mode), PartEnded(at(begins + lasts), file)]


def laid(*notes: Note, ends: float = 60.0, **sizes: float) -> Timeline:
    names = {"first": FIRST, "second": SECOND, "third": THIRD}
    told = [began(ID), *notes, Ended(at(ends), "caller_hung_up")]
    return lay_out(told, {names[name]: bytes_of(seconds) for name, seconds in sizes.items()})


def places(timeline: Timeline) -> list[tuple[str | None, float, float, float]]:
    return [(one.file, one.at / RATE_HZ, one.frames / RATE_HZ, one.from_frame / RATE_HZ) for one in timeline.stretches]


def test_one_part_is_the_whole_recording_from_its_own_beginning() -> None:
    timeline = laid(*part(FIRST, 3.0, 10.0), first=10.0)
    assert (timeline.started_at, timeline.length_s, timeline.faults) == (at(3.0), 10.0, ())
    assert timeline.stretches == (Stretch(0, 80_000, FIRST, 0),)


def test_between_two_parts_there_is_silence() -> None:
    timeline = laid(*part(FIRST, 0.0, 10.0), *part(SECOND, 12.5, 5.0), first=10.0, second=5.0)
    assert places(timeline) == [(FIRST, 0.0, 10.0, 0.0), (None, 10.0, 2.5, 0.0), (SECOND, 12.5, 5.0, 0.0)]
    assert timeline.length_s == 17.5


def test_where_parts_overlap_the_later_one_wins() -> None:
    timeline = laid(*part(FIRST, 0.0, 10.0), *part(SECOND, 8.0, 5.0), first=10.0, second=5.0)
    assert places(timeline) == [(FIRST, 0.0, 8.0, 0.0), (SECOND, 8.0, 5.0, 0.0)]


def test_what_an_earlier_part_has_before_and_after_a_later_one_stays() -> None:
    timeline = laid(*part(FIRST, 0.0, 10.0), *part(SECOND, 4.0, 2.0), first=10.0, second=2.0)
    assert places(timeline) == [(FIRST, 0.0, 4.0, 0.0), (SECOND, 4.0, 2.0, 0.0), (FIRST, 6.0, 4.0, 6.0)]


def test_a_part_wholly_covered_by_later_ones_is_not_heard() -> None:
    timeline = laid(*part(FIRST, 1.0, 1.0), *part(SECOND, 1.0, 3.0), first=1.0, second=3.0)
    assert places(timeline) == [(SECOND, 0.0, 3.0, 0.0)]


def test_bytes_are_trusted_over_notes() -> None:
    timeline = laid(*part(FIRST, 0.0, 10.0), first=4.0)
    assert timeline.length_s == 4.0
    assert timeline.faults == (f"part_length {FIRST} noted 10.0 s, there 4.0 s",)


def test_half_a_second_more_or_less_is_no_fault() -> None:
    assert laid(*part(FIRST, 0.0, 10.0), first=10.4).faults == ()


def test_a_part_that_a_crash_cut_off_is_kept_with_a_fault() -> None:
    timeline = laid(PartBegan(at(0.0), FIRST, "all"), first=7.0)
    assert timeline.length_s == 7.0
    assert timeline.faults == (f"part_not_ended {FIRST}",)


def test_a_missing_part_is_a_fault_and_the_rest_stays_at_its_place() -> None:
    timeline = laid(*part(FIRST, 0.0, 4.0), *part(SECOND, 5.0, 2.0), second=2.0)
    assert places(timeline) == [(None, 0.0, 5.0, 0.0), (SECOND, 5.0, 2.0, 0.0)]
    assert timeline.faults == (f"part_missing {FIRST}",)


def test_a_torn_frame_is_left_out_with_a_fault() -> None:
    notes = [began(ID), *part(FIRST, 0.0, 1.0), Ended(at(1), "x")]
    timeline = lay_out(notes, {FIRST: bytes_of(1.0) + 3})
    assert (timeline.frames, timeline.faults) == (RATE_HZ, (f"frame_torn {FIRST}",))


def test_a_file_noted_twice_is_laid_once() -> None:
    timeline = laid(*part(FIRST, 0.0, 1.0), PartBegan(at(5), FIRST, "all"), first=1.0)
    assert timeline.length_s == 1.0
    assert f"part_noted_twice {FIRST}" in timeline.faults


def test_a_stage_lasts_until_the_next_or_the_end() -> None:
    timeline = laid(
        *part(FIRST, 0.0, 10.0),
        StageBegan(at(0.0), "talk", "1001", "ventas"),
        StageBegan(at(4.0), "hold", "1001", "ventas"),
        StageBegan(at(6.0), "conference", "1001", "ventas", "1002"),
        first=10.0,
    )
    assert timeline.segments == (
        Segment("talk", 0.0, 4.0, "1001", "ventas"),
        Segment("hold", 4.0, 6.0, "1001", "ventas"),
        Segment("conference", 6.0, 10.0, "1001", "ventas", "1002"),
    )
    assert (timeline.operators, timeline.queues) == (("1001",), ("ventas",))


def test_stages_are_clipped_to_what_was_recorded_and_empty_ones_are_left_out() -> None:
    timeline = laid(
        StageBegan(at(-5.0), "flow"),
        StageBegan(at(-2.0), "talk", "1001", "ventas"),
        *part(FIRST, 0.0, 4.0),
        StageBegan(at(2.0), "hold", "1001", "ventas"),
        StageBegan(at(2.0), "talk", "1002", "soporte"),
        StageBegan(at(9.0), "talk", "1003", "soporte"),
        first=4.0,
    )
    assert [(one.stage, one.from_s, one.to_s, one.operator) for one in timeline.segments] == [
        ("talk", 0.0, 2.0, "1001"),
        ("talk", 2.0, 4.0, "1002"),
    ]
    assert (timeline.operators, timeline.queues) == (("1001", "1002"), ("ventas", "soporte"))


def test_muted_lasts_until_unmuted_else_to_the_end() -> None:
    timeline = laid(
        *part(FIRST, 0.0, 10.0),
        Muted(at(1.0), "1001"),
        Muted(at(2.0), "flow"),
        Unmuted(at(3.0)),
        Unmuted(at(4.0)),
        Muted(at(8.0), "1001"),
        first=10.0,
    )
    assert timeline.muted_s == ((1.0, 3.0), (8.0, 10.0))


def test_muting_outside_of_the_recording_is_clipped_and_touching_ranges_are_one() -> None:
    timeline = laid(
        Muted(at(-3.0), "1001"),
        *part(FIRST, 0.0, 5.0),
        Unmuted(at(1.0)),
        Muted(at(1.0), "1001"),
        Unmuted(at(2.0)),
        Muted(at(6.0), "1001"),
        first=5.0,
    )
    assert timeline.muted_s == ((0.0, 2.0),)


@pytest.mark.parametrize(
    ("modes", "strongest"),
    [(("on_demand", "all"), "all"), (("forced", "all"), "forced"), (("never", "on_demand"), "on_demand")],
)
def test_the_strongest_mode_is_that_of_the_recording(
    modes: tuple[RecordingMode, RecordingMode], strongest: RecordingMode
) -> None:
    notes = [*part(FIRST, 0.0, 1.0, modes[0]), *part(SECOND, 1.0, 1.0, modes[1])]
    assert laid(*notes, first=1.0, second=1.0).mode == strongest


def test_nothing_written_is_a_timeline_without_length() -> None:
    assert laid(*part(FIRST, 0.0, 5.0), first=0.0).frames == 0


BAD: list[tuple[list[Note], str]] = [
    ([], "line 1 does not tell"),
    ([Ended(1.0, "x")], "line 1 does not tell"),
    ([began(ID), Ended(1.0, "x")], "no part"),
    ([began(ID), PartBegan(1.0, "/etc/passwd", "all")], "no name of a part"),
    ([began(ID), PartBegan(1.0, f"../{FIRST}", "all")], "no name of a part"),
    ([began(ID), PartBegan(1.0, f"{call_id(2)}.raw", "all")], "no name of a part"),
    ([began(ID), PartBegan(1.0, f"{ID}-voicemail.raw", "all")], "no name of a part"),
    ([began(ID), PartBegan(float("nan"), FIRST, "all")], "line 2: the time"),
    ([began(ID), PartBegan(float("inf"), FIRST, "all")], "line 2: the time"),
    ([began(ID), PartBegan(True, FIRST, "all")], "line 2: the time"),
    ([began(ID), *part(FIRST, 0.0, 1.0), *part(SECOND, 1e6, 1.0)], "more than a day"),
    ([*from_lines(to_line(began(ID)).replace('"inbound"', "7"))], "line 1: direction is no text"),
    ([began(ID), *from_lines('{"note":"part_began","at":1,"file":"x","mode":"secret"}\n')], "line 2: 'secret'"),
    ([began(ID), *from_lines('{"note":"stage","at":1,"stage":"dance"}\n')], "line 2: 'dance'"),
    ([replace(began(ID), kind="fax")], "'fax' is no kind"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("notes", "says"), BAD)
def test_notes_that_tell_of_no_recording_are_refused_with_their_place(notes: list[Note], says: str) -> None:
    with pytest.raises(BadNotes, match=says):
        lay_out(notes, {FIRST: 100})


SECONDS = st.floats(-100.0, 3600.0)
FILES = st.integers(1, 6).map(lambda number: FIRST if number == 1 else f"{ID}-{number}.raw")
NOTES = st.lists(
    st.one_of(
        st.builds(PartBegan, SECONDS.map(at), FILES, st.sampled_from(["on_demand", "all", "forced"])),
        st.builds(PartEnded, SECONDS.map(at), FILES),
        st.builds(
            StageBegan, SECONDS.map(at), st.sampled_from(["talk", "hold", "flow"]), st.sampled_from([None, "1", "2"])
        ),
        st.builds(Muted, SECONDS.map(at), st.just("flow")),
        st.builds(Unmuted, SECONDS.map(at)),
    ),
    max_size=30,
)
SIZES = st.dictionaries(FILES, st.integers(0, 4000 * RATE_HZ * FRAME_BYTES))


@settings(deadline=None)
@given(NOTES, SIZES, FILES)
def test_whatever_the_notes_say_the_timeline_is_filled_once_and_whole(
    notes: list[Note], sizes: dict[str, int], file: str
) -> None:
    timeline = lay_out([began(ID), PartBegan(at(0), file, "all"), *notes], sizes)
    until = 0
    for stretch in timeline.stretches:
        assert stretch.at == until
        assert stretch.frames > 0
        assert stretch.from_frame >= 0
        if stretch.file is not None:
            assert (stretch.from_frame + stretch.frames) * FRAME_BYTES <= sizes[stretch.file]
        until += stretch.frames
    assert until == timeline.frames


@settings(deadline=None)
@given(NOTES, SIZES, FILES)
def test_whatever_the_notes_say_segments_and_mutes_lie_apart_in_order_inside_the_timeline(
    notes: list[Note], sizes: dict[str, int], file: str
) -> None:
    timeline = lay_out([began(ID), PartBegan(at(0), file, "all"), *notes], sizes)
    for ranges in ([(one.from_s, one.to_s) for one in timeline.segments], timeline.muted_s):
        until = 0.0
        for begins, ends in ranges:
            assert until <= begins < ends <= timeline.length_s
            until = ends


@settings(deadline=None)
@given(NOTES, SIZES, FILES)
def test_the_last_part_to_begin_is_heard_whole(notes: list[Note], sizes: dict[str, int], file: str) -> None:
    told = [began(ID), PartBegan(at(0), file, "all"), *notes]
    first = {note.file: note for note in reversed(told) if isinstance(note, PartBegan)}
    last = max(note.at for note in first.values())
    latest = [note.file for note in first.values() if note.at == last]
    timeline = lay_out(told, sizes)
    if len(latest) == 1:
        frames = sizes.get(latest[0], 0) // FRAME_BYTES
        heard = [stretch for stretch in timeline.stretches if stretch.file == latest[0]]
        assert [(one.from_frame, one.frames) for one in heard] == ([(0, frames)] if frames else [])


@settings(deadline=None)
@given(NOTES)
def test_no_part_without_a_size_has_a_place(notes: list[Note]) -> None:
    timeline = lay_out([began(ID), PartBegan(at(0), FIRST, "all"), *notes], {})
    assert (timeline.frames, timeline.stretches, timeline.segments, timeline.muted) == (0, (), (), ())
    assert f"part_missing {FIRST}" in timeline.faults

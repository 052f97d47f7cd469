"""Raw audio and the notes beside it: what is written, in which order, and what a crash leaves for the worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.recorder import ANEW_S, Recorder
from ari_app.tape import Tape
from recordings.left_off import left_off
from recordings.notes import (
    Began,
    Ended,
    Muted,
    Note,
    PartBegan,
    PartEnded,
    StageBegan,
    Unmuted,
    from_lines,
)
from recordings.plan import plan_part

CALL = "20261124-042201-7f3a9c01"
ONGOING = "20261124-042201-00000000"
PLAN = plan_part(CALL)
NOW_S = 1795494121.0
BEGAN = Began(NOW_S, CALL, CALL, "call", "inbound", "900100201", "******222", None)


class FakeClock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now_s = NOW_S

    def now(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class FakeMixMonitor:
    """Writes what it is told to when a recording starts."""

    def __init__(self, writes: bytes | None) -> None:
        self._writes = writes

    async def start_recording(self, channel: str, path: Path) -> None:
        if self._writes is None:
            raise RuntimeError("AMI is away")
        path.write_bytes(self._writes)

    async def stop_recording(self, channel: str) -> None:
        raise RuntimeError("no such channel")

    async def mute_recording(self, channel: str, *, muted: bool) -> None:
        raise RuntimeError("no such channel")


def recorder_in(folder: Path, writes: bytes | None = b"") -> Recorder:
    return Recorder(folder, FakeMixMonitor(writes), FakeClock())


def noted(folder: Path, id_: str = CALL) -> list[Note]:
    return from_lines((folder / "raw" / f"{id_}.notes").read_text(encoding="utf-8"))


async def test_a_recording_that_cannot_start_does_not_stop_the_call(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path, writes=None)
    assert not await recorder.start(PLAN, "chan")
    await recorder.stop("chan")
    assert not await recorder.mute("chan", muted=True)
    assert await recorder.settled(PLAN) == 0.0


async def test_a_channel_is_free_again_when_asterisk_has_forgotten_its_last_recording(tmp_path: Path) -> None:
    clock = FakeClock()
    recorder = Recorder(tmp_path, FakeMixMonitor(b""), clock)
    assert recorder.free_in_s("chan") == 0.0
    await recorder.stop("chan")
    await recorder.stop("other")
    await clock.sleep(0.04)
    assert recorder.free_in_s("chan") == pytest.approx(ANEW_S - 0.04)
    await clock.sleep(ANEW_S)
    assert recorder.free_in_s("chan") == 0.0


async def test_a_part_has_settled_when_its_size_stays_and_its_bytes_are_its_length(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path, b"\0" * 32000)
    assert await recorder.start(PLAN, "chan")
    assert await recorder.settled(PLAN) == 1.0


async def test_the_notes_tell_of_a_part_before_it_begins_and_end_after_the_last_has_settled(tmp_path: Path) -> None:
    clock = FakeClock()
    recorder = Recorder(tmp_path, FakeMixMonitor(b"\0" * 32000), clock)
    tape = Tape(BEGAN, recorder, clock.now)
    tape.stage("talk", "1009", "soporte")
    assert await tape.part_begins(PLAN, "all")
    before = noted(tmp_path)
    assert not (tmp_path / PLAN.raw).exists()
    talk = StageBegan(NOW_S, "talk", "1009", "soporte")
    assert before == [BEGAN, talk, PartBegan(NOW_S, f"{CALL}.raw", "all")]
    await recorder.start(PLAN, "chan")
    tape.stage("talk", "1009", "soporte")  # no other than before
    tape.stage("hold", "1009", "soporte")
    tape.mute("1009")
    tape.mute("1009")
    tape.unmute()
    tape.end("caller_hung_up")
    assert Ended not in {type(note) for note in await recorder.noted(CALL)}
    await tape.part_over(PLAN)
    kinds = [type(note) for note in (await recorder.noted(CALL))[3:]]
    assert kinds == [StageBegan, Muted, Unmuted, PartEnded, Ended]


async def test_a_call_of_which_nothing_was_recorded_has_no_notes(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    tape = Tape(BEGAN, recorder, FakeClock().now)
    tape.stage("talk")
    tape.mute("1009")
    tape.end("caller_hung_up")
    assert await recorder.noted(CALL) == []


async def test_where_no_note_can_be_written_nothing_may_be_recorded(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    (tmp_path / "raw" / f"{CALL}.notes").symlink_to(tmp_path / "elsewhere")
    assert not await Tape(BEGAN, recorder, FakeClock().now).part_begins(PLAN, "all")
    assert not (tmp_path / "elsewhere").exists()


async def test_what_a_crash_leaves_is_ended_for_the_worker_but_not_what_goes_on(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    for id_ in (CALL, ONGOING):
        await recorder.note(id_, BEGAN, PartBegan(NOW_S, f"{id_}.raw", "all"))
    with (tmp_path / "raw" / f"{CALL}.notes").open("a") as torn:
        torn.write('{"note":"stage","at":17954')
    await recorder.end_abandoned([ONGOING])
    assert noted(tmp_path)[-1] == Ended(NOW_S, "crash")
    assert len(noted(tmp_path)) == 3
    assert len(noted(tmp_path, ONGOING)) == 2
    await recorder.end_abandoned([ONGOING])
    assert len(noted(tmp_path)) == 3, "ended once"


async def test_a_raw_file_whose_notes_are_lost_gets_some_from_its_name(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    for name in (f"{CALL}.raw", f"{CALL}-2.raw", f"{CALL}-voicemail.raw", "notes.raw"):
        (tmp_path / "raw" / name).write_bytes(b"\0" * 4000)
    await recorder.end_abandoned([])
    first, *parts, last = noted(tmp_path)
    assert isinstance(first, Began)
    assert (first.id, first.kind) == (CALL, "call")
    assert [part.file for part in parts if isinstance(part, PartBegan)] == [f"{CALL}-2.raw", f"{CALL}.raw"]
    assert isinstance(last, Ended)
    message = noted(tmp_path, f"{CALL}-voicemail")[0]
    assert isinstance(message, Began)
    assert (message.kind, message.call) == ("voicemail", CALL)
    assert not (tmp_path / "raw" / "notes.notes").exists()


def test_a_recording_is_muted_from_the_note_on_until_the_next() -> None:
    muted, unmuted = Muted(NOW_S, "1009"), Unmuted(NOW_S)
    told: list[list[Note]] = [[], [BEGAN, muted], [muted, unmuted], [unmuted, muted]]
    assert [left_off(notes).muted for notes in told] == [
        False,
        True,
        False,
        True,
    ]


async def test_a_controller_that_lets_go_notes_nothing_more(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    await recorder.note(CALL, BEGAN)
    recorder.let_go()
    recorder.note(CALL, Ended(NOW_S, "unknown"))
    assert await recorder.noted(CALL) == [BEGAN]

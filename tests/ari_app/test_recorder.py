from __future__ import annotations

import wave
from pathlib import Path, PurePosixPath

import pytest

from ari_app.recorder import ANEW_S, Recorder, keep
from recordings.plan import RecordingPlan

CALL = "20261124-042201-7f3a9c01"
PLAN = RecordingPlan(PurePosixPath(f"raw/{CALL}.raw"), PurePosixPath(f"2026/11/24/{CALL}.wav"))
NOW_S = 1795494121.0


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


async def test_a_finished_recording_is_a_wav_and_the_raw_file_is_gone(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, FakeMixMonitor(b"\x01\x00\x02\x00" * 8000 + b"\x01"), FakeClock())
    plan = recorder.plan(CALL, "all")
    assert plan == PLAN
    assert await recorder.start(plan, "chan")
    await recorder.finish(plan, "chan")
    with wave.open(str(tmp_path / PLAN.kept)) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 8000)
    assert list((tmp_path / "raw").iterdir()) == []
    assert not (tmp_path / PLAN.kept.with_suffix(".part")).exists()


async def test_a_recording_that_cannot_start_does_not_stop_the_call(tmp_path: Path) -> None:
    assert not await Recorder(tmp_path, FakeMixMonitor(None), FakeClock()).start(PLAN, "chan")


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


async def test_finishing_a_recording_that_never_began_leaves_nothing_and_raises_nothing(tmp_path: Path) -> None:
    await Recorder(tmp_path, FakeMixMonitor(None), FakeClock()).finish(PLAN, "chan")
    assert list(tmp_path.rglob("*.*")) == []


async def test_leftovers_of_a_crash_are_kept_but_not_those_of_calls_that_go_on(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, FakeMixMonitor(b""), FakeClock())
    ongoing = "20261124-042201-00000000"
    for name in (CALL, ongoing, "notes"):
        (tmp_path / "raw" / f"{name}.raw").write_bytes(b"\x00" * 4000)
    await recorder.keep_leftovers(except_for=[ongoing])
    assert (tmp_path / PLAN.kept).exists()
    assert sorted(path.stem for path in (tmp_path / "raw").iterdir()) == [ongoing, "notes"]


def test_an_interrupted_write_leaves_the_raw_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / PLAN.raw).write_bytes(b"\x00" * 4000)

    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("ari_app.recorder.shutil.copyfileobj", full_disk)
    with pytest.raises(OSError, match="no space"):
        keep(tmp_path, PLAN)
    assert (tmp_path / PLAN.raw).exists()
    assert not (tmp_path / PLAN.kept).exists()

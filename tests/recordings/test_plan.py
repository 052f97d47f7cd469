from __future__ import annotations

import pytest

from recordings.plan import plan_for_leftover, plan_recording

CALL = "20261124-042201-7f3a9c01"
STARTED_S = 1795494121.0  # 2026-11-24T04:22:01Z


def test_a_recording_is_named_after_the_call_and_kept_by_day() -> None:
    plan = plan_recording(CALL, "all", STARTED_S)
    assert plan is not None
    assert str(plan.raw) == f"raw/{CALL}.raw"
    assert str(plan.kept) == f"2026/11/24/{CALL}.wav"


def test_a_queue_that_never_records_has_no_plan() -> None:
    assert plan_recording(CALL, "never", STARTED_S) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "600111222", "", f"{CALL}/x", f"{CALL}\n"])
def test_no_other_text_becomes_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="not one of our call ids"):
        plan_recording(name, "all", STARTED_S)


def test_a_leftover_finds_its_place_from_its_name() -> None:
    assert plan_for_leftover(f"{CALL}.raw") == plan_recording(CALL, "all", STARTED_S)


@pytest.mark.parametrize("name", ["notes.txt", CALL, "x.raw", ".raw", f"{CALL}.raw.raw"])
def test_a_file_that_is_not_ours_has_no_plan(name: str) -> None:
    assert plan_for_leftover(name) is None

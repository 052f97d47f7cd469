from __future__ import annotations

import pytest

from recordings.plan import call_of, plan_for_leftover, plan_of_kept, plan_recording, plan_voicemail

CALL = "20261124-042201-7f3a9c01"
STARTED_S = 1795494121.0  # 2026-11-24T04:22:01Z


def test_a_recording_is_named_after_the_call_and_kept_by_day() -> None:
    plan = plan_recording(CALL, "all", STARTED_S)
    assert plan is not None
    assert str(plan.raw) == f"raw/{CALL}.raw"
    assert str(plan.kept) == f"2026/11/24/{CALL}.wav"


def test_a_message_stands_beside_the_conversation_of_the_same_call() -> None:
    plan = plan_voicemail(CALL, STARTED_S)
    assert str(plan.raw) == f"raw/{CALL}-voicemail.raw"
    assert str(plan.kept) == f"2026/11/24/{CALL}-voicemail.wav"
    assert plan_for_leftover(plan.raw.name) == plan
    assert call_of(plan.raw.name) == call_of(f"{CALL}.raw") == CALL


def test_a_queue_that_never_records_has_no_plan() -> None:
    assert plan_recording(CALL, "never", STARTED_S) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "600111222", "", f"{CALL}/x", f"{CALL}\n"])
def test_no_other_text_becomes_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="not one of our call ids"):
        plan_recording(name, "all", STARTED_S)


def test_a_leftover_finds_its_place_from_its_name() -> None:
    assert plan_for_leftover(f"{CALL}.raw") == plan_recording(CALL, "all", STARTED_S)


@pytest.mark.parametrize(
    "name", ["notes.txt", CALL, "x.raw", ".raw", f"{CALL}.raw.raw", f"{CALL}-voicemail", "-voicemail.raw"]
)
def test_a_file_that_is_not_ours_has_no_plan(name: str) -> None:
    assert plan_for_leftover(name) is None


def test_a_calls_later_conversations_are_further_parts_and_none_overwrites_another() -> None:
    plans = [plan_recording(CALL, "all", STARTED_S, part) for part in (1, 2, 3)]
    assert [str(plan.kept) for plan in plans if plan] == [
        f"2026/11/24/{CALL}.wav",
        f"2026/11/24/{CALL}-2.wav",
        f"2026/11/24/{CALL}-3.wav",
    ]
    assert [plan_for_leftover(plan.raw.name) for plan in plans if plan] == plans
    assert {call_of(plan.raw.name) for plan in plans if plan} == {CALL}
    assert [plan_of_kept(plan.kept) for plan in plans if plan] == plans

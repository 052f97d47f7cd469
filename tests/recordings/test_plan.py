from __future__ import annotations

import pytest

from recordings.plan import part_of, plan_of, plan_part, plan_voicemail

CALL = "20261124-042201-7f3a9c01"


def test_a_recording_is_named_after_the_call_and_kept_by_day() -> None:
    plan = plan_part(CALL)
    assert (plan.id, str(plan.raw), plan.key) == (CALL, f"raw/{CALL}.raw", f"2026/11/24/{CALL}.opus.age")


def test_a_calls_later_conversations_are_further_parts_of_the_same_recording() -> None:
    plans = [plan_part(CALL, part) for part in (1, 2, 3)]
    assert [plan.raw.name for plan in plans] == [f"{CALL}.raw", f"{CALL}-2.raw", f"{CALL}-3.raw"]
    assert {plan.key for plan in plans} == {plan_part(CALL).key}
    assert [part_of(plan) for plan in plans] == [1, 2, 3]
    assert [plan_of(plan.raw.name) for plan in plans] == plans


def test_a_message_is_a_recording_of_its_own() -> None:
    plan = plan_voicemail(CALL)
    assert (plan.id, plan.raw.name) == (f"{CALL}-voicemail", f"{CALL}-voicemail.raw")
    assert plan.key == f"2026/11/24/{CALL}-voicemail.opus.age"
    assert plan_of(plan.raw.name) == plan


@pytest.mark.parametrize("name", ["../../etc/passwd", "600111222", "", f"{CALL}/x", f"{CALL}\n"])
def test_no_other_text_becomes_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="no recording's id"):
        plan_part(name)


@pytest.mark.parametrize("name", ["notes.txt", CALL, "x.raw", ".raw", f"{CALL}.raw.raw", "-voicemail.raw", ""])
def test_a_file_that_is_not_ours_has_no_plan(name: str) -> None:
    assert plan_of(name) is None

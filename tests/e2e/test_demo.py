"""`make demo`: one caller and one operator on the running stack, told as a timeline or as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ari_app.demo import run_demo
from tests.e2e.stack import Stack

STEPS = [
    *("phone_registered", "operator_ready", "number_dialled", "answered", "greeting_heard", "digit_pressed"),
    *("phone_rings", "status_shows_ringing", "operator_answered", "caller_hears_operator", "operator_hears_caller"),
    *("operator_hung_up", "caller_released", "wrap_up", "ready_again", "recording_kept"),
]


async def test_the_demo_tells_every_step_who_heard_whom_and_where_the_recording_is(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert await run_demo(stack.settings, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert [step["name"] for step in told["steps"]] == STEPS
    assert all(step["ok"] and step["at_ms"] > 0 for step in told["steps"])
    assert (told["recording"]["left_is_caller"], told["recording"]["right_is_operator"]) == (True, True)
    assert told["recording"]["path"].startswith(str(stack.settings.recordings))


async def test_a_demo_whose_step_fails_says_which_and_fails(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert await run_demo(replace(stack.settings, demo_sip_secret="wrong"), as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["recording"]) == (False, None)
    assert (told["steps"][-1]["name"], told["steps"][-1]["ok"]) == ("failed", False)


async def test_a_demo_with_nothing_running_says_so_and_fails(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    nobody_listens = replace(stack.settings, api_port=1)
    assert await run_demo(nobody_listens, as_json=False) == 1
    told = capsys.readouterr().out
    assert "The demo FAILED" in told
    assert "centralita doctor" in told

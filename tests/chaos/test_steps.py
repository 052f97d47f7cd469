"""The controller killed at four steps of a call; at every one: ``python -m tests.chaos --only steps``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.steps import steps

pytestmark = pytest.mark.timeout(120)


@pytest.mark.e2e
async def test_a_controller_killed_between_two_steps_of_a_call_leaves_nothing_and_nobody_behind(tmp_path: Path) -> None:
    finding = await steps(tmp_path, samples=4, progress=print)
    assert finding.held, finding.aims
    assert finding.figures["killed"] == 4

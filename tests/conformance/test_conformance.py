"""Asterisk's own scenarios of its queues, played on Queue() and on the engine: what comes out is what docs/conformance.md says."""

from __future__ import annotations

import pytest

from tests.conformance.conftest import Both
from tests.conformance.scenario import SYSTEMS, Scenario, SystemName, all_scenarios


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda one: one.name)
async def test_the_scenario_comes_out_as_the_table_says(both: Both, scenario: Scenario, system: SystemName) -> None:
    async with both.stage(scenario, system) as stage:
        found = await scenario.play(stage)
    assert dict(found) == scenario.expected(system)

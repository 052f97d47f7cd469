"""Every case of the race works, on both systems, for a moment. How fast is not asked here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from benchmarks.race.arena import Race, race
from benchmarks.race.cases import CASES
from benchmarks.race.measured import Case
from tests.conformance.scenario import SYSTEMS, SystemName

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]
PLAYED = [(case, name) for case in CASES for name in SYSTEMS if name == "engine" or not case.engine_only]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Race]:
    async with race(tmp_path_factory.mktemp("race")) as on:
        yield on


@pytest.mark.parametrize(("case", "name"), PLAYED, ids=lambda one: one.name if isinstance(one, Case) else one)
async def test_the_case_gives_figures_and_leaves_nothing_behind(both: Race, case: Case, name: SystemName) -> None:
    async with both.arena(name) as arena:
        measured = await case.play(arena, case.trial)
    assert measured.shown()
    if name == "engine":
        assert measured.figures.get("calls failed", 0) == 0

"""One running centre in which both systems serve the same phones; each scenario on each system is one test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.conformance.scenario import Scenario, SystemName, all_scenarios
from tests.conformance.stage import Stage
from tests.conformance.systems import System, both_systems
from tests.conformance.written import Written
from tests.e2e.stack import Stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/conformance/" in item.nodeid and "test_table" not in item.nodeid:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass
class Both:
    """The two systems on one Asterisk."""

    stack: Stack
    written: Written
    systems: dict[SystemName, System]

    @asynccontextmanager
    async def stage(self, scenario: Scenario, system: SystemName) -> AsyncIterator[Stage]:
        """A stage on which nothing is left behind; the files are as before."""
        log = self.stack.settings.queue_log_file
        begin = len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0
        try:
            async with AsyncExitStack() as exits:
                yield Stage(scenario, self.systems[system], self.stack, self.written, exits, begin)
            await self.stack.nothing_is_left()
        finally:
            if self.written.as_at_first():
                await self.systems["engine"].reload()
                await self.systems["Queue()"].reload()  # last, since the engine writes Asterisk's files whole


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    folder = tmp_path_factory.mktemp("conformance")
    written = Written(all_scenarios(), folder / "centre")
    async with both_systems(folder, written) as (stack, systems):
        yield Both(stack, written, systems)

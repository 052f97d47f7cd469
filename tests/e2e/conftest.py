"""One running centre for the whole suite; after each test nothing may be left behind in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ari_app.stack.faults import SetupFailed
from ari_app.stack.front import KamailioInstall, provide_kamailio
from tests.e2e.stack import Stack, running_stack, settings_of_tests

FETCHED_WITHIN_S = 400


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e/" in item.nodeid:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            if isinstance(item, pytest.Function) and "kamailio" in item.fixturenames:
                item.add_marker(
                    pytest.mark.timeout(FETCHED_WITHIN_S)
                )  # the first one that needs it waits for the download


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def session_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="session")
def kamailio(tmp_path_factory: pytest.TempPathFactory) -> KamailioInstall:
    """The machine's, or Debian's package in the usual cache, whither it is fetched once."""
    try:
        return provide_kamailio(settings_of_tests(tmp_path_factory.mktemp("looked-for")).cache, print)
    except SetupFailed as lacking:
        pytest.skip(f"no Kamailio: {lacking}")


@pytest_asyncio.fixture(loop_scope="session")
async def stack(session_stack: Stack) -> AsyncIterator[Stack]:
    yield session_stack
    await session_stack.nothing_is_left()


@pytest_asyncio.fixture(loop_scope="session")
async def console(stack: Stack) -> AsyncIterator[str]:
    """The address of a console beside the running stack."""
    await stack.instance.start_console()
    yield stack.settings.console_url
    await stack.instance.console.stop()

"""One running centre and one Chromium for the browser tests, in a network of their own; only when they are asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from ari_app.adapters.catalogue_database import Database
from tests.browser.chromium import Browser, chromium, served_page
from tests.browser.people import BrowserStack, browser_centre
from tests.browser.tools import Tools, find_tools
from tests.e2e.stack import running_stack
from tests.migrated import migrated
from tests.network import network_of_its_own
from tests.on_request import ToolsMissing, cache_folder, only_when_asked


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    only_when_asked(config, items, "browser")


@pytest.fixture(scope="session")
def tools() -> Tools:
    try:
        return find_tools(cache_folder())
    except ToolsMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with network_of_its_own() as address:
        yield address


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(tools: Tools, address: str) -> AsyncIterator[Browser]:
    async with chromium(tools) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def page(tools: Tools, address: str) -> AsyncIterator[str]:
    async with served_page(tools.jssip) as page:
        yield page


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def session_stack(
    browser: Browser, page: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[BrowserStack]:
    folder: Path = tmp_path_factory.mktemp("stack")
    async with running_stack(folder, centre=browser_centre) as stack:
        await stack.instance.start_console()
        yield BrowserStack(stack.instance, stack.settings, browser, page)


@pytest_asyncio.fixture(loop_scope="session")
async def stack(session_stack: BrowserStack) -> AsyncIterator[BrowserStack]:
    yield session_stack
    await session_stack.nothing_is_left()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """With our tables in it."""
    made = migrated(tmp_path / "centralita.db")
    yield made
    made.close()

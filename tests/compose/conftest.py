"""One running composition for its tests, in an engine for containers of their own; only when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compose.composition import Composition, secrets_for_containers
from tests.compose.engine import engine
from tests.compose.tools import Tools, find_tools
from tests.network import network_of_its_own
from tests.on_request import ToolsMissing, cache_folder, only_when_asked


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    only_when_asked(config, items, "compose", pytest.mark.timeout(400))


@pytest.fixture(scope="session")
def tools() -> Tools:
    try:
        return find_tools(cache_folder())
    except ToolsMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def running(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    """All of it, healthy. This thread is in the network where its ports are published."""
    with (
        secrets_for_containers(tmp_path_factory.mktemp("compose")) as secrets,
        network_of_its_own(),
        engine(tools.images, tools.log, builds=False) as docker,
    ):
        composition = Composition(docker, tools, secrets)
        composition.compose("--profile", "*", "down", "--volumes", "--remove-orphans")
        try:
            composition.compose("run", "--rm", "secrets")
            composition.up()
            yield composition
        finally:
            composition.compose("logs", "--no-color")
            composition.compose("--profile", "*", "down", "--volumes", "--remove-orphans")

"""What holds for every test: none of them changes how the next one logs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """The command line, tried in this process, sets a level of its own; what a test captures would be empty after it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)

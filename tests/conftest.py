"""What holds for every test: none of them changes how the next one logs, and generated cases are the same in every quick run.

A run of ``make test`` tells of a change and not of luck: its cases are derived from each test itself. ``HYPOTHESIS_PROFILE=deep``
(``make test-deep``) looks at other cases each time, and at many more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

_COMMON = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _COMMON, derandomize=True, max_examples=100, stateful_step_count=40)
settings.register_profile("deep", _COMMON, max_examples=1000, stateful_step_count=100)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """The command line, tried in this process, sets a level of its own; what a test captures would be empty after it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)

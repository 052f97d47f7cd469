"""The event socket broken once in each way; 100 times: ``python -m tests.chaos --only sockets``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.sockets import sockets

pytestmark = pytest.mark.timeout(120)


@pytest.mark.e2e
async def test_an_end_that_a_broken_event_socket_did_not_tell_is_seen_all_the_same(tmp_path: Path) -> None:
    finding = await sockets(tmp_path, rounds=3, progress=print)
    missed = finding.aims[0]
    assert missed.held, missed
    assert set(finding.figures) == {"cut_s", "half-open_s", "stalled_s"}

"""A centre's API over the recordings' part of a controller, whose clock does not wait as long as it is told to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pyrage

from ari_app.adapters.http_api import create_app
from ari_app.adapters.recordings_part import RecordingsPart
from ari_app.health import HealthPart
from ari_app.settings import Settings
from recordings.custody import AuditEntry, AuditQuery
from tests.adapters.conftest import TOKEN_KEY, Api, FakeCentre

_WITHIN_S = 60.0


class HastyClock:
    """The machine's; a pause is a twentieth of what it should be."""

    def now(self) -> float:
        """See Clock."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """See Clock."""
        await asyncio.sleep(seconds / 20)


class Controller:
    """What there is of one."""

    def __init__(self, state: Path, url: str, key: pyrage.x25519.Identity) -> None:
        state.mkdir(exist_ok=True)
        identity = state / "identity.txt"
        identity.write_text(str(key))
        identity.chmod(0o600)
        self.settings = Settings(
            project=state, centre=state, state=state, cache=state, database_url=url, token_key=TOKEN_KEY,
            recordings_identity=identity,
        )  # fmt: skip
        self.centre = FakeCentre()
        self.centre.open()
        self.part = RecordingsPart(
            self.settings, lambda number: f"hash of {number}", HastyClock(), self.centre.board,
            erasers=(), knows=(), rules=tuple, operators_hear_own=lambda: True,
        )  # fmt: skip
        self.centre.app = create_app(
            self.centre.board,
            self.centre,
            self.centre.accounts,
            TOKEN_KEY,
            lambda: self.centre.now_s,
            lambda: [HealthPart("database", self.part.door.wrong, needed=False)],
            library=self.part.door,
            metrics=[self.part.metrics],
        )
        self.api = Api(self.centre)

    def entries(self) -> list[AuditEntry]:
        """The audit, the oldest first. Raises CatalogueAway."""
        return list(reversed(self.part.door.library().audit.entries(AuditQuery(limit=10_000))))

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for it."""
        async with asyncio.timeout(_WITHIN_S):
            while not true():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def running(state: Path, url: str, key: pyrage.x25519.Identity | None = None) -> AsyncIterator[Controller]:
    """One life."""
    controller = Controller(state, url, key or pyrage.x25519.Identity.generate())
    running_part = asyncio.create_task(controller.part.run())
    try:
        yield controller
    finally:
        running_part.cancel()
        await controller.part.close()
        await controller.api.http.aclose()

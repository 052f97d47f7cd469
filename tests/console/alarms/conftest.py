"""People who see a wallboard, the limits of their alarms over one database, and the routes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from ari_app.adapters import http_errors
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.catalogue_tables import audit
from console.alarms.book import AlarmLimits
from console.alarms.routes import alarm_routes
from console.audit.book import Audit
from console.people import Person
from tests.console.reception import FakeReception
from tests.migrated import migrated

T0 = 1_795_494_121.0  # 2026-11-24T04:22:01Z
PEOPLE = {
    "pilar": Person("2001", "Pilar", "supervisor", ("soporte", "ventas")),
    "sales": Person("2002", "Joaquín", "supervisor", ("ventas",)),
    "leader": Person("2101", "Raquel", "team_leader", ("soporte",), "norte"),
    "coordinator": Person("3001", "Isabel", "coordinator"),
    "ana": Person("1005", "Ana", "operator", ("soporte",)),
    "administrator": Person("4001", "Marcos", "administrator"),
}


class Limits:
    """Asked over HTTP. ``queues`` are the centre's now."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.queues = ["soporte", "ventas"]
        app = FastAPI()
        http_errors.install(app)
        app.state.reception = FakeReception(PEOPLE)
        self.book = AlarmLimits(database, Audit(database, lambda: T0), lambda: T0)
        app.include_router(alarm_routes(self.book, lambda: self.queues))
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://console")

    async def ask(self, who: str, method: str, path: str = "", json: Any = None) -> httpx.Response:
        """As somebody of PEOPLE."""
        return await self._http.request(
            method, f"/api/v1/alarms/limits{path}", json=json, headers={"Authorization": f"Bearer {who}"}
        )

    async def seen(self, who: str) -> Any:
        """What that one is told."""
        answer = await self.ask(who, "GET")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def put(self, who: str, whose: str, rules: Any, version: int | None = None) -> httpx.Response:
        """Over what that one sees, unless a version is given."""
        over = (await self.seen(who))[whose]["version"] if version is None else version
        return await self.ask(who, "PUT", f"/{whose}", {"version": over, "rules": rules})

    def acts(self) -> list[tuple[str, str, str, Any]]:
        """The audit's entries: who, what, on what, details."""
        with self.database.reading() as connection:
            told = select(audit.c.who, audit.c.act, audit.c.subject, audit.c.detail).order_by(audit.c.id)
            return [tuple(row) for row in connection.execute(told)]


@pytest.fixture
def limits(tmp_path: Path) -> Iterator[Limits]:
    """Of one test."""
    database = migrated(tmp_path / "centralita.db")
    yield Limits(database)
    database.close()

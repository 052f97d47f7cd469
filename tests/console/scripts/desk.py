"""A console's scripts over a copy of a small centre, and people who ask for them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient, Response

from ari_app.adapters import http_errors
from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.http_errors import Refused
from ari_app.contract import CallStatus
from console.people import Person
from console.scripts.desk import ScriptDesk
from console.scripts.folder import ScriptFolder
from console.scripts.routes import script_routes
from tests.console.reception import FakeReception

DEMO = Path(__file__).parents[3] / "centres" / "valdeluna"
VENTAS = """\
title: {es: Venta, en: Sale}
queues: [ventas]
start: hola
steps:
  hola: {kind: say, text: {es: "Hola, {customer.name}", en: Hello}, next: quiere}
  quiere:
    kind: ask
    text: {es: Dígame, en: Tell me}
    questions:
      que: {type: choice, text: {es: Quiere, en: Wants}, choices: {luz: {es: Luz, en: Power}, gas: {es: Gas, en: Gas}}}
      potencia: {type: number, least: 1, most: 15, required: false, text: {es: Potencia, en: Power}}
      nombre: {type: text, required: false, text: {es: Nombre, en: Name}}
    ways: [{when: que == "gas", next: no}]
    next: adios
  adios: {kind: end, text: {es: Adiós, en: Bye}, disposition: venta}
  no: {kind: end, text: {es: No hay gas, en: No gas}, disposition: no_interesa}
objections:
  caro: {title: {es: Caro, en: Dear}, text: {es: "No", en: "No"}}
"""
PEOPLE = {
    "1001": Person("1001", "Lucía", "operator", ("ventas",)),
    "1002": Person("1002", "Javier", "operator", ("ventas",)),
    "2101": Person("2101", "Nuria", "team_leader", team="norte"),
    "2102": Person("2102", "Iván", "team_leader", team="sur"),
    "2003": Person("2003", "Pilar", "supervisor", ("soporte",)),
    "3001": Person("3001", "Isabel", "coordinator"),
    "4001": Person("4001", "Óscar", "administrator"),
    "2001": Person("2001", "Ana", "supervisor"),
    "2002": Person("2002", "Paco", "supervisor"),
}


@dataclass
class Clock:
    """Goes on by a second at each look, so that nothing happens at once."""

    at: float = 1_795_860_000.0

    def now(self) -> float:
        """Unix seconds."""
        self.at += 1.0
        return self.at


@dataclass
class CallsInHand:
    """The port CallsNow: whatever calls are put into it."""

    calls: dict[str, CallStatus] = field(default_factory=dict)
    busy: dict[str, set[str]] = field(default_factory=dict)

    def busy_with(self, call: str) -> set[str]:
        """See CallsNow."""
        return self.busy.get(call, set())

    def call(self, id: str) -> CallStatus | None:
        """See CallsNow."""
        return self.calls.get(id)

    def talking(self, id: str, operator: str | None, queue: str | None = "ventas", **more: Any) -> None:
        """A call of this operator's."""
        at = "2026-11-28T10:00:00.000Z"
        self.calls[id] = CallStatus(
            id, "talking", at, queue, None, operator, "inbound", "******222", "900100200", at, None, None, **more
        )

    async def sight(self, call: str, _request: Request, person: Person) -> None:
        """See Sight: of the calls of now."""
        shown, reach = self.calls.get(call), person.reach("see_answers")
        if shown is not None and (
            reach == "all"
            or (reach == "queues" and (not person.queues or shown.queue in person.queues))
            or (reach == "team" and _leads(person, shown.operator or ""))
            or person.code in {shown.operator, *self.busy_with(call)}
        ):
            return
        raise Refused(404, "not_found", "There is no such call.")


@dataclass
class Served:
    """The routes, and what stands behind them."""

    desk: ScriptDesk
    calls: CallsInHand
    folder: Path
    client: AsyncClient

    @property
    def file(self) -> Path:
        """Of the script ``ventas``."""
        return self.folder / "scripts" / "ventas.yaml"

    async def ask(self, who: str, method: str, path: str, json: Any = None) -> Response:
        """As ``who``."""
        headers = {"Authorization": f"Bearer {who}"}
        return await self.client.request(method, f"/api/v1{path}", json=json, headers=headers)

    async def told(self, who: str, method: str, path: str, json: Any = None) -> Any:
        """What is answered, which must be no refusal."""
        answer = await self.ask(who, method, path, json)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None


def small_centre(folder: Path, **scripts: str) -> Path:
    """The demo's queues and languages, with these scripts."""
    (folder / "scripts").mkdir(parents=True)
    for name in ("centre.yaml", "queues.yaml"):
        shutil.copy(DEMO / name, folder / name)
    for name, text in scripts.items():
        (folder / "scripts" / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def _leads(person: Person, operator: str) -> bool:
    return (person.team, operator) in {("norte", "1001"), ("sur", "1002")}


@asynccontextmanager
async def served(database: Database, folder: Path) -> AsyncIterator[Served]:
    """The routes over ``database`` and the centre in ``folder``."""
    calls = CallsInHand()
    desk = ScriptDesk.over(database, ScriptFolder(folder), calls, Clock().now, _leads)
    app = FastAPI()
    http_errors.install(app)
    app.state.reception = FakeReception(PEOPLE)
    app.include_router(script_routes(desk, calls.sight))
    async with AsyncClient(
        transport=ASGITransport(app, raise_app_exceptions=False), base_url="http://console"
    ) as client:
        yield Served(desk, calls, folder, client)

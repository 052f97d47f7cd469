"""The console with all its parts over the demo centre, and things that are somebody's: near ones, and those of another team."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import FastAPI

from ari_app.accounts import Account
from ari_app.adapters.http_auth import Caller
from ari_app.adapters.http_errors import Refused
from ari_app.clock import SystemClock
from ari_app.contract import CallStatus, OperatorStatus, timestamp
from ari_app.new_ids import new_id
from ari_app.permissions import Role
from ari_app.settings import Settings, load_settings
from console.app import create_app
from console.audit.book import Audit, By
from console.centre_files import CentreFiles
from console.contacts.book import ContactBook
from console.contacts.contact import ContactNumber, Details
from console.controllers import Answer, Controllers
from console.mirror import Mirror
from console.people import Person
from console.reception import ControllersReception
from console.scripts.answers import Answers, Saved
from console.scripts.folder import ScriptFolder
from console.scripts.versions import ScriptVersions
from console.tickets.parts import levels_of
from console.tickets.store import NewTicket, Tickets
from console.webhooks.outbox import Outbox
from console.wiring import Around, Part, parts_of
from tests.console.past.conftest import World
from tests.migrated import migrated
from tests.security.everything import PROJECT, valdeluna

NEAR, FAR = "1005", "1015"
"""Operators of the teams norte and sur, who share no queue."""
QUEUE_OF: Final = {NEAR: "soporte", FAR: "soporte_n2"}
WHO: Final[dict[Role, str]] = {
    "operator": NEAR,
    "team_leader": "2101",
    "supervisor": "2001",
    "coordinator": "3001",
    "administrator": "4001",
}


@cache
def _people() -> dict[str, Person]:
    centre = valdeluna()
    serve = {one.code: tuple(one.queues) for one in centre.operators}
    norte = tuple(sorted({queue for one in centre.operators if one.team == "norte" for queue in one.queues}))
    people = {
        code: Person(code, code, "operator", serve[code], "norte" if code == NEAR else "sur") for code in QUEUE_OF
    }
    people["2101"] = Person("2101", "2101", "team_leader", norte, "norte")
    roles: tuple[Role, ...] = ("supervisor", "coordinator", "administrator")
    return people | {WHO[role]: Person(WHO[role], WHO[role], role) for role in roles}


def _person(authorization: str) -> Person:
    person = _people().get(authorization.removeprefix("Bearer "))
    if person is None:
        raise Refused(401, "token_invalid", "This token is not one of ours; log in again.")
    return person


class KnownByCode(ControllersReception):
    """Tokens are codes."""

    async def person(self, authorization: str) -> Person:
        """See Reception."""
        return _person(authorization)

    async def caller(self, authorization: str) -> Caller:
        """See ControllersReception."""
        one = _person(authorization)
        return Caller(Account(one.code, one.name, one.role, one.queues, one.team), 1e11, one.code, frozenset)


class OneController(Controllers):
    """Says what the leading one would: who there is, whose the calls are. Commands it takes."""

    def __init__(self) -> None:
        super().__init__([], "")

    async def ask(
        self, method: str, path: str, body: object = None, authorization: str = "", client: str = ""
    ) -> Answer:
        """See Controllers."""
        _, _, what = path.partition("/api/v1/")
        match what.split("/"):
            case ["centre"]:
                queues = [{"name": one.name, "titles": {}, "service_level_s": 20} for one in valdeluna().queues]
                return _said(200, {"time_zone": "Europe/Madrid", "queues": queues})
            case ["people"]:
                return _said(200, {"items": []})
            case ["teams"]:
                members = {"norte": [NEAR], "sur": [FAR]}
                items = [{"id": team, "names": {}, "operators": some} for team, some in members.items()]
                return _said(200, {"items": items})
            case ["me", "phone"]:
                return _said(200, {"kind": "sip"})
            case ["calls", call] if method == "GET":
                return _said(200 if call == "near" or _person(authorization).role != "team_leader" else 403, {})
            case ["calls", _, "caller"]:
                return _said(404, {})
            case _:
                return _said(202, {})


def _said(status: int, body: Any) -> Answer:
    return Answer(status, httpx.Response(status, json=body).content)


class Floor:
    """Everything of the console over one database. What is ``near`` is NEAR's, what is ``far`` FAR's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SystemClock()
        self.database = migrated(folder / "console.db")
        self.mirror = Mirror("redis://127.0.0.1:1/0", "x:", self.clock)
        audit, outbox = Audit(self.database, self.clock.now), Outbox(new_id, self.clock.now)
        self._tickets = Tickets(
            self.database, audit, outbox, lambda: levels_of(valdeluna()), self.clock.now, lambda at: 2026
        )
        self._book = ContactBook(self.database, lambda: "ES", self.clock.now)
        self._world = World(self.database)
        for call, operator in (("near", NEAR), ("far", FAR)):
            self._call(call, operator)

    def _call(self, call: str, operator: str) -> None:
        at, queue = timestamp(self.clock.now()), QUEUE_OF[operator]
        self.mirror.board.calls[call] = CallStatus(
            call, "talking", at, queue, None, operator, "inbound", "******222", "900100201", at, None, None
        )
        self.mirror.board.operators[operator] = OperatorStatus(
            operator, operator, "talking", at, None, "reachable", call, queue, (queue,)
        )
        self._world.was(call, f"60011122{call == 'near':d}", operator=operator, queue=queue)
        folder = ScriptFolder(PROJECT / "centres" / "valdeluna")
        answers = Answers(self.database, ScriptVersions(self.database, folder, self.clock.now), folder, self.clock.now)
        answers.save(call, queue, queue, operator, Saved(1, "es"))

    def ticket(self, *, near: bool) -> str:
        """A new one, which its owner works on."""
        operator = NEAR if near else FAR
        new = NewTicket(subject="x", queue=QUEUE_OF[operator], note="", mine=True)
        return self._tickets.open(new, By(operator, "operator"))[0].ref

    def contact(self) -> str:
        """A new one."""
        return self._book.create(Details("Rosa", (ContactNumber("+34600111222"),)), "2001").id

    @asynccontextmanager
    async def http(self) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
        """The application, and a client of its."""
        controllers, settings = OneController(), _settings(self.folder)
        reception = KnownByCode(controllers, self.clock)
        centre = CentreFiles(settings.centre, valdeluna(), lambda: None, self.clock)
        around = Around(settings, centre, self.clock, self.database, self.mirror, controllers, reception)
        parts = list(parts_of(around))
        app = create_app(
            self.mirror,
            controllers,
            reception,
            self.clock,
            parts=[part.router for part in parts],
            read_piecewise=[path for part in parts for path in part.read_piecewise],
        )
        app.state.events.close()  # who may follow is told 503 and does not wait
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
            try:
                yield app, client
            finally:
                await close(parts)


async def close(parts: Iterable[Part]) -> None:
    """What a part has opened it lets go at the end of its work."""
    works = [asyncio.ensure_future(work()) for part in parts for work in part.works.values()]
    await asyncio.sleep(0)
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)


def _settings(folder: Path) -> Settings:
    made = load_settings(PROJECT, {"CENTRALITA_STATE": str(folder), "CENTRALITA_TOKEN_KEY": "k" * 40})
    return replace(made, state=folder)

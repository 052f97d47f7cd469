"""The console's pages over contacts alone: no telephones, no controller; people are known by their codes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse

from ari_app.adapters import http_errors
from ari_app.adapters.http_json import json_bytes
from ari_app.permissions import permissions_of
from console.contacts.desk import Desk
from console.contacts.import_routes import READ_PIECEWISE
from console.contacts.routes import contact_routes
from console.people import Person
from tests.browser.frame_served import listening, pages
from tests.console.contacts.conftest import PEOPLE
from tests.console.reception import FakeReception

KEEPER = '{"here": true, "since": null, "wrong": null}'
PAST: Final = {
    "call": "c-0", "started": "2026-11-20T10:00:00.000Z", "ended": "2026-11-20T10:05:00.000Z", "direction": "inbound",
    "number": "900100201", "queues": ["soporte"], "operators": ["1005"], "answered": "2026-11-20T10:00:20.000Z", "wait_s": 20.0,
    "talk_s": 250.0, "disposition": "resuelto", "end_reason": "caller_hung_up", "ticket": "S-2026-000007", "recording": False,
    "notes": [{"by": "1005", "at": "2026-11-20T10:06:00.000Z", "text": "Contador revisado"}],
}  # fmt: skip
TICKET: Final = {
    "ref": "S-2026-000007", "subject": "No tiene luz", "state": "open", "queue": "soporte", "priority": 2, "overdue": True,
    "changed": "2026-11-20T10:06:00.000Z",
}  # fmt: skip
SNAPSHOT = f'event: snapshot\ndata: {{"queues": [], "operators": [], "calls": [], "controller": {KEEPER}}}\n\n'


@asynccontextmanager
async def served(desk: Desk) -> AsyncIterator[str]:
    """The console's address."""
    async with listening(_app(desk)) as address:
        yield address


def _app(desk: Desk) -> FastAPI:
    app = FastAPI()
    people = {code: Person(code, f"Persona {code}", role) for code, role in PEOPLE.items()}
    app.state.reception = FakeReception(people)
    http_errors.install(app, READ_PIECEWISE)
    app.include_router(contact_routes(desk))

    async def asked_by(request: Request) -> Person:
        return await FakeReception(people).person(request.headers.get("authorization", ""))

    @app.post("/api/v1/login")
    async def login(body: dict[str, Any]) -> dict[str, Any]:
        return {"token": body["code"]}

    @app.get("/api/v1/me")
    async def me(request: Request) -> Response:
        person = await asked_by(request)
        may = permissions_of(person.role)
        told = {"code": person.code, "name": person.name, "role": person.role, "permissions": list(may), "reach": may}
        return Response(json_bytes(told), media_type="application/json")

    @app.get("/api/v1/centre")
    async def centre() -> dict[str, Any]:
        return {"name": "Valdeluna Energía", "languages": ["es", "en"]}

    @app.get("/api/v1/events")
    async def events() -> Response:
        async def told() -> AsyncIterator[str]:
            yield SNAPSHOT
            await asyncio.Event().wait()

        return StreamingResponse(told(), media_type="text/event-stream")

    @app.get("/api/v1/calls/c-1/caller")
    async def caller() -> dict[str, Any]:
        return {"number": "0034677888999"}

    @app.get("/api/v1/contacts/{contact}/past")
    async def past(contact: str) -> dict[str, Any]:
        return {"known": True, "items": [PAST], "more": False}

    @app.get("/api/v1/tickets")
    async def tickets(contact: str) -> dict[str, Any]:
        return {"items": [TICKET], "total": 1, "next": None}

    @app.get("/api/v1/people")
    async def everybody() -> dict[str, Any]:
        return {"items": [{"code": one.code, "name": one.name, "role": one.role} for one in people.values()]}

    @app.post("/api/v1/erasures")
    async def erasures() -> dict[str, Any]:
        return {"state": "done"}

    pages(app)
    return app

"""The console's pages over tickets and webhooks alone: no telephones, no controller; people are known by their codes."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse

from ari_app.adapters import http_errors
from ari_app.adapters.http_json import json_bytes
from ari_app.contract import as_json
from ari_app.permissions import permissions_of
from console.pages import page_routes, pages_in
from console.people import Person
from console.tickets.routes import ticket_routes
from console.webhooks.guard import Guard
from console.webhooks.routes import webhook_routes
from tests.console.reception import FakeReception
from tests.console.tickets.desk import PEOPLE, Centre
from tests.console.webhooks.post import Post

NAMES = {
    "ventas": {"es": "Ventas", "en": "Sales"},
    "soporte": {"es": "Soporte", "en": "Support"},
    "soporte_n2": {"es": "Soporte de segundo nivel", "en": "Second-level support"},
    "reclamaciones": {"es": "Reclamaciones", "en": "Complaints"},
}
BY_CODE = {person.code: person for person in PEOPLE.values()}


@asynccontextmanager
async def served(centre: Centre, post: Post) -> AsyncIterator[str]:
    """The console's address."""
    app = _app(centre, post)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


def _app(centre: Centre, post: Post) -> FastAPI:
    app = FastAPI()
    reception = FakeReception(BY_CODE)
    app.state.reception = reception
    http_errors.install(app)
    app.include_router(ticket_routes(centre.desk))
    app.include_router(webhook_routes(post.book, Guard(["127.0.0.0/8"])))
    _frame(app, centre, reception)
    app.include_router(page_routes(pages_in()))
    return app


def _frame(app: FastAPI, centre: Centre, reception: FakeReception) -> None:
    """What every page asks of the controller."""

    @app.post("/api/v1/login")
    async def login(body: dict[str, Any]) -> dict[str, Any]:
        return {"token": body["code"]}

    @app.get("/api/v1/me")
    async def me(request: Request) -> Response:
        person: Person = await reception.person(request.headers.get("authorization", ""))
        may = permissions_of(person.role)
        told = {"code": person.code, "name": person.name, "role": person.role, "queues": list(person.queues)}
        more = {"permissions": list(may), "reach": may}
        return Response(json_bytes(told | more), media_type="application/json")

    @app.get("/api/v1/centre")
    async def shape() -> dict[str, Any]:
        queues = [{"name": name, "titles": titles} for name, titles in NAMES.items()]
        return {"name": "Valdeluna Energía", "languages": ["es", "en"], "queues": queues, "pauses": []}

    @app.get("/api/v1/people")
    async def people() -> dict[str, Any]:
        shown = [
            {"code": one.code, "name": one.name, "role": one.role, "queues": list(one.queues), "team": one.team}
            for one in BY_CODE.values()
        ]
        return {"items": shown}

    @app.get("/api/v1/calls/{call}/caller")
    async def caller(call: str) -> dict[str, str]:
        return {"number": "600111789"}

    @app.get("/api/v1/calls/{call}/why")
    async def why(call: str) -> dict[str, Any]:
        return {"call": call, "language": "es", "steps": [], "left_out": 0}

    @app.post("/api/v1/contacts/look-up")
    async def look_up() -> dict[str, Any]:
        return {"items": []}

    @app.get("/api/v1/events")
    async def events() -> Response:
        async def told() -> AsyncIterator[str]:
            calls = [as_json(call) for call in centre.board.calls.values()]
            keeper = {"here": True, "since": None, "wrong": None}
            operators = [as_json(one) for one in centre.board.operators.values()]
            snapshot = {"queues": [], "operators": operators, "calls": calls, "controller": keeper}
            yield f"event: snapshot\ndata: {json.dumps(snapshot)}\n\n"
            await asyncio.Event().wait()

        return StreamingResponse(told(), media_type="text/event-stream")

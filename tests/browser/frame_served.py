"""What every page of the console asks of the controller, answered without one: log-in, who one is, the centre, the stream."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse

from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_bytes
from ari_app.contract import CallStatus, OperatorStatus, as_json
from ari_app.permissions import permissions_of
from console.pages import page_routes, pages_in
from console.people import Person
from tests.console.reception import FakeReception

NAMES = {
    "ventas": {"es": "Ventas", "en": "Sales"},
    "soporte": {"es": "Soporte", "en": "Support"},
    "soporte_n2": {"es": "Soporte de segundo nivel", "en": "Second-level support"},
    "reclamaciones": {"es": "Reclamaciones", "en": "Complaints"},
}


@dataclass
class Floor:
    """The operators and calls that are shown; ``tell`` shows them anew to every open page."""

    operators: Callable[[], Iterable[OperatorStatus]]
    calls: Callable[[], Iterable[CallStatus]]
    rules: Mapping[str, Any] = field(default_factory=dict)
    contacts: list[dict[str, Any]] = field(default_factory=list)
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """Everybody who looks sees what is true now."""
        told, self._told = self._told, asyncio.Event()
        told.set()

    async def snapshots(self) -> AsyncIterator[str]:
        """The stream: all that there is, again after each change."""
        while True:
            told = self._told
            keeper = {"here": True, "since": None, "wrong": None}
            shown = {
                "queues": [],
                "operators": [as_json(one) for one in self.operators()],
                "calls": [as_json(one) for one in self.calls()],
                "controller": keeper,
            }
            yield f"event: snapshot\ndata: {json.dumps(shown)}\n\n"
            await told.wait()


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[str]:
    """The application's address while it is served."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


def frame(app: FastAPI, people: Mapping[str, Person], floor: Floor) -> None:
    """Add it: ``people`` by their codes, which are their tokens too."""
    reception = FakeReception(people)
    app.state.reception = reception

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
        rules = {"dispositions": [], "wrap_up_until_disposition": False}
        queues = [{"name": name, "titles": titles, **rules, **floor.rules} for name, titles in NAMES.items()]
        return {"version": "1", "name": "Valdeluna Energía", "languages": ["es", "en"], "queues": queues, "pauses": []}

    @app.get("/api/v1/people")
    async def everybody() -> dict[str, Any]:
        shown = [
            {"code": one.code, "name": one.name, "role": one.role, "queues": list(one.queues), "team": one.team}
            for one in people.values()
        ]
        return {"items": shown}

    @app.get("/api/v1/calls/{call}/caller")
    async def caller(call: str) -> dict[str, str]:
        return {"number": "600111789"}

    @app.get("/api/v1/calls/{call}/why")
    async def why(call: str) -> dict[str, Any]:
        return {"call": call, "language": "es", "steps": [], "left_out": 0}

    @app.get("/api/v1/scripts")
    async def no_scripts() -> dict[str, Any]:
        return {"scripts": []}

    @app.get("/api/v1/calls/{call}/scripts")
    async def nothing_followed(call: str) -> dict[str, Any]:
        return {"items": []}

    @app.post("/api/v1/contacts/look-up")
    async def look_up() -> dict[str, Any]:
        return {"items": floor.contacts}

    @app.get("/api/v1/events")
    async def events() -> Response:
        return StreamingResponse(floor.snapshots(), media_type="text/event-stream")


def pages(app: FastAPI) -> None:
    """Add the pages; what nobody has answered until here is not there, as the controllers say of it."""

    @app.api_route("/api/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
    async def nothing(path: str) -> Response:
        raise Refused(404, "not_found", f"There is no /api/{path}.")

    app.include_router(page_routes(pages_in()))

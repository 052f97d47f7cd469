"""The operator's desk over a floor that a test moves by hand: no telephones, no controller. Tickets are real; commands are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from ari_app.adapters import http_errors
from ari_app.adapters.catalogue_database import Database
from ari_app.contract import CallStatus, OperatorState, OperatorStatus, timestamp
from console.tickets.routes import ticket_routes
from tests.browser.frame_served import Floor, frame, listening, pages
from tests.browser.tickets_served import BY_CODE
from tests.console.tickets.desk import T0, Centre

OPERATOR: Final = "1005"


@dataclass
class ServedDesk:
    """The console at ``url``. ``commands``: what pages asked for, as (path, body); ``refusals``: the answers to the next
    of them, as (status, code), then all is well. ``notes``: what was noted, by call."""

    centre: Centre
    floor: Floor
    commands: list[tuple[str, Any]] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    url: str = ""

    def shows(self, state: OperatorState, call: str | None = None, **of_call: Any) -> None:
        """The operator is in this state with this call, which is so; of other calls nothing is known any more."""
        at = timestamp(T0)
        board = self.centre.board
        board.calls.clear()
        if call is not None:
            talks = CallStatus(
                call, "talking", at, "soporte", None, OPERATOR, "inbound", "******789", "900100201", at, None, None
            )
            board.calls[call] = replace(talks, **{"control": "talking", **of_call})
        queue = None if call is None else "soporte"
        board.operators[OPERATOR] = OperatorStatus(
            OPERATOR, "Ana", state, at, None, "reachable", call, queue, ("soporte",)
        )
        self.floor.tell()

    async def take(self, path: str, body: Any) -> Response:
        """A command's answer."""
        self.commands.append((path, body))
        if self.refusals:
            status, code = self.refusals.pop(0)
            return JSONResponse({"error": {"code": code, "message": "Not now."}}, status)
        return JSONResponse({}, 202)


@asynccontextmanager
async def served(database: Database) -> AsyncIterator[ServedDesk]:
    """Its pages, with nobody on the line yet."""
    centre = Centre(database)
    made = ServedDesk(centre, Floor(centre.board.operators.values, centre.board.calls.values))
    app = FastAPI()
    http_errors.install(app)
    app.include_router(ticket_routes(centre.desk))

    @app.get("/api/v1/calls/{call}/notes")
    async def noted(call: str) -> Any:
        return {"items": [{"by": OPERATOR, "text": text} for of, text in made.notes.items() if of == call]}

    @app.put("/api/v1/calls/{call}/note")
    async def note(call: str, body: dict[str, Any]) -> Any:
        answer = await made.take(f"{call}/note", body)
        if answer.status_code >= 300:
            return answer
        made.notes[call] = body["text"]
        return await noted(call)

    @app.post("/api/v1/calls/{call}/{what:path}")
    async def command(call: str, what: str, request: Request) -> Response:
        return await made.take(f"{call}/{what}", await request.json() if await request.body() else None)

    @app.post("/api/v1/operators/{code}/{what}")
    async def of_operator(code: str, what: str, body: dict[str, Any]) -> Response:
        return await made.take(f"{code}/{what}", body)

    frame(app, BY_CODE, made.floor)
    pages(app)
    made.shows("ready")
    async with listening(app) as made.url:
        yield made

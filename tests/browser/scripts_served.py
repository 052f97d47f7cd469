"""The console's pages over the demo's scripts alone: no telephones, no controller; people are known by their codes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from ari_app.adapters import http_errors
from ari_app.adapters.catalogue_database import Database
from ari_app.contract import OperatorState, OperatorStatus
from console.scripts.desk import ScriptDesk
from console.scripts.folder import ScriptFolder
from console.scripts.routes import script_routes
from tests.browser.frame_served import Floor, frame, listening, pages
from tests.console.scripts.desk import DEMO, PEOPLE, CallsInHand, Clock, small_centre

OPERATOR = "1001"
SINCE = "2026-11-28T10:00:00.000Z"


@dataclass
class ServedScripts:
    """The console at ``url``, and what stands behind it. ``away``: the database does not answer."""

    desk: ScriptDesk
    calls: CallsInHand
    floor: Floor
    operators: dict[str, OperatorStatus] = field(default_factory=dict)
    away: bool = False
    url: str = ""

    def shows(self, state: OperatorState, call: str = "c-1", queue: str = "soporte", **more: Any) -> None:
        """The operator is in this state with this call, for everybody who looks."""
        self.calls.talking(call, OPERATOR, queue, **more)
        self.operators[OPERATOR] = OperatorStatus(
            OPERATOR,
            "Lucía Ferrer",
            state,
            SINCE,
            None,
            "reachable",
            call,
            queue,
            (queue,),
        )
        self.floor.tell()

    def answered(self, call: str = "c-1", name: str = "soporte") -> dict[str, Any]:
        """What is kept of a call."""
        kept = self.desk.answers.one(call, name)
        return {} if kept is None else dict(kept.run.answers)


@asynccontextmanager
async def served(database: Database, folder: Path, **more: str) -> AsyncIterator[ServedScripts]:
    """The demo's scripts, and ``more`` of them by their names, or instead of the demo's."""
    scripts = {path.stem: path.read_text("utf-8") for path in (DEMO / "scripts").glob("*.yaml")}
    centre = small_centre(folder, **scripts | more)
    calls, operators = CallsInHand(), dict[str, OperatorStatus]()
    desk = ScriptDesk.over(database, ScriptFolder(centre), calls, Clock().now, lambda _person, _code: True)
    made = ServedScripts(desk, calls, Floor(operators.values, calls.calls.values), operators)
    app = FastAPI()
    http_errors.install(app)
    _away(app, made)
    app.include_router(script_routes(desk, calls.sight))
    frame(app, PEOPLE, made.floor)
    pages(app)
    async with listening(app) as made.url:
        yield made


def _away(app: FastAPI, made: ServedScripts) -> None:
    """A door before the scripts that can be closed, as the database's own is."""

    @app.middleware("http")
    async def door(request: Request, on: Callable[[Request], Awaitable[Response]]) -> Response:
        if made.away and "/scripts" in request.url.path and request.url.path.startswith("/api/"):
            error = {"code": "database_away", "message": "The database is away."}
            return JSONResponse({"error": error}, 503, {"Retry-After": "1"})
        return await on(request)

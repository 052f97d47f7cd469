"""Is this controller well, does it lead, and what does it measure? For whoever watches it, or sends requests to one of several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp, Receive, Scope, Send

from ari_app.adapters.http_json import json_answer
from ari_app.health import Parts
from ari_app.leadership import Role

ANSWERED_BY_ALL: Final = ("/healthz", "/readyz", "/metrics")
"""By a standby, too."""
RETRY_S: Final = 1
GetRole = Callable[[], Role]


def watch_routes(parts: Parts, role: GetRole, registry: CollectorRegistry) -> APIRouter:
    """``/healthz``: 200 for a leader that can serve calls, and for a standby; ``/readyz``: for such a leader only; ``/metrics``."""
    router = APIRouter(tags=["watching"])

    def health(standby_status: int) -> Response:
        if (now := role()) != "leader":
            return json_answer({"status": now, "role": now, "parts": {}}, standby_status if now == "standby" else 503)
        found = list(parts())
        failing = any(part.wrong and part.needed for part in found)
        degraded = any(part.wrong for part in found)
        status = "failing" if failing else "degraded" if degraded else "ok"
        shown = {part.name: part.wrong or "ok" for part in found}
        return json_answer({"status": status, "role": "leader", "parts": shown}, 503 if failing else 200)

    @router.get("/healthz")
    async def show_health() -> Response:
        return health(200)

    @router.get("/readyz")
    async def show_readiness() -> Response:
        return health(503)

    @router.get("/metrics", response_class=Response)
    async def show_metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


class TurnsAwayWhileStandingBy:
    """A standby knows nothing of the centre, nor does one that is just taking it over: whoever asks is told to ask again, by then
    perhaps another."""

    def __init__(self, app: ASGIApp, role: GetRole) -> None:
        self._app = app
        self._role = role

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http" or self._role() == "leader" or scope["path"] in ANSWERED_BY_ALL:
            await self._app(scope, receive, send)
            return
        message = "This controller stands by, or is just taking over; ask the one that leads."
        body = {"error": {"code": "standby", "message": message}}
        await json_answer(body, 503, {"Retry-After": str(RETRY_S)})(scope, receive, send)

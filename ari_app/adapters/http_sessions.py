"""How is a log-in ended over HTTP? One's own by logging out; all of somebody's by who is above, e.g. when a machine was stolen."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Response

from ari_app.accounts import Accounts
from ari_app.adapters.http_auth import AskedBy, AuthenticatedRoute, demand, needs_token
from ari_app.adapters.http_bodies import REFUSALS
from ari_app.adapters.http_errors import Refused
from ari_app.permissions import is_above
from ari_app.sessions import Sessions

log = structlog.get_logger(__name__)


def session_routes(accounts: Accounts, sessions: Sessions) -> APIRouter:
    """``POST /api/v1/logout`` and ``DELETE /api/v1/accounts/{code}/sessions``."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["login"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses=REFUSALS,
    )

    @router.post("/logout", status_code=204)
    async def log_out(caller: AskedBy) -> Response:
        sessions.end(caller.session, caller.expires)
        log.info("logged_out", account=caller.account.code)
        return Response(status_code=204)

    @router.delete("/accounts/{code}/sessions", status_code=204)
    async def end_sessions(code: str, caller: AskedBy) -> Response:
        demand(caller.account.code == code or caller.reaches("end_sessions", code))
        account = accounts.get(code)
        if account is None:
            raise Refused(404, "not_found", "There is no such account.")
        demand(not is_above(account.role, caller.account.role))
        sessions.end_all(code)
        log.info("sessions_ended", account=code, by=caller.account.code)
        return Response(status_code=204)

    return router

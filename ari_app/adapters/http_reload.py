"""How is the centre's folder read again over HTTP? Everything that is wrong with it comes back at once."""

from __future__ import annotations

from dataclasses import asdict

import structlog
from fastapi import APIRouter, Response

from ari_app.adapters.http_auth import AskedBy, AuthenticatedRoute, demand, needs_token
from ari_app.adapters.http_bodies import REFUSALS, ErrorBody, ReloadedBody
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_bytes
from ari_app.commands import Reload, ReloadRefused

log = structlog.get_logger(__name__)


def reload_routes(reload: Reload) -> APIRouter:
    """``POST /api/v1/reload``."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["centre"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses=REFUSALS,
    )

    @router.post(
        "/reload",
        response_model=ReloadedBody,
        responses={422: {"model": ErrorBody, "description": "The files have problems; nothing has changed"}},
    )
    async def reload_centre(caller: AskedBy) -> Response:
        demand(caller.may("reload"))
        log.info("reload_asked", account=caller.account.code)
        try:
            done = await reload()
        except ReloadRefused as refused:
            count = len(refused.problems)
            message = f"The centre's files have {count} problem{'s' if count > 1 else ''}; what was in force stays."
            raise Refused(422, "bad_centre", message, problems=refused.problems) from None
        return Response(json_bytes(asdict(done)), media_type="application/json")

    return router

"""What can be asked about callbacks over HTTP? Which stand, and that one be cancelled: for those who see whole queues."""

from __future__ import annotations

from dataclasses import asdict

import structlog
from fastapi import APIRouter, Response

from ari_app.adapters.http_auth import AskedBy, AuthenticatedRoute, Caller, demand, needs_token
from ari_app.adapters.http_bodies import REFUSALS, Callbacks
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.callback_desk import CallbackCommands, CallbackStatus
from ari_app.commands import UnknownCall

log = structlog.get_logger(__name__)


def callback_routes(desk: CallbackCommands) -> APIRouter:
    """``GET /api/v1/callbacks`` and ``DELETE /api/v1/callbacks/{id}``."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["callbacks"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses=REFUSALS,
    )

    @router.get("/callbacks", response_model=Callbacks)
    async def list_callbacks(caller: AskedBy) -> Response:
        demand(caller.may("callbacks"))
        shown = [asdict(callback) for callback in desk.callbacks() if _within_sight(caller, callback)]
        return json_answer({"items": shown})

    @router.delete("/callbacks/{call_id}", response_model=CallbackStatus)
    async def cancel_callback(call_id: str, caller: AskedBy) -> Response:
        demand(caller.may("callbacks"))
        callback = next((one for one in desk.callbacks() if one.id == call_id), None)
        if callback is None:
            raise Refused(404, "not_found", "There is no such callback.")
        demand(_within_sight(caller, callback))
        try:
            desk.cancel_callback(call_id)
        except UnknownCall:
            raise Refused(409, "state_refused", "The customer is on the line already.") from None
        log.info("callback_cancelled", account=caller.account.code, call=call_id)
        return json_answer(asdict(callback))

    return router


def _within_sight(caller: Caller, callback: CallbackStatus) -> bool:
    """A supervisor of some queues sees those only."""
    queues = caller.account.queues
    return caller.reach("callbacks") == "all" or not queues or callback.queue in queues

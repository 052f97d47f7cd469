"""What can be asked about callers' messages over HTTP? Those who serve a queue see its messages, call back, and tick them off."""

from __future__ import annotations

from dataclasses import asdict

import structlog
from fastapi import APIRouter, Response

from ari_app.adapters.http_auth import AskedBy, AuthenticatedRoute, Caller, demand, needs_token
from ari_app.adapters.http_bodies import REFUSALS, Voicemails
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.commands import StateRefused
from ari_app.voicemail_desk import VoicemailCommands, VoicemailStatus

log = structlog.get_logger(__name__)


def voicemail_routes(desk: VoicemailCommands) -> APIRouter:
    """``GET /api/v1/voicemails``, ``POST /api/v1/voicemails/{id}/callback`` and ``DELETE /api/v1/voicemails/{id}``."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["voicemails"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses=REFUSALS,
    )

    @router.get("/voicemails", response_model=Voicemails)
    async def list_voicemails(caller: AskedBy) -> Response:
        demand(caller.may("voicemails"))
        return json_answer({"items": [asdict(one) for one in desk.voicemails() if _within_sight(caller, one)]})

    @router.post("/voicemails/{call_id}/callback", response_model=VoicemailStatus, status_code=202)
    async def call_back(call_id: str, caller: AskedBy) -> Response:
        voicemail = _found(desk, call_id, caller)
        operator = caller.account.code if caller.account.role == "operator" else None
        try:
            desk.call_back(call_id, operator)
        except StateRefused as refused:
            raise Refused(409, "state_refused", f"{refused}.".capitalize()) from None
        log.info("voicemail_called_back", account=caller.account.code, call=call_id)
        return json_answer(asdict(voicemail), 202)

    @router.delete("/voicemails/{call_id}", response_model=VoicemailStatus)
    async def deal_with(call_id: str, caller: AskedBy) -> Response:
        voicemail = _found(desk, call_id, caller)
        desk.dealt_with(call_id)
        log.info("voicemail_dealt_with", account=caller.account.code, call=call_id)
        return json_answer(asdict(voicemail))

    return router


def _found(desk: VoicemailCommands, call_id: str, caller: Caller) -> VoicemailStatus:
    demand(caller.may("voicemails"))
    voicemail = next((one for one in desk.voicemails() if one.id == call_id), None)
    if voicemail is None:
        raise Refused(404, "not_found", "There is no such message.")
    demand(_within_sight(caller, voicemail))
    return voicemail


def _within_sight(caller: Caller, voicemail: VoicemailStatus) -> bool:
    """Operators, team leaders, and supervisors of some queues, see those of their queues only."""
    queues, reach = caller.account.queues, caller.reach("voicemails")
    of_all = reach == "all" or (caller.account.role == "supervisor" and not queues)
    return reach is not None and (of_all or voicemail.queue in queues)

"""Who may know the whole number of a caller? Whoever has the call, until it is written up, and those who supervise it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ari_app.adapters.http_auth import (
    AskedBy,
    AuthenticatedRoute,
    Caller,
    Now,
    asker_of,
    busy_with,
    demand,
    needs_token,
)
from ari_app.adapters.http_bodies import REFUSALS, NumberBody
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_bytes
from ari_app.adapters.http_library import address_of
from ari_app.audit import NoteAct
from ari_app.board import StatusBoard
from ari_app.caller_numbers import NumbersOfCalls
from ari_app.contract import CallStatus
from recordings.custody import AuditEntry


def number_routes(board: StatusBoard, numbers: NumbersOfCalls, note_act: NoteAct, now: Now) -> APIRouter:
    """``GET /api/v1/calls/{id}/caller``. Each answer with a number is noted for the audit, which no call waits for."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["status"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses=REFUSALS,
    )

    @router.get("/calls/{call_id}/caller", response_model=NumberBody)
    async def show_caller(call_id: str, request: Request, caller: AskedBy) -> Response:
        demand(caller.may("see_numbers"))
        call = board.calls.get(call_id)
        if call is None:
            raise _unknown()
        demand(_may_know(board, caller, call))
        number = numbers.number_of(call_id)
        if number is None:
            raise _unknown()
        who = caller.account
        note_act(AuditEntry(now(), who.code, who.role, "number_seen", "call", call_id, address_of(request)))
        return Response(json_bytes({"number": number}), media_type="application/json")

    return router


def _may_know(board: StatusBoard, caller: Caller, call: CallStatus) -> bool:
    """Who has passed the call on knows it while writing it up, and then no more."""
    has = {call.operator, call.consulting, *busy_with(board, caller, call.id)}
    return caller.reaches("see_numbers", *has) and _within_sight(board, caller, call)


def _within_sight(board: StatusBoard, caller: Caller, call: CallStatus) -> bool:
    """A supervisor of some queues knows the callers of these."""
    if caller.reach("see_numbers") != "queues":
        return True
    return asker_of(board, caller).sees_call(call.operator, call.queue)


def _unknown() -> Refused:
    return Refused(
        404, "not_found", "There is no such call, or its number is not known: withheld, or the call is written up."
    )

"""How does a supervisor ask to hear a call over HTTP? Listen, whisper, barge, take over; again with another mode to change it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from fastapi import APIRouter, Response

from ari_app.adapters.http_auth import AskedBy, AuthenticatedRoute, demand, needs_token
from ari_app.adapters.http_bodies import REFUSALS, ErrorBody, SuperviseBody, SupervisionsBody
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.call_commands import NotNow
from ari_app.commands import UnknownCall, UnknownOperator
from ari_app.operator_commands import OutOfSight
from ari_app.supervision import OnCall, OnOperator, SupervisionStatus, SupervisionTarget
from ari_app.supervision_desk import SupervisionCommands


def supervision_routes(desk: SupervisionCommands) -> APIRouter:
    """All routes that ask something of ``desk``."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["supervision"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses={**REFUSALS, 409: {"model": ErrorBody, "description": "Not now"}},
    )

    def supervise(caller: AskedBy, target: SupervisionTarget, body: SuperviseBody) -> Response:
        with _refusals():
            return json_answer(asdict(desk.supervise(caller.account.code, target, body.mode)), 202)

    @router.post("/calls/{call_id}/supervise", response_model=SupervisionStatus, status_code=202)
    async def supervise_call(call_id: str, body: SuperviseBody, caller: AskedBy) -> Response:
        return supervise(caller, OnCall(call_id), body)

    @router.post("/operators/{code}/supervise", response_model=SupervisionStatus, status_code=202)
    async def supervise_operator(code: str, body: SuperviseBody, caller: AskedBy) -> Response:
        return supervise(caller, OnOperator(code), body)

    @router.get("/supervisions", response_model=SupervisionsBody)
    async def list_supervisions(caller: AskedBy) -> Response:
        with _refusals():
            return json_answer({"items": [asdict(one) for one in desk.supervisions(caller.account.code)]})

    @router.delete("/supervisions/{supervisor}", status_code=204)
    async def end_supervision(supervisor: str, caller: AskedBy) -> Response:
        demand(caller.reaches("end_supervisions", supervisor))
        with _refusals():
            desk.end_supervision(caller.account.code, supervisor)
        return Response(status_code=204)

    return router


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except OutOfSight as refused:
        raise Refused(403, "forbidden", str(refused)) from None
    except UnknownCall:
        raise Refused(404, "not_found", "There is no such call.") from None
    except UnknownOperator:
        raise Refused(404, "not_found", "There is no such operator.") from None
    except NotNow as refused:
        raise Refused(409, "not_now", f"{refused}.".capitalize()) from None

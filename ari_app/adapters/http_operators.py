"""What can be asked about operators over HTTP? Their states and queues, wrap-ups and outcomes, and a supervisor's powers.

Operators ask for themselves; team leaders for the operators of their team and the calls that these have; supervisors for the
operators and calls of their queues, if they have some; coordinators for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter, Response

from ari_app.adapters.http_auth import (
    AskedBy,
    AskedToSetState,
    AuthenticatedRoute,
    asker_of,
    busy_with,
    demand,
    needs_token,
)
from ari_app.adapters.http_bodies import (
    REFUSALS,
    DispositionBody,
    ErrorBody,
    MoveBody,
    ServeBody,
    StateBody,
    WrapUpBody,
)
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import status_bytes
from ari_app.board import StatusBoard
from ari_app.commands import StateRefused, UnknownCall, UnknownOperator
from ari_app.contract import CallStatus, OperatorStatus, Subject
from ari_app.operator_commands import OperatorCommands, OutOfSight, UnknownDisposition, UnknownQueue
from ari_app.pauses import UnknownReason


def operator_routes(board: StatusBoard, desk: OperatorCommands) -> APIRouter:
    """All routes that ask something of ``desk``."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["commands"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses={**REFUSALS, 409: {"model": ErrorBody, "description": "Not now"}},
    )
    _own_routes(router, board, desk)
    _supervisors_routes(router, board, desk)
    return router


def _own_routes(router: APIRouter, board: StatusBoard, desk: OperatorCommands) -> None:
    @router.post("/operators/{code}/state", response_model=OperatorStatus)
    async def set_operator_state(code: str, body: StateBody, caller: AskedToSetState) -> Response:
        if body.queues is not None and body.state != "ready":
            raise Refused(422, "bad_field", "Queues are logged into with the state ready.", "queues")
        with _refusals():
            return _json(desk.set_state(asker_of(board, caller), code, body.state, body.reason, body.queues))

    @router.post("/operators/{code}/wrap-up", response_model=OperatorStatus)
    async def extend_wrap_up(code: str, body: WrapUpBody, caller: AskedToSetState) -> Response:
        with _refusals():
            return _json(desk.extend_wrap_up(asker_of(board, caller), code, body.extend_s))

    @router.post("/calls/{call_id}/disposition", response_model=CallStatus)
    async def give_disposition(call_id: str, body: DispositionBody, caller: AskedBy) -> Response:
        shown = board.calls.get(call_id)
        demand(caller.may("note_outcomes"))
        if shown is not None:
            has = {shown.operator, shown.consulting, *busy_with(board, caller, call_id)}
            demand(caller.reaches("note_outcomes", *has))
        with _refusals():
            return _json(desk.dispose(asker_of(board, caller), call_id, body.code))


def _supervisors_routes(router: APIRouter, board: StatusBoard, desk: OperatorCommands) -> None:
    @router.put("/operators/{code}/queues", response_model=OperatorStatus)
    async def move_operator(code: str, body: ServeBody, caller: AskedBy) -> Response:
        demand(caller.may("move_operators"))
        with _refusals():
            return _json(desk.serve(asker_of(board, caller), code, body.queues))

    @router.post("/operators/{code}/release", response_model=OperatorStatus, status_code=202)
    async def release_operator(code: str, caller: AskedBy) -> Response:
        demand(caller.reaches("release_operators", code))
        with _refusals():
            return _json(desk.release(asker_of(board, caller), code), 202)

    @router.post("/calls/{call_id}/move", response_model=CallStatus)
    async def move_call(call_id: str, body: MoveBody, caller: AskedBy) -> Response:
        demand(caller.may("move_calls"))
        if body.queue is None and body.priority is None:
            raise Refused(422, "bad_field", "Give a queue, a priority, or both.", "queue")
        with _refusals():
            return _json(desk.move_call(asker_of(board, caller), call_id, body.queue, body.priority))


@contextmanager
def _refusals() -> Iterator[None]:
    """The desk's refusals as the API's."""
    try:
        yield
    except UnknownOperator:
        raise Refused(404, "not_found", "There is no such operator.") from None
    except UnknownCall:
        raise Refused(404, "not_found", "There is no such call.") from None
    except OutOfSight as hidden:
        raise Refused(403, "out_of_sight", str(hidden)) from None
    except StateRefused as refusal:
        raise Refused(409, "state_refused", str(refusal)) from None
    except UnknownReason as unknown:
        raise Refused(422, "unknown_reason", str(unknown), "reason") from None
    except UnknownQueue as unknown:
        raise Refused(422, "unknown_queue", str(unknown), "queues") from None
    except UnknownDisposition as unknown:
        raise Refused(422, "unknown_disposition", str(unknown), "code") from None


def _json(status: Subject, code: int = 200) -> Response:
    return Response(status_bytes(status), code, media_type="application/json")

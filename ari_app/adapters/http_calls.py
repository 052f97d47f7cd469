"""What can be asked of a conversation over HTTP? Hold, transfer, consultation, conference, the recording."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog
from fastapi import APIRouter, Response

from ari_app.adapters.http_auth import AskedBy, AuthenticatedRoute, Caller, demand, needs_token
from ari_app.adapters.http_bodies import REFUSALS, ConsultBody, ErrorBody, RecordingBody, TargetBody, TransferBody
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import status_bytes
from ari_app.asked import (
    Asked,
    CancelAsked,
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    HoldAsked,
    RecordAction,
    RecordAsked,
    ResumeAsked,
    SwapAsked,
    Target,
    ToNumber,
    ToOperator,
    ToQueue,
    TransferAsked,
)
from ari_app.board import StatusBoard
from ari_app.call_commands import CallCommands, NotNow
from ari_app.commands import UnknownCall
from ari_app.contract import CallStatus

log = structlog.get_logger(__name__)

BARE: Final[dict[str, Asked]] = {
    "hold": HoldAsked(),
    "resume": ResumeAsked(),
    "consult/swap": SwapAsked(),
    "consult/complete": CompleteAsked(),
    "consult/cancel": CancelAsked(),
    "conference": ConferenceAsked(),
}
"""The requests without a body, by the end of their address."""


def call_routes(board: StatusBoard, calls: CallCommands) -> APIRouter:
    """All routes that ask something of ``calls``. Each answers 202: what becomes of it is shown in the call's status."""
    router = APIRouter(
        prefix="/api/v1/calls/{call_id}",
        tags=["during a call"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses={**REFUSALS, 409: {"model": ErrorBody, "description": "Not now"}},
    )
    ask = _Asking(board, calls)

    @router.post("/transfer", response_model=CallStatus, status_code=202)
    async def transfer_call(call_id: str, body: TransferBody, caller: AskedBy) -> Response:
        return ask(call_id, caller, TransferAsked(_target(body.to), body.keep_place), body.ticket)

    @router.post("/consult", response_model=CallStatus, status_code=202)
    async def consult(call_id: str, body: ConsultBody, caller: AskedBy) -> Response:
        to = _target(body.to)
        if isinstance(to, ToQueue):
            raise Refused(422, "bad_field", "An operator or a number can be consulted; transfer to a queue.", "to")
        return ask(call_id, caller, ConsultAsked(to), body.ticket)

    @router.post("/recording", response_model=CallStatus, status_code=202)
    async def control_recording(call_id: str, body: RecordingBody, caller: AskedBy) -> Response:
        return ask.recording(call_id, caller, body.action)

    for path, asked in BARE.items():
        _add_bare(router, ask, path, asked)
    return router


def _add_bare(router: APIRouter, ask: _Asking, path: str, asked: Asked) -> None:
    async def route(call_id: str, caller: AskedBy) -> Response:
        return ask(call_id, caller, asked, None)

    name = path.replace("/", "_")
    router.add_api_route(f"/{path}", route, methods=["POST"], name=name, response_model=CallStatus, status_code=202)


class _Asking:
    """Gives what is asked to the call desk, for those who may."""

    def __init__(self, board: StatusBoard, calls: CallCommands) -> None:
        self._board = board
        self._calls = calls

    def __call__(self, call_id: str, caller: Caller, asked: Asked, ticket: str | None) -> Response:
        answer = self._answered(call_id, caller, lambda: self._calls.ask(call_id, asked, ticket))
        log.info("call_control_asked", account=caller.account.code, call=call_id, asked=type(asked).__name__)
        return answer

    def recording(self, call_id: str, caller: Caller, action: RecordAction) -> Response:
        """Ask something of the conversation's recording."""
        asked = RecordAsked(action, caller.account.code)
        return self._answered(call_id, caller, lambda: self._calls.ask_recording(call_id, asked))

    def _answered(self, call_id: str, caller: Caller, ask: Callable[[], CallStatus]) -> Response:
        demand(caller.may("control_calls"))
        shown = self._board.calls.get(call_id)
        if shown is None:
            raise Refused(404, "not_found", "There is no such call.")
        demand(caller.reaches("control_calls", shown.operator))
        try:
            status = ask()
        except UnknownCall:
            raise Refused(404, "call_not_up", "This call has ended.") from None
        except NotNow as refused:
            raise Refused(409, "not_now", f"{refused}.") from None
        return Response(status_bytes(status), 202, media_type="application/json")


def _target(body: TargetBody) -> Target:
    if body.operator is not None:
        return ToOperator(body.operator)
    if body.queue is not None:
        return ToQueue(body.queue)
    assert body.number is not None
    return ToNumber(body.number)

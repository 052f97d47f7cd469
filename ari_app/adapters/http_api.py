"""What can a program ask of the centre over HTTP? API v1: log in, look at queues, operators and calls, act, follow.

The whole of it, with examples: docs/http-api.md. Reads come from the board; commands go to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Annotated

import structlog
from fastapi import APIRouter, FastAPI, Query, Request, Response
from prometheus_client.registry import Collector

from ari_app.accounts import Accounts
from ari_app.adapters import http_errors
from ari_app.adapters.http_auth import (
    AskedBy,
    AskedToSeeOperator,
    AuthenticatedRoute,
    FailedLogins,
    Now,
    Tokens,
    demand,
    may_see,
    needs_token,
)
from ari_app.adapters.http_bodies import REFUSALS, Calls, ErrorBody, Login, LoginBody, Operators, Queues
from ari_app.adapters.http_callbacks import callback_routes
from ari_app.adapters.http_calls import call_routes
from ari_app.adapters.http_console import FromConsole, console_routes
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_events import EventHub
from ari_app.adapters.http_guard import Guard
from ari_app.adapters.http_history import history_routes
from ari_app.adapters.http_json import json_bytes, list_bytes, status_bytes
from ari_app.adapters.http_library import Desk, Door
from ari_app.adapters.http_library_routes import include_library
from ari_app.adapters.http_metrics import registry_of
from ari_app.adapters.http_nodes import node_routes
from ari_app.adapters.http_numbers import number_routes
from ari_app.adapters.http_operators import operator_routes
from ari_app.adapters.http_people import centre_routes, me_routes
from ari_app.adapters.http_phones import phone_routes
from ari_app.adapters.http_pipeline import PipelineCollector, pipeline_routes
from ari_app.adapters.http_reload import reload_routes
from ari_app.adapters.http_sessions import session_routes
from ari_app.adapters.http_supervision import supervision_routes
from ari_app.adapters.http_voicemails import voicemail_routes
from ari_app.adapters.http_watching import GetRole, TurnsAwayWhileStandingBy, watch_routes
from ari_app.answers import CentreHistory
from ari_app.audit import NoteAct
from ari_app.board import StatusBoard
from ari_app.call_commands import CallCommands
from ari_app.callback_desk import CallbackCommands
from ari_app.caller_numbers import NumbersOfCalls
from ari_app.centre import Centre
from ari_app.commands import CentreCommands, Reload, UnknownCall
from ari_app.contract import CallStatus, OperatorStatus, QueueStatus, Subject, utc_day
from ari_app.health import Parts
from ari_app.node_status import NodeCommands
from ari_app.operator_commands import OperatorCommands
from ari_app.overload_control import Load
from ari_app.phone_desk import PhoneCommands
from ari_app.rates import Rates
from ari_app.sessions import LIFE_S, Sessions
from ari_app.supervision_desk import SupervisionCommands
from ari_app.voicemail_desk import VoicemailCommands

log = structlog.get_logger(__name__)


def create_app(
    board: StatusBoard,
    commands: CentreCommands,
    accounts: Accounts,
    token_key: str,
    now: Now,
    parts: Parts,
    *,
    desk: OperatorCommands | None = None,
    reload: Reload | None = None,
    callbacks: CallbackCommands | None = None,
    voicemails: VoicemailCommands | None = None,
    calls: CallCommands | None = None,
    supervision: SupervisionCommands | None = None,
    nodes: NodeCommands | None = None,
    phones: PhoneCommands | None = None,
    event_backlog: int = 1000,
    keep_alive_s: float = 15.0,
    followers_max: int = 500,
    history: CentreHistory | None = None,
    day: Callable[[float], str] = utc_day,
    load: Load | None = None,
    library: Door | None = None,
    recordings: Path | None = None,
    role: GetRole = lambda: "leader",
    metrics: Iterable[Collector] = (),
    sessions: Sessions | None = None,
    origins: Collection[str] = (),
    address_rates: Rates | None = None,
    session_rates: Rates | None = None,
    console_key: str = "",
    centre: Callable[[], Centre] | None = None,
    numbers: NumbersOfCalls | None = None,
    note_act: NoteAct = lambda act: None,
) -> FastAPI:
    """The API over ``board`` and ``commands``; serve it with http_server, in the engine's event loop.

    ``token_key`` signs tokens (ValueError below TOKEN_KEY_LENGTH characters); ``now`` is Unix seconds. ``history`` answers
    what has happened, ``day`` tells the centre's date, ``load`` is shown in /metrics, ``library`` has the recordings,
    ``recordings`` is the folder in which they are made, ``metrics`` are shown besides; while its ``role`` is not to lead, another
    controller is to be asked. ``sessions`` knows who was logged out; ``origins``: see Guard; the rates bound what an address, and
    what one log-in, may ask; ``console_key``: see FromConsole. ``centre`` gives the one in force; ``numbers`` knows callers' whole
    numbers, and ``note_act`` notes for the audit who has seen one.
    """
    app = FastAPI(
        title="Centralita",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # Swagger UI and ReDoc would be loaded from a public CDN
        redoc_url=None,
        redirect_slashes=False,
    )
    hub = EventHub(board, now, event_backlog, keep_alive_s, followers_max)
    tokens = app.state.tokens = Tokens(token_key, accounts, now, sessions, session_rates)
    tokens.sessions.tell(lambda: hub.end_revoked(tokens.good))
    app.state.events = hub
    http_errors.install(app)
    app.add_middleware(TurnsAwayWhileStandingBy, role=role)
    app.add_middleware(Guard, now=now, rates=address_rates, origins=origins)
    app.add_middleware(FromConsole, key=console_key)
    app.include_router(console_routes(tokens))
    app.include_router(session_routes(accounts, tokens.sessions))
    app.include_router(me_routes(centre))
    if centre is not None:
        app.include_router(centre_routes(centre, accounts))
    if numbers is not None:
        app.include_router(number_routes(board, numbers, note_act, now))
    app.include_router(_login_routes(accounts, app.state.tokens, FailedLogins(now)))
    app.include_router(_read_routes(board, hub))
    app.include_router(_command_routes(board, commands))
    if desk is not None:
        app.include_router(operator_routes(board, desk))
    if reload is not None:
        app.include_router(reload_routes(reload))
    if callbacks is not None:
        app.include_router(callback_routes(callbacks))
    if voicemails is not None:
        app.include_router(voicemail_routes(voicemails))
    if calls is not None:
        app.include_router(call_routes(board, calls))
    if supervision is not None:
        app.include_router(supervision_routes(supervision))
    if phones is not None:
        app.include_router(phone_routes(phones))
    if nodes is not None:
        app.include_router(node_routes(nodes))
    if library is not None:
        include_library(app, Desk(library, board, accounts, now))
    registry = registry_of(board, hub, history, load)
    if recordings is not None:
        app.include_router(pipeline_routes(recordings, now))
        registry.register(PipelineCollector(recordings, now))
    for collector in metrics:
        registry.register(collector)
    app.include_router(watch_routes(parts, role, registry))
    if history is not None:
        app.include_router(history_routes(board, history, day))
    return app


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")


async def _items(statuses: Iterable[Subject]) -> Response:
    return _json(b'{"items":' + await list_bytes(list(statuses)) + b"}")


def _not_found(what: str) -> Refused:
    return Refused(404, "not_found", f"There is no such {what}.")


def _login_routes(accounts: Accounts, tokens: Tokens, failed: FailedLogins) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["login"])

    @router.post("/login", response_model=Login, responses={**REFUSALS, 429: {"model": ErrorBody}})
    async def log_in(body: LoginBody, request: Request) -> Response:
        address = request.client.host if request.client else ""
        failed.check(body.code, address)
        account = accounts.verify(body.code, body.secret)
        if account is None:
            if failed.failed(body.code, address):
                log.warning("address_banned_from_login", address=address)
            known = body.code if accounts.get(body.code) else None  # a secret typed into the wrong field is not logged
            log.info("login_refused", account=known, address=address)
            raise Refused(401, "login_refused", "Code or secret is wrong.", headers={"WWW-Authenticate": "Bearer"})
        failed.succeeded(body.code, address)
        log.info("logged_in", account=account.code, address=address)
        return _json(
            json_bytes(
                {
                    "token": tokens.issue(account),
                    "token_type": "bearer",
                    "code": account.code,
                    "name": account.name,
                    "role": account.role,
                    "expires_s": LIFE_S,
                }
            )
        )

    return router


def _read_routes(board: StatusBoard, hub: EventHub) -> APIRouter:
    router = _authenticated("status")

    @router.get("/queues", response_model=Queues)
    async def list_queues(caller: AskedBy) -> Response:
        return await _items(board.queues.values())

    @router.get("/queues/{name}", response_model=QueueStatus)
    async def show_queue(name: str, caller: AskedBy) -> Response:
        if (queue := board.queues.get(name)) is None:
            raise _not_found("queue")
        return _json(status_bytes(queue))

    @router.get("/operators", response_model=Operators)
    async def list_operators(caller: AskedBy) -> Response:
        return await _items(operator for operator in board.operators.values() if may_see(caller, operator))

    @router.get("/operators/{code}", response_model=OperatorStatus)
    async def show_operator(code: str, caller: AskedToSeeOperator) -> Response:
        if (operator := board.operators.get(code)) is None:
            raise _not_found("operator")
        return _json(status_bytes(operator))

    @router.get("/calls", response_model=Calls)
    async def list_calls(
        caller: AskedBy, ended: Annotated[bool, Query(description="also those that ended")] = False
    ) -> Response:
        up = (call for call in board.calls.values() if ended or call.stage != "ended")
        return await _items(call for call in up if may_see(caller, call))

    @router.get("/calls/{call_id}", response_model=CallStatus)
    async def show_call(call_id: str, caller: AskedBy) -> Response:
        return _json(status_bytes(_call_for(board, call_id, caller)))

    @router.get("/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
    async def follow_events(caller: AskedBy) -> Response:
        return hub.stream(caller)

    return router


def _call_for(board: StatusBoard, call_id: str, caller: AskedBy) -> CallStatus:
    call = board.calls.get(call_id)
    if call is None:
        raise _not_found("call")
    demand(may_see(caller, call))
    return call


def _command_routes(board: StatusBoard, commands: CentreCommands) -> APIRouter:
    router = _authenticated("commands")

    @router.post("/calls/{call_id}/hangup", response_model=CallStatus, status_code=202)
    async def hang_up_call(call_id: str, caller: AskedBy) -> Response:
        call = _call_for(board, call_id, caller)
        demand(caller.reaches("control_calls", call.operator))
        try:
            commands.hang_up_call(call_id, call.stage == "talking" and call.operator == caller.account.code)
        except UnknownCall:
            raise Refused(404, "call_not_up", "This call has ended.") from None
        log.info("hangup_asked", account=caller.account.code, call=call_id)
        return _json(status_bytes(board.calls.get(call_id, call)), 202)

    return router


def _authenticated(tag: str) -> APIRouter:
    return APIRouter(
        prefix="/api/v1", tags=[tag], route_class=AuthenticatedRoute, dependencies=[needs_token], responses=REFUSALS
    )

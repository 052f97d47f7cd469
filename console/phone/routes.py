"""How does a page get its phone? It asks for a line with its log-in, and connects with the ticket that it gets, within seconds."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Protocol

from fastapi import APIRouter, Request, WebSocket
from pydantic import BaseModel
from starlette.responses import Response
from starlette.websockets import WebSocketDisconnect, WebSocketState

from ari_app.adapters.http_auth import Caller
from ari_app.adapters.http_bodies import REFUSALS, ErrorBody
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_guard import is_of_ours
from ari_app.adapters.http_json import json_bytes
from console.controllers import Answer
from console.people import AskedBy, PersonRoute, needs_token
from console.phone.relay import NOT_ALLOWED, PhoneLines
from console.phone.sip_frames import BadFrame, Owner
from console.phone.tickets import LIFE_S, Tickets

DOMAIN: Final = "phones.invalid"
"""Asterisk knows phones by their user name alone; a domain that nobody can have says so."""
SOCKET: Final = "/phone/ws"


class LineBody(BaseModel):
    """Where a page's phone connects: ``uri`` is its SIP address, ``socket`` (once, within ``ticket_s``) its websocket.

    There is no secret in it: Asterisk's challenge may be answered with any password.
    """

    uri: str
    user: str
    socket: str
    ticket_s: int


class KnowsCallers(Protocol):
    """Of people.Reception's: who a token speaks for as the controllers know it."""

    async def caller(self, authorization: str) -> Caller:
        """Raises Refused: 401 for nobody, 503 while no controller answers."""
        ...


class Asks(Protocol):
    """Of Controllers'."""

    async def ask(
        self, method: str, path: str, body: object = None, authorization: str = "", client: str = ""
    ) -> Answer:
        """Raises Refused (503) while none answers."""
        ...


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose ticket it is."""

    caller: Caller
    owner: Owner


def phone_routes(
    lines: PhoneLines,
    tickets: Tickets[Holder],
    reception: KnowsCallers,
    controllers: Asks,
    secret_for: Callable[[str], str],
    origins: Collection[str] = (),
) -> APIRouter:
    """``POST /api/v1/me/phone/line``, and the websocket. ``secret_for(code)``: the SIP secret, empty where this process knows none;
    ``origins``: see Guard."""
    router = APIRouter()
    router.include_router(_line_routes(tickets, reception, controllers, secret_for))

    @router.websocket(SOCKET)
    async def connect(websocket: WebSocket, ticket: str = "") -> None:
        headers = dict(websocket.scope["headers"])
        holder = tickets.take(ticket)
        ours = is_of_ours(headers.get(b"origin"), headers.get(b"host", b""), origins)
        if holder is None or not ours or "sip" not in websocket.scope.get("subprotocols", ()):
            await websocket.close(NOT_ALLOWED)  # before it is accepted: 403, without a word more
            return
        await websocket.accept(subprotocol="sip")
        await lines.pass_on(_Page(websocket), holder.caller, holder.owner)

    return router


def _line_routes(
    tickets: Tickets[Holder], reception: KnowsCallers, controllers: Asks, secret_for: Callable[[str], str]
) -> APIRouter:
    router = APIRouter(
        prefix="/api/v1",
        tags=["phone"],
        route_class=PersonRoute,
        dependencies=[needs_token],
        responses={**REFUSALS, 409: {"model": ErrorBody, "description": "No phone in a browser"}},
    )

    @router.post("/me/phone/line", response_model=LineBody)
    async def give_line(request: Request, person: AskedBy) -> Response:
        authorization = request.headers.get("authorization", "")
        client = request.client.host if request.client else ""
        answer = await controllers.ask("GET", "/api/v1/me/phone", authorization=authorization, client=client)
        if answer.status != 200 or answer.json["kind"] != "browser":
            raise Refused(
                409,
                "no_browser_phone",
                "Your phone is not one in a browser; a coordinator gives one in operators.yaml.",
            )
        secret = secret_for(person.code)
        if not secret:
            raise Refused(
                503, "phones_elsewhere", "This console cannot reach the phones' server; whoever runs it knows more."
            )
        holder = Holder(await reception.caller(authorization), Owner(person.code, DOMAIN, secret))
        line = LineBody(
            uri=f"sip:{person.code}@{DOMAIN}",
            user=person.code,
            socket=f"{SOCKET}?ticket={tickets.give(holder)}",
            ticket_s=int(LIFE_S),
        )
        headers = {"Cache-Control": "no-store"}
        return Response(json_bytes(line.model_dump()), media_type="application/json", headers=headers)

    return router


class _Page:
    """See relay.Browser."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def receive(self) -> str | None:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text = message.get("text")
        if not isinstance(text, str):
            raise BadFrame("not text")
        return text

    async def send(self, frame: str) -> None:
        if self._open:
            try:
                await self._websocket.send_text(frame)
            except (WebSocketDisconnect, RuntimeError):  # gone between two of our steps
                return

    async def close(self, code: int) -> None:
        if self._open:
            try:
                await self._websocket.close(code)
            except (WebSocketDisconnect, RuntimeError):
                return

    @property
    def _open(self) -> bool:
        both = (self._websocket.application_state, self._websocket.client_state)
        return all(state is WebSocketState.CONNECTED for state in both)

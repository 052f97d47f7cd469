"""What does a controller believe of the console? On whose behalf it asks, and it tells it who a token stands for.

The console hands people's requests on. Limits and bans are by address, so it says whose: whoever has its key is believed, and what
anybody else says of addresses counts for nothing.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.types import ASGIApp, Receive, Scope, Send

from ari_app.adapters.http_auth import Caller, Tokens
from ari_app.adapters.http_bodies import REFUSALS
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_bytes

KEY_HEADER: Final = b"x-centralita-console"
ADDRESS_HEADER: Final = b"x-centralita-client"
TOKENS_AT_ONCE: Final = 500
SESSIONS_PATH: Final = "/api/v1/console/sessions"
_TOKEN_LENGTH: Final = 300


class FromConsole:
    """Puts the address that the console names in the place of the console's own. ``key`` "": nobody is believed."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._key = key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            believed = bool(self._key) and hmac.compare_digest(headers.get(KEY_HEADER, b""), self._key)
            address = _address(headers.get(ADDRESS_HEADER, b"")) if believed else None
            scope = {
                **scope,
                "client": (address, 0) if address else scope.get("client"),
                "headers": [one for one in scope["headers"] if one[0] not in (KEY_HEADER, ADDRESS_HEADER)],
                "state": {**scope.get("state", {}), "console": believed},
            }
        await self._app(scope, receive, send)


def _address(text: bytes) -> str | None:
    try:
        return str(ipaddress.ip_address(text.decode("ascii")))
    except ValueError:
        return None


class AskedSessions(BaseModel):
    """The tokens whose people the console wants to know; as many as TOKENS_AT_ONCE."""

    tokens: Annotated[
        list[Annotated[str, Field(max_length=_TOKEN_LENGTH)]], Field(min_length=1, max_length=TOKENS_AT_ONCE)
    ]


def console_routes(tokens: Tokens) -> APIRouter:
    """``POST /api/v1/console/sessions``: 200 ``{"people": [person or null, ...]}``, one for each token; for the console alone."""
    router = APIRouter(prefix="/api/v1", tags=["console"], responses=REFUSALS)

    @router.post("/console/sessions", include_in_schema=False)
    async def show_sessions(body: AskedSessions, request: Request) -> Response:
        if not getattr(request.state, "console", False):
            raise Refused(403, "forbidden", "Only the console may ask this, with the key CENTRALITA_CONSOLE_KEY.")
        return Response(json_bytes({"people": people_of(tokens, body.tokens)}), media_type="application/json")

    return router


def people_of(tokens: Tokens, asked: Sequence[str]) -> list[dict[str, object] | None]:
    """Whom each token stands for now; None for one that is not, or no longer, good."""
    return [_person(tokens.known(token)) for token in asked]


def _person(caller: Caller | None) -> dict[str, object] | None:
    if caller is None:
        return None
    account = caller.account
    return {
        "code": account.code,
        "name": account.name,
        "role": account.role,
        "queues": list(account.queues),
        "team": account.team,
        "leads": sorted(caller.team or ()),
        "expires": caller.expires,
        "session": caller.session,
    }

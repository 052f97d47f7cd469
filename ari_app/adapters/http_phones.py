"""How does the page of a phone in a browser tell of its health over HTTP? Everybody of their own phone, and nobody of another's."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from ari_app.adapters.http_auth import AskedBy, AuthenticatedRoute, needs_token
from ari_app.adapters.http_bodies import REFUSALS, ErrorBody
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_bytes
from ari_app.centre_files import PhoneKind
from ari_app.contract import PhoneReason
from ari_app.phone_desk import NotInBrowser, PhoneCommands, PhoneShown
from ari_app.phone_watch import Microphone, Network, PhoneHealth


class PhoneHealthBody(BaseModel):
    """How a phone in a browser is. ``instance``: a name that its page made up for itself, another one for each page.

    ``frozen``: the page does not answer its worker, which tells this; ``closing``: the page is being closed, the rest is not read.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    instance: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    registered: bool
    microphone: Microphone = "ok"
    network: Network = "ok"
    frozen: bool = False
    closing: bool = False


class PhoneShownBody(BaseModel):
    """Whether the phone can be offered calls, else why not. ``older``: another page has become the phone; this one should stop."""

    reachable: bool
    reason: PhoneReason | None
    older: bool


class PhoneKindBody(BaseModel):
    """Which kind of phone one has: a SIP phone, or a browser."""

    kind: PhoneKind


def phone_routes(phones: PhoneCommands) -> APIRouter:
    """``GET /api/v1/me/phone`` and ``POST /api/v1/me/phone/health``."""
    router = APIRouter(
        prefix="/api/v1/me/phone",
        tags=["phone"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses={**REFUSALS, 409: {"model": ErrorBody, "description": "No phone in a browser"}},
    )

    @router.get("", response_model=PhoneKindBody)
    async def show_phone(caller: AskedBy) -> Response:
        try:
            kind = phones.kind(caller.account.code)
        except NotInBrowser as none:
            raise Refused(404, "not_found", f"{none}.") from None
        return Response(json_bytes({"kind": kind}), media_type="application/json")

    @router.post("/health", response_model=PhoneShownBody)
    async def tell_health(body: PhoneHealthBody, caller: AskedBy) -> Response:
        code = caller.account.code
        try:
            shown = phones.leave(code, body.instance) if body.closing else _tell(phones, code, body)
        except NotInBrowser as none:
            raise Refused(409, "no_browser_phone", f"{none}.") from None
        return Response(json_bytes(asdict(shown)), media_type="application/json")

    return router


def _tell(phones: PhoneCommands, code: str, body: PhoneHealthBody) -> PhoneShown:
    health = PhoneHealth(body.registered, body.microphone, body.network, body.frozen)
    return phones.tell_health(code, body.instance, health)

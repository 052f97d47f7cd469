"""How does a coordinator have a customer erased over HTTP, see the certificate, and read who did what?"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from ari_app.adapters.http_auth import AskedBy, demand
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.adapters.http_library import Desk, address_of, library_router
from ari_app.adapters.http_recording_bodies import AuditListing, AuditPage, ErasureAnswer, ErasureBody
from ari_app.adapters.http_recordings import unix
from ari_app.beside import beside
from ari_app.contract import timestamp
from ari_app.erasing import Unfinished
from recordings.certificate import Erasure
from recordings.custody import AuditEntry, AuditQuery


def erasure_routes(desk: Desk) -> APIRouter:
    """``POST /api/v1/erasures``, ``GET /api/v1/erasures/{id}`` and ``GET /api/v1/audit``."""
    router = library_router("privacy")
    running = {202: {"model": ErasureAnswer, "description": "Some place could not be reached; it goes on by itself"}}

    @router.post("/erasures", response_model=ErasureAnswer, status_code=201, responses=running)  # type: ignore[arg-type]
    async def erase_customer(body: ErasureBody, request: Request, caller: AskedBy) -> Response:
        demand(caller.may("erase_customers"))
        who = desk.library.who(body.number)
        if who is None:
            raise Refused(422, "bad_field", "Give the customer's whole number.", "number")
        try:
            account = caller.account
            done = await desk.library.erasing.erase(who, account.code, account.role, address_of(request))
        except Unfinished as unfinished:
            return json_answer(_shown(unfinished.erasure, unfinished.places), 202)
        return json_answer(_shown(done), 201)

    @router.get("/erasures/{erasure_id}", response_model=ErasureAnswer)
    async def show_erasure(erasure_id: str, caller: AskedBy) -> Response:
        demand(caller.may("erase_customers"))
        erasure = await beside(desk.library.audit.find_erasure, erasure_id)
        if erasure is None:
            raise Refused(404, "not_found", "There is no such erasure.")
        return json_answer(_shown(erasure))

    @router.get("/audit", response_model=AuditPage)
    async def read_audit(caller: AskedBy, asked: Annotated[AuditListing, Query()]) -> Response:
        demand(caller.may("read_audit"))
        entries = await beside(desk.library.audit.entries, _query(asked))
        more = len(entries) > asked.limit
        shown = [_entry(entry) for entry in entries[: asked.limit]]
        return json_answer({"items": shown, "next": shown[-1]["id"] if more else None})

    return router


def _shown(erasure: Erasure, places: tuple[str, ...] = ()) -> dict[str, Any]:
    done = bool(erasure.certificate)
    return {
        "id": erasure.id,
        "state": "done" if done else "running",
        "waiting_for": list(places),
        "certificate": json.loads(erasure.certificate) if done else None,
        "sha256": erasure.sha256 or None,
        "signature": erasure.signature or None,
    }


def _query(asked: AuditListing) -> AuditQuery:
    return AuditQuery(
        since=unix(asked.since),
        until=unix(asked.until),
        who=asked.who,
        act=asked.act,
        subject=asked.subject,
        before=asked.before,
        limit=asked.limit + 1,
    )


def _entry(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": timestamp(entry.at),
        "who": entry.who,
        "role": entry.role,
        "act": entry.act,
        "kind": entry.kind,
        "subject": entry.subject,
        "address": entry.address,
        "detail": dict(entry.detail),
    }

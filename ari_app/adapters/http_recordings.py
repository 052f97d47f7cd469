"""What can be asked about recordings over HTTP? Find some, look at one, see its wave form: each within the own sight."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from ari_app.adapters.http_auth import AskedBy, Caller, demand
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.adapters.http_library import Desk, library_router
from ari_app.adapters.http_recording_bodies import Filters, Listing, Peaks, Recordings, ShownRecording
from ari_app.beside import beside
from ari_app.contract import timestamp
from recordings.custody import Hold, Link, Mark
from recordings.record import StoredRecording
from recordings.retention import Kept, expires_at
from recordings.search import Found, Place, Search


def recording_routes(desk: Desk) -> APIRouter:
    """``GET /api/v1/recordings``, ``POST /api/v1/recordings/search``, ``GET /api/v1/recordings/{id}`` and its ``/peaks``."""
    router = library_router("recordings")

    @router.get("/recordings", response_model=Recordings)
    async def find_recordings(caller: AskedBy, asked: Annotated[Listing, Query()]) -> Response:
        return await _page(desk, caller, asked)

    @router.post("/recordings/search", response_model=Recordings)
    async def find_recordings_by_body(caller: AskedBy, asked: Listing) -> Response:
        """The same, for searches by a caller's number: an address may be written down on its way, a body is not."""
        return await _page(desk, caller, asked)

    @router.get("/recordings/{recording_id}", response_model=ShownRecording)
    async def show_recording(recording_id: str, caller: AskedBy) -> Response:
        found = await desk.found(caller, recording_id)
        return json_answer(await _everything(desk, caller, found))

    @router.get("/recordings/{recording_id}/peaks", response_model=Peaks)
    async def show_peaks(recording_id: str, caller: AskedBy) -> Response:
        return json_answer(_peaks((await desk.found(caller, recording_id)).recording))

    return router


def search_of(desk: Desk, caller: Caller, asked: Filters) -> Search:
    """What is looked for, within the caller's sight. Raises Refused."""
    sight = desk.sight(caller)
    demand(asked.text is None or caller.may("note_recordings"))
    customer = asked.customer
    if asked.caller is not None:
        customer = desk.library.who(asked.caller)
        if customer is None or asked.customer not in (None, customer):
            raise Refused(422, "bad_field", "Give a whole number, and not another customer besides.", "caller")
    fields = asked.model_dump(exclude={"since", "until", "caller", "customer", "limit", "after"})
    return Search(since=unix(asked.since), until=unix(asked.until), caller_who=customer, sight=sight, **fields)


async def _page(desk: Desk, caller: Caller, asked: Listing) -> Response:
    search = search_of(desk, caller, asked)
    after = None if asked.after is None else Place.from_text(asked.after)
    page = await beside(desk.library.shelves.search, search, asked.limit, after)
    return json_answer(
        {
            "items": [listed(desk, one) for one in page.items],
            "total": page.total,
            "next": page.next and page.next.text(),
        }
    )


def listed(desk: Desk, found: Found) -> dict[str, Any]:
    """One recording as lists show it."""
    one = found.recording
    kept = Kept(one.id, one.call, one.started_at, one.kind, one.queues, found.disposition, found.held)
    return {
        "id": one.id,
        "call": one.call,
        "kind": one.kind,
        "started": timestamp(one.started_at),
        "length_s": round(one.length_s, 3),
        "direction": one.direction,
        "number": one.number,
        "caller": one.caller_shown,
        "customer": one.caller_who,
        "mode": one.mode,
        "queues": one.queues,
        "operators": one.operators,
        "disposition": found.disposition,
        "end_reason": one.end_reason,
        "held": found.held,
        "marks": found.marks,
        "expires": shown_time(expires_at(desk.library.rules(), kept)),
        "audio_bytes": one.audio_bytes,
        "facts": one.facts and asdict(one.facts),
        "faults": one.faults,
    }


async def _everything(desk: Desk, caller: Caller, found: Found) -> dict[str, Any]:
    one, custody = found.recording, desk.library.custody
    shown = listed(desk, found) | {
        "segments": [asdict(segment) for segment in one.segments],
        "muted": one.muted,
        "audio_sha256": one.audio_sha256,
        "stored": timestamp(one.stored_at),
        "notes": [],
        "holds": [],
        "links": [],
    }
    if not caller.may("note_recordings"):
        return shown | {"marks": 0}
    marks = await beside(custody.marks_of, one)
    holds = await beside(custody.holds_of, one.id)
    links = await beside(custody.links_of, one.id)
    return shown | {
        "notes": [shown_mark(mark, one) for mark in marks],
        "holds": [shown_hold(hold) for hold in holds],
        "links": [shown_link(link) for link in links],
    }


def shown_mark(mark: Mark, on: StoredRecording) -> dict[str, Any]:
    """A note, where it stands."""
    return {
        "id": mark.id,
        "at": timestamp(mark.at),
        "at_s": mark.at_s(on.started_at, on.length_s),
        "by": mark.by,
        "text": mark.text,
        "made": timestamp(mark.made_at),
    }


def shown_hold(hold: Hold) -> dict[str, Any]:
    """A hold."""
    return {
        "id": hold.id,
        "by": hold.by,
        "why": hold.why,
        "at": timestamp(hold.at),
        "released": shown_time(hold.released_at),
        "released_by": hold.released_by,
    }


def shown_link(link: Link) -> dict[str, Any]:
    """A link, without its address."""
    return {
        "id": link.id,
        "by": link.by,
        "made": timestamp(link.made_at),
        "expires": timestamp(link.expires_at),
        "plays": link.plays,
        "plays_max": link.plays_max,
        "revoked": shown_time(link.revoked_at),
    }


def shown_time(at: float | None) -> str | None:
    """ISO 8601, or null."""
    return None if at is None else timestamp(at)


def _peaks(one: StoredRecording) -> dict[str, Any]:
    signed = [byte - 256 if byte > 127 else byte for byte in one.peaks]
    steps = [signed[at : at + 4] for at in range(0, len(signed) - 3, 4)]
    return {
        "id": one.id,
        "length_s": round(one.length_s, 3),
        "step_s": one.length_s / len(steps) if steps else 0.0,
        "left": [step[:2] for step in steps],
        "right": [step[2:] for step in steps],
    }


def unix(at: datetime | None) -> float | None:
    """Unix seconds."""
    return None if at is None else at.timestamp()

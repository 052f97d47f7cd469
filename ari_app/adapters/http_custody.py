"""How does somebody note something on a call or a recording, and hold a recording, over HTTP?"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ari_app.adapters.http_auth import AskedBy, Caller, asker_of, demand
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.adapters.http_library import Desk, library_router
from ari_app.adapters.http_recording_bodies import CallMarkBody, HoldBody, MarkBody, ShownHold, ShownMark
from ari_app.adapters.http_recordings import shown_hold, shown_mark
from ari_app.beside import beside
from ari_app.contract import CallStatus, timestamp
from recordings.custody import Doomed, Hold, Mark


def custody_routes(desk: Desk) -> APIRouter:
    """``POST .../marks`` on a call and on a recording, ``DELETE /api/v1/marks/{id}``, ``PUT`` and ``DELETE .../hold``."""
    router = library_router("recordings")
    _mark_routes(router, desk)
    _hold_routes(router, desk)
    return router


def _mark_routes(router: APIRouter, desk: Desk) -> None:
    @router.post("/calls/{call_id}/marks", response_model=ShownMark, status_code=201)
    async def mark_call(call_id: str, body: CallMarkBody, request: Request, caller: AskedBy) -> Response:
        demand(caller.may("note_recordings"))
        call, now = _call(desk, call_id, caller), desk.now()
        at = now if body.at is None else body.at.timestamp()
        if at > now or timestamp(at) < call.started:
            raise Refused(422, "bad_field", "The moment must lie between the call's start and now.", "at")
        mark = Mark(desk.library.new_id(), call_id, at, caller.account.code, body.text, now)
        await _keep(desk, request, caller, mark)
        fields = {"id": mark.id, "at": timestamp(at), "by": mark.by, "text": mark.text, "made": timestamp(now)}
        return json_answer(fields | {"at_s": 0.0}, 201)

    @router.post("/recordings/{recording_id}/marks", response_model=ShownMark, status_code=201)
    async def mark_recording(recording_id: str, body: MarkBody, request: Request, caller: AskedBy) -> Response:
        demand(caller.may("note_recordings"))
        one = (await desk.found(caller, recording_id)).recording
        if body.at_s > one.length_s:
            raise Refused(422, "bad_field", f"The recording lasts {one.length_s:.1f} s.", "at_s")
        at = one.started_at + body.at_s
        mark = Mark(desk.library.new_id(), one.call, at, caller.account.code, body.text, desk.now(), one.id)
        await _keep(desk, request, caller, mark)
        return json_answer(shown_mark(mark, one), 201)

    @router.delete("/marks/{mark_id}", status_code=204, response_class=Response)
    async def remove_mark(mark_id: str, request: Request, caller: AskedBy) -> Response:
        demand(caller.may("remove_notes"))
        mark = await beside(desk.library.custody.find_mark, mark_id)
        if mark is None:
            raise Refused(404, "not_found", "There is no such note.")
        demand(caller.reaches("remove_notes", mark.by))
        entry = desk.entry(request, caller, "mark_removed", "call", mark.call, mark=mark_id)
        await beside(desk.library.custody.remove_mark, mark_id, entry)
        return Response(status_code=204)


def _hold_routes(router: APIRouter, desk: Desk) -> None:
    @router.put("/recordings/{recording_id}/hold", response_model=ShownHold)
    async def hold_recording(recording_id: str, body: HoldBody, request: Request, caller: AskedBy) -> Response:
        demand(caller.may("hold_recordings"))
        one = (await desk.found(caller, recording_id)).recording
        hold = Hold(desk.library.new_id(), one.id, caller.account.code, body.why, desk.now())
        try:
            entry = desk.entry(request, caller, "held", "recording", one.id, why=body.why)
            await beside(desk.library.custody.hold, hold, entry)
        except Doomed:
            raise Refused(404, "not_found", "There is no such recording.") from None
        return json_answer(shown_hold(hold))

    @router.delete("/recordings/{recording_id}/hold", status_code=204, response_class=Response)
    async def release_recording(recording_id: str, request: Request, caller: AskedBy) -> Response:
        demand(caller.may("hold_recordings"))
        one = (await desk.found(caller, recording_id)).recording
        entry = desk.entry(request, caller, "released", "recording", one.id)
        if not await beside(desk.library.custody.release, one.id, entry):
            raise Refused(404, "not_found", "This recording is not held.")
        return Response(status_code=204)


async def _keep(desk: Desk, request: Request, caller: Caller, mark: Mark) -> None:
    entry = desk.entry(request, caller, "mark_made", "call", mark.call, mark=mark.id, recording=mark.recording)
    await beside(desk.library.custody.mark, mark, entry)


def _call(desk: Desk, call_id: str, caller: Caller) -> CallStatus:
    """A call that is up, or has just ended and whose recording is not here yet."""
    call = desk.board.calls.get(call_id)
    if call is None:
        raise Refused(404, "not_found", "There is no such call; of one that has ended, mark the recording.")
    asker = asker_of(desk.board, caller)
    demand(asker.sees_call(call.operator, call.queue))
    return call

"""What can be asked over HTTP of a caller's earlier calls, and of what operators noted of a call?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from ari_app.adapters.http_bodies import REFUSALS
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.beside import beside
from console.answers import CATALOGUE_AWAY, answering_when_away
from console.audit.asking import by
from console.audit.book import Audit
from console.figures.scope import Scope, scope_of
from console.past.bodies import NoteBody, NotesShown, PastShown
from console.past.desk import NOTHING, PastDesk
from console.past.notes import CustomerErased
from console.past.sight import may_note, sees_past
from console.people import AskedBy, PersonRoute, demand, needs_token

CallId = Annotated[str, Path(min_length=1, max_length=64)]


def past_routes(desk: PastDesk, audit: Audit) -> APIRouter:
    """``/api/v1/calls/{id}/past``, ``/note`` and ``/notes``, and ``/api/v1/contacts/{id}/past``. Each look at a caller's past is
    noted in ``audit`` before it is answered."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["past"],
        route_class=PersonRoute,
        dependencies=[needs_token],
        responses={**REFUSALS, **CATALOGUE_AWAY},
    )
    _past(router, desk, audit)
    _notes(router, desk)
    return router


def _past(router: APIRouter, desk: PastDesk, audit: Audit) -> None:
    @router.get("/calls/{call_id}/past", response_model=PastShown)
    async def show_past_of_caller(call_id: CallId, request: Request, person: AskedBy) -> Response:
        """The caller's earlier calls: for whoever has the call on the line or writes it up, and for those who lead them."""
        demand(person.may("see_past"))
        call, team = desk.status_of(call_id), await desk.team_of(person, request)
        demand(sees_past(person, call, desk.board.busy_with(call_id), team))
        whos = await desk.whos_of_call(call_id, request)
        with answering_when_away():
            earlier = await beside(desk.calls.of, whos, Scope(), call_id) if whos else NOTHING
            await beside(audit.note, by(person, request), "call_past_seen", call_id)
        return json_answer({"known": bool(whos), **await desk.told(earlier, person, team)})

    @router.get("/contacts/{contact_id}/past", response_model=PastShown)
    async def show_past_of_contact(contact_id: CallId, request: Request, person: AskedBy) -> Response:
        """Of the calls from any of the contact's numbers those that you may see in the history: an operator, the own ones."""
        demand(person.may("look_up_contacts") and person.may("history"))
        contact, team = await desk.contact(contact_id), await desk.team_of(person, request)
        whos = desk.whos_of(contact)
        with answering_when_away():
            earlier = await beside(desk.calls.of, whos, scope_of(person, team)) if whos else NOTHING
            await beside(audit.note, by(person, request), "contact_past_seen", contact.id)
        return json_answer({"known": bool(whos), **await desk.told(earlier, person, team)})


def _notes(router: APIRouter, desk: PastDesk) -> None:
    @router.get("/calls/{call_id}/notes", response_model=NotesShown)
    async def show_notes(call_id: CallId, request: Request, person: AskedBy) -> Response:
        """What was noted of a call that you may see, now or in the history."""
        await desk.demand_sight(call_id, request, person)
        with answering_when_away():
            notes = await beside(desk.notes.of_calls, [call_id])
        return json_answer({"items": [one.as_json() for one in notes.get(call_id, [])]})

    @router.put("/calls/{call_id}/note", response_model=NotesShown)
    async def write_note(call_id: CallId, body: NoteBody, request: Request, person: AskedBy) -> Response:
        """Your one note of a call that is yours to note the outcome of, up to an hour after its end; sent again, it is replaced."""
        demand(person.may("note_outcomes"))
        call, team = desk.status_of(call_id), await desk.team_of(person, request)
        demand(may_note(person, call, desk.board.busy_with(call_id), team))
        try:
            with answering_when_away():
                await beside(desk.notes.write, call_id, body.text.strip(), by(person, request))
                notes = await beside(desk.notes.of_calls, [call_id])
        except CustomerErased:
            message = "Nothing is kept of this call any more: its customer has been erased."
            raise Refused(404, "not_found", message) from None
        return json_answer({"items": [one.as_json() for one in notes.get(call_id, [])]})

"""How does an operator follow a script in a call, and who sees what was answered?"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.contract import CallStatus
from console.people import AskedBy, Person, demand
from console.scripts import telling
from console.scripts.answers import Followed, Saved, UnknownVersion
from console.scripts.bodies import SaveBody
from console.scripts.desk import CallId, Name, ScriptDesk, Sight, kept
from ivr_flows.scripts.script import Script


def following_routes(router: APIRouter, desk: ScriptDesk, sight: Sight) -> None:
    """Add them. ``sight``: whose calls one may see that nothing was answered in."""

    async def seen(call: str, request: Request, person: Person) -> list[Followed]:
        """What this person may see of it. Raises Refused: 403, and 404 for a call that is out of sight."""
        found = await kept(desk.answers.of_call, call)
        if _holds(person, desk.calls.call(call)):
            return found
        demand(person.may("see_answers"))
        visible = [one for one in found if desk.sees(person, one)]
        if not visible:
            await sight(call, request, person)
        return visible

    @router.get("/calls/{call}/scripts")
    async def list_followed(call: CallId, request: Request, person: AskedBy) -> Response:
        """What was followed and answered in a call."""
        found = await seen(call, request, person)
        return json_answer({"items": [telling.followed(one, await _script_of(desk, one)) for one in found]})

    @router.get("/calls/{call}/scripts/{name}")
    async def show_followed(call: CallId, name: Name, request: Request, person: AskedBy) -> Response:
        """Where its operator is, and what was answered. 404: it was not begun."""
        found = next((one for one in await seen(call, request, person) if one.name == name), None)
        if found is None:
            raise Refused(404, "not_found", "This script was not begun in this call.")
        return json_answer(telling.followed(found, await _script_of(desk, found)))

    @router.put("/calls/{call}/scripts/{name}")
    async def save(call: CallId, name: Name, body: SaveBody, person: AskedBy) -> Response:
        """Save answers, and go on, back, or into an objection. The same ``revision`` again changes nothing."""
        shown = desk.calls.call(call)
        if not _holds(person, shown):
            found = await kept(desk.answers.one, call, name)
            demand((found is None and shown is None) or (found is not None and found.operator == person.code))
            if found is None:
                raise Refused(404, "not_found", "There is no such call.")
        saved = Saved(body.revision, body.language, body.answers, body.move, body.objection, body.version, body.known)
        queue = "" if shown is None or shown.queue is None else shown.queue
        return json_answer(telling.saved(await kept(desk.answers.save, call, name, queue, person.code, saved)))


def _holds(person: Person, call: CallStatus | None) -> bool:
    """Whether this call is this person's: its operator's, of whoever is consulted, of a supervisor who has taken it over."""
    if call is None:
        return False
    return person.code in (call.operator, call.consulting) or call.supervised.get(person.code) == "take_over"


async def _script_of(desk: ScriptDesk, followed: Followed) -> Script | None:
    """Its very version; None where that is not kept any more, or is none for this version of the program."""

    def found() -> Script | None:
        try:
            return desk.answers.script(followed)
        except (UnknownVersion, ValueError):
            return None

    return await kept(found)

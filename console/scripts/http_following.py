"""How does an operator follow a script in a call, and who sees what was answered?"""

from __future__ import annotations

from fastapi import APIRouter, Response

from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.contract import CallStatus
from console.people import AskedBy, Person, demand
from console.scripts import telling
from console.scripts.answers import Followed, Saved, UnknownVersion
from console.scripts.bodies import SaveBody
from console.scripts.desk import (
    CallId,
    Name,
    ScriptDesk,
    kept,
)
from ivr_flows.scripts.script import Script


def following_routes(router: APIRouter, desk: ScriptDesk) -> None:
    """Add them."""

    @router.get("/calls/{call}/scripts")
    async def list_followed(call: CallId, person: AskedBy) -> Response:
        """What was followed and answered in a call."""
        found = await kept(desk.answers.of_call, call)
        shown = desk.calls.call(call)
        if not _holds(person, shown):
            others, found = found, [one for one in found if desk.sees(person, one)]
            may_look = (
                shown is None or person.reach("see_answers") != "own" or person.code in desk.calls.busy_with(call)
            )
            demand(bool(found) or (not others and may_look))
        return json_answer({"items": [telling.followed(one, await _script_of(desk, one)) for one in found]})

    @router.get("/calls/{call}/scripts/{name}")
    async def show_followed(call: CallId, name: Name, person: AskedBy) -> Response:
        """Where its operator is, and what was answered. 404: it was not begun."""
        found = await kept(desk.answers.one, call, name)
        shown = desk.calls.call(call)
        sees = shown is None if found is None else desk.sees(person, found)
        demand(sees or _holds(person, shown) or (found is None and person.reach("see_answers") != "own"))
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

"""How do supervisors write scripts: check, keep as a draft, publish, put back?"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.centre_scripts import ScriptFile, understood
from console.audit.asking import by
from console.audit.book import By
from console.people import AskedBy, Person
from console.scripts import telling
from console.scripts.bodies import CheckBody, DraftBody, PublishBody, RollbackBody
from console.scripts.desk import (
    Name,
    ScriptDesk,
    Version,
    demand_writing,
    in_force,
    kept,
    no_script,
    text_of,
    with_centre,
)
from ivr_flows.drawing import Wording, draw
from ivr_flows.problem_words import Words
from ivr_flows.problems import Problem
from ivr_flows.scripts.script import version_of

DRAWN_AT_MOST: Final = 80
"""Steps: more take seconds, which everybody else would wait for. `centralita scripts draw` draws any."""
WORDING: Final = Wording("script", "operators come in at")


def writing_routes(router: APIRouter, desk: ScriptDesk) -> None:
    """Add them."""

    @router.post("/scripts/check")
    async def check(body: CheckBody, person: AskedBy) -> Response:
        """What is wrong with a text, by line; where nothing is, its version, the script as it would be shown, and its
        drawing."""
        demand_writing(person)
        return json_answer(await kept(_checked, desk, body.name, body.text))

    @router.get("/scripts/{name}/draft")
    async def show_draft(name: Name, person: AskedBy) -> Response:
        """What you are writing. 404: nothing."""
        demand_writing(person)
        found = await kept(desk.versions.draft, name, person.code)
        if found is None:
            raise Refused(404, "not_found", f"You have no draft of the script {name}.")
        return json_answer(telling.draft(found))

    @router.put("/scripts/{name}/draft")
    async def save_draft(name: Name, body: DraftBody, person: AskedBy) -> Response:
        """Keep what you are writing, whatever is wrong with it."""
        demand_writing(person)
        return json_answer(telling.draft(await kept(desk.versions.save_draft, name, person.code, body.text, body.over)))

    @router.delete("/scripts/{name}/draft", status_code=204)
    async def drop_draft(name: Name, person: AskedBy) -> Response:
        """Forget it."""
        demand_writing(person)
        await kept(desk.versions.drop_draft, name, person.code)
        return Response(status_code=204)

    @router.get("/scripts/{name}/versions")
    async def list_versions(name: Name, person: AskedBy) -> Response:
        """Which there are, the newest first, and which is in force."""
        demand_writing(person)
        found = await in_force(desk, name)
        history = await kept(desk.versions.history, name)
        if found is None and not history:
            raise no_script(name)
        now = None if found is None else found.version
        told = None if found is None else telling.in_force(found)
        return json_answer({"in_force": told, "versions": [telling.kept(one, now) for one in history]})

    @router.get("/scripts/{name}/versions/{version}")
    async def show_text(name: Name, version: Version, person: AskedBy) -> Response:
        """A version as it was written."""
        demand_writing(person)
        return json_answer({"name": name, "version": version, "text": await text_of(desk, name, version)})

    @router.post("/scripts/{name}/versions", status_code=201)
    async def publish(name: Name, body: PublishBody, person: AskedBy, request: Request) -> Response:
        """Put a text into force. Calls in progress finish on the version with which they began."""
        demand_writing(person)
        return json_answer(await _published(desk, name, body.text, body, by(person, request), person), 201)

    @router.post("/scripts/{name}/rollback", status_code=201)
    async def roll_back(name: Name, body: RollbackBody, person: AskedBy, request: Request) -> Response:
        """Put an earlier version back into force."""
        demand_writing(person)
        text = await text_of(desk, name, body.version)
        return json_answer(await _published(desk, name, text, body, by(person, request), person), 201)


def _checked(desk: ScriptDesk, name: str, text: str) -> dict[str, Any]:
    file = _understood(desk, name, text)
    told: dict[str, Any] = {"problems": [telling.problem(one) for one in file.problems]}
    if file.script is None:
        return {**told, "version": None, "script": None, "drawing": None}
    version = version_of(file.script)
    drawing = draw(file.script, name, wording=WORDING) if len(file.script.steps) <= DRAWN_AT_MOST else None
    return {
        **told,
        "version": version,
        "script": with_centre(desk, telling.whole(name, version, file.script)),
        "drawing": drawing,
    }


def _understood(desk: ScriptDesk, name: str, text: str) -> ScriptFile:
    """The text held against the centre and the other scripts in force."""
    file = understood(name, text, f"{name}.yaml", desk.folder.around().surroundings)
    if file.script is None:
        return file
    taken = {
        (field, one): other.name
        for other in desk.versions.all().in_force.values()
        if other.name != name
        for field in ("queues", "campaigns")
        for one in getattr(other.script, field)
    }
    lines = text.splitlines()
    problems = tuple(
        Problem(
            f"{name}.yaml",
            next((place for place, written in enumerate(lines, 1) if written.startswith(f"{field}:")), 1),
            field,
            Words("name_taken", script=taken[field, one], name=one),
            Words("take_out_of_one"),
        )
        for field in ("queues", "campaigns")
        for one in getattr(file.script, field)
        if (field, one) in taken
    )
    return ScriptFile(name, text, None, problems) if problems else file


async def _published(
    desk: ScriptDesk, name: str, text: str, body: PublishBody | RollbackBody, who: By, person: Person
) -> dict[str, Any]:
    file = await kept(_understood, desk, name, text)
    if file.script is None:
        message = "The script cannot be put into force as it is; nothing was changed."
        raise Refused(422, "bad_script", message, "text", problems=[str(one) for one in file.problems])
    before = await in_force(desk, name)
    demand_writing(person, file.script, None if before is None else before.script)
    why = body.why.strip()

    def noted(connection: Connection, version: str) -> None:
        details = {"version": version, "over": body.over, "why": why}
        desk.audit.note(who, "script_published", name, details, connection=connection)

    now = await kept(desk.versions.publish, name, file.script, text, body.over, person.code, why, noted)
    return telling.in_force(now)

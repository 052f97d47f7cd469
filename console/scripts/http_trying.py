"""How does whoever writes a script follow it on trial? Step by step as an operator would; nothing of it is kept."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from console.people import AskedBy
from console.scripts import telling
from console.scripts.answers import moved
from console.scripts.bodies import TryBody
from console.scripts.desk import ScriptDesk, demand_writing, kept
from console.scripts.folder import script_of
from ivr_flows.scripts import running
from ivr_flows.scripts.running import Facts, Run
from ivr_flows.scripts.script import Script


def trying_routes(router: APIRouter, desk: ScriptDesk) -> None:
    """Add them."""

    @router.post("/scripts/try")
    async def try_out(body: TryBody, person: AskedBy) -> Response:
        """Where the move leads in this text, and what is wrong with the answers. From a step that is not there any more it
        begins anew."""
        demand_writing(person)
        return json_answer(await kept(_tried, desk, body))


def _tried(desk: ScriptDesk, body: TryBody) -> dict[str, Any]:
    try:
        script = script_of(body.text)
    except ValueError as bad:
        message = "The script cannot be tried as it is; mend it first."
        raise Refused(422, "bad_script", message, "text", problems=[str(bad)]) from None
    facts = Facts(body.language, body.queue, body.known)
    run, wrong = running.answered(script, _where(script, body, facts), body.answers, desk.answers.today())
    run, stays = moved(script, run, facts, body.move, body.to)
    ended = body.move == "end" and stays is None
    return telling.tried(script, run, body.language, wrong, stays, ended=ended)


def _where(script: Script, body: TryBody, facts: Facts) -> Run:
    if body.at is not None:
        run = Run(body.at, tuple(body.path), body.objection)
        if running.fits(script, run):
            return run
    return running.begin(script, facts)

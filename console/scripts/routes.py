"""How do pages ask for scripts, have them checked and published, and save what was answered?

Everybody reads scripts. Operators save for the calls that they hold; supervisors and above write scripts, and whoever sees
others' calls reads and exports what was answered.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from console.people import AskedBy, PersonRoute, needs_token
from console.scripts import telling
from console.scripts.desk import (
    Name,
    ScriptDesk,
    Sight,
    in_force,
    kept,
    no_script,
    of_version,
    with_centre,
)
from console.scripts.http_export import export_routes
from console.scripts.http_following import following_routes
from console.scripts.http_trying import trying_routes
from console.scripts.http_writing import writing_routes


def script_routes(desk: ScriptDesk, sight: Sight) -> APIRouter:
    """``/api/v1/scripts...``, ``/api/v1/queues/{queue}/script`` and ``/api/v1/calls/{call}/scripts...``. ``sight``: see Sight."""
    router = APIRouter(prefix="/api/v1", tags=["scripts"], route_class=PersonRoute, dependencies=[needs_token])
    _reading(router, desk)
    writing_routes(router, desk)
    trying_routes(router, desk)
    following_routes(router, desk, sight)
    export_routes(router, desk)
    return router


def _reading(router: APIRouter, desk: ScriptDesk) -> None:
    @router.get("/scripts")
    async def list_scripts(person: AskedBy) -> Response:
        """Those in force; for whoever writes them also what is wrong with files, and the drafts that he or she has."""
        found = await kept(desk.versions.all)
        told: dict[str, Any] = {"scripts": [telling.in_force(one) for one in found.in_force.values()]}
        if person.may("write_scripts"):
            told["broken"] = {name: [telling.problem(one) for one in some] for name, some in found.broken.items()}
            told["drafts"] = await kept(lambda: list(desk.versions.drafts_of(person.code)))
        return json_answer(told)

    @router.get("/queues/{queue}/script")
    async def show_queues_script(queue: Name, person: AskedBy) -> Response:
        """The script for the calls of a queue, whole. 404: it has none."""
        found = (await kept(desk.versions.all)).of_queue(queue)
        if found is None:
            raise Refused(404, "no_script", f"There is no script for the queue {queue}.")
        return json_answer(with_centre(desk, telling.whole(found.name, found.version, found.script)))

    @router.get("/scripts/{name}")
    async def show_script(
        name: Name, person: AskedBy, version: Annotated[str | None, Query(max_length=12)] = None
    ) -> Response:
        """The script in force, or an earlier ``version`` of it, whole."""
        found = await in_force(desk, name)
        if version is None or (found is not None and version == found.version):
            if found is None:
                raise no_script(name)
            return json_answer(with_centre(desk, telling.whole(name, found.version, found.script)))
        script = await of_version(desk, name, version)
        return json_answer(with_centre(desk, telling.whole(name, version, script)))

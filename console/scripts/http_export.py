"""How is what was answered had as a table? Page by page from the database, so that years of it need no memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from ari_app.adapters.http_errors import Refused
from ari_app.contract import unix_seconds
from console.audit.asking import by
from console.people import AskedBy, Person, demand
from console.scripts.answers import UnknownVersion
from console.scripts.desk import (
    Name,
    ScriptDesk,
    kept,
)
from console.scripts.export import header, line, questions_of
from console.scripts.folder import script_of
from ivr_flows.scripts.script import Script


def export_routes(router: APIRouter, desk: ScriptDesk) -> None:
    """Add them."""

    @router.get("/scripts/{name}/answers.csv")
    async def export(
        name: Name,
        person: AskedBy,
        request: Request,
        since: Annotated[datetime | None, Query()] = None,
        until: Annotated[datetime | None, Query()] = None,
    ) -> Response:
        """What was answered in the calls that began from ``since`` to before ``until``: one line a call, one column a
        question."""
        demand(person.reach("see_answers") not in (None, "own"))
        bounds = (_unix(since, "since", 0.0), _unix(until, "until", 1e11))
        scripts = await kept(_scripts_followed, desk, name, *bounds)
        details = {
            "since": None if since is None else since.isoformat(),
            "until": None if until is None else until.isoformat(),
        }
        await kept(desk.audit.note, by(person, request), "answers_exported", name, details)
        lines = _lines(desk, person, name, scripts, *bounds)
        first = await kept(next, lines)
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return StreamingResponse(_after(first, lines), media_type="text/csv; charset=utf-8", headers=headers)


def _unix(at: datetime | None, field: str, otherwise: float) -> float:
    if at is None:
        return otherwise
    if at.tzinfo is None:
        raise Refused(422, "bad_field", "Give the time with its zone, as 2026-11-28T10:00:00Z.", field)
    return unix_seconds(at.isoformat()) or 0.0


def _scripts_followed(desk: ScriptDesk, name: str, since: float, until: float) -> dict[str, Script]:
    """By version, the one in force first, then those that were followed in this time."""
    found = desk.versions.all().in_force.get(name)
    scripts = {} if found is None else {found.version: found.script}
    for version in desk.answers.versions_followed(name, since, until):
        text = desk.versions.text(name, version) if version not in scripts else None
        if text is not None:
            scripts[version] = script_of(text)
    if not scripts:
        raise UnknownVersion(f"there is no script {name!r}")
    return scripts


def _lines(
    desk: ScriptDesk, person: Person, name: str, scripts: dict[str, Script], since: float, until: float
) -> Iterator[bytes]:
    """The first is there at once, or CatalogueAway."""
    questions = questions_of(scripts.values())
    pages = desk.answers.pages(name, since, until)
    page = next(pages, [])
    yield header(questions) + b"".join(line(one, questions, scripts) for one in page if desk.sees(person, one))
    for page in pages:
        yield b"".join(line(one, questions, scripts) for one in page if desk.sees(person, one))


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest

"""How is a file of contacts brought, looked at, checked, imported and followed over HTTP? By supervisors, step by step.

Bring it; see its first rows and what each column seems to be; say what each is; check it, line by line; import it; follow
it; take the lines that were not taken, corrected, and bring those again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from ari_app.adapters.http_errors import Refused
from ari_app.beside import beside
from console.contacts import rows
from console.contacts.bodies import CheckBody, Preview, ShownImport, ShownProblems, import_json
from console.contacts.csv_file import counted, records, sniffed
from console.contacts.desk import Desk, json_answer
from console.contacts.import_files import Received
from console.contacts.imports import BadRow, Import, UnknownImport
from console.contacts.mapping import TARGETS, demand_mapping, proposed
from console.contacts.safe_csv import written
from console.contacts.wording import Language, report, told
from console.people import AskedBy, Person, demand

READ_PIECEWISE: Final = ("/api/v1/contact-imports",)
"""Where bodies are read piece by piece, by the route itself: for http_errors.install."""

PREVIEWED: Final = 10
LATEST: Final = 50
PAGE: Final = 500


def add_import_routes(router: APIRouter, desk: Desk) -> None:
    """``/api/v1/contact-imports...``."""
    for routes in (_bringing, _carrying_out, _problems):
        routes(router, desk)


def _bringing(router: APIRouter, desk: Desk) -> None:
    body = {
        "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
    }

    @router.post("/contact-imports", response_model=ShownImport, status_code=201, openapi_extra=body)
    async def bring_file(
        request: Request, asked_by: AskedBy, name: Annotated[str, Query(min_length=1, max_length=120)] = "contacts.csv"
    ) -> Response:
        """The body is the file itself; ``name`` what it is called."""
        _demand(asked_by)
        id_ = rows.new_id()
        received = await desk.files.receive(id_, request.stream())
        try:
            one = await asyncio.to_thread(_looked_into, desk, id_, received, name, asked_by.code)
            await beside(desk.imports.enter, one)
            await desk.note(asked_by, "contact_file_brought", id_, rows=one.rows_total, sha256=one.sha256)
        except BaseException:
            desk.files.remove(id_)
            raise
        return json_answer(import_json(one), 201)

    @router.get("/contact-imports", response_model=list[ShownImport])
    async def list_imports(asked_by: AskedBy) -> Response:
        """The newest first."""
        _demand(asked_by)
        return json_answer([import_json(one) for one in await beside(desk.imports.latest, LATEST)])

    @router.get("/contact-imports/{import_id}", response_model=ShownImport)
    async def show_import(import_id: str, asked_by: AskedBy) -> Response:
        _demand(asked_by)
        return json_answer(import_json(await beside(desk.imports.find, import_id)))

    @router.get("/contact-imports/{import_id}/preview", response_model=Preview)
    async def preview_import(import_id: str, asked_by: AskedBy) -> Response:
        _demand(asked_by)
        one = await beside(desk.imports.find, import_id)
        shown = await asyncio.to_thread(_previewed, desk, one)
        await desk.note(asked_by, "contact_file_previewed", import_id)
        return json_answer(shown)


def _carrying_out(router: APIRouter, desk: Desk) -> None:
    @router.post("/contact-imports/{import_id}/check", response_model=ShownImport, status_code=202)
    async def check_import(import_id: str, body: CheckBody, asked_by: AskedBy) -> Response:
        """Read every line, and write nothing: the counts and problems say what an import would do."""
        _demand(asked_by)
        one = await beside(desk.imports.find, import_id)
        demand_mapping(body.mapping, one.dialect.headers)
        await beside(desk.imports.begin_check, import_id, body.mapping, body.existing, desk.book.now())
        desk.jobs.go(import_id)
        await desk.note(asked_by, "contact_import_checked", import_id, existing=body.existing)
        return await _as_it_stands(desk, import_id, 202)

    @router.post("/contact-imports/{import_id}/start", response_model=ShownImport, status_code=202)
    async def start_import(import_id: str, asked_by: AskedBy) -> Response:
        """Import what was checked, or go on where it was cancelled. All good lines come in."""
        _demand(asked_by)
        await beside(desk.imports.begin_import, import_id, desk.book.now())
        desk.jobs.go(import_id)
        await desk.note(asked_by, "contact_import_started", import_id)
        return await _as_it_stands(desk, import_id, 202)

    @router.post("/contact-imports/{import_id}/cancel", response_model=ShownImport)
    async def cancel_import(import_id: str, asked_by: AskedBy) -> Response:
        """What is in stays in."""
        _demand(asked_by)
        await beside(desk.imports.cancel, import_id, desk.book.now())
        await desk.note(asked_by, "contact_import_cancelled", import_id)
        return await _as_it_stands(desk, import_id)

    @router.delete("/contact-imports/{import_id}", status_code=204)
    async def remove_import(import_id: str, asked_by: AskedBy) -> Response:
        """The file and the lines that were not taken; contacts stay."""
        _demand(asked_by)
        await beside(desk.imports.remove, import_id)
        await asyncio.to_thread(desk.files.remove, import_id)
        await desk.note(asked_by, "contact_import_removed", import_id)
        return Response(status_code=204)


def _problems(router: APIRouter, desk: Desk) -> None:
    @router.get("/contact-imports/{import_id}/problems", response_model=ShownProblems)
    async def show_problems(
        import_id: str,
        asked_by: AskedBy,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        lang: Language = "es",
    ) -> Response:
        _demand(asked_by)
        one = await beside(desk.imports.find, import_id)
        found = await beside(desk.imports.bad_rows, import_id, after, limit + 1)
        await desk.note(asked_by, "contact_import_problems_read", import_id)
        items = [_problem_json(row, one.dialect.headers, lang) for row in found[:limit]]
        return json_answer({"items": items, "next": found[limit - 1].line if len(found) > limit else None})

    @router.get(
        "/contact-imports/{import_id}/report.csv",
        response_class=Response,
        responses={200: {"content": {"text/csv": {}}}},
    )
    async def report_import(import_id: str, asked_by: AskedBy, lang: Language = "es") -> Response:
        """The lines that were not taken, as they stood, each with what to correct: to be corrected and brought again."""
        _demand(asked_by)
        one = await beside(desk.imports.find, import_id)
        await desk.note(asked_by, "contact_import_report_read", import_id)
        headers = {"Content-Disposition": f'attachment; filename="contacts-{import_id}.csv"'}
        lines = written(report(one.dialect.headers, _bad_rows(desk, import_id), lang))
        return StreamingResponse(lines, 200, headers, "text/csv; charset=utf-8")


def _demand(person: Person) -> None:
    demand(person.may("import_contacts"))


async def _as_it_stands(desk: Desk, import_id: str, status: int = 200) -> Response:
    return json_answer(import_json(await beside(desk.imports.find, import_id)), status)


def _looked_into(desk: Desk, id_: str, received: Received, name: str, by: str) -> Import:
    dialect = sniffed(received.path)
    total = counted(received.path, dialect)
    if not total:
        raise Refused(422, "not_csv", "Below the columns' names the file has no lines.")
    called = "".join(letter for letter in name if letter.isprintable())[:120]
    mapping = tuple(proposed(dialect.headers))
    return Import(
        id_,
        called,
        by,
        desk.book.now(),
        received.size,
        received.sha256,
        dialect,
        mapping,
        "update",
        "uploaded",
        "",
        total,
        0,
    )


def _previewed(desk: Desk, one: Import) -> dict[str, Any]:
    try:
        first = [list(record.cells) for record in islice(records(desk.files.path(one.id), one.dialect), PREVIEWED)]
    except FileNotFoundError:
        raise UnknownImport(one.id) from None
    return {
        "headers": list(one.dialect.headers),
        "proposed": proposed(one.dialect.headers),
        "rows": [[cell[:200] for cell in cells] for cells in first],
        "targets": list(TARGETS),
    }


def _problem_json(row: BadRow, headers: Sequence[str], lang: Language) -> dict[str, Any]:
    return {
        "line": row.line,
        "problems": [
            {
                "fault": one.fault,
                "column": None if one.column is None else headers[one.column],
                "value": one.value,
                "also": one.also,
                "told": told(one, headers, lang),
            }
            for one in row.problems
        ],
    }


def _bad_rows(desk: Desk, import_id: str) -> Iterator[BadRow]:
    after = 0
    while found := desk.imports.bad_rows(import_id, after, PAGE):
        yield from found
        after = found[-1].line

"""What can be done with contacts over HTTP? Look up who calls, search, write down, correct, merge, forget. All is noted.

Numbers and names stand in bodies only: an address may be written down on its way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from ari_app.adapters.http_errors import Refused
from ari_app.beside import beside
from console.contacts.bodies import (
    ContactBody,
    Contacts,
    EraseBody,
    ErasureShown,
    History,
    LookUpBody,
    MergeBody,
    SearchBody,
    ShownContact,
    WhoCallsAnswer,
    contact_json,
    edit_json,
    erasure_json,
    merge_json,
)
from console.contacts.book import ContactBook, Wanted
from console.contacts.contact import EXTERNAL_ID_LENGTH, KINDS, Contact, Details, folded
from console.contacts.desk import Desk, contacts_router, json_answer, version_in
from console.contacts.import_routes import add_import_routes
from console.contacts.merging import Read
from console.contacts.safe_csv import written
from console.people import AskedBy, demand

PAGE = 200
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=40)]


def contact_routes(desk: Desk) -> APIRouter:
    """``/api/v1/contacts...``, ``/api/v1/contact-erasures/{id}`` and ``/api/v1/contact-imports...``."""
    router = contacts_router()
    for routes in (_company, _export, _finding, _writing, _merging, _erasing, add_import_routes):
        routes(router, desk)
    return router


def _finding(router: APIRouter, desk: Desk) -> None:
    @router.post("/contacts/look-up", response_model=WhoCallsAnswer)
    async def look_up_contacts(body: LookUpBody, request: Request, asked_by: AskedBy) -> Response:
        """Who may be calling: first as the company's own system says, if there is one, then as our contacts do."""
        demand(asked_by.may("look_up_contacts"))
        number = await _number(desk, body, request)
        found = await desk.calling.look_up(number, asked_by.code)
        ids = [one.id for one in found.contacts]
        await desk.note(asked_by, "contact_looked_up", body.call, found=ids, crm=found.crm)
        return json_answer({"items": [contact_json(one) for one in found.contacts], "crm": found.crm, "why": found.why})

    @router.post("/contacts/search", response_model=Contacts)
    async def search_contacts(body: SearchBody, asked_by: AskedBy) -> Response:
        """In the order of names."""
        demand(asked_by.may("look_up_contacts"))
        wanted = Wanted(body.name, body.number.strip(), body.external_id.strip())
        found = await beside(desk.book.search, wanted, body.limit, body.after)
        await desk.note(asked_by, "contact_searched", "", found=[one.id for one in found.contacts])
        return json_answer({"items": [contact_json(one) for one in found.contacts], "next": found.after})

    @router.get("/contacts/{contact_id}", response_model=ShownContact)
    async def show_contact(contact_id: str, asked_by: AskedBy) -> Response:
        """One that was merged is answered with the one that it became: its ``id`` is another."""
        demand(asked_by.may("look_up_contacts"))
        contact = await beside(desk.book.find, contact_id)
        await desk.note(asked_by, "contact_read", contact.id)
        return json_answer(contact_json(contact), 200, contact)

    @router.get("/contacts/{contact_id}/history", response_model=History)
    async def show_history(
        contact_id: str,
        asked_by: AskedBy,
        before: Annotated[int | None, Query(ge=1)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        demand(asked_by.may("look_up_contacts"))
        contact = await beside(desk.book.find, contact_id)
        edits = await beside(desk.book.history, contact.id, before, limit + 1)
        merges = await beside(desk.merging.merges_of, contact.id) if before is None else []
        await desk.note(asked_by, "contact_history_read", contact.id)
        more = len(edits) > limit
        items = [edit_json(one) for one in edits[:limit]]
        return json_answer(
            {"items": items, "next": items[-1]["id"] if more else None, "merges": [merge_json(one) for one in merges]}
        )


async def _number(desk: Desk, body: LookUpBody, request: Request) -> str:
    """The one that was sent, or that of the call: screens know no whole numbers."""
    if body.number is not None:
        return body.number
    address = request.client.host if request.client else ""
    return await desk.numbers.number_of(body.call, request.headers.get("authorization", ""), address) or ""


def _company(router: APIRouter, desk: Desk) -> None:
    too_long = f"An external id has {EXTERNAL_ID_LENGTH} letters at most."

    @router.get("/contacts/by-external-id/{external_id:path}", response_model=ShownContact)
    async def show_by_external_id(external_id: str, asked_by: AskedBy) -> Response:
        demand(asked_by.may("look_up_contacts"))
        contact = await beside(desk.book.by_external_id, external_id[: EXTERNAL_ID_LENGTH + 1])
        await desk.note(asked_by, "contact_read", contact.id)
        return json_answer(contact_json(contact), 200, contact)

    @router.put("/contacts/by-external-id/{external_id:path}", response_model=ShownContact)
    async def put_by_external_id(external_id: str, body: ContactBody, asked_by: AskedBy) -> Response:
        """For the company's own system: makes the contact (201) or changes it (200). The same once more changes nothing."""
        demand(asked_by.may("import_contacts"))
        if len(external_id) > EXTERNAL_ID_LENGTH or body.external_id not in (None, external_id):
            raise Refused(
                422, "bad_field", too_long if body.external_id is None else "It stands in the address.", "external_id"
            )
        contact, made = await beside(desk.book.put_external, external_id, body.onto, asked_by.code)
        await desk.note(asked_by, "contact_put", contact.id, made=made, version=contact.version)
        return json_answer(contact_json(contact), 201 if made else 200, contact)


def _writing(router: APIRouter, desk: Desk) -> None:
    @router.post("/contacts", response_model=ShownContact, status_code=201)
    async def make_contact(body: ContactBody, asked_by: AskedBy) -> Response:
        desk.demand_editor(asked_by)
        contact = await beside(desk.book.create, body.onto(Details()), asked_by.code)
        await desk.note(asked_by, "contact_created", contact.id)
        return json_answer(contact_json(contact), 201, contact)

    @router.patch("/contacts/{contact_id}", response_model=ShownContact)
    async def edit_contact(contact_id: str, body: ContactBody, asked_by: AskedBy, if_match: IfMatch = None) -> Response:
        """``If-Match`` is the ETag of the contact as it was read: 409 says who has changed it since."""
        desk.demand_editor(asked_by)
        version = version_in(if_match)
        contact = await beside(desk.book.edit, contact_id, body.onto, version, asked_by.code)
        await desk.note(
            asked_by, "contact_edited", contact.id, fields=sorted(body.model_fields_set), version=contact.version
        )
        return json_answer(contact_json(contact), 200, contact)


def _merging(router: APIRouter, desk: Desk) -> None:
    @router.post("/contacts/{contact_id}/merge", response_model=ShownContact)
    async def merge_contacts(contact_id: str, body: MergeBody, asked_by: AskedBy, if_match: IfMatch = None) -> Response:
        """``gone`` becomes part of this one. 409 names who has changed either since it was read."""
        demand(asked_by.may("merge_contacts"))
        kept, gone = Read(contact_id, version_in(if_match)), Read(body.gone, body.gone_version)
        contact = await beside(desk.merging.merge, kept, gone, body.take, asked_by.code)
        await desk.note(asked_by, "contact_merged", contact.id, gone=body.gone)
        return json_answer(contact_json(contact), 200, contact)


def _erasing(router: APIRouter, desk: Desk) -> None:
    running = {202: {"model": ErasureShown, "description": "Some place could not be reached; it goes on by itself"}}

    @router.post("/contacts/{contact_id}/erase", response_model=ErasureShown, status_code=201, responses=running)  # type: ignore[arg-type]
    async def erase_contact(contact_id: str, body: EraseBody, asked_by: AskedBy) -> Response:
        """Everything that is kept of this person is removed; a certificate stays that does not say who it was."""
        demand(asked_by.may("erase_customers"))
        contact = await beside(desk.book.find, contact_id)
        if folded(body.confirm) not in _names_of(contact):
            raise Refused(
                422, "not_confirmed", "Write the contact's name as it stands there, or its first number.", "confirm"
            )
        await desk.note(asked_by, "contact_erasure_asked", contact.id)
        erasure = await desk.erasing.erase(contact.id, asked_by.code)
        if erasure.certificate:
            await desk.note(asked_by, "contact_erased", contact.id, erasure=erasure.id, sha256=erasure.sha256)
        return json_answer(erasure_json(erasure), 201 if erasure.certificate else 202)

    @router.get("/contact-erasures/{erasure_id}", response_model=ErasureShown)
    async def show_contact_erasure(erasure_id: str, asked_by: AskedBy) -> Response:
        demand(asked_by.may("erase_customers"))
        erasure = await beside(desk.erasing.find, erasure_id)
        if erasure is None:
            raise Refused(404, "not_found", "There is no such erasure.")
        return json_answer(erasure_json(erasure))


def _export(router: APIRouter, desk: Desk) -> None:
    @router.get("/contacts/export.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
    async def export_contacts(asked_by: AskedBy) -> Response:
        """All of them, for a spreadsheet; no cell of it is run as a formula."""
        demand(asked_by.may("export_contacts"))
        await desk.note(asked_by, "contact_exported", "")
        headers = {"Content-Disposition": 'attachment; filename="contacts.csv"'}
        return StreamingResponse(written(_rows(desk.book)), 200, headers, "text/csv; charset=utf-8")


def _rows(book: ContactBook) -> Iterator[Sequence[str]]:
    yield ("external_id", "name", *KINDS, "email", "language", "note", "source")
    after: tuple[str, str] | None = None
    while True:
        page = book.search(Wanted(), PAGE, after)
        for contact in page.contacts:
            details = contact.details
            by_kind = (" / ".join(one.number for one in details.numbers if one.kind == kind) for kind in KINDS)
            yield (
                *(details.external_id or "", details.name, *by_kind),
                *(details.email, details.language, details.note, details.source),
            )
        after = page.after
        if after is None:
            return


def _names_of(contact: Contact) -> tuple[str, ...]:
    name = folded(contact.details.name)
    return (name,) if name else tuple(one.number for one in contact.details.numbers[:1])

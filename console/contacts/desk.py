"""What do the routes of contacts share? Their parts, who may do what, and how what goes wrong is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from ari_app.adapters.http_bodies import REFUSALS, ErrorBody
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_bytes
from ari_app.beside import beside
from console.answers import AWAY, CATALOGUE_AWAY, RETRY_AFTER_S
from console.contacts.book import Changed, ContactBook, ExternalIdTaken, UnknownContact
from console.contacts.company_crm import WhoIsCalling
from console.contacts.contact import BadContact, Contact
from console.contacts.csv_file import NotCsv
from console.contacts.erasing import Erasing
from console.contacts.import_files import ImportFiles, TooLarge, TooSlow
from console.contacts.import_jobs import ImportJobs
from console.contacts.imports import Imports, NotInState, UnknownImport
from console.contacts.mapping import BadMapping
from console.contacts.merging import Merging, WithItself
from console.contacts.ports import Audit, NumbersOfCalls
from console.people import Person, PersonRoute, demand, needs_token
from recordings.record import CatalogueAway

FAULTS: Final[Mapping[str, str]] = {
    "number_not_readable": "This is no telephone number.",
    "number_not_in_plan": "There is no such number in its country; check how many digits it has.",
    "number_extension": "An extension cannot be dialled; write it into the note.",
    "too_long": "This is too long.",
    "bad_letters": "This holds letters that cannot be shown.",
    "email": "This is no e-mail address.",
    "language": "A language is two letters, such as es.",
    "field_name": "A field's name has small letters, digits and _ only, a letter first.",
    "too_many": "These are too many.",
    "nothing_known": "Give a name or a number.",
    "external_id": "An external id has no line breaks and no double blanks.",
}
MORE_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    409: {"model": ErrorBody, "description": "It is not as you think any more"},
    **CATALOGUE_AWAY,
}
_ETAG: Final = re.compile(r'"([1-9][0-9]{0,9})"')


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts. ``operators_edit``: whether the centre lets operators write down and correct contacts, asked each time, since a
    reload may change it."""

    book: ContactBook
    merging: Merging
    erasing: Erasing
    calling: WhoIsCalling
    imports: Imports
    files: ImportFiles
    jobs: ImportJobs
    audit: Audit
    numbers: NumbersOfCalls
    operators_edit: Callable[[], bool] = lambda: True

    async def note(self, person: Person, what: str, on: str, **details: object) -> None:
        """Into the audit. Raises CatalogueAway: what cannot be noted is not done or shown."""
        await beside(self.audit.note, person, what, on, details)

    def demand_editor(self, person: Person) -> None:
        """Raises Refused (403)."""
        demand(person.may("edit_contacts") and (person.role != "operator" or self.operators_edit()))


class ContactsRoute(PersonRoute):
    """A PersonRoute that tells in HTTP's words what the contacts refuse in theirs."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See APIRoute."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except (CatalogueAway, LookupError, ValueError, OSError) as wrong:
                refused = _refusal(wrong)
                if refused is None:
                    raise
                raise refused from wrong

        return handler


def contacts_router() -> APIRouter:
    """For routes that need a token."""
    return APIRouter(
        prefix="/api/v1",
        tags=["contacts"],
        route_class=ContactsRoute,
        dependencies=[needs_token],
        responses={**REFUSALS, **MORE_REFUSALS},
    )


def json_answer(body: object, status: int = 200, contact: Contact | None = None) -> Response:
    """JSON; with the contact's version as its ETag."""
    headers = {"ETag": etag(contact)} if contact is not None else None
    return Response(json_bytes(body), status, headers, "application/json")


def etag(contact: Contact) -> str:
    """A contact's version as it stands in ETag and If-Match."""
    return f'"{contact.version}"'


def version_in(if_match: str | None) -> int:
    """The version that somebody has before the eyes. Raises Refused (428, 422)."""
    if if_match is None:
        raise Refused(
            428,
            "version_missing",
            "Send the header If-Match with the ETag of the contact that you have read.",
            "If-Match",
        )
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise Refused(
            422, "bad_field", 'If-Match is the ETag of the contact that you have read, such as "3".', "If-Match"
        )
    return int(found[1])


def _refusal(wrong: Exception) -> Refused | None:
    match wrong:
        case CatalogueAway():
            return Refused(503, "database_away", AWAY, headers={"Retry-After": str(RETRY_AFTER_S)})
        case UnknownContact():
            return Refused(404, "not_found", "There is no such contact.")
        case UnknownImport():
            return Refused(404, "not_found", "There is no such import.")
        case Changed():
            who = wrong.now.updated_by
            message = f"{who} has changed this contact meanwhile; read it again, and make your change anew."
            return Refused(409, "changed", message, headers={"ETag": etag(wrong.now)})
        case ExternalIdTaken():
            whose = f"contact {wrong.contact}" if wrong.contact else "another contact"
            return Refused(409, "external_id_taken", f"This external id is that of {whose}.", "external_id")
        case BadContact():
            return Refused(422, "bad_field", FAULTS[wrong.fault], wrong.field)
        case WithItself():
            return Refused(422, "bad_field", "These are the same contact.", "gone")
        case BadMapping():
            where = "mapping" if wrong.column is None else f"mapping.{wrong.column}"
            return Refused(422, "bad_field", str(wrong), where)
        case NotCsv():
            return Refused(422, "not_csv", str(wrong))
        case NotInState():
            return Refused(409, "not_in_state", f"The import is {wrong.state} now; this cannot be done with it.")
        case TooLarge():
            message = f"The file is larger than {wrong.limit // 1024**2} MiB; divide it."
            return Refused(413, "too_large", message, headers={"connection": "close"})
        case TooSlow():
            return Refused(
                408, "too_slow", "The file did not come to its end; send it again.", headers={"connection": "close"}
            )
        case OSError():
            return Refused(503, "disk_away", "The file cannot be kept now; the disk may be full.")
        case _:
            return None

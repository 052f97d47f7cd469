"""What does the company's own system know of a caller? Asked by number, with a deadline; our own contacts answer if it does not.

It is one of the centre's services (services.yaml), so only its host is ever reached. What it says of somebody is kept in a
contact of ours by the company's id: calls and tickets hang on that, and the card is there while the company's system is away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import structlog

from ari_app.beside import beside
from ari_app.lookups import LookupAnswer, Lookups
from ari_app.service_urls import names_in
from ari_app.services import HttpService
from console.contacts.book import FOUND_AT_MOST, ContactBook, ExternalIdTaken
from console.contacts.contact import FIELD_NAME, BadContact, Contact, ContactNumber, Details
from console.contacts.numbers import as_called

log = structlog.get_logger(__name__)
SOURCE: Final = "crm"
DEADLINE_S: Final = 2.0
NAMES: Final[Mapping[str, str]] = {
    "external_id": "id",
    "name": "name",
    "email": "email",
    "language": "language",
    "note": "note",
}
"""Where each thing stands in an answer unless the centre says otherwise; dots lead into objects."""

CrmState = Literal["none", "found", "unknown", "away"]
"""How the company's system answered: there is none, it knows somebody, it knows nobody, it gave no answer that can be used."""


@dataclass(frozen=True, slots=True)
class Crm:
    """The company's system: which service to ask, for how long (s) in all, and where in its answer each thing stands."""

    service: HttpService
    deadline_s: float = DEADLINE_S
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WhoCalls:
    """Who may be calling: several if they share the number."""

    contacts: tuple[Contact, ...]
    crm: CrmState
    why: str = ""


class WhoIsCalling:
    """Asks ``crm`` (None: there is none) by ``lookups``, and ``book``."""

    def __init__(self, book: ContactBook, lookups: Lookups, crm: Callable[[], Crm | None]) -> None:
        self._book = book
        self._lookups = lookups
        self._crm = crm

    async def look_up(self, number: str, by: str) -> WhoCalls:
        """By a caller's number, however the carrier wrote it. Raises CatalogueAway."""
        crm = self._crm()
        called = as_called(number, self._book.region())
        if crm is None or not called:
            return WhoCalls(await beside(self._book.look_up, number), "none")
        asked = asyncio.ensure_future(self._ask(crm, called[0]))
        try:
            ours = await beside(self._book.look_up, number)
            state, persons, why = await asked
        finally:
            asked.cancel()
        if state != "found":
            return WhoCalls(ours, state, why)
        kept = [await beside(self._kept, person, called[0], by) for person in persons]
        theirs = {one.id: one for one in kept if one is not None}
        rest = tuple(one for one in ours if one.id not in theirs)
        return WhoCalls((*theirs.values(), *rest)[:FOUND_AT_MOST], "found")

    async def _ask(self, crm: Crm, number: str) -> tuple[CrmState, list[Details], str]:
        names = names_in(crm.service.url) or ("number",)
        try:
            async with asyncio.timeout(crm.deadline_s):
                answer = await self._lookups.ask(crm.service, dict.fromkeys(names, number))
        except TimeoutError:
            return "away", [], f"no answer in {crm.deadline_s:g} s"
        return _understood(answer, {**NAMES, **crm.answers})

    def _kept(self, person: Details, number: str, by: str) -> Contact | None:
        """Our copy, made as the company's system says; None for what cannot be one."""

        def newer(old: Details) -> Details:
            held = (
                old.numbers
                if any(one.number == number for one in old.numbers)
                else (*old.numbers, ContactNumber(number))
            )
            return replace(
                person,
                numbers=held,
                note=person.note or old.note,
                fields={**old.fields, **person.fields},
                source=SOURCE,
            )

        assert person.external_id is not None
        try:
            return self._book.put_external(person.external_id, newer, by)[0]
        except (BadContact, ExternalIdTaken) as bad:
            log.warning("crm_answer_not_kept", why=type(bad).__name__, field=getattr(bad, "field", None))
            return None


def _understood(answer: LookupAnswer, names: Mapping[str, str]) -> tuple[CrmState, list[Details], str]:
    if answer.status == 404:
        return "unknown", [], ""
    if answer.status is None or not 200 <= answer.status < 300:
        return "away", [], answer.why or f"status {answer.status}"
    bodies = answer.body if isinstance(answer.body, list) else [answer.body]
    found = [
        one for body in bodies[:FOUND_AT_MOST] if isinstance(body, dict) and (one := _person(body, names)) is not None
    ]
    if not found:
        return ("unknown", [], "") if answer.body in (None, [], {}) else ("away", [], "the answer names nobody's id")
    return "found", found, ""


def _person(body: Mapping[str, object], names: Mapping[str, str]) -> Details | None:
    """What is said of one person; only who has an id can be known again."""
    said = {name: text for name, path in names.items() if (text := _at(body, path))}
    if "external_id" not in said:
        return None
    more = body.get("fields")
    extra = more if isinstance(more, Mapping) else {}
    kept = {name: str(value) for name, value in extra.items() if FIELD_NAME.fullmatch(str(name)) and _is_plain(value)}
    kept |= {name: text for name, text in said.items() if name not in NAMES}
    return Details(
        said.get("name", ""),
        email=said.get("email", ""),
        language=said.get("language", "")[:2],
        note=said.get("note", ""),
        fields=kept,
        external_id=said["external_id"],
    )


def _at(body: Mapping[str, object], path: str) -> str:
    value: object = body
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return str(value) if _is_plain(value) else ""


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)

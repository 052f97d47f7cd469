"""What do requests and answers about contacts look like? The shapes that OpenAPI shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ari_app.contract import timestamp
from console.contacts import contact as limits
from console.contacts.contact import Contact, ContactNumber, Details, Edit, NumberKind
from console.contacts.erasing import ContactErasure
from console.contacts.imports import Existing, Import, State
from console.contacts.merging import Merge, Taken
from console.contacts.numbers import shown

Id = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Line = Annotated[str, Field(max_length=1000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NumberBody(_Body):
    """A number as anybody writes it; it is kept as E.164."""

    number: str = Field(min_length=1, max_length=60)
    kind: NumberKind = "other"


class ContactBody(_Body):
    """What is written down of a contact. What is not sent stays as it is. ``numbers`` are all that there are from now on; of
    ``fields`` those that are sent, an empty text strikes one out."""

    name: Line | None = None
    numbers: list[NumberBody] | None = Field(None, max_length=limits.NUMBERS)
    email: Line | None = None
    language: Line | None = None
    note: str | None = Field(None, max_length=2 * limits.NOTE_LENGTH)
    fields: dict[str, str] | None = Field(None, max_length=2 * limits.FIELDS)
    external_id: Line | None = None
    source: Line | None = None

    def onto(self, old: Details) -> Details:
        """``old`` with what was sent."""
        sent: dict[str, Any] = {
            name: getattr(self, name) for name in self.model_fields_set if name not in ("numbers", "fields")
        }
        given: dict[str, Any] = {name: ("" if value is None else value) for name, value in sent.items()}
        if self.numbers is not None:
            given["numbers"] = tuple(ContactNumber(one.number, one.kind) for one in self.numbers)
        if self.fields is not None:
            given["fields"] = {**old.fields, **self.fields}
        return replace(old, **given)


class SearchBody(_Body):
    """What must fit: parts of the name's words, the beginning of a number, the whole external id. ``after``: where the last page
    ended."""

    name: str = Field("", max_length=200)
    number: str = Field("", max_length=60)
    external_id: str = Field("", max_length=limits.EXTERNAL_ID_LENGTH)
    limit: int = Field(50, ge=1, le=200)
    after: tuple[str, Id] | None = Field(None, strict=False)


class LookUpBody(_Body):
    """A caller's number as the carrier sent it; or the ``call``, whose number is known where it may be known."""

    number: str | None = Field(None, max_length=60)
    call: str = Field("", max_length=64, pattern="^[A-Za-z0-9._-]*$")


class MergeBody(_Body):
    """``gone`` becomes part of this contact; of both the versions that were seen. ``take``: what is the other's from now on."""

    gone: Id
    gone_version: int = Field(ge=1)
    take: list[Taken] = Field(default_factory=list, max_length=len(limits.KINDS) + 10)


class EraseBody(_Body):
    """``confirm`` is the contact's name once more (its first number, if it has none), so that nobody erases another."""

    confirm: str = Field(min_length=1, max_length=200)


class CheckBody(_Body):
    """A target for each column, empty to leave it out; what becomes of contacts that are there already."""

    mapping: list[Annotated[str, Field(max_length=60)]] = Field(max_length=500)
    existing: Existing = "update"


class ShownNumber(BaseModel):
    """``shown`` is how people read it."""

    number: str
    kind: str
    shown: str


class ShownContact(BaseModel):
    """A contact."""

    id: str
    version: int
    name: str
    numbers: list[ShownNumber]
    email: str
    language: str
    note: str
    fields: dict[str, str]
    external_id: str | None
    source: str
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str


class Contacts(BaseModel):
    """A page; ``next`` is the ``after`` of the next one."""

    items: list[ShownContact]
    next: tuple[str, str] | None


class WhoCallsAnswer(BaseModel):
    """All who have that number. ``crm``: how the company's own system answered, if there is one."""

    items: list[ShownContact]
    crm: Literal["none", "found", "unknown", "away"]
    why: str


class ShownEdit(BaseModel):
    """What was changed. A history begins with one whose ``field`` is empty."""

    id: int
    at: str
    by: str
    act: str
    field: str
    old: str
    new: str


class History(BaseModel):
    """The newest first; ``next`` is the ``before`` of the next page. ``merges`` comes with the first."""

    items: list[ShownEdit]
    next: int | None
    merges: list[dict[str, Any]]


class ErasureShown(BaseModel):
    """``waiting_for`` are places that could not be reached yet."""

    id: str
    contact: str
    state: Literal["done", "running"]
    asked_at: str
    by: str
    waiting_for: list[str]
    certificate: str | None
    sha256: str | None
    signature: str | None


class ShownImport(BaseModel):
    """An import. While it is checked the counts say what importing would do."""

    id: str
    name: str
    by: str
    at: str
    size: int
    sha256: str
    encoding: str
    delimiter: str
    headers: list[str]
    mapping: list[str]
    existing: Existing
    state: State
    why: str
    rows_total: int
    rows_done: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    bad: int
    began_at: str | None
    ended_at: str | None


class Preview(BaseModel):
    """The first rows, and what each column seems to be."""

    headers: list[str]
    proposed: list[str]
    rows: list[list[str]]
    targets: list[str]


class ShownProblems(BaseModel):
    """Lines that were not taken; ``next`` is the ``after`` of the next page."""

    items: list[dict[str, Any]]
    next: int | None


def contact_json(contact: Contact) -> dict[str, Any]:
    """A ShownContact."""
    details = contact.details
    return {
        "id": contact.id,
        "version": contact.version,
        "name": details.name,
        "numbers": [{"number": one.number, "kind": one.kind, "shown": shown(one.number)} for one in details.numbers],
        "email": details.email,
        "language": details.language,
        "note": details.note,
        "fields": dict(details.fields),
        "external_id": details.external_id,
        "source": details.source,
        "created_at": timestamp(contact.created_at),
        "created_by": contact.created_by,
        "updated_at": timestamp(contact.updated_at),
        "updated_by": contact.updated_by,
    }


def edit_json(edit: Edit) -> dict[str, Any]:
    """A ShownEdit."""
    change = edit.change
    return {
        "id": edit.id,
        "at": timestamp(edit.at),
        "by": edit.by,
        "act": edit.act,
        "field": change.field,
        "old": change.old,
        "new": change.new,
    }


def merge_json(merge: Merge) -> dict[str, Any]:
    """Who merged what."""
    return {"gone": merge.gone, "at": timestamp(merge.at), "by": merge.by, "moved": merge.moved}


def erasure_json(erasure: ContactErasure) -> dict[str, Any]:
    """An ErasureShown."""
    return {
        "id": erasure.id,
        "contact": erasure.contact,
        "state": "done" if erasure.certificate else "running",
        "asked_at": timestamp(erasure.asked_at),
        "by": erasure.by,
        "waiting_for": list(erasure.waiting_for),
        "certificate": erasure.certificate or None,
        "sha256": erasure.sha256 or None,
        "signature": erasure.signature or None,
    }


def import_json(one: Import) -> dict[str, Any]:
    """A ShownImport."""
    plain = {name: getattr(one, name) for name in ShownImport.model_fields if name not in _MADE}
    made: Mapping[str, Callable[[], object]] = {
        "at": lambda: timestamp(one.at),
        "encoding": lambda: one.dialect.encoding,
        "delimiter": lambda: one.dialect.delimiter,
        "headers": lambda: list(one.dialect.headers),
        "mapping": lambda: list(one.mapping),
        "began_at": lambda: None if one.began_at is None else timestamp(one.began_at),
        "ended_at": lambda: None if one.ended_at is None else timestamp(one.ended_at),
    }
    return plain | {name: make() for name, make in made.items()}


_MADE = frozenset({"at", "encoding", "delimiter", "headers", "mapping", "began_at", "ended_at"})

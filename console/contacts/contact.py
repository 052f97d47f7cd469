"""What is a contact, and what may stand in one? Pure: no clock, no database.

Times are Unix seconds, numbers E.164. Whatever people or files bring goes through ``checked`` first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final, Literal, get_args

from console.contacts.numbers import BadNumber, NumberFault, e164

NumberKind = Literal["mobile", "home", "work", "other"]
KINDS: Final[tuple[NumberKind, ...]] = get_args(NumberKind)
Act = Literal["created", "edited", "merged", "imported", "integrated"]
"""How something came into a contact: by a person's hand, from another contact, from a file, from the company's own system."""

Fault = (
    NumberFault
    | Literal["too_long", "bad_letters", "email", "language", "field_name", "too_many", "nothing_known", "external_id"]
)

NAME_LENGTH: Final = 200
EMAIL_LENGTH: Final = 254
NOTE_LENGTH: Final = 4000
EXTERNAL_ID_LENGTH: Final = 100
SOURCE_LENGTH: Final = 40
VALUE_LENGTH: Final = 1000
NUMBERS: Final = 20
FIELDS: Final = 50
FIELD_NAME: Final = re.compile("[a-z][a-z0-9_]{0,39}")
_EMAIL: Final = re.compile(r"[^\s@<>\"',;]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188}[A-Za-z0-9])?")
_LANGUAGE: Final = re.compile("(?:[a-z]{2})?")


class BadContact(ValueError):
    """What was given cannot stand in a contact: ``field`` names the place, ``fault`` what is wrong, ``value`` what stood there."""

    def __init__(self, field_: str, fault: Fault, value: str = "") -> None:
        super().__init__(f"{field_}: {fault}")
        self.field = field_
        self.fault: Fault = fault
        self.value = value


@dataclass(frozen=True, slots=True)
class ContactNumber:
    """One of a contact's numbers."""

    number: str
    kind: NumberKind = "other"


@dataclass(frozen=True, slots=True)
class Details:
    """All of a contact that people write. ``external_id`` is what the company's own system calls it; ``source``: where it came
    from; ``fields``: whatever else the company keeps, by names in small letters."""

    name: str = ""
    numbers: tuple[ContactNumber, ...] = ()
    email: str = ""
    language: str = ""
    note: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    external_id: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as it is now. ``version`` grows by one with each edit; ``updated_by`` is who made the last."""

    id: str
    version: int
    details: Details
    created_at: float
    created_by: str
    updated_at: float
    updated_by: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field's edit: what stood there, and what stands there now."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A change with who made it and when. ``id`` grows."""

    id: int
    at: float
    by: str
    act: str
    change: Change


def checked(details: Details, region: str, *, in_plan: bool = False) -> Details:
    """``details`` as they are kept: numbers as E.164 and each once, no blanks at the ends. Raises BadContact for the first fault.

    ``region`` and ``in_plan`` are as in numbers.e164.
    """
    numbers = tuple(ContactNumber(_e164(one.number, region, in_plan), one.kind) for one in details.numbers)
    return checked_but_numbers(replace(details, numbers=numbers))


def checked_but_numbers(details: Details) -> Details:
    """As ``checked``, of details whose numbers are E.164 already."""
    kept = replace(
        details,
        name=_line("name", details.name, NAME_LENGTH),
        numbers=_each_once(details.numbers),
        email=_line("email", details.email, EMAIL_LENGTH),
        language=details.language.strip().lower(),
        note=_text("note", details.note, NOTE_LENGTH),
        fields=_fields(details.fields),
        external_id=_line("external_id", details.external_id or "", EXTERNAL_ID_LENGTH) or None,
        source=_line("source", details.source, SOURCE_LENGTH),
    )
    if kept.email and not _EMAIL.fullmatch(kept.email):
        raise BadContact("email", "email", kept.email)
    if not _LANGUAGE.fullmatch(kept.language):
        raise BadContact("language", "language", kept.language)
    if not kept.name and not kept.numbers:
        raise BadContact("name", "nothing_known")
    return kept


def changes(old: Details, new: Details) -> Iterator[Change]:
    """What differs, field by field; each of ``fields`` for itself, as ``fields.NAME``."""
    for one in fields(Details):
        if one.name == "fields":
            for name in sorted({*old.fields, *new.fields}):
                before, after = old.fields.get(name, ""), new.fields.get(name, "")
                if before != after:
                    yield Change(f"fields.{name}", before, after)
        elif getattr(old, one.name) != getattr(new, one.name):
            yield Change(one.name, _told(getattr(old, one.name)), _told(getattr(new, one.name)))


def folded(text: str) -> str:
    """``text`` as it is compared and sorted: without accents, case and double blanks, so that ``garcia`` finds ``García``."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in parts if not unicodedata.combining(letter)).split())


def _told(value: object) -> str:
    match value:
        case None:
            return ""
        case tuple():
            return ", ".join(f"{one.number} ({one.kind})" for one in value)
        case _:
            return str(value)


def _line(field_: str, text: str, length: int) -> str:
    kept = " ".join(_text(field_, text, length).split())
    if field_ == "external_id" and kept != text.strip():
        raise BadContact(field_, "external_id", text)
    return kept


def _text(field_: str, text: str, length: int) -> str:
    kept = text.strip()
    if len(kept) > length:
        raise BadContact(field_, "too_long", kept)
    if not kept.isprintable() and any(
        unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\r\t" for letter in kept
    ):
        raise BadContact(field_, "bad_letters", kept)
    return kept


def _e164(written: str, region: str, in_plan: bool) -> str:
    try:
        return e164(written, region, in_plan=in_plan)
    except BadNumber as bad:
        raise BadContact("numbers", bad.fault, written) from bad


def _each_once(numbers: tuple[ContactNumber, ...]) -> tuple[ContactNumber, ...]:
    kept: dict[str, ContactNumber] = {}
    for one in numbers:
        kept.setdefault(one.number, one)
    if len(kept) > NUMBERS:
        raise BadContact("numbers", "too_many")
    return tuple(kept.values())


def _fields(given: Mapping[str, str]) -> dict[str, str]:
    if len(given) > FIELDS:
        raise BadContact("fields", "too_many")
    for name in given:
        if not FIELD_NAME.fullmatch(name):
            raise BadContact("fields", "field_name", name)
    return {name: kept for name in sorted(given) if (kept := _text(f"fields.{name}", given[name], VALUE_LENGTH))}

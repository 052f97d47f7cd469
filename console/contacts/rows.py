"""How does a contact become rows, and rows a contact? On a connection whose transaction is somebody else's."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.sql.elements import ColumnElement

from console.contacts.contact import Act, Change, Contact, ContactNumber, Details, Edit, folded
from console.contacts.tables import contacts, history, numbers

c, n, h = contacts.c, numbers.c, history.c
AT_ONCE: Final = 500
"""How many values one statement is given."""

SEEN: Final = (c.merged_into.is_(None), c.erasing_at.is_(None))
"""The conditions of a contact that people see."""

BEGAN: Final = Change("", "", "")
"""Where a history begins: what stood there first is told by the first edit of each field."""


def new_id() -> str:
    """An id that says nothing and cannot be guessed."""
    return secrets.token_hex(8)


def read(connection: Connection, *conditions: ColumnElement[bool], lock: bool = False) -> list[Contact]:
    """The contacts, of those that are seen, that fit; ``lock``: nobody else changes them before the transaction's end."""
    wanted = select(contacts).where(*SEEN, *conditions).order_by(c.folded, c.id)
    rows = connection.execute(wanted.with_for_update() if lock else wanted).all()
    held = numbers_of(connection, [row.id for row in rows])
    return [_contact(row, held.get(row.id, ())) for row in rows]


def one(connection: Connection, id_: str, *, lock: bool = False) -> Contact | None:
    """The contact, or the one that it has become part of."""
    found = connection.execute(select(c.id, c.merged_into).where(c.id == id_)).one_or_none()
    while found is not None and found.merged_into is not None:
        found = connection.execute(select(c.id, c.merged_into).where(c.id == found.merged_into)).one_or_none()
    return None if found is None else next(iter(read(connection, c.id == found.id, lock=lock)), None)


def numbers_of(connection: Connection, ids: Sequence[str]) -> Mapping[str, tuple[ContactNumber, ...]]:
    """The numbers of each of these contacts, in their order."""
    found: dict[str, tuple[ContactNumber, ...]] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = select(numbers).where(n.contact.in_(ids[start : start + AT_ONCE])).order_by(n.contact, n.position)
        for row in connection.execute(some):
            found[row.contact] = (*found.get(row.contact, ()), ContactNumber(row.number, row.kind))
    return found


def columns_of(details: Details) -> dict[str, Any]:
    """What of them stands in the contact's own row."""
    return {
        "name": details.name,
        "folded": folded(details.name),
        "email": details.email,
        "language": details.language,
        "note": details.note,
        "fields": dict(details.fields),
        "external_id": details.external_id,
        "source": details.source,
    }


def number_rows(id_: str, details: Details) -> list[dict[str, Any]]:
    """What of them stands in rows of its own."""
    return [
        {"contact": id_, "number": number.number, "kind": number.kind, "position": position}
        for position, number in enumerate(details.numbers)
    ]


def enter(connection: Connection, id_: str, details: Details, by: str, at: float, act: Act, **more: object) -> None:
    """A new contact, with where its history begins."""
    made = {"id": id_, "version": 1, "created_at": at, "created_by": by, "updated_at": at, "updated_by": by, **more}
    connection.execute(insert(contacts).values(**columns_of(details), **made))
    if details.numbers:
        connection.execute(insert(numbers), number_rows(id_, details))
    note_changes(connection, id_, [BEGAN], by, at, act)


def replace_numbers(connection: Connection, id_: str, details: Details) -> None:
    """These numbers and no others."""
    connection.execute(delete(numbers).where(n.contact == id_))
    if details.numbers:
        connection.execute(insert(numbers), number_rows(id_, details))


def note_changes(connection: Connection, id_: str, made: Iterable[Change], by: str, at: float, act: Act) -> None:
    """Write down who changed what."""
    rows: list[dict[str, Any]] = history_rows(id_, made, by, at, act)
    if rows:
        connection.execute(insert(history), rows)


def history_rows(id_: str, made: Iterable[Change], by: str, at: float, act: Act) -> list[dict[str, Any]]:
    """The rows of some changes."""
    return [
        {"contact": id_, "at": at, "by": by, "act": act, "field": one.field, "old": one.old, "new": one.new}
        for one in made
    ]


def edits(connection: Connection, id_: str, before: int | None, limit: int) -> list[Edit]:
    """The last edits of a contact, the newest first; ``before``: those older than that one."""
    older = () if before is None else (h.id < before,)
    wanted = select(history).where(h.contact == id_, *older).order_by(h.id.desc()).limit(limit)
    return [
        Edit(row.id, row.at, row.by, row.act, Change(row.field, row.old, row.new)) for row in connection.execute(wanted)
    ]


def _contact(row: Any, held: tuple[ContactNumber, ...]) -> Contact:
    details = Details(row.name, held, row.email, row.language, row.note, dict(row.fields), row.external_id, row.source)
    return Contact(row.id, row.version, details, row.created_at, row.created_by, row.updated_at, row.updated_by)

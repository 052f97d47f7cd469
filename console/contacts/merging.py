"""How do two contacts that are one person become one? One is kept and given what the other has; no history is lost.

Of the other its ids stay, so that whoever knows it by them, a ticket or the company's own system, comes to the one that was kept.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection, delete, insert, select, update

from console.contacts import rows
from console.contacts.book import Changed, ContactBook, UnknownContact, put
from console.contacts.contact import NUMBERS, BadContact, Contact, Details, changes
from console.contacts.ports import FollowsMerges
from console.contacts.tables import contacts, history, merges, numbers

c, m = contacts.c, merges.c
Taken = Literal["name", "email", "language", "note", "source", "fields"]
TAKEN: Final[tuple[Taken, ...]] = get_args(Taken)


class WithItself(ValueError):
    """A contact cannot be merged with itself."""


@dataclass(frozen=True, slots=True)
class Merge:
    """That ``gone`` was merged into ``kept``; ``moved``: how many things each part of the console moved, by its name."""

    gone: str
    kept: str
    at: float
    by: str
    moved: dict[str, int]


@dataclass(frozen=True, slots=True)
class Read:
    """A contact as somebody has it before the eyes: merged is what was seen, or nothing."""

    id: str
    version: int


def together(kept: Details, gone: Details, take: Collection[Taken]) -> Details:
    """The two as one: what ``take`` names is the other's, the rest stays, and what is empty is filled from the other, the company's
    id as well.

    All numbers, the kept one's first. Raises BadContact for more of them than one contact can have.
    """
    filled: dict[str, Any] = {
        name: getattr(gone, name)
        for name in TAKEN
        if name != "fields" and (name in take or not getattr(kept, name)) and getattr(gone, name)
    }
    first, then = (kept, gone) if "fields" in take else (gone, kept)
    held = {one.number: one for one in reversed((*kept.numbers, *gone.numbers))}
    every = tuple(held[number] for number in dict.fromkeys(one.number for one in (*kept.numbers, *gone.numbers)))
    if len(every) > NUMBERS:
        raise BadContact("numbers", "too_many")
    external_id = kept.external_id or gone.external_id
    return replace(kept, **filled, fields={**first.fields, **then.fields}, external_id=external_id, numbers=every)


class Merging:
    """Merges contacts of ``book``; ``followers`` move in the same transaction what hangs on them."""

    def __init__(self, book: ContactBook, followers: Sequence[FollowsMerges] = ()) -> None:
        self._book = book
        self._followers = tuple(followers)

    def merge(self, kept: Read, gone: Read, take: Collection[Taken], by: str) -> Contact:
        """The contact that was kept. Raises UnknownContact, Changed for whichever was changed since it was read, WithItself,
        BadContact, CatalogueAway."""
        if kept.id == gone.id:
            raise WithItself(kept.id)
        now = self._book.now()
        with self._book.database.writing() as connection:
            # In one order, so that two who merge the same two do not wait for each other.
            first, second = (_as_read(connection, one) for one in sorted((kept, gone), key=lambda one: one.id))
            stays, goes = (first, second) if first.id == kept.id else (second, first)
            new = together(stays.details, goes.details, take)
            _empty(connection, goes, stays.id, by, now, new.external_id)
            put(connection, stays, new, by, now)
            rows.note_changes(connection, stays.id, changes(stays.details, new), by, now, "merged")
            moved = {one.name: one.merged(connection, goes.id, stays.id) for one in self._followers}
            connection.execute(update(merges).where(m.kept == goes.id).values(kept=stays.id))
            connection.execute(insert(merges).values(gone=goes.id, kept=stays.id, at=now, by=by, moved=moved))
            contact = rows.one(connection, stays.id)
            assert contact is not None
            self._book.tell(connection, contact, "merged")
            return contact

    def merges_of(self, id_: str) -> list[Merge]:
        """Which contacts have become part of this one, by whom; the newest first. Raises CatalogueAway."""
        with self._book.database.reading() as connection:
            found = connection.execute(select(merges).where(m.kept == id_).order_by(m.at.desc(), m.gone))
            return [Merge(row.gone, row.kept, row.at, row.by, dict(row.moved)) for row in found]


def _as_read(connection: Connection, read: Read) -> Contact:
    found = rows.one(connection, read.id, lock=True)
    if found is None:
        raise UnknownContact(read.id)
    if found.id != read.id or found.version != read.version:
        raise Changed(found)
    return found


def _empty(connection: Connection, gone: Contact, kept: str, by: str, at: float, taken: str | None) -> None:
    """Only its ids stay; its history goes over. ``taken``: the external id that the kept one has, which no two can have."""
    own = gone.details.external_id
    nothing = rows.columns_of(replace(Details(), external_id=None if own == taken else own))
    newer = {"version": gone.version + 1, "updated_at": at, "updated_by": by, "merged_into": kept}
    connection.execute(delete(numbers).where(numbers.c.contact == gone.id))
    connection.execute(update(contacts).where(c.id == gone.id).values(**nothing, **newer))
    connection.execute(update(contacts).where(c.merged_into == gone.id).values(merged_into=kept))
    connection.execute(update(history).where(history.c.contact == gone.id).values(contact=kept))

"""How is a contact made, changed, and found? In the database; synchronous, so it is called from a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, and_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from ari_app.adapters.catalogue_database import Database
from console.contacts import rows
from console.contacts.contact import Act, Contact, Details, Edit, changes, checked, folded
from console.contacts.numbers import as_called, prefixes_of
from console.contacts.tables import contacts, numbers

c, n = contacts.c, numbers.c
LONGEST: Final = 15
"""How many digits E.164 has at most."""

FEW: Final = 1_000
FOUND_AT_MOST: Final = 20
"""How many contacts a look-up by number tells: a company's switchboard may be the number of all its people."""


class UnknownContact(LookupError):
    """There is no such contact, or it has been erased."""


class Changed(ValueError):
    """Somebody else has changed the contact since it was read; ``now`` is how it stands."""

    def __init__(self, now: Contact) -> None:
        super().__init__(f"changed by {now.updated_by}")
        self.now = now


class ExternalIdTaken(ValueError):
    """Another contact has this external id; ``contact`` is its id, None where that is not known."""

    def __init__(self, contact: str | None) -> None:
        super().__init__("the external id is taken")
        self.contact = contact


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: all that is given must fit. ``name``: parts of words, in any order; ``number``: its beginning, or the
    whole as a carrier may send it."""

    name: str = ""
    number: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of contacts in the order of their names; ``after`` is where the next begins, None at the end."""

    contacts: tuple[Contact, ...]
    after: tuple[str, str] | None = None


Tell = Callable[[Connection, Contact, Act], None]


def _nobody(connection: Connection, contact: Contact, act: Act) -> None:
    """Nobody else wants to know."""


class ContactBook:
    """The contacts in ``database``. ``region`` tells the country whose numbers are written without its code, ``now`` Unix seconds.

    ``tell`` is told of each contact that somebody, or the company's system, made or changed, within the change's own transaction;
    not of what a file brings. Everything here raises CatalogueAway while the database cannot be reached.
    """

    def __init__(
        self, database: Database, region: Callable[[], str], now: Callable[[], float], tell: Tell | None = None
    ) -> None:
        self.database = database
        self.region = region
        self.now = now
        self.tell: Tell = tell or _nobody

    def create(self, details: Details, by: str, act: Act = "created") -> Contact:
        """A new contact. Raises BadContact, ExternalIdTaken."""
        kept = checked(details, self.region())
        with _no_two(), self.database.writing() as connection:
            _demand_free(connection, kept.external_id, None)
            id_ = rows.new_id()
            rows.enter(connection, id_, kept, by, self.now(), act)
            return self._told(connection, _found(connection, id_), act)

    def edit(self, id_: str, change: Callable[[Details], Details], version: int, by: str) -> Contact:
        """Let ``change`` make what stands there new. Raises UnknownContact, Changed if ``version`` is not the newest any more,
        BadContact, ExternalIdTaken."""
        with _no_two(), self.database.writing() as connection:
            contact = _found(connection, id_, lock=True)
            if contact.version != version or contact.id != id_:
                raise Changed(contact)
            return self._put(connection, contact, change(contact.details), by, "edited")

    def put_external(self, external_id: str, change: Callable[[Details], Details], by: str) -> tuple[Contact, bool]:
        """The contact that the company's system calls so, changed, or made if there is none; and whether it was made.

        The same again changes nothing. Raises BadContact.
        """
        with _no_two(), self.database.writing() as connection:
            known = self._called(connection, external_id, lock=True)
            if known is not None:
                new = replace(change(known.details), external_id=known.details.external_id)
                return self._put(connection, known, new, by, "integrated"), False
            kept = checked(replace(change(Details()), external_id=external_id), self.region())
            id_ = rows.new_id()
            rows.enter(connection, id_, kept, by, self.now(), "integrated")
            return self._told(connection, _found(connection, id_), "integrated"), True

    def find(self, id_: str) -> Contact:
        """The contact, or the one that it was merged into. Raises UnknownContact."""
        with self.database.reading() as connection:
            return _found(connection, id_)

    def by_external_id(self, external_id: str) -> Contact:
        """Raises UnknownContact."""
        with self.database.reading() as connection:
            known = self._called(connection, external_id)
        if known is None:
            raise UnknownContact(external_id)
        return known

    def look_up(self, number: str) -> tuple[Contact, ...]:
        """Who may be calling from ``number``, however the carrier wrote it: all who have it, at most FOUND_AT_MOST."""
        called = as_called(number, self.region())
        if not called:
            return ()
        mine = select(n.contact).where(n.number.in_(called)).distinct().limit(FOUND_AT_MOST)
        with self.database.reading() as connection:
            return tuple(rows.read(connection, c.id.in_(list(connection.scalars(mine)))))

    def only_one(self, number: str) -> str | None:
        """The id of the contact whose number it is, if it is one contact's."""
        found = self.look_up(number)
        return found[0].id if len(found) == 1 else None

    def search(self, wanted: Wanted, limit: int, after: tuple[str, str] | None = None) -> Found:
        """A page of at most ``limit``."""
        conditions = list(_conditions(wanted))
        if after is not None:
            conditions.append(or_(c.folded > after[0], and_(c.folded == after[0], c.id > after[1])))
        with self.database.reading() as connection:
            if wanted.number:
                conditions.append(self._numbered(connection, wanted.number))
            page = select(c.id).where(*rows.SEEN, *conditions).order_by(c.folded, c.id).limit(limit + 1)
            ids = list(connection.scalars(page))
            found = tuple(rows.read(connection, c.id.in_(ids[:limit])))
        last = found[-1] if len(ids) > limit and found else None
        return Found(found, None if last is None else (folded(last.details.name), last.id))

    def history(self, id_: str, before: int | None, limit: int) -> list[Edit]:
        """Its last edits, the newest first. Raises UnknownContact."""
        with self.database.reading() as connection:
            return rows.edits(connection, _found(connection, id_).id, before, limit)

    def _called(self, connection: Connection, external_id: str, *, lock: bool = False) -> Contact | None:
        id_ = connection.scalar(select(c.id).where(c.external_id == external_id))
        return None if id_ is None else rows.one(connection, id_, lock=lock)

    def _put(self, connection: Connection, old: Contact, new: Details, by: str, act: Act) -> Contact:
        kept = checked(new, self.region())
        made = list(changes(old.details, kept))
        if not made:
            return old
        if kept.external_id != old.details.external_id:
            _demand_free(connection, kept.external_id, old.id)
        put(connection, old, kept, by, self.now())
        rows.note_changes(connection, old.id, made, by, self.now(), act)
        return self._told(connection, _found(connection, old.id), act)

    def _told(self, connection: Connection, contact: Contact, act: Act) -> Contact:
        self.tell(connection, contact, act)
        return contact

    def _numbered(self, connection: Connection, text: str) -> ColumnElement[bool]:
        """Few are looked for by their ids; many are met soon in the order of names, whoever they are."""
        exact = n.number.in_(as_called(text, self.region()))
        # Between two numbers rather than LIKE, which no index helps with in SQLite.
        begin = (n.number.between(one, one.ljust(LONGEST + 1, "9")) for one in prefixes_of(text, self.region()))
        mine = select(n.contact).where(or_(exact, *begin))
        some = list(connection.scalars(mine.limit(FEW + 1)))
        return c.id.in_(some if len(some) <= FEW else mine)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for word in folded(wanted.name).split():
        yield c.folded.contains(word, autoescape=True)
    if wanted.external_id:
        yield c.external_id == wanted.external_id


def put(connection: Connection, old: Contact, new: Details, by: str, at: float) -> None:
    """Write ``new`` over what was read as ``old`` in this transaction. Raises Changed if that is not so any more."""
    newer = {"version": old.version + 1, "updated_at": at, "updated_by": by}
    mine = update(contacts).where(c.id == old.id, c.version == old.version)
    if connection.execute(mine.values(**rows.columns_of(new), **newer)).rowcount != 1:
        raise Changed(_found(connection, old.id))
    if new.numbers != old.details.numbers:
        rows.replace_numbers(connection, old.id, new)


def _found(connection: Connection, id_: str, *, lock: bool = False) -> Contact:
    found = rows.one(connection, id_, lock=lock)
    if found is None:
        raise UnknownContact(id_)
    return found


def _demand_free(connection: Connection, external_id: str | None, mine: str | None) -> None:
    if external_id is None:
        return
    other = connection.execute(select(c.id, c.merged_into).where(c.external_id == external_id)).one_or_none()
    if other is not None and other.id != mine:
        raise ExternalIdTaken(other.merged_into or other.id)


@contextmanager
def _no_two() -> Iterator[None]:
    """Two processes that give two contacts the same external id at once: the database lets one of them."""
    try:
        yield
    except IntegrityError as taken:
        raise ExternalIdTaken(None) from taken

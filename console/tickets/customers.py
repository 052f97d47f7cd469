"""What happens to a contact happens to its tickets: hooks for whoever merges and erases contacts, in that one's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from ari_app.adapters.catalogue_database import Database
from ari_app.beside import beside
from console.tickets.tables import ticket_calls, ticket_events, ticket_notes, tickets
from console.webhooks.outbox import forget
from recordings.certificate import Erased

_NOBODYS: Final[dict[str, Any]] = {
    "contact": None,
    "customer": None,
    "customer_shown": "",
    "shown": {},
    "subject": "",
    "folded": "",
    "passing": None,
    "moving_call": None,
}
t = tickets.c


class Gone(Protocol):
    """Who is to be forgotten: ``ids`` of the contact and of those merged into it, ``numbers`` E.164."""

    @property
    def ids(self) -> Sequence[str]:
        """Contacts."""

    @property
    def numbers(self) -> Sequence[str]:
        """All that are known."""


class TicketsOfContacts:
    """``name`` is the place's in a certificate of erasure. ``hashes`` are the keyed hashes under which a number may be known: as
    carriers send it, and in full."""

    name = "tickets"

    def __init__(self, database: Database, hashes: Callable[[str], Iterable[str]]) -> None:
        self._database = database
        self._hashes = hashes

    def merged(self, connection: Connection, gone: str, kept: str) -> int:
        """The tickets of contact ``gone`` are ``kept``'s from now on; how many."""
        return connection.execute(update(tickets).where(t.contact == gone).values(contact=kept)).rowcount

    async def forget(self, person: Gone) -> Erased:
        """Remove all that is known of this one in tickets. Raises CatalogueAway."""
        return await beside(self._forget, person)

    def _forget(self, person: Gone) -> Erased:
        whos = sorted({who for number in person.numbers for who in self._hashes(number)})
        with self._database.writing() as connection:
            count = self.erased(connection, person.ids, whos)
        return Erased(count, "subjects, notes and calls of tickets; what webhooks were told of them")

    def erased(
        self, connection: Connection, contacts: Iterable[str], whos: Iterable[str], calls: Iterable[str] = ()
    ) -> int:
        """Nothing of this customer (ids, keyed hashes of numbers, calls) stands in any ticket any more: subject, notes, stories,
        links, messages. States and times stay, for the figures. How many tickets; done again, it finds none."""
        refs = sorted(connection.scalars(select(t.ref).where(_theirs(contacts, whos, calls))))
        for ref in refs:
            _erase(connection, ref)
        return len(refs)


def _theirs(contacts: Iterable[str], whos: Iterable[str], calls: Iterable[str]) -> ColumnElement[bool]:
    linked = select(ticket_calls.c.ticket).where(ticket_calls.c.call.in_(sorted(set(calls))))
    return or_(t.contact.in_(sorted(set(contacts))), t.customer.in_(sorted(set(whos))), t.ref.in_(linked))


def _erase(connection: Connection, ref: str) -> None:
    connection.execute(update(tickets).where(t.ref == ref).values(**_NOBODYS))
    connection.execute(update(ticket_notes).where(ticket_notes.c.ticket == ref).values(text="", folded=""))
    connection.execute(delete(ticket_calls).where(ticket_calls.c.ticket == ref))
    connection.execute(update(ticket_events).where(ticket_events.c.ticket == ref).values(detail={}))
    forget(connection, ref)

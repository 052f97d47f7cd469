"""Which tickets does somebody see, in which order, page by page? And what is known of one of them? Reading only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from ari_app.adapters.catalogue_database import Database
from console.tickets.rows import ticket_of
from console.tickets.store import NoSuchTicket, has_worked
from console.tickets.tables import ticket_calls, ticket_events, ticket_notes, tickets
from console.tickets.ticket import NOBODYS, UNFINISHED, Actor, Ticket
from recordings.search import folded

Order = Literal["urgent", "newest"]
"""``urgent``: the most urgent first, then the first due, then the oldest; ``newest``: what was changed last first."""

PAGE: Final = 50
PAGE_MAX: Final = 200
t = tickets.c
_ORDERS: Final[dict[Order, tuple[Any, ...]]] = {
    "urgent": (t.priority, t.due_order, t.opened_at, t.ref),
    "newest": (t.changed_at, t.ref),
}


class BadPlace(ValueError):
    """``after`` is not a ``next`` of ours."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that is given must fit. ``to_take``: on a work list, nobody's; ``customer`` is the keyed hash, ``whos`` those of the
    ``contact``'s numbers: what was opened before anybody had written the contact down is that one's, too. ``text`` stands in the
    reference, the subject or a note; ``overdue_at``: unfinished, and was due by then."""

    states: tuple[str, ...] = ()
    queue: str | None = None
    owner: str | None = None
    opened_by: str | None = None
    to_take: bool = False
    contact: str | None = None
    whos: tuple[str, ...] = ()
    customer: str | None = None
    call: str | None = None
    text: str | None = None
    overdue_at: float | None = None
    order: Order = "newest"
    limit: int = PAGE
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page; ``next`` is None on the last one, ``total`` counts all that fit."""

    items: Sequence[Ticket]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is known of a ticket: rows as mappings, the oldest first."""

    ticket: Ticket
    notes: Sequence[dict[str, Any]]
    calls: Sequence[dict[str, Any]]
    events: Sequence[dict[str, Any]]


class TicketSearch:
    """Every method raises CatalogueAway. Blocking."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, wanted: Wanted, actor: Actor | None) -> Page:
        """What ``actor`` may see (None: everything that fits, since it has been checked elsewhere). Raises BadPlace."""
        order = _ORDERS[wanted.order]
        fits = [*_fits(wanted), *_within(actor)]
        asked = select(tickets).where(*fits, *_after(wanted))
        sorted_ = order if wanted.order == "urgent" else tuple(one.desc() for one in order)
        with self._database.reading() as connection:
            rows = connection.execute(asked.order_by(*sorted_).limit(wanted.limit + 1)).all()
            total = connection.scalar(select(func.count()).select_from(tickets).where(*fits)) or 0
        found = rows[: wanted.limit]
        last = [found[-1]._mapping[one.name] for one in order] if len(rows) > wanted.limit else None
        return Page([ticket_of(row) for row in found], total, None if last is None else json.dumps(last))

    def show(self, ref: str) -> Known:
        """All of one. Raises NoSuchTicket."""
        with self._database.reading() as connection:
            row = connection.execute(select(tickets).where(t.ref == ref)).first()
            if row is None:
                raise NoSuchTicket(ref)
            parts = [
                [
                    dict(one._mapping)
                    for one in connection.execute(select(table).where(table.c.ticket == ref).order_by(by))
                ]
                for table, by in (
                    (ticket_notes, ticket_notes.c.id),
                    (ticket_calls, ticket_calls.c.at),
                    (ticket_events, ticket_events.c.id),
                )
            ]
        return Known(ticket_of(row), *parts)

    def ticket(self, ref: str, code: str) -> tuple[Ticket, bool]:
        """One, and whether ``code`` has ever worked on it. Raises NoSuchTicket."""
        with self._database.reading() as connection:
            row = connection.execute(select(tickets).where(t.ref == ref)).first()
            if row is None:
                raise NoSuchTicket(ref)
            return ticket_of(row), has_worked(connection, ref, code)

    def counts(self, actor: Actor) -> dict[str, int]:
        """``mine``: unfinished and with this one; ``to_take``: on this one's work lists."""
        mine = and_(t.owner == actor.code, t.state.in_(UNFINISHED))
        with self._database.reading() as connection:
            return {
                name: connection.scalar(select(func.count()).select_from(tickets).where(*conditions)) or 0
                for name, conditions in {
                    "mine": [mine],
                    "to_take": [*_fits(Wanted(to_take=True)), *_on_list(actor)],
                }.items()
            }


def _fits(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (t.queue, wanted.queue),
        (t.owner, wanted.owner),
        (t.opened_by, wanted.opened_by),
        (t.customer, wanted.customer),
    ):
        if value is not None:
            yield column == value
    if wanted.contact is not None:
        yield or_(t.contact == wanted.contact, and_(t.contact.is_(None), t.customer.in_(wanted.whos)))
    if wanted.states:
        yield t.state.in_(wanted.states)
    if wanted.to_take:
        yield and_(t.owner.is_(None), t.state.in_(NOBODYS))
    if wanted.call is not None:
        yield t.ref.in_(select(ticket_calls.c.ticket).where(ticket_calls.c.call == wanted.call))
    if wanted.overdue_at is not None:
        yield and_(t.due_at < wanted.overdue_at, t.state.in_(UNFINISHED))
    if wanted.text is not None:
        yield _says(wanted.text)


def _says(text: str) -> ColumnElement[bool]:
    sought = folded(text)
    noted = select(ticket_notes.c.ticket).where(ticket_notes.c.folded.contains(sought, autoescape=True))
    return or_(
        t.folded.contains(sought, autoescape=True),
        t.ref.in_(noted),
        func.lower(t.ref).contains(text.lower(), autoescape=True),
    )


def _within(actor: Actor | None) -> Iterator[ColumnElement[bool]]:
    if actor is None or actor.queues is None:
        return
    e = ticket_events.c
    worked = select(e.ticket).where((e.who == actor.code) | (e.owner == actor.code))
    yield or_(t.owner == actor.code, t.opened_by == actor.code, t.queue.in_(sorted(actor.queues)), t.ref.in_(worked))


def _on_list(actor: Actor) -> Iterator[ColumnElement[bool]]:
    if actor.queues is not None:
        yield t.queue.in_(sorted(actor.queues))


def _after(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.after is None:
        return
    order = _ORDERS[wanted.order]
    try:
        place = json.loads(wanted.after)
    except ValueError:
        raise BadPlace("this is no place in the list") from None
    numbers = place[:-1] if isinstance(place, list) else []
    fine = isinstance(place, list) and len(place) == len(order) and isinstance(place[-1], str)
    if not fine or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):
        raise BadPlace("this is no place in the list")
    here = tuple_(*order)
    yield here > tuple_(*place) if wanted.order == "urgent" else here < tuple_(*place)

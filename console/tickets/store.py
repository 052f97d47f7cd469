"""How is a ticket changed for good? Read, decided by life.py, and written with its event, its audit entry and what webhooks are
told, in one transaction, in which nobody else can change it.

Synchronous: whoever is in an event loop calls from a thread. Every method raises CatalogueAway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, insert, select, update

from ari_app.adapters.catalogue_database import Database, insert_once
from console.audit.book import Audit, By
from console.tickets import life
from console.tickets.levels import Levels
from console.tickets.reference import next_reference
from console.tickets.rows import ticket_of, ticket_values
from console.tickets.tables import ticket_calls, ticket_events, ticket_notes, tickets
from console.tickets.ticket import NORMAL, Actor, Ticket
from console.tickets.told import event_of, told, type_of
from console.webhooks.outbox import Outbox
from recordings.search import folded

t = tickets.c
Check = Callable[[Ticket, bool], None]
"""Given the ticket and whether the one who asks has worked on it: raises what is answered to whoever may not see it."""


class NoSuchTicket(LookupError):
    """There is none with this reference."""


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What is asked for; ``note`` is the first one. ``key`` names the request: asked again with it, the same ticket answers."""

    subject: str
    queue: str
    note: str = ""
    priority: int = NORMAL
    due_at: float | None = None
    contact: str | None = None
    customer: str | None = None
    customer_shown: str = ""
    number: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)
    call: str | None = None
    mine: bool = True
    key: str | None = None


class Tickets:
    """The tickets in ``database``. ``levels`` are those in force, ``now`` Unix seconds, ``year`` the centre's at a time."""

    def __init__(
        self,
        database: Database,
        audit: Audit,
        outbox: Outbox,
        levels: Callable[[], Levels],
        now: Callable[[], float],
        year: Callable[[float], int],
    ) -> None:
        self.database = database
        self.levels = levels
        self.now = now
        self._audit = audit
        self._outbox = outbox
        self._year = year

    def open(self, new: NewTicket, by: By) -> tuple[Ticket, bool]:
        """A new ticket, or the one that this request has opened already; whether it is new."""
        with self.database.writing() as connection:
            key = None if new.key is None else f"{by.code}:{new.key}"
            if key is not None and (known := _with_key(connection, key)) is not None:
                return known, False
            now = self.now()
            ticket = self._made(next_reference(connection, self._year(now)), new, by.code, now)
            connection.execute(insert(tickets).values(**ticket_values(ticket), asked_by_key=key))
            if new.call is not None:
                _link(connection, ticket.ref, new.call, now, by.code)
            if new.note:
                _note(connection, ticket.ref, now, by.code, new.note)
            self._changed(connection, None, ticket, "opened", by, {"call": new.call} if new.call else {}, now)
            return ticket, True

    def act(
        self,
        ref: str,
        act: life.Act,
        actor: Actor,
        by: By,
        what: str,
        check: Check | None = None,
        note: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> Ticket:
        """Let ``actor`` do it; ``what`` is its name in the ticket's history (empty: nobody need hear of it), ``note`` comes with
        it or not at all. Raises NoSuchTicket, life.NotNow, life.NotYours, and what ``check`` raises."""
        with self.database.writing() as connection:
            before = _locked(connection, ref)
            if check is not None:
                check(before, has_worked(connection, ref, by.code))
            now = self.now()
            after = life.change(before, act, actor, self.levels(), now)
            connection.execute(update(tickets).where(t.ref == ref).values(**ticket_values(after)))
            if note:
                _note(connection, ref, now, by.code, note)
            if what:
                self._changed(connection, before, after, what, by, detail or {}, now)
            return after

    def note(self, ref: str, text: str, by: By, check: Check | None = None) -> Ticket:
        """Add a note, in whatever state it is. Raises NoSuchTicket, and what ``check`` raises."""
        with self.database.writing() as connection:
            before = _locked(connection, ref)
            if check is not None:
                check(before, has_worked(connection, ref, by.code))
            now = self.now()
            after = replace(before, changed_at=now, version=before.version + 1)
            connection.execute(update(tickets).where(t.ref == ref).values(**ticket_values(after)))
            _note(connection, ref, now, by.code, text)
            self._changed(connection, before, after, "noted", by, {}, now)
            return after

    def link(self, ref: str, call: str, by: By, check: Check | None = None) -> Ticket:
        """This call is about it, too. Raises NoSuchTicket, and what ``check`` raises."""
        with self.database.writing() as connection:
            before = _locked(connection, ref)
            if check is not None:
                check(before, has_worked(connection, ref, by.code))
            now = self.now()
            if not _link(connection, ref, call, now, by.code):
                return before
            after = replace(before, changed_at=now, version=before.version + 1)
            connection.execute(update(tickets).where(t.ref == ref).values(**ticket_values(after)))
            self._changed(connection, before, after, "call_linked", by, {"call": call}, now)
            return after

    def tell_story(self, ref: str, call: str, story: Mapping[str, Any]) -> None:
        """Keep a linked call's story in words by language, as it is now."""
        c = ticket_calls.c
        with self.database.writing() as connection:
            here = update(ticket_calls).where(c.ticket == ref, c.call == call)
            connection.execute(here.values(story=dict(story)))

    def on_the_way(self, call: str | None = None) -> list[Ticket]:
        """Those that are being passed on with a caller; with ``call``: with this one."""
        moving = t.moving_call.is_not(None) if call is None else t.moving_call == call
        with self.database.reading() as connection:
            return [ticket_of(row) for row in connection.execute(select(tickets).where(moving))]

    def _made(self, ref: str, new: NewTicket, by: str, now: float) -> Ticket:
        return Ticket(
            ref=ref,
            subject=new.subject,
            state="in_progress" if new.mine else "open",
            queue=new.queue,
            level=self.levels().of(new.queue),
            owner=by if new.mine else None,
            opened_by=by,
            opened_at=now,
            changed_at=now,
            priority=new.priority,
            due_at=new.due_at,
            contact=new.contact,
            customer=new.customer,
            customer_shown=new.customer_shown,
            number=new.number,
            shown=new.shown,
        )

    def _changed(
        self,
        connection: Connection,
        before: Ticket | None,
        after: Ticket,
        what: str,
        by: By,
        detail: Mapping[str, Any],
        now: float,
    ) -> None:
        event = event_of(before, after, what, by.code, now, detail)
        connection.execute(insert(ticket_events).values(**event))
        self._audit.note(by, f"ticket_{what}", after.ref, detail, connection=connection)
        calls = connection.scalars(select(ticket_calls.c.call).where(ticket_calls.c.ticket == after.ref)).all()
        self._outbox.put(connection, type_of(what), told(after, what, by.code, calls), after.ref)


def has_worked(connection: Connection, ref: str, code: str) -> bool:
    """Whether this one has ever done something on the ticket, or had it."""
    e = ticket_events.c
    hers = (e.who == code) | (e.owner == code)
    return connection.scalar(select(e.id).where(e.ticket == ref, hers).limit(1)) is not None


def _with_key(connection: Connection, key: str) -> Ticket | None:
    row = connection.execute(select(tickets).where(t.asked_by_key == key)).first()
    return None if row is None else ticket_of(row)


def _locked(connection: Connection, ref: str) -> Ticket:
    row = connection.execute(select(tickets).where(t.ref == ref).with_for_update()).first()
    if row is None:
        raise NoSuchTicket(ref)
    return ticket_of(row)


def _note(connection: Connection, ref: str, at: float, by: str, text: str) -> None:
    connection.execute(insert(ticket_notes).values(ticket=ref, at=at, by=by, text=text, folded=folded(text)))


def _link(connection: Connection, ref: str, call: str, at: float, by: str) -> bool:
    c = ticket_calls.c
    if connection.scalar(select(c.call).where(c.ticket == ref, c.call == call)) is not None:
        return False
    insert_once(connection, ticket_calls, {"ticket": ref, "call": call, "at": at, "by": by, "story": {}})
    return True

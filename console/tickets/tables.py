"""Which tables hold tickets? The shape only; migration 0004 makes it. Times are Unix seconds."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, TypedColumns
from sqlalchemy import Named as N

from ari_app.adapters.catalogue_tables import metadata

REF_LENGTH: Final = 32


def _ticket(*, primary_key: bool = False) -> Any:
    column = ForeignKey("tickets.ref", ondelete="CASCADE")
    return Column(String(REF_LENGTH), column, primary_key=primary_key, nullable=False)


def _number() -> Any:
    return Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


class TicketColumns(TypedColumns):
    """ticket.Ticket. ``folded`` is the subject as it is searched; ``asked_by_key``: the key of the request that opened it, so that
    the same one opens it once; ``due_order``: ``due_at``, or far away, for sorting; ``moving_call``: with which it is passed on."""

    ref: N[str] = Column(String(REF_LENGTH), primary_key=True)
    subject: N[str] = Column(Text)
    folded: N[str] = Column(Text)
    state: N[str] = Column(String(16))
    queue: N[str] = Column(String(64))
    level: N[int]
    owner: N[str | None] = Column(String(32))
    opened_by: N[str] = Column(String(32), index=True)
    opened_at: N[float]
    changed_at: N[float]
    priority: N[int]
    due_at: N[float | None]
    due_order: N[float]
    resolved_at: N[float | None]
    closed_at: N[float | None]
    contact: N[str | None] = Column(String(64))
    customer: N[str | None] = Column(String(64))
    customer_shown: N[str] = Column(String(64))
    number: N[str] = Column(String(32))
    shown: N[dict[str, str]] = Column(JSON)
    passing: N[dict[str, Any] | None] = Column(JSON(none_as_null=True))
    before: N[dict[str, Any] | None] = Column(JSON(none_as_null=True))
    moving_call: N[str | None] = Column(String(64), index=True)
    asked_by_key: N[str | None] = Column(String(128), index=True, unique=True)
    version: N[int]


tickets: Final = Table(
    "tickets",
    metadata,
    TicketColumns,
    Index(None, "queue", "state", "priority"),
    Index(None, "owner", "state"),
    Index(None, "changed_at", "ref"),
    Index(None, "contact", "opened_at"),
    Index(None, "customer", "opened_at"),
)


class TicketNoteColumns(TypedColumns):
    """What somebody wrote down; only ever added to, except that an erased customer's are emptied."""

    id: N[int] = _number()
    ticket: N[str] = _ticket()
    at: N[float]
    by: N[str] = Column(String(32))
    text: N[str] = Column(Text)
    folded: N[str] = Column(Text)


ticket_notes: Final = Table(
    "ticket_notes", metadata, TicketNoteColumns, Index(None, "ticket", "id"), sqlite_autoincrement=True
)


class TicketCallColumns(TypedColumns):
    """A call that is about it. ``story``: the call's story in words by language, as it was when the ticket was passed on."""

    ticket: N[str] = _ticket(primary_key=True)
    call: N[str] = Column(String(64), primary_key=True, index=True)
    at: N[float]
    by: N[str] = Column(String(32))
    story: N[dict[str, Any]] = Column(JSON)


ticket_calls: Final = Table("ticket_calls", metadata, TicketCallColumns)


class TicketEventColumns(TypedColumns):
    """Every change: who, when, from where to where. Only ever added to."""

    id: N[int] = _number()
    ticket: N[str] = _ticket()
    at: N[float]
    who: N[str] = Column(String(32))
    what: N[str] = Column(String(32))
    state_before: N[str | None] = Column(String(16))
    state: N[str] = Column(String(16))
    queue_before: N[str | None] = Column(String(64))
    queue: N[str] = Column(String(64))
    owner_before: N[str | None] = Column(String(32))
    owner: N[str | None] = Column(String(32))
    detail: N[dict[str, Any]] = Column(JSON)


ticket_events: Final = Table(
    "ticket_events",
    metadata,
    TicketEventColumns,
    Index(None, "ticket", "id"),
    Index(None, "who", "ticket"),
    sqlite_autoincrement=True,
)


class TicketNumberColumns(TypedColumns):
    """The last number that was given in a year of the centre's."""

    year: N[int] = Column(Integer, primary_key=True, autoincrement=False)
    last: N[int]


ticket_numbers: Final = Table("ticket_numbers", metadata, TicketNumberColumns)

"""What is told of a change to a ticket: in its history, and to the company's other systems? Pure; notes' texts are in neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ari_app.contract import timestamp
from console.tickets.ticket import Ticket
from console.webhooks.outbox import EventType

_TYPES: Final[Mapping[str, EventType]] = {
    "opened": "ticket.opened",
    "passed": "ticket.passed",
    "closed": "ticket.closed",
}


def type_of(what: str) -> EventType:
    """The webhooks' event for what happened."""
    return _TYPES.get(what, "ticket.changed")


def event_of(
    before: Ticket | None, after: Ticket, what: str, who: str, at: float, detail: Mapping[str, Any]
) -> dict[str, Any]:
    """The row of the ticket's history."""
    return {
        "ticket": after.ref,
        "at": at,
        "who": who,
        "what": what,
        "state_before": before.state if before else None,
        "state": after.state,
        "queue_before": before.queue if before else None,
        "queue": after.queue,
        "owner_before": before.owner if before else None,
        "owner": after.owner,
        "detail": dict(detail),
    }


def told(ticket: Ticket, what: str, by: str, calls: Sequence[str]) -> dict[str, Any]:
    """What webhooks are told."""
    return {
        "ticket": ticket.ref,
        "what": what,
        "by": by,
        "version": ticket.version,
        "subject": ticket.subject,
        "state": ticket.state,
        "queue": ticket.queue,
        "level": ticket.level,
        "owner": ticket.owner,
        "priority": ticket.priority,
        "due": shown_time(ticket.due_at),
        "contact": ticket.contact,
        "customer": ticket.customer,
        "calls": sorted(calls),
        "opened": timestamp(ticket.opened_at),
        "changed": timestamp(ticket.changed_at),
    }


def shown_time(at: float | None) -> str | None:
    """As the API shows times."""
    return None if at is None else timestamp(at)

"""How does a ticket become a row, and a row a ticket?"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy import Row

from console.tickets.ticket import Before, Passing, Ticket, To
from recordings.search import folded

FAR_AWAY: Final = 1e12
"""A due time for sorting those that have none."""

_PLAIN: Final = tuple(one.name for one in fields(Ticket) if one.name not in ("passing", "before", "shown"))


def ticket_values(ticket: Ticket) -> dict[str, Any]:
    """The ticket's columns."""
    values = {name: getattr(ticket, name) for name in _PLAIN}
    moving = ticket.passing or ticket.before
    return values | {
        "folded": folded(ticket.subject),
        "due_order": FAR_AWAY if ticket.due_at is None else ticket.due_at,
        "shown": dict(ticket.shown),
        "passing": None if ticket.passing is None else asdict(ticket.passing),
        "before": None if ticket.before is None else asdict(ticket.before),
        "moving_call": None if moving is None else moving.call,
    }


def ticket_of(row: Row[Any]) -> Ticket:
    """The ticket of a row with all columns."""
    values = row._mapping
    passing, before = values["passing"], values["before"]
    return Ticket(
        **{name: values[name] for name in _PLAIN},
        shown=values["shown"],
        passing=None if passing is None else Passing(**passing | {"to": To(**passing["to"])}),
        before=None if before is None else Before(**before),
    )

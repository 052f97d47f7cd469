"""How is a ticket shown over HTTP?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from ari_app.contract import timestamp
from console.tickets import life
from console.tickets.levels import Levels
from console.tickets.search import Known
from console.tickets.ticket import UNFINISHED, Actor, Passing, Ticket, To
from console.tickets.told import shown_time

ACTS: Final[Mapping[str, life.Act]] = {
    "take": life.Take(),
    "put_back": life.PutBack(),
    "wait": life.WaitForCustomer(),
    "resume": life.Resume(),
    "resolve": life.Resolve(),
    "close": life.Close(),
    "reopen": life.Reopen(),
}
"""By the end of their address; what each is called in the history: WHAT."""

WHAT: Final[Mapping[str, str]] = {
    "take": "taken",
    "put_back": "put_back",
    "wait": "waits",
    "resume": "resumed",
    "resolve": "resolved",
    "close": "closed",
    "reopen": "reopened",
}


def shown_ticket(ticket: Ticket, now: float) -> dict[str, Any]:
    """As lists show it."""
    return {
        "ref": ticket.ref,
        "subject": ticket.subject,
        "state": ticket.state,
        "queue": ticket.queue,
        "level": ticket.level,
        "owner": ticket.owner,
        "opened_by": ticket.opened_by,
        "opened": timestamp(ticket.opened_at),
        "changed": timestamp(ticket.changed_at),
        "priority": ticket.priority,
        "due": shown_time(ticket.due_at),
        "overdue": ticket.due_at is not None and ticket.due_at < now and ticket.state in UNFINISHED,
        "resolved": shown_time(ticket.resolved_at),
        "closed": shown_time(ticket.closed_at),
        "contact": ticket.contact,
        "customer": ticket.customer,
        "customer_shown": ticket.customer_shown,
        "moving": _moving(ticket),
        "version": ticket.version,
    }


def _moving(ticket: Ticket) -> dict[str, Any] | None:
    passing = ticket.passing
    if passing is None:
        return None
    return {
        "how": passing.how,
        "to": asdict(passing.to),
        "by": passing.by,
        "call": passing.call,
        "asked": passing.asked,
    }


def card(
    known: Known, actor: Actor, levels: Levels, now: float, answers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Everything."""
    ticket = known.ticket
    return shown_ticket(ticket, now) | {
        "number": ticket.number,
        "shown": dict(ticket.shown),
        "next_level": levels.after(ticket.queue),
        "may": possible(ticket, actor, levels, now),
        "timeline": _timeline(known),
        "calls": [_call(row, answers) for row in known.calls],
    }


def possible(ticket: Ticket, actor: Actor, levels: Levels, now: float) -> list[str]:
    """The acts that life.py would let ``actor`` do now."""
    anyone = To(operator=actor.code)
    intent = Passing("", "cold", anyone, actor.code, "", now, "")
    tried: dict[str, life.Act] = {
        **ACTS,
        "give": life.Give(actor.code),
        "edit": life.Edit(),
        "pass": life.BeginPassing(intent),
    }
    return [name for name, act in tried.items() if _may(ticket, act, actor, levels, now)]


def _may(ticket: Ticket, act: life.Act, actor: Actor, levels: Levels, now: float) -> bool:
    try:
        life.change(ticket, act, actor, levels, now)
    except (life.NotNow, life.NotYours):
        return False
    return True


def _timeline(known: Known) -> list[dict[str, Any]]:
    events = [
        {
            "at": row["at"],
            "who": row["who"],
            "kind": "event",
            "what": row["what"],
            "text": "",
            "before": {"state": row["state_before"], "queue": row["queue_before"], "owner": row["owner_before"]},
            "now": {"state": row["state"], "queue": row["queue"], "owner": row["owner"]},
            "detail": row["detail"],
        }
        for row in known.events
        if row["what"] != "noted"  # the note itself stands there
    ]
    notes = [
        {
            "at": row["at"],
            "who": row["by"],
            "kind": "note",
            "what": "noted",
            "text": row["text"],
            "before": {},
            "now": {},
            "detail": {},
        }
        for row in known.notes
    ]
    together = sorted([*events, *notes], key=lambda one: (one["at"], one["kind"]))
    return [one | {"at": timestamp(one["at"])} for one in together]


def _call(row: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "call": row["call"],
        "linked": timestamp(row["at"]),
        "by": row["by"],
        "story": row["story"],
        "answers": [dict(one) for one in answers if one.get("call") == row["call"]],
    }

"""Who asks something of tickets: with which rights, as whom for the audit, and with which token for the controller?"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from console.audit.asking import by
from console.audit.book import By
from console.people import Person, demand
from console.tickets.ticket import Actor


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody logged in, in the midst of a request. ``sees_calls``: how far the right to see calls reaches."""

    actor: Actor
    by: By
    authorization: str
    sees_calls: str | None


def asking_of(person: Person, request: Request) -> Asking:
    """Raises Refused (403) for whoever has nothing to do with tickets."""
    demand(person.may("tickets"))
    authorization = request.headers.get("authorization", "")
    return Asking(actor_of(person), by(person, request), authorization, person.reach("see_calls"))


def actor_of(person: Person) -> Actor:
    """What somebody may do at tickets. Those who lead and look after no queues in particular look after all."""
    leads, queues = person.may("lead_tickets"), frozenset(person.queues)
    everywhere = person.reach("tickets") == "all" or (person.role == "supervisor" and not queues)
    return Actor(person.code, leads, None if everywhere else queues)

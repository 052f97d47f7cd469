"""Which tables does the console have? Those of its parts, named here so that the migrations can be held against all of them."""

from __future__ import annotations

from typing import Final

from console.alarms.tables import alarm_limits
from console.contacts.tables import contacts, erasures, history, imports, merges, numbers, problems
from console.past.tables import call_notes
from console.scripts.tables import answers, drafts, versions
from console.tickets.tables import ticket_calls, ticket_events, ticket_notes, ticket_numbers, tickets
from console.webhooks.tables import attempts, messages, places, webhooks

TABLES: Final = (
    *(tickets, ticket_notes, ticket_calls, ticket_events, ticket_numbers),
    *(call_notes, alarm_limits),
    *(webhooks, messages, attempts, places),
    *(versions, drafts, answers),
    *(contacts, numbers, history, merges, erasures, imports, problems),
)

"""What does a call's status say of the ticket that is on its way with the caller? Pure.

A ticket is passed on with the caller in two steps, the intent and what becomes of the call; the second is read off the call's
status, whoever asked for it, so that a console that died between the two goes on when it is back.
"""

from __future__ import annotations

from typing import Final

from console.tickets.calls import CallNow
from console.tickets.life import Act, CallerLeft, DropPassing, EndPassing, TakeWithCall
from console.tickets.ticket import Passing, Ticket

PATIENCE_S: Final = 15.0
"""After so long without a sign of it in the call, an intent came to nothing."""

_AT_IT: Final = ("ringing_other", "consulting", "swapped", "conference")


def next_act(ticket: Ticket, call: CallNow | None, now: float, patience_s: float = PATIENCE_S) -> Act | None:
    """What the call's status (None: it is not known any more) makes of ``ticket``; None: nothing, or nothing yet."""
    if ticket.passing is not None:
        late = now - ticket.passing.at >= patience_s
        if ticket.passing.how == "warm":
            return _warm(ticket.passing, call, late)
        return _cold(ticket, ticket.passing, call, late)
    if ticket.before is not None and ticket.state == "passed" and call is not None:
        return _waits_for_operator(ticket.before.by, ticket.before.left, call)
    return None


def _warm(passing: Passing, call: CallNow | None, late: bool) -> Act | None:
    if call is None:
        return DropPassing() if late else None
    if call.operator == passing.to.operator and call.consulting is None:
        return EndPassing(call.operator)
    if call.control == "outside":
        return EndPassing(passing.to.operator)
    if call.up and call.control in _AT_IT:
        return None
    return DropPassing() if late or not call.up else None


def _cold(ticket: Ticket, passing: Passing, call: CallNow | None, late: bool) -> Act | None:
    """Only while it is not known what the controller answered."""
    if call is not None and call.ticket == ticket.ref and (call.operator != passing.by or call.stage != "talking"):
        return EndPassing()
    return DropPassing() if late else None


def _waits_for_operator(by: str, left: bool, call: CallNow) -> Act | None:
    talking = call.stage == "talking" and call.operator is not None
    if not left:
        return None if talking and call.operator == by else CallerLeft()
    return TakeWithCall(call.operator) if talking and call.operator is not None else None

"""Where may a ticket go from where, and who may send it there? Pure.

Whoever wants something of a ticket gives an act; ``change`` answers with the ticket after it, or raises why not. States and events:

    open ──taken──▶ in_progress ──waits──▶ waiting ──resumed──▶ in_progress
      │                 │  └─put_back──▶ open
      └────passed──▶ passed (another level's work list) ──taken──▶ in_progress
    any of these ──resolved──▶ resolved ──closed──▶ closed;   resolved, closed ──reopened──▶ reopened (as open)

Two can never take the same one: the first leaves it ``in_progress``, from which there is no ``taken``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, assert_never

from console.tickets.levels import Levels
from console.tickets.ticket import Actor, Before, Passing, State, Ticket, To

Event = Literal["taken", "given", "put_back", "waits", "resumed", "passed", "resolved", "closed", "reopened"]

_ENDS: Final[Mapping[Event, State]] = {"given": "in_progress", "passed": "passed", "resolved": "resolved"}
_ON_THE_LIST: Final[Mapping[Event, State]] = {**_ENDS, "taken": "in_progress", "closed": "closed"}

TRANSITIONS: Final[Mapping[State, Mapping[Event, State]]] = {
    "open": _ON_THE_LIST,
    "passed": _ON_THE_LIST,
    "reopened": _ON_THE_LIST,
    "in_progress": {**_ENDS, "put_back": "open", "waits": "waiting", "closed": "closed"},
    "waiting": {**_ENDS, "put_back": "open", "resumed": "in_progress", "closed": "closed"},
    "resolved": {"closed": "closed", "reopened": "reopened"},
    "closed": {"reopened": "reopened"},
}


Why = Literal[
    "ticket_being_passed",
    "ticket_stands_otherwise",
    "ticket_of_another",
    "ticket_not_on_its_way",
    "ticket_closed",
    "last_level",
    "no_such_queue",
]


class NotNow(ValueError):
    """The ticket does not stand so that this can be done. The message says how it stands, ``code`` what is in the way."""

    def __init__(self, code: Why, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotYours(ValueError):
    """Somebody else may do it. The message says who."""


@dataclass(frozen=True, slots=True)
class Take:
    """From the work list to oneself."""


@dataclass(frozen=True, slots=True)
class Give:
    """To an operator, whoever has it; by those who lead."""

    to: str


@dataclass(frozen=True, slots=True)
class PutBack:
    """On the work list again."""


@dataclass(frozen=True, slots=True)
class WaitForCustomer:
    """The customer has been asked for something."""


@dataclass(frozen=True, slots=True)
class Resume:
    """The customer has answered."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """The customer has what was asked for."""


@dataclass(frozen=True, slots=True)
class Close:
    """It is over."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """It was not over."""


@dataclass(frozen=True, slots=True)
class PassLater:
    """To another queue's work list, or onto an operator's desk, without the caller. ``to`` None: to the next level."""

    to: To | None = None


@dataclass(frozen=True, slots=True)
class BeginPassing:
    """With the caller: the intent. The ticket stays where it is until ``EndPassing``."""

    passing: Passing


@dataclass(frozen=True, slots=True)
class PassingAsked:
    """The controller has said yes: the caller is on the way, or the other's phone rings."""


@dataclass(frozen=True, slots=True)
class DropPassing:
    """The controller has said no, or the consultation came to nothing: it stands where it stood."""


@dataclass(frozen=True, slots=True)
class EndPassing:
    """The caller has been passed on; ``taken_by`` talks with him or her already (None: nobody yet)."""

    taken_by: str | None = None


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller with whom it was passed on has left the operator who did it."""


@dataclass(frozen=True, slots=True)
class TakeWithCall:
    """The caller with whom it was passed on has reached an operator: whoever it is, the ticket is that one's."""

    operator: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Other words, another urgency. None: as it is. ``due_at`` -1: none."""

    subject: str | None = None
    priority: int | None = None
    due_at: float | None = None
    contact: str | None = None


Act = (
    Take
    | Give
    | PutBack
    | WaitForCustomer
    | Resume
    | Resolve
    | Close
    | Reopen
    | PassLater
    | BeginPassing
    | PassingAsked
    | DropPassing
    | EndPassing
    | CallerLeft
    | TakeWithCall
    | Edit
)


def sees(actor: Actor, ticket: Ticket) -> bool:
    """Whether this one may read it at all; who has worked on it before may, too, but that the store knows."""
    return actor.code in (ticket.owner, ticket.opened_by) or actor.serves(ticket.queue)


def change(ticket: Ticket, act: Act, actor: Actor, levels: Levels, now: float) -> Ticket:
    """The ticket after ``act``. Raises NotNow, NotYours."""
    changed = _changed(ticket, act, actor, levels, now)
    return replace(changed, level=levels.of(changed.queue), changed_at=now, version=ticket.version + 1)


def _changed(ticket: Ticket, act: Act, actor: Actor, levels: Levels, now: float) -> Ticket:
    match act:
        case Take():
            return _taken(ticket, actor)
        case Give(to):
            _demand(actor.leads, "somebody who leads gives tickets to others; take it, or pass it on")
            return replace(_moved(ticket, "given"), owner=to, before=None)
        case PutBack():
            _demand_owner(ticket, actor)
            return replace(_moved(ticket, "put_back"), owner=None)
        case WaitForCustomer():
            _demand_owner(ticket, actor)
            return _moved(ticket, "waits")
        case Resume():
            _demand_owner(ticket, actor)
            return _moved(ticket, "resumed")
        case Resolve():
            _demand_owner_or_list(ticket, actor)
            return replace(_moved(ticket, "resolved"), owner=ticket.owner or actor.code, resolved_at=now, before=None)
        case Close():
            _demand_owner(ticket, actor)
            return replace(_moved(ticket, "closed"), closed_at=now, before=None)
        case Reopen():
            _demand(
                actor.leads or ticket.state != "closed", "somebody who leads reopens what is closed; open a new one"
            )
            return replace(_moved(ticket, "reopened"), owner=None, resolved_at=None, closed_at=None)
        case PassLater(to):
            _demand_owner_or_list(ticket, actor)
            return replace(
                _sent(_moved(ticket, "passed"), to or To(next_level(ticket.queue, levels)), levels), before=None
            )
        case BeginPassing(passing):
            _demand_owner_or_list(ticket, actor)
            _moved(ticket, "passed")
            _known(passing.to, levels)
            return replace(ticket, passing=passing)
        case PassingAsked():
            return replace(ticket, passing=replace(_passing(ticket), asked=True))
        case DropPassing():
            _passing(ticket)
            return replace(ticket, passing=None)
        case EndPassing(taken_by):
            return _passed_on(ticket, _passing(ticket), taken_by, levels)
        case CallerLeft():
            return replace(ticket, before=replace(_on_the_way(ticket), left=True))
        case TakeWithCall(operator):
            return _taken_with_call(ticket, operator)
        case Edit():
            _demand_owner_or_list(ticket, actor)
            return _edited(ticket, act)
    assert_never(act)


def _moved(ticket: Ticket, event: Event) -> Ticket:
    if ticket.passing is not None:
        raise NotNow(
            "ticket_being_passed",
            f"{ticket.ref} is being passed on just now; wait for the call, or cancel the consultation",
        )
    to = TRANSITIONS[ticket.state].get(event)
    if to is None:
        raise NotNow("ticket_stands_otherwise", f"{ticket.ref} is {_stands(ticket)}: it cannot be {event} now")
    return replace(ticket, state=to)


def _stands(ticket: Ticket) -> str:
    return f"{ticket.state}, with {ticket.owner}" if ticket.owner else ticket.state


def _taken(ticket: Ticket, actor: Actor) -> Ticket:
    if ticket.owner not in (None, actor.code) and not actor.leads:
        raise NotNow("ticket_of_another", f"{ticket.ref} is with {ticket.owner}")
    _demand(actor.serves(ticket.queue) or ticket.owner == actor.code, f"operators of {ticket.queue} take it")
    return replace(_moved(ticket, "taken"), owner=actor.code, before=None)


def _sent(ticket: Ticket, to: To, levels: Levels) -> Ticket:
    _known(to, levels)
    if to.operator is not None:
        return replace(ticket, queue=to.queue or ticket.queue, owner=to.operator)
    assert to.queue is not None
    return replace(ticket, queue=to.queue, owner=None)


def _passed_on(ticket: Ticket, passing: Passing, taken_by: str | None, levels: Levels) -> Ticket:
    before = Before(passing.call, passing.by, ticket.queue, ticket.owner)
    sent = _sent(replace(ticket, passing=None, state="passed"), passing.to, levels)
    if taken_by is not None:
        return replace(sent, state="in_progress", owner=taken_by, before=None)
    return replace(sent, before=before)


def _taken_with_call(ticket: Ticket, operator: str) -> Ticket:
    before = _on_the_way(ticket)
    if operator == before.by:  # nobody took the caller, who is back where he or she came from
        return replace(ticket, state="in_progress", queue=before.queue, owner=operator, before=None)
    return replace(ticket, state="in_progress", owner=operator, before=None)


def _on_the_way(ticket: Ticket) -> Before:
    if ticket.before is None or ticket.state != "passed":
        raise NotNow("ticket_not_on_its_way", f"{ticket.ref} is not on its way with a caller")
    return ticket.before


def _edited(ticket: Ticket, act: Edit) -> Ticket:
    if ticket.state == "closed":
        raise NotNow("ticket_closed", f"{ticket.ref} is closed")
    due_at = ticket.due_at if act.due_at is None else act.due_at
    return replace(
        ticket,
        subject=ticket.subject if act.subject is None else act.subject,
        priority=ticket.priority if act.priority is None else act.priority,
        due_at=None if due_at is not None and due_at < 0 else due_at,
        contact=ticket.contact if act.contact is None else act.contact or None,
    )


def next_level(queue: str, levels: Levels) -> str:
    """The level after ``queue``. Raises NotNow."""
    following = levels.after(queue)
    if following is None:
        raise NotNow("last_level", f"{queue} is the last level; name a queue or an operator")
    return following


def _known(to: To, levels: Levels) -> None:
    if to.queue is not None and to.queue not in levels.queues:
        raise NotNow("no_such_queue", f"there is no queue {to.queue}")


def _passing(ticket: Ticket) -> Passing:
    if ticket.passing is None:
        raise NotNow("ticket_not_on_its_way", f"{ticket.ref} is not being passed on")
    return ticket.passing


def _demand_owner(ticket: Ticket, actor: Actor) -> None:
    mine = ticket.owner == actor.code or (ticket.owner is None and ticket.opened_by == actor.code)
    _demand(mine or actor.leads, f"{ticket.owner or ticket.opened_by} does that, or somebody who leads")


def _demand_owner_or_list(ticket: Ticket, actor: Actor) -> None:
    on_my_list = ticket.owner is None and actor.serves(ticket.queue)
    if not on_my_list:
        _demand_owner(ticket, actor)


def _demand(allowed: bool, who: str) -> None:
    if not allowed:
        raise NotYours(who)

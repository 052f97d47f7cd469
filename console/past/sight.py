"""Whose call is it, and who may know what its caller wanted before? Pure: as far as the permissions reach (ari_app/permissions.py).

An operator sees the past of the caller with whom he or she talks, is asked for help, or has just talked, until that call is written
up, and of nobody else; a team leader that of the callers of the team; a supervisor of some queues that of the callers of these.
"""

from __future__ import annotations

from ari_app.contract import CallStatus
from ari_app.permissions import Permission
from console.people import Person


def sees_past(person: Person, call: CallStatus, busy: set[str], team: frozenset[str]) -> bool:
    """``busy``: who has the call or writes it up; ``team``: those whom the person leads. Both by code."""
    return _reaches("see_past", person, call, busy | {call.consulting or ""}, team)


def may_note(person: Person, call: CallStatus, busy: set[str], team: frozenset[str]) -> bool:
    """Whether a note of that call is this one's to write: as its outcome, also after it was written up."""
    had = busy | {call.consulting or "", call.operator or ""}
    return _reaches("note_outcomes", person, call, had, team)


def may_hear(
    person: Person, queues: frozenset[str], operators: frozenset[str], team: frozenset[str], hears_own: bool
) -> bool:
    """Whether the recording of a call of these queues and operators is this one's to hear. ``hears_own``: the centre lets operators
    hear the own ones."""
    match person.reach("hear_recordings"):
        case "own":
            return hears_own and person.code in operators
        case "team":
            return bool(operators) and operators <= team
        case "queues":
            return not person.queues or bool(queues & set(person.queues))
        case reach:
            return reach == "all"


def _reaches(permission: Permission, person: Person, call: CallStatus, have: set[str], team: frozenset[str]) -> bool:
    match person.reach(permission):
        case "own":
            return person.code in have
        case "team":
            return bool(have & team)
        case "queues":
            return not person.queues or call.queue in person.queues
        case reach:
            return reach == "all"

"""Who may what? Each permission, and how far it reaches for each role: the only place that decides it.

Pure. Least privilege: what is not written here is not allowed. A reach is resolved where the calls and operators are known:
``own`` is what is the person's alone, ``team`` the operators of the own team and the calls that these have, ``queues`` what belongs
to the queues of the account (all of them where it names none), ``all`` everything of the centre.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

Role = Literal["operator", "team_leader", "supervisor", "coordinator", "administrator"]
Reach = Literal["own", "team", "queues", "all"]
Permission = Literal[
    "see_queues",
    "see_people",
    "see_operators",
    "set_states",
    "release_operators",
    "move_operators",
    "move_calls",
    "see_calls",
    "control_calls",
    "note_outcomes",
    "see_numbers",
    "see_past",
    "supervise",
    "end_supervisions",
    "callbacks",
    "voicemails",
    "figures",
    "history",
    "why_waiting",
    "hear_recordings",
    "note_recordings",
    "remove_notes",
    "link_recordings",
    "revoke_links",
    "export_recordings",
    "hold_recordings",
    "erase_customers",
    "look_up_contacts",
    "edit_contacts",
    "merge_contacts",
    "import_contacts",
    "export_contacts",
    "read_audit",
    "see_pipeline",
    "end_sessions",
    "reload",
    "nodes",
    "write_scripts",
    "see_answers",
    "tickets",
    "lead_tickets",
    "webhooks",
    "alarms",
]

ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""From the least to the most; nobody ends what somebody above has logged into."""

_FOR_EACH: Final[dict[Permission, tuple[Reach | None, Reach | None, Reach | None, Reach | None, Reach | None]]] = {
    #                     operator  leader    supervisor coordinator administrator
    "see_queues":        ("all",    "all",    "all",     "all",      "all"),
    "see_people":        ("all",    "all",    "all",     "all",      "all"),
    "see_operators":     ("own",    "team",   "all",     "all",      "all"),
    "set_states":        ("own",    "team",   "queues",  "all",      None),
    "release_operators": (None,     "team",   "queues",  "all",      None),
    "move_operators":    (None,     None,     "queues",  "all",      None),
    "move_calls":        (None,     None,     "queues",  "all",      None),
    "see_calls":         ("own",    "team",   "all",     "all",      None),
    "control_calls":     ("own",    "team",   "all",     "all",      None),
    "note_outcomes":     ("own",    "team",   "queues",  "all",      None),
    "see_numbers":       ("own",    "team",   "queues",  "all",      None),
    "see_past":          ("own",    "team",   "queues",  "all",      None),
    "supervise":         (None,     "team",   "queues",  "all",      None),
    "end_supervisions":  (None,     "own",    "own",     "all",      None),
    "callbacks":         (None,     None,     "queues",  "all",      None),
    "voicemails":        ("queues", "queues", "queues",  "all",      None),
    "figures":           (None,     "team",   "all",     "all",      None),
    "history":           ("own",    "team",   "queues",  "all",      None),
    "why_waiting":       (None,     None,     "all",     "all",      None),
    "hear_recordings":   ("own",    "team",   "queues",  "all",      None),
    "note_recordings":   (None,     "team",   "queues",  "all",      None),
    "remove_notes":      (None,     "own",    "own",     "all",      None),
    "link_recordings":   (None,     None,     "queues",  "all",      None),
    "revoke_links":      (None,     None,     "own",     "all",      None),
    "export_recordings": (None,     None,     "queues",  "all",      None),
    "hold_recordings":   (None,     None,     None,      "all",      None),
    "erase_customers":   (None,     None,     None,      "all",      None),
    "look_up_contacts":  ("all",    "all",    "all",     "all",      None),
    "edit_contacts":     ("all",    "all",    "all",     "all",      None),
    "merge_contacts":    (None,     None,     "all",     "all",      None),
    "import_contacts":   (None,     None,     "all",     "all",      None),
    "export_contacts":   (None,     None,     None,      "all",      None),
    "read_audit":        (None,     None,     None,      "all",      "all"),
    "see_pipeline":      (None,     None,     "all",     "all",      "all"),
    "end_sessions":      ("own",    "team",   "all",     "all",      "all"),
    "reload":            (None,     None,     None,      "all",      "all"),
    "nodes":             (None,     None,     None,      "all",      "all"),
    "write_scripts":     (None,     None,     "queues",  "all",      "all"),
    "see_answers":       ("own",    "team",   "queues",  "all",      None),
    "tickets":           ("queues", "queues", "queues",  "all",      None),
    "lead_tickets":      (None,     "queues", "queues",  "all",      None),
    "webhooks":          (None,     None,     None,      "all",      "all"),
    "alarms":            (None,     "own",    "queues",  "all",      None),
}  # fmt: skip

TABLE: Final[Mapping[Permission, Mapping[str, Reach | None]]] = MappingProxyType(
    {permission: MappingProxyType(dict(zip(ROLES, reaches, strict=True))) for permission, reaches in _FOR_EACH.items()}
)
"""An operator hears the own recordings only where the centre says so (``operators_hear_own``), and edits contacts unless it says
otherwise (``operators_edit``), whatever stands here."""


def reach_of(role: str, permission: Permission) -> Reach | None:
    """How far that role's permission reaches; None: not at all, as for a role that there is not (any more)."""
    return TABLE[permission].get(role)


def permissions_of(role: Role) -> dict[Permission, Reach]:
    """Everything that the role may, and how far."""
    return {one: reach for one, reaches in TABLE.items() if (reach := reaches[role]) is not None}


def is_above(role: Role, other: Role) -> bool:
    """Whether ``role`` ranks above ``other``."""
    return ROLES.index(role) > ROLES.index(other)

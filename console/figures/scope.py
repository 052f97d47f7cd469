"""Whose figures and calls may somebody see? As far as the permission ``history`` reaches (ari_app/permissions.py).

An operator sees the own ones, of today alone in figures; a team leader the team's; a supervisor those of the own queues (all, where
the account names none); whoever is above, all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from console.figures.queries import Found
from console.people import Person


@dataclass(frozen=True, slots=True)
class Scope:
    """These queues and operators, None: all. ``today_only``: in figures."""

    queues: frozenset[str] | None = None
    operators: frozenset[str] | None = None
    today_only: bool = False

    def covers(self, found: Found) -> bool:
        """Whether that call may be seen: one that an operator of these had, or that was in a queue of these."""
        if self.operators is not None:
            had = {row["operator"] for row in found.counted if row["what"] in ("answered", "handled")}
            if not had & self.operators:
                return False
        return self.queues is None or bool({row["queue"] for row in found.counted} & self.queues)


def scope_of(person: Person, team: frozenset[str]) -> Scope:
    """``team``: the operators of the team that the person leads."""
    match person.reach("history"):
        case "own":
            return Scope(operators=frozenset({person.code}), today_only=True)
        case "team":
            return Scope(operators=team)
        case "queues":
            return Scope(queues=frozenset(person.queues) or None)
        case "all":
            return Scope()
        case None:
            return Scope(queues=frozenset(), operators=frozenset())
        case _ as never:
            assert_never(never)

"""What are a queue's rules and an operator's abilities? Given once at start; the core never changes them.

The loader of the centre's files tells the person who wrote them what is wrong and where; here only basic sanity is
kept, so that no core can be built on rules under which its promises (nobody starves, nobody is rung in a loop) fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite


def _require(holds: bool, owner: str, field: str, must: str) -> None:
    if not holds:
        raise ValueError(f"{owner}: {field} {must}")


@dataclass(frozen=True, slots=True)
class QueueRules:
    """The rules of one queue; every duration in seconds. Raises ValueError naming the field that makes no sense.

    - ``ring_timeout_s``: how long one operator's phone rings before the call is offered on.
    - ``wrap_up_s``: after a conversation the operator is left alone this long; 0 means none.
    - ``service_level_s``: the T of the service level.
    - ``refusal_pause_s``: how long an operator who missed or rejected an offer is left out. Never 0: a phone that
      rejects by itself would be rung in a loop.
    - ``max_misses``: after so many missed or rejected offers in a row the pause lasts until the operator says ready.
    - ``skill_wait_s``: how long a caller's wanted skills are waited for before any operator of the queue will do.
    """

    name: str
    ring_timeout_s: float = 15.0
    wrap_up_s: float = 10.0
    service_level_s: float = 20.0
    refusal_pause_s: float = 10.0
    max_misses: int = 3
    skill_wait_s: float = 20.0

    def __post_init__(self) -> None:
        owner = f"queue {self.name!r}"
        _require(bool(self.name), owner, "name", "must not be empty")
        for field in ("ring_timeout_s", "refusal_pause_s"):
            value = getattr(self, field)
            _require(isfinite(value) and value > 0, owner, field, "must be a number above 0")
        for field in ("wrap_up_s", "service_level_s", "skill_wait_s"):
            value = getattr(self, field)
            _require(isfinite(value) and value >= 0, owner, field, "must be a number, 0 or more")
        _require(self.max_misses >= 1, owner, "max_misses", "must be 1 or more")


@dataclass(frozen=True, slots=True)
class OperatorProfile:
    """An operator, the queues that he or she serves, and his or her skills. Raises ValueError naming the field."""

    code: str
    queues: tuple[str, ...]
    skills: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        owner = f"operator {self.code!r}"
        _require(bool(self.code), owner, "code", "must not be empty")
        _require(len(set(self.queues)) == len(self.queues), owner, "queues", "must not name a queue twice")
        _require(isinstance(self.skills, frozenset), owner, "skills", "must be a frozenset")

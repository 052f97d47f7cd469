"""What are a queue's rules and an operator's abilities? Plain values, given at start and replaced whole at a reload.

The loader of the centre's files tells the person who wrote them what is wrong and where; here only basic sanity is
kept, so that no core can be built on rules under which its promises (nobody starves, nobody is rung in a loop) fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Final, Literal, get_args

from queues.strategies import STRATEGIES, Strategy

DestinationKind = Literal["queue", "number", "voicemail", "flow", "hang_up"]
ExitWhen = Literal["full", "length", "load", "empty", "closed", "waited", "emptied", "closing"]
AbsentState = Literal["paused", "unreachable", "ringing", "talking", "wrap_up", "own_call"]
CallbackFirst = Literal["operator", "customer"]

ABSENT_STATES: Final[frozenset[str]] = frozenset(get_args(AbsentState))


def _require(holds: bool, owner: str, field_name: str, must: str) -> None:
    if not holds:
        raise ValueError(f"{owner}: {field_name} {must}")


@dataclass(frozen=True, slots=True)
class Membership:
    """An operator's place in a queue. A lower ``penalty`` is rung first; ``weight`` is for ``weighted_random`` alone;
    ``wrap_up_s`` (None: the queue's) is this operator's own. ``order`` is the place in the queue's fixed order; equal
    ones stand in the order of the operators."""

    queue: str
    penalty: int = 0
    weight: float = 1.0
    wrap_up_s: float | None = None
    order: int = 0

    def __post_init__(self) -> None:
        owner = f"membership of {self.queue!r}"
        _require(self.penalty >= 0, owner, "penalty", "must be 0 or more")
        _require(isfinite(self.weight) and self.weight > 0, owner, "weight", "must be a number above 0")
        wrap_up_s = self.wrap_up_s
        _require(wrap_up_s is None or wrap_up_s >= 0, owner, "wrap_up_s", "must be a number, 0 or more")


@dataclass(frozen=True, slots=True)
class Ring:
    """One step of relaxation: from ``after_s`` seconds after the caller's arrival on, less is required.

    Steps add up. ``lower`` is taken off every wanted level (a skill of which nothing is left is no longer wanted), ``drop``
    names skills no longer wanted, ``anyone`` drops them all; ``min_penalty`` and ``max_penalty`` replace what was allowed.
    """

    after_s: float
    lower: int = 0
    drop: frozenset[str] = frozenset()
    anyone: bool = False
    min_penalty: int | None = None
    max_penalty: int | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a caller goes who leaves a queue unserved. ``name``: the queue, number or flow, or the reason of a hang-up."""

    kind: DestinationKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a queue; the first one that holds, in the order of the rules, is taken.

    At entry: ``full`` (``capacity`` reached), ``length`` (more than ``over`` callers are there already), ``load`` ((waiting + 1) /
    logged-in operators is above ``over``), ``empty`` (by ``join_empty``), ``closed``. While waiting: ``waited`` (``over`` seconds
    in this queue), ``emptied`` (by ``leave_when_empty``) and ``closing``. A phone that rings just then rings to its end first.
    """

    when: ExitWhen
    to: Destination
    over: float = 0.0


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """How customers are called back: who is called first, how often, and how long between two tries (s)."""

    first: CallbackFirst = "operator"
    max_attempts: int = 3
    gap_s: float = 300.0


NOTHING_WANTED_AFTER_20_S: Final = (Ring(20.0, anyone=True),)


@dataclass(frozen=True, slots=True)
class QueueRules:
    """The rules of one queue; every duration in seconds. Raises ValueError naming the field that makes no sense.

    - ``strategy``: who among the free operators is rung (strategies.py); ``weight``: of two queues, whose callers an
      operator of both takes first (higher first).
    - ``ring_timeout_s``: how long one operator's phone rings before the call is offered on; ``ring_step_s``: how long
      ``ring_progressively`` waits before one more phone rings.
    - ``wrap_up_s``: after a conversation the operator is left alone this long; 0 means none. ``wrap_up_until_disposition``:
      until the outcome of the call has been noted, however long that takes.
    - ``service_level_s``: the T of the service level; ``short_abandon_s``: whoever hangs up before is counted apart.
    - ``no_answer_pause_s``, ``reject_pause_s``, ``busy_pause_s``: how long an operator is left out who did not answer,
      rejected, or was busy; ``unreachable_pause_s``: after which a phone that was found unreachable is tried again.
      Never 0: a phone that rejects by itself would be rung in a loop.
    - ``max_misses``: after so many missed or rejected offers in a row the pause lasts until the operator says ready.
    - ``reoffer_after_s``: how long the same call is not offered again to an operator who did not take it.
    - ``rings``: how wanted skills and allowed penalties relax while a caller waits.
    - ``sticky_s``: how long a caller's preferred operator is waited for.
    - ``priority_after_s``: a caller's priority counts from this long after the arrival on.
    - ``capacity``: callers waiting or ringing at most; ``join_empty`` / ``leave_when_empty``: the states (ABSENT_STATES) in
      which an operator does not count as there; None: an empty queue is no reason to leave.
    - ``max_wait_s``: after it the caller leaves, by the exit ``waited`` if there is one, else by a hang-up.
    - ``place_kept_s``: a caller who hung up while waiting and rings again within it takes the old place.
    """

    name: str
    strategy: Strategy = "longest_idle"
    weight: int = 0
    ring_timeout_s: float = 15.0
    ring_step_s: float = 5.0
    wrap_up_s: float = 10.0
    wrap_up_until_disposition: bool = False
    service_level_s: float = 20.0
    short_abandon_s: float = 0.0
    no_answer_pause_s: float = 10.0
    reject_pause_s: float = 10.0
    busy_pause_s: float = 10.0
    unreachable_pause_s: float = 10.0
    max_misses: int = 3
    reoffer_after_s: float = 0.0
    min_penalty: int = 0
    max_penalty: int | None = None
    rings: tuple[Ring, ...] = NOTHING_WANTED_AFTER_20_S
    sticky_s: float = 20.0
    priority_after_s: float = 0.0
    capacity: int | None = None
    join_empty: frozenset[str] | None = None
    leave_when_empty: frozenset[str] | None = None
    max_wait_s: float | None = None
    exits: tuple[Exit, ...] = ()
    place_kept_s: float = 0.0
    callback: CallbackRules = field(default_factory=CallbackRules)

    def __post_init__(self) -> None:
        owner = f"queue {self.name!r}"
        _require(bool(self.name), owner, "name", "must not be empty")
        _require(self.strategy in STRATEGIES, owner, "strategy", f"must be one of {', '.join(STRATEGIES)}")
        for name in ("ring_timeout_s", "ring_step_s", "no_answer_pause_s", "reject_pause_s", "busy_pause_s"):
            value = getattr(self, name)
            _require(isfinite(value) and value > 0, owner, name, "must be a number above 0")
        _require(self.unreachable_pause_s > 0, owner, "unreachable_pause_s", "must be a number above 0")
        for name in (
            "wrap_up_s",
            "service_level_s",
            "short_abandon_s",
            "reoffer_after_s",
            "sticky_s",
            "priority_after_s",
            "place_kept_s",
        ):
            value = getattr(self, name)
            _require(isfinite(value) and value >= 0, owner, name, "must be a number, 0 or more")
        _require(self.max_misses >= 1, owner, "max_misses", "must be 1 or more")
        _require(self.capacity is None or self.capacity >= 1, owner, "capacity", "must be 1 or more")
        _require(self.max_wait_s is None or self.max_wait_s > 0, owner, "max_wait_s", "must be a number above 0")
        _require(self.callback.max_attempts >= 1, owner, "callback.max_attempts", "must be 1 or more")
        _require(self.callback.gap_s > 0, owner, "callback.gap_s", "must be a number above 0")
        for name in ("join_empty", "leave_when_empty"):
            unknown = (getattr(self, name) or frozenset()) - ABSENT_STATES
            _require(not unknown, owner, name, f"must be among {', '.join(sorted(ABSENT_STATES))}")
        _check_rings(self.rings, owner)


def _check_rings(rings: Iterable[Ring], owner: str) -> None:
    after_s = -1.0
    for ring in rings:
        _require(isfinite(ring.after_s) and ring.after_s >= 0, owner, "rings", "must begin at 0 s or later")
        _require(ring.after_s > after_s, owner, "rings", "must each begin later than the one before")
        _require(ring.lower >= 0, owner, "rings", "cannot raise a level: lower must be 0 or more")
        after_s = ring.after_s


def overflow_loop(rules: Iterable[QueueRules]) -> tuple[str, ...]:
    """The names of queues whose exits lead in a circle, the first one again at the end; () if there is none.

    Two queues that are both full would hand a caller back and forth for ever.
    """
    leads = {one.name: sorted({way.to.name for way in one.exits if way.to.kind == "queue"}) for one in rules}
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if name in path:
            return (*path[path.index(name) :], name)
        if name in done:
            return ()
        for target in leads.get(name, ()):
            if loop := walk(target, (*path, name)):
                return loop
        done.add(name)
        return ()

    return next((loop for name in leads if (loop := walk(name, ()))), ())


@dataclass(frozen=True, slots=True)
class OperatorProfile:
    """An operator, the queues that he or she serves, and his or her skills with their levels (1 or more).

    A queue may be given by its name alone: a membership with the defaults. Raises ValueError naming the field.
    """

    code: str
    queues: tuple[str | Membership, ...]
    skills: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        owner = f"operator {self.code!r}"
        _require(bool(self.code), owner, "code", "must not be empty")
        names = [place.queue for place in self.memberships]
        _require(len(set(names)) == len(names), owner, "queues", "must not name a queue twice")
        _require(all(level >= 1 for level in self.skills.values()), owner, "skills", "must have levels of 1 or more")

    @property
    def memberships(self) -> tuple[Membership, ...]:
        """The queues, each as a membership."""
        return tuple(place if isinstance(place, Membership) else Membership(place) for place in self.queues)

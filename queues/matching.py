"""Which caller goes to which operator now? The one assignment, re-run after every event.

Before an event no ready operator stands beside a waiting caller whom he or she fits (that is what this module sees to),
so a new match must involve something that the event made *fresh*:

1. an operator who became ready, or whose phone came back;
2. a caller who joined, whose offer fell through, who wants one more phone to ring, or for whom less is required now;
3. a need whose pool of operators lost its last one at work, so that its callers may now go to others.

Matches are made in order of the callers' ranks, over all fresh things together, and each caller goes to the first
fitting operator: exactly what comparing everybody with everybody would give, at the cost of the fresh things only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import assert_never

from queues.effects import Decision, PassedOver, SkillsVerdict
from queues.pools import Need
from queues.records import Call, Operator, Source
from queues.strategies import Rank

RUNNERS_UP = 3
_NOBODY: tuple[str, ...] = ()


def assign(fresh: Sequence[Source], offer: Callable[[Call, Operator], None]) -> None:
    """Call ``offer`` for each match, best first. ``offer`` must take the operator out of the floor's indexes at once, and the
    caller too unless one more phone is to ring."""
    if len(fresh) == 1 and isinstance(fresh[0], Operator):
        # By far the most frequent. Nobody else is free whom the caller could have: they would talk already.
        operator = fresh[0]
        if (caller := best_caller(operator)) is not None:
            offer(caller, operator)
        return
    hopes: list[tuple[Rank, int, Call]] = []
    for at, source in enumerate(fresh):
        if (caller := best_caller(source)) is not None:
            hopes.append((caller.rank, at, caller))
    heapify(hopes)
    matched = False
    while hopes:
        _, at, caller = heappop(hopes)
        if not matched or best_caller(fresh[at]) is caller:  # else an earlier match took what this source hoped for
            chosen = choose(caller)
            assert chosen is not None
            offer(caller, chosen)
            matched = True
        if (following := best_caller(fresh[at])) is not None:
            heappush(hopes, (following.rank, at, following))


def choose(caller: Call) -> Operator | None:
    """The first free operator for ``caller``, but those who did not take the call a moment ago."""
    declined = caller.declined
    return next((one for one in caller.need.pool.in_order() if one.code not in declined), None)


def best_caller(source: Source) -> Call | None:
    """The caller of the lowest rank who can be matched because of ``source``, if any."""
    match source:
        case Operator():
            return _first_for(source) if source.can_be_offered else None
        case Call():
            return source if source.hungry and choose(source) is not None else None
        case Need():
            if not source.pool.ready():
                return None
            return next((caller for caller in source.waiting if choose(caller) is not None), None)
        case _:
            assert_never(source)


def _first_for(operator: Operator) -> Call | None:
    best: Call | None = None
    for pool in operator.pools:
        for need in pool.serving:
            caller = need.waiting.first()
            if caller is not None and caller.declined:
                caller = next((one for one in need.waiting if operator.code not in one.declined), None)
            if caller is not None and (best is None or caller.rank < best.rank):
                best = caller
    return best


def explain(caller: Call, operator: Operator, now: float, version: int) -> Decision:
    """Why ``operator`` is the one, told from the indexes before the match is carried out."""
    queue, pool = caller.queue, caller.need.pool
    logged_in, ready, paused, unreachable = queue.everyone.present, queue.ready, queue.paused, queue.unreachable
    not_fit, runners_up = 0, _NOBODY
    if ready > 1:
        not_fit = max(0, ready - len(pool.ready()))
        following = (other.code for other in pool.in_order() if other is not operator)
        runners_up = tuple(islice(following, RUNNERS_UP))
    return Decision(
        rule=queue.rules.strategy,
        chosen=operator.code,
        idle_s=now - operator.idle_since,
        waited_s=now - caller.arrived_at,
        skills=_skills_verdict(caller, operator),
        ring=caller.steps[caller.step].ring,
        considered=logged_in,
        passed_over=PassedOver(
            not_fit=not_fit + len(caller.declined),
            paused=paused,
            busy=logged_in - paused - unreachable - ready,
            unreachable=unreachable,
        ),
        runners_up=runners_up,
        version=version,
    )


def _skills_verdict(caller: Call, operator: Operator) -> SkillsVerdict:
    if operator.code in (caller.steps[0].required.only, caller.preferred):
        return "is_the_one"
    if not caller.skills:
        return "none_wanted"
    if all(operator.skills.get(skill, 0) >= level for skill, level in caller.skills.items()):
        return "has_them"
    return "waited_long_enough" if caller.step else "nobody_logged_in_has_them"

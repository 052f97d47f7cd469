"""Which caller goes to which operator now? The one assignment, re-run after every event.

Before an event no ready operator stands beside a waiting caller whom he or she fits (that is what this module sees to),
so a new match must involve something that the event made *fresh*:

1. an operator who became ready, or whose phone came back;
2. a caller who joined, whose offer fell through, or who has waited long enough for skills;
3. a need whose last logged-in operator left, so that its callers may now go to anyone.

Matches are made in order of the callers' ranks, over all fresh things together, and each caller goes to the first
fitting operator: exactly what comparing everybody with everybody would give, at the cost of the fresh things only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from typing import assert_never

from queues.effects import Decision, PassedOver, SkillsVerdict
from queues.ranking import OPERATOR_RULE, Rank
from queues.records import Call, Need, Operator, Source


def assign(fresh: Sequence[Source], offer: Callable[[Call, Operator], None]) -> None:
    """Call ``offer`` for each match, best first. ``offer`` must take both out of the floor's indexes at once."""
    hopes: list[tuple[Rank, int, Call]] = []
    for at, source in enumerate(fresh):
        if (caller := best_caller(source)) is not None:
            hopes.append((caller.rank, at, caller))
    heapify(hopes)
    matched = False
    while hopes:
        _, at, caller = heappop(hopes)
        if not matched or best_caller(fresh[at]) is caller:  # else an earlier match took what this source hoped for
            operator = caller.need.candidates().first()
            assert operator is not None
            offer(caller, operator)
            matched = True
        if (following := best_caller(fresh[at])) is not None:
            heappush(hopes, (following.rank, at, following))


def best_caller(source: Source) -> Call | None:
    """The caller of the lowest rank who can be matched because of ``source``, if any."""
    match source:
        case Operator():
            return _first_for(source) if source.can_be_offered else None
        case Call():
            return source if source.stage == "waiting" and source.need.candidates() else None
        case Need():
            return source.waiting.first() if source.candidates() else None
        case _:
            assert_never(source)


def _first_for(operator: Operator) -> Call | None:
    best: Call | None = None
    for queue in operator.queues:
        for need in queue.needs.values():
            caller = need.waiting.first()
            if (
                caller is not None
                and (best is None or caller.rank < best.rank)
                and (need.skills <= operator.skills or not need.logged_in)
            ):
                best = caller
    return best


def explain(caller: Call, operator: Operator, now: float) -> Decision:
    """Why ``operator`` is the one, told from the indexes before the match is carried out."""
    queue = caller.queue
    logged_in, ready = queue.anyone.logged_in, len(queue.anyone.ready)
    return Decision(
        rule=OPERATOR_RULE,
        chosen=operator.code,
        idle_s=now - operator.rank[0],
        waited_s=now - caller.arrived_at,
        skills=_skills_verdict(caller, operator),
        considered=logged_in,
        passed_over=PassedOver(
            no_skill=queue.anyone.ready.ahead_of(operator.rank),
            paused=queue.paused,
            busy=logged_in - queue.paused - queue.unreachable - ready,
            unreachable=queue.unreachable,
        ),
    )


def _skills_verdict(caller: Call, operator: Operator) -> SkillsVerdict:
    if not caller.skills:
        return "none_wanted"
    if caller.skills <= operator.skills:
        return "has_them"
    return "waited_long_enough" if caller.waited_for_skills else "nobody_logged_in_has_them"

"""Why does a caller still wait, and why not this operator? Questions to the floor as it is; they change nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from queues.records import Call, Operator, Queue
from queues.requirements import Requirement
from queues.views import CallStage

Reason = Literal[
    "fits",
    "logged_out",
    "paused",
    "unreachable",
    "reserved",
    "ringing",
    "talking",
    "on_hold",
    "wrap_up",
    "own_call",
    "not_the_one",
    "lacks_skill",
    "other_penalty",
    "declined",
]
"""How an operator stands to a waiting caller, the first that holds. ``not_the_one``: another is preferred or asked for by name;
``declined``: did not take this call a moment ago; ``fits`` could be rung now."""

NAMED = 10
"""Operators named at most in a short answer."""


@dataclass(frozen=True, slots=True)
class Considered:
    """One operator and one waiting caller. ``detail``: the state's reason, or the skill that lacks; ``since``: of the state."""

    operator: str
    reason: Reason
    detail: str | None
    since: float | None
    penalty: int | None


@dataclass(frozen=True, slots=True)
class SkillAtWork:
    """A skill that the caller wants now, and who of those logged in has it, the first few."""

    skill: str
    level: int
    having: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhyWaiting:
    """The first caller of a queue, and how its operators stand to him or her.

    ``call`` is None when nobody waits on the line. ``ringing``: phones that ring for it now. ``operators`` counts them by reason.
    What is wanted now: ``skills``, the penalties, or the one operator ``only``; ``relaxes_at`` is when less will be required.
    ``callbacks`` are customers to be called back.
    """

    queue: str
    closed: bool
    callbacks: int
    call: str | None = None
    stage: CallStage | None = None
    arrived_at: float | None = None
    waited_s: float = 0.0
    priority: int = 0
    ringing: tuple[str, ...] = ()
    ring: int = 0
    skills: tuple[SkillAtWork, ...] = ()
    min_penalty: int = 0
    max_penalty: int | None = None
    only: str | None = None
    relaxes_at: float | None = None
    operators: tuple[tuple[Reason, int], ...] = ()
    soonest: tuple[Considered, ...] = ()


def considered(call: Call, everybody: Mapping[str, Operator]) -> tuple[Considered, ...]:
    """Every operator of the call's queue, and of ``everybody`` the one it is for alone, wherever he or she serves."""
    required = call.need.pool.required
    there = dict(call.queue.members)
    if required.only is not None and required.only in everybody:
        there[required.only] = everybody[required.only]
    return tuple(_considered(call, operator, required) for operator in there.values())


def _considered(call: Call, operator: Operator, required: Requirement) -> Considered:
    place = operator.memberships.get(call.queue.rules.name)
    reason, detail = _reason(call, operator, required, None if place is None else place.penalty)
    return Considered(operator.code, reason, detail, operator.since, None if place is None else place.penalty)


def _reason(call: Call, operator: Operator, required: Requirement, penalty: int | None) -> tuple[Reason, str | None]:
    if operator.state != "ready":
        return operator.state, operator.reason if operator.state == "paused" else None
    if not operator.phone_reachable:
        return "unreachable", None
    if required.only is not None and operator.code != required.only:
        return "not_the_one", required.only
    if required.only is None:
        for skill, level in sorted(required.skills):
            if operator.skills.get(skill, 0) < level:
                return "lacks_skill", f"{skill} {level}"
    if not required.met_by(operator.code, operator.skills, penalty):
        return "other_penalty", None
    return ("declined" if operator.code in call.declined else "fits"), None


def why_waiting(queue: Queue, everybody: Mapping[str, Operator], now: float) -> WhyWaiting:
    """See WhyWaiting."""
    first = next((call for call in queue.line if call.callback is None), None)
    if first is None:
        return WhyWaiting(queue.rules.name, queue.closed, queue.stages["callback"])
    required, looked_at = first.need.pool.required, considered(first, everybody)
    counts = Counter(one.reason for one in looked_at)
    step = first.step + 1
    return WhyWaiting(
        queue=queue.rules.name,
        closed=queue.closed,
        callbacks=queue.stages["callback"],
        call=first.id,
        stage=first.stage,
        arrived_at=first.arrived_at,
        waited_s=now - first.arrived_at,
        priority=first.priority,
        ringing=tuple(first.offers),
        ring=first.steps[first.step].ring,
        skills=tuple(_skills(required, queue.members.values())),
        min_penalty=required.min_penalty,
        max_penalty=required.max_penalty,
        only=required.only,
        relaxes_at=first.arrived_at + first.steps[step].after_s if step < len(first.steps) else None,
        operators=tuple(sorted(counts.items())),
        soonest=_soonest(required, looked_at, everybody),
    )


def _skills(required: Requirement, operators: Iterable[Operator]) -> Iterable[SkillAtWork]:
    here = [operator for operator in operators if operator.state != "logged_out"]
    for skill, level in sorted(required.skills):
        having = [operator.code for operator in here if operator.skills.get(skill, 0) >= level]
        yield SkillAtWork(skill, level, tuple(having[:NAMED]))


def _soonest(
    required: Requirement, looked_at: Iterable[Considered], everybody: Mapping[str, Operator]
) -> tuple[Considered, ...]:
    """Those at work who meet the requirement and are busy: whose next call it may be. Those in wrap-up first."""
    order: dict[Reason, int] = {"wrap_up": 0, "own_call": 1, "talking": 2, "on_hold": 3}
    coming = [
        one
        for one in looked_at
        if one.reason in order and required.met_by(one.operator, everybody[one.operator].skills, one.penalty)
    ]
    coming.sort(key=lambda one: (order[one.reason], one.since or 0.0))
    return tuple(coming[:NAMED])

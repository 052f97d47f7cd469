"""What must an operator have for this caller, and how does that relax while the caller waits? Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from queues.rules import QueueRules, Ring


@dataclass(frozen=True, slots=True)
class Requirement:
    """``skills`` with their least levels, the penalties allowed, or the one operator (``only``) to be waited for.

    ``only`` with ``at_work`` is a preference: it counts only while that operator is at work with a phone that is there.
    """

    skills: frozenset[tuple[str, int]] = frozenset()
    min_penalty: int = 0
    max_penalty: int | None = None
    only: str | None = None
    at_work: bool = False

    def met_by(self, code: str, skills: Mapping[str, int], penalty: int | None) -> bool:
        """Whether an operator meets it. ``penalty`` None: not in the queue, which only ``only`` forgives."""
        if self.only is not None:
            return code == self.only and (penalty is not None or not self.at_work)
        if penalty is None or penalty < self.min_penalty:
            return False
        if self.max_penalty is not None and penalty > self.max_penalty:
            return False
        return all(skills.get(skill, 0) >= level for skill, level in self.skills)


ANYONE = Requirement()


@dataclass(frozen=True, slots=True)
class Step:
    """From ``after_s`` after the caller's arrival on, this is required. ``ring``: how many of the queue's rings have passed."""

    after_s: float
    required: Requirement
    ring: int


def steps_for(rules: QueueRules, skills: Mapping[str, int], preferred: str | None, only: str | None) -> list[Step]:
    """All steps of one caller in time, the first one at 0 s, each with another requirement than the one before."""
    if only is not None:
        return [Step(0.0, Requirement(only=only), 0)]
    wanted = frozenset((skill, level) for skill, level in skills.items() if level > 0)
    steps = [Step(0.0, Requirement(wanted, rules.min_penalty, rules.max_penalty), 0)]
    for number, ring in enumerate(rules.rings, 1):
        required = _relaxed(steps[-1].required, ring)
        if ring.after_s == 0:
            steps[-1] = Step(0.0, required, number)
        elif required != steps[-1].required:
            steps.append(Step(ring.after_s, required, number))
    return steps if preferred is None or rules.sticky_s == 0 else _sticky(steps, preferred, rules.sticky_s)


def _relaxed(before: Requirement, ring: Ring) -> Requirement:
    skills = frozenset(
        (skill, level - ring.lower)
        for skill, level in before.skills
        if not ring.anyone and skill not in ring.drop and level > ring.lower
    )
    return replace(
        before,
        skills=skills,
        min_penalty=before.min_penalty if ring.min_penalty is None else ring.min_penalty,
        max_penalty=before.max_penalty if ring.max_penalty is None else ring.max_penalty,
    )


def _sticky(steps: list[Step], preferred: str, sticky_s: float) -> list[Step]:
    """The preferred operator first; the steps that fall into that time are passed over to the last of them."""
    passed = [step for step in steps if step.after_s <= sticky_s]
    first = Step(0.0, Requirement(only=preferred, at_work=True), 0)
    return [first, replace(passed[-1], after_s=sticky_s), *steps[len(passed) :]]

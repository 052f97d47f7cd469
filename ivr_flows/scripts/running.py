"""Where is the operator in a script, and what comes next? Each move makes another ``Run`` of the one before.

What counts is what was asked on the way: whoever goes back and takes another way leaves the answers of the first one behind, in
conditions and in what is exported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from ivr_flows.expressions import Value, evaluate
from ivr_flows.scripts.questions import BadAnswer
from ivr_flows.scripts.script import Ask, Branch, End, Screen, Script

LONGEST_PATH: Final = 1000
"""Steps: more than anybody goes through in a call, and few enough to be kept."""


class CannotGoOn(ValueError):
    """This move is not possible now. ``missing``: the answers that are required first."""

    def __init__(self, what: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions may read besides answers. ``queue`` is empty where none gave the call."""

    language: str
    queue: str = ""
    known: bool = False

    def variables(self) -> dict[str, Value]:
        """By their names in conditions."""
        return {"language": self.language, "queue": self.queue, "known": self.known}


@dataclass(frozen=True, slots=True)
class Run:
    """A script as one operator follows it. ``at``: the step on the screen; ``path``: the screens before it; ``objection``:
    the one that is open over it, ``objections``: all that were opened, in their order; ``answers``: all that were given."""

    at: str
    path: tuple[str, ...] = ()
    objection: str | None = None
    objections: tuple[str, ...] = ()
    answers: Mapping[str, Value] = field(default_factory=dict, repr=False)


def begin(script: Script, facts: Facts) -> Run:
    """At the first screen."""
    return _come_to(script, script.start, Run(script.start), facts)


def answered(script: Script, run: Run, given: Mapping[str, object], today: date) -> tuple[Run, dict[str, BadAnswer]]:
    """With those of the ``given`` answers that are good (None and empty: taken back), and what is wrong with the others."""
    answers, wrong = dict(run.answers), dict[str, BadAnswer]()
    questions = script.questions
    for name, answer in given.items():
        if name not in questions:
            wrong[name] = BadAnswer("unknown_question", f"the script asks for no {name!r}")
        elif answer is None or answer == "":
            answers.pop(name, None)
        else:
            try:
                answers[name] = questions[name].read(answer, today)
            except BadAnswer as bad:
                answers.pop(name, None)
                wrong[name] = bad
    return replace(run, answers=answers), wrong


def goes_on(script: Script, run: Run, facts: Facts) -> Run:
    """To the next screen; out of an objection to where that leads. Raises CannotGoOn."""
    if run.objection is not None:
        to = script.objections[run.objection].goes_on
        closed = replace(run, objection=None)
        return closed if to is None else _leave(script, closed, to, facts)
    step = script.steps[run.at]
    if isinstance(step, End):
        raise CannotGoOn("this is the end of the script")
    if missing := missing_at(script, run):
        raise CannotGoOn(f"first, answer {', '.join(missing)}", missing)
    return _leave(script, run, _next(script, run.at, run, facts), facts)


def goes_back(script: Script, run: Run) -> Run:
    """Out of an objection, else to the screen before; where there is none, it stays."""
    if run.objection is not None:
        return replace(run, objection=None)
    return replace(run, at=run.path[-1], path=run.path[:-1]) if run.path else run


def opens(script: Script, run: Run, objection: str) -> Run:
    """The answer to an objection, over the screen. Raises CannotGoOn if there is no such objection."""
    if objection not in script.objections:
        raise CannotGoOn(f"there is no objection {objection!r}")
    return replace(run, objection=objection, objections=(*run.objections, objection)[-LONGEST_PATH:])


def missing_at(script: Script, run: Run) -> tuple[str, ...]:
    """The answers without which the screen cannot be left."""
    step = script.steps[run.at]
    questions = step.questions.items() if isinstance(step, Ask) else ()
    return tuple(name for name, question in questions if question.required and name not in run.answers)


def counting(script: Script, run: Run) -> dict[str, Value]:
    """The answers that were asked for on the way, in its order."""
    return {
        name: run.answers[name]
        for step in dict.fromkeys((*run.path, run.at))
        for _, name in script.steps[step].sets()
        if name in run.answers
    }


def is_over(script: Script, run: Run) -> bool:
    """Whether the last screen is shown."""
    return run.objection is None and isinstance(script.steps[run.at], End)


def suggested(script: Script, run: Run) -> str | None:
    """The outcome that fits where the operator is."""
    step = script.steps[run.at]
    return step.disposition if isinstance(step, End) else None


def fits(script: Script, run: Run) -> bool:
    """Whether ``run``, as it was kept, can be gone on with in ``script``."""
    screens = all(isinstance(script.steps.get(name), Screen) for name in (*run.path, run.at))
    return screens and (run.objection is None or run.objection in script.objections)


def _leave(script: Script, run: Run, to: str, facts: Facts) -> Run:
    path = (*run.path, run.at)
    if len(path) > LONGEST_PATH:
        raise CannotGoOn(f"more than {LONGEST_PATH} steps were gone through")
    return _come_to(script, to, replace(run, path=path), facts)


def _come_to(script: Script, to: str, run: Run, facts: Facts) -> Run:
    """``run`` at the screen that ``to`` is, or that the branches there lead to."""
    for _ in range(len(script.steps)):
        if not isinstance(script.steps[to], Branch):
            return replace(run, at=to)
        to = _next(script, to, run, facts)
    raise CannotGoOn(f"{to!r} goes round without a question")


def _next(script: Script, at: str, run: Run, facts: Facts) -> str:
    step = script.steps[at]
    variables = {**counting(script, run), **facts.variables()}
    if isinstance(step, (Ask, Branch)):
        for way in step.ways:
            if evaluate(way.when, variables):
                return way.next
    return step.ways_out()[-1][1]

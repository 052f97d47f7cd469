"""Do operators come where the script's writer meant, with these answers? Scenes beside a script, gone through without a call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from pydantic import Field, model_validator

from ivr_flows.explain import wrong
from ivr_flows.located_yaml import Located, Path
from ivr_flows.problems import Problem, choose_among
from ivr_flows.scripts.questions import Day
from ivr_flows.scripts.running import (
    CannotGoOn,
    Facts,
    Run,
    answered,
    begin,
    counting,
    goes_on,
    is_over,
    missing_at,
    opens,
    suggested,
)
from ivr_flows.scripts.script import Ask, Script
from ivr_flows.shapes import Language, Name, NoOtherKeys, Shape

AnswerInScene = str | int | float | bool


class Ends(Shape):
    """Where it must come to: the ``step``, and the outcome that is suggested there."""

    step: Name | None = None
    disposition: Name | None = None

    @model_validator(mode="after")
    def _something(self) -> Any:
        if self.step is None and self.disposition is None:
            raise wrong("says nothing of the end", "give step or disposition")
        return self


class ScriptScene(Shape):
    """One call. ``answers`` are given where they are asked for, ``opens`` are objections, by the step at which they are
    opened; after each screen the operator goes on. ``steps``: all screens that must be shown, in their order; ``kept``: the
    answers that must be left at the end, and no others."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    language: Language | None = None
    queue: Name | None = None
    known: bool = False
    today: Day = "2026-11-27"
    answers: Annotated[dict[Name, AnswerInScene], NoOtherKeys()] = Field(default_factory=dict)
    opens: Annotated[dict[Name, Name], NoOtherKeys()] = Field(default_factory=dict)
    steps: tuple[Name, ...] | None = None
    kept: Annotated[dict[Name, AnswerInScene], NoOtherKeys()] | None = None
    ends: Ends


class ScriptScenes(Shape):
    """scripts/tests/<script>.yaml"""

    scenes: Annotated[tuple[ScriptScene, ...], Field(min_length=1)]


@dataclass(slots=True)
class ScenesPlayed:
    """What came of a script's scenes: how many there are, how many ``failed``, and why; which screens were shown."""

    scenes: int = 0
    failed: int = 0
    problems: list[Problem] = field(default_factory=list)
    steps: set[str] = field(default_factory=set)

    def missed(self, script: Script) -> list[str]:
        """The screens that no scene comes to, in the order of the file."""
        return [name for name, step in script.steps.items() if step.kind != "branch" and name not in self.steps]


def play(script: Script, scenes: Located[ScriptScenes], language: str) -> ScenesPlayed:
    """Go through all scenes; ``language`` where none is named."""
    played = ScenesPlayed()
    for place, scene in enumerate(scenes.value.scenes):
        played.scenes += 1
        shown: list[str] = []
        found = list(_named_wrong(script, scene)) or list(_went_wrong(script, scene, language, shown))
        played.steps |= set(shown)
        played.failed += bool(found)
        for path, told in found:
            where: Path = ("scenes", place, *path)
            played.problems.append(
                scenes.places.problem(where, f"{scene.name!r}: {told}", "correct the scene, or the script")
            )
    return played


def _named_wrong(script: Script, scene: ScriptScene) -> Iterator[tuple[Path, str]]:
    for at, names, known in (
        ("answers", scene.answers, script.questions),
        ("opens", scene.opens, script.steps),
        ("kept", scene.kept or (), script.questions),
    ):
        for name in names:
            if name not in known:
                yield (at, name), f"the script has no {name!r}; {choose_among(name, known, 'remove it')}"
    for step, objection in scene.opens.items():
        if objection not in script.objections:
            remedy = choose_among(objection, script.objections, "it has none at all")
            yield ("opens", step), f"the script has no objection {objection!r}; {remedy}"


def _went_wrong(script: Script, scene: ScriptScene, language: str, shown: list[str]) -> Iterator[tuple[Path, str]]:
    """(the field, what happened instead) of whatever differs. The screens are noted in ``shown``."""
    facts = Facts(scene.language or language, scene.queue or next(iter(script.queues), ""), scene.known)
    today = date.fromisoformat(scene.today) if scene.today != "today" else date(2026, 11, 27)
    try:
        run = _followed(script, scene, facts, today, shown)
    except CannotGoOn as stuck:
        path: Path = (stuck.field,) if isinstance(stuck, _BadGiven) else ("ends",)
        yield path, f"at {shown[-1]!r}: {stuck}"
        return
    if scene.steps is not None and tuple(shown) != scene.steps:
        yield ("steps",), f"the operator saw {', '.join(shown)}"
    if scene.ends.step not in (None, run.at):
        yield ("ends", "step"), f"it ended at {run.at!r}"
    if scene.ends.disposition not in (None, suggested(script, run)):
        yield ("ends", "disposition"), f"the outcome was {suggested(script, run)!r}"
    if scene.kept is not None and counting(script, run) != scene.kept:
        told = ", ".join(f"{name} = {value!r}" for name, value in counting(script, run).items())
        yield ("kept",), f"the answers were {told or 'none'}"


class _BadGiven(CannotGoOn):
    """An answer of the scene is none."""

    field = "answers"


def _followed(script: Script, scene: ScriptScene, facts: Facts, today: date, shown: list[str]) -> Run:
    run = begin(script, facts)
    opened: set[str] = set()
    while True:
        shown.append(run.at)
        if len(shown) > 5 * len(script.steps) + 20:
            raise CannotGoOn("the answers of the scene lead round and round")
        if run.at in scene.opens and run.at not in opened:
            opened.add(run.at)
            run, at = opens(script, run, scene.opens[run.at]), run.at
            run = goes_on(script, run, facts)
            if run.at != at or script.objections[scene.opens[at]].goes_on is not None:
                continue
        if is_over(script, run):
            return run
        run = _answered_here(script, scene.answers, run, today)
        run = goes_on(script, run, facts)


def _answered_here(script: Script, answers: dict[str, AnswerInScene], run: Run, today: date) -> Run:
    step = script.steps[run.at]
    here: Iterable[str] = step.questions if isinstance(step, Ask) else ()
    run, bad = answered(script, run, {name: answers[name] for name in here if name in answers}, today)
    for name, why in bad.items():
        raise _BadGiven(f"{name}: {why}")
    if missing := missing_at(script, run):
        raise _BadGiven(f"no answer is given to {', '.join(missing)}", missing)
    return run

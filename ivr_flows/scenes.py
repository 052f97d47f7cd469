"""Does a flow do what its writer meant? Scenes in YAML beside it: what a caller does, hears, and where it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator

from ivr_flows.explain import wrong
from ivr_flows.flow import Flow
from ivr_flows.interpreter import JoinQueue, Spelled
from ivr_flows.located_yaml import Located, Places
from ivr_flows.problems import Problem
from ivr_flows.rehearsal import Edge, Rehearsal, edges_of, edges_taken
from ivr_flows.shapes import KEYS, Code, Language, Name, NoOtherKeys, Shape, Skills

DOES: Final = ("listens", "waits", "hangs_up")


def _can_be_done(what: str) -> str:
    if what not in DOES and not (what and set(what) <= set(KEYS)):
        raise wrong(f"a caller cannot do {what!r}", f"write keys in quotes, or one of {', '.join(DOES)}")
    return what


class Ends(Shape):
    """Where it leads: into ``queue`` (with what is given of the others), or to a hang-up with ``reason``."""

    queue: Name | None = None
    language: Language | None = None
    skills: Skills | None = None
    priority: int | None = None
    operator: Code | None = None
    reason: Name | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Any:
        if (self.queue is None) == (self.reason is None):
            raise wrong("a scene ends in a queue or with a reason", "give one of the two")
        return self


class Scene(Shape):
    """One caller. Each of ``does`` is keys that are pressed at once, ``listens`` (hears out what is said), ``waits`` (and then
    presses nothing) or ``hangs_up``; after them the caller waits until the flow is over. ``hears``: all that begins to be said, in
    its order, digits that are read back as ``digits 42``."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    entry: Name = "default"
    language: Language | None = None
    caller: str = ""
    number: str = ""
    does: tuple[Annotated[str, AfterValidator(_can_be_done)], ...] = ()
    hears: tuple[str, ...] | None = None
    variables: Annotated[dict[Name, str | int | float | bool | None], NoOtherKeys()] = Field(default_factory=dict)
    ends: Ends


class Scenes(Shape):
    """flows/tests/<flow>.yaml."""

    scenes: Annotated[tuple[Scene, ...], Field(min_length=1)]


@dataclass(slots=True)
class Played:
    """What came of a flow's scenes: how many there are, how many ``failed``, and why; the steps and ways that callers have gone."""

    flow: Flow
    scenes: int = 0
    failed: int = 0
    problems: list[Problem] = field(default_factory=list)
    steps: set[str] = field(default_factory=set)
    ways: set[Edge] = field(default_factory=set)

    @property
    def steps_missed(self) -> list[str]:
        """The steps where no scene has been, in the order of the file."""
        return [name for name in self.flow.steps if name not in self.steps]

    @property
    def ways_missed(self) -> list[Edge]:
        """The ways that no scene has gone."""
        return [edge for edge in edges_of(self.flow) if edge not in self.ways]


def play(flow: Flow, scenes: Located[Scenes], default_language: str) -> Played:
    """Go through all of them."""
    played = Played(flow)
    for place, scene in enumerate(scenes.value.scenes):
        played.scenes += 1
        if scene.entry not in flow.entries:
            told = f"the flow has no entry {scene.entry!r}; its entries are {', '.join(flow.entries)}"
            played.failed += 1
            played.problems.append(_problem(scenes.places, place, "entry", scene, told))
            continue
        caller = _gone_through(flow, scene, default_language)
        played.steps |= {one.step for one in caller.session.trace if one.what == "entered"}
        played.ways |= set(edges_taken(flow, caller.session.trace))
        wrong = [_problem(scenes.places, place, where, scene, told) for where, told in _wrong(scene, caller)]
        played.failed += bool(wrong)
        played.problems += wrong
    return played


def _gone_through(flow: Flow, scene: Scene, default_language: str) -> Rehearsal:
    language = scene.language or default_language
    caller = Rehearsal(flow, scene.entry, language, caller=scene.caller, number=scene.number)
    for what in scene.does:
        match what:
            case "listens":
                caller.listens()
            case "waits":
                caller.waits()
            case "hangs_up":
                caller.hangs_up()
            case keys:
                caller.presses(keys)
    while caller.ending is None:
        caller.waits()
    return caller


def _wrong(scene: Scene, caller: Rehearsal) -> Iterable[tuple[str, str]]:
    """(the field, what happened instead) of whatever differs."""
    heard = tuple(_told(said.what) for said in caller.said)
    if scene.hears is not None and heard != scene.hears:
        yield "hears", f"the caller heard {', '.join(heard) or 'nothing'}"
    ending, ends = caller.ending, scene.ends
    if isinstance(ending, JoinQueue):
        found = {
            "queue": ending.queue,
            "language": ending.language,
            "skills": dict(ending.skills),
            "priority": ending.priority,
            "operator": ending.operator,
        }
    else:
        found = {"reason": ending.reason if ending else None}
    for name, expected in ends.model_dump(exclude_none=True).items():
        if found.get(name) != expected:
            yield f"ends.{name}", f"it ended with {', '.join(f'{key} {value}' for key, value in found.items())}"
            break
    for name, expected in scene.variables.items():
        value = caller.session.variables.get(name)
        if value != expected:
            yield f"variables.{name}", f"it was {value!r}"


def _told(what: str | Spelled) -> str:
    return f"digits {what.digits}" if isinstance(what, Spelled) else what


def _problem(places: Places, place: int, where: str, scene: Scene, told: str) -> Problem:
    path: tuple[str | int, ...] = ("scenes", place, *where.split("."))
    return places.problem(path, f"{scene.name!r}: {told}", "correct the scene, or the flow")

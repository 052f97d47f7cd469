"""Do callers of this flow hear, and get, what its writer meant? Scenes beside a flow: who does what, and what must come of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator

from ivr_flows.explain import wrong
from ivr_flows.flow import Flow
from ivr_flows.located_yaml import Located, Places
from ivr_flows.messages import HangUp, JoinQueue, Spoken
from ivr_flows.problems import Problem, choose_among
from ivr_flows.rehearsal import Edge, Rehearsal, edges_of, edges_taken, steps_entered
from ivr_flows.session import Session
from ivr_flows.shapes import KEYS, Code, Language, Name, NoOtherKeys, Shape, Skills
from ivr_flows.worlds import Calendars, Given, GivenWorld

DOES: Final = ("listens", "waits", "is_served", "hangs_up")


def _can_be_done(what: str) -> str:
    if what not in DOES and not (what and set(what) <= set(KEYS)):
        raise wrong(f"a caller cannot do {what!r}", f"write keys in quotes, or one of {', '.join(DOES)}")
    return what


class Ends(Shape):
    """Where it leads: into ``queue`` (with what is given of the others), or to a hang-up with ``reason``. ``called_back``: the
    caller has agreed to be called back; ``shown``: what the operator is shown."""

    queue: Name | None = None
    language: Language | None = None
    skills: Skills | None = None
    priority: int | None = None
    operator: Code | None = None
    shown: dict[Name, str] | None = None
    called_back: bool | None = None
    reason: Name | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Any:
        if (self.queue is None) == (self.reason is None):
            raise wrong("a scene ends in a queue or with a reason", "give one of the two")
        return self


class Scene(Shape):
    """One caller. ``given`` is the world outside: the time, and what other systems answer.

    Each of ``does`` is keys that are pressed at once, ``listens`` (hears out what is said), ``waits`` (and then presses nothing),
    ``is_served`` (an operator of the queue talks, and hangs up first) or ``hangs_up``; after them the caller waits until the flow
    is over. ``hears``: all that begins to be said, in its order, values as ``digits 42``; ``steps``: all steps that are come to,
    those of another flow as ``flow.step``.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    entry: Name = "default"
    language: Language | None = None
    caller: str = ""
    number: str = ""
    given: Given = Given()
    does: tuple[Annotated[str, AfterValidator(_can_be_done)], ...] = ()
    hears: tuple[str, ...] | None = None
    steps: tuple[str, ...] | None = None
    variables: Annotated[dict[Name, str | int | float | bool | None], NoOtherKeys()] = Field(default_factory=dict)
    ends: Ends


class Scenes(Shape):
    """flows/tests/<flow>.yaml. ``worlds``: for scenes to be given by name."""

    worlds: Annotated[dict[Name, Given], NoOtherKeys()] = Field(default_factory=dict)
    scenes: Annotated[tuple[Scene, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Stage:
    """What scenes are played on: the centre's flows, its calendars, and the language in which callers come."""

    flows: Mapping[str, Flow]
    calendars: Calendars
    language: str


@dataclass(slots=True)
class Played:
    """What came of a flow's scenes: how many there are, how many ``failed``, and why; the steps (flow, step) and ways that callers
    have gone, in this flow and in those that it goes through."""

    flow: str
    scenes: int = 0
    failed: int = 0
    problems: list[Problem] = field(default_factory=list)
    steps: set[tuple[str, str]] = field(default_factory=set)
    ways: set[Edge] = field(default_factory=set)


def steps_missed(name: str, flow: Flow, played: Iterable[Played]) -> list[str]:
    """The steps where no scene has been, in the order of the file."""
    been = {one for some in played for one in some.steps}
    return [step for step in flow.steps if (name, step) not in been]


def ways_missed(name: str, flow: Flow, played: Iterable[Played]) -> list[Edge]:
    """The ways that no scene has gone."""
    gone = {one for some in played for one in some.ways}
    return [edge for edge in edges_of(name, flow) if edge not in gone]


def play(name: str, scenes: Located[Scenes], stage: Stage) -> Played:
    """Go through all scenes of the flow ``name``."""
    played = Played(name)
    entries = stage.flows[name].entries
    for place, scene in enumerate(scenes.value.scenes):
        played.scenes += 1
        if lacks := _cannot_begin(scene, entries, scenes.value.worlds):
            played.failed += 1
            played.problems.append(_problem(scenes.places, place, lacks[0], scene, lacks[1]))
            continue
        caller, world = gone_through(name, scene, stage, scenes.value.worlds)
        played.steps |= set(steps_entered(caller.session.trace))
        played.ways |= set(edges_taken(caller.session.trace))
        found = [("given", told) for told in world.missing] + list(_wrong(name, scene, caller))
        played.failed += bool(found)
        played.problems += [_problem(scenes.places, place, where, scene, told) for where, told in found]
    return played


def _cannot_begin(scene: Scene, entries: Mapping[str, str], worlds: Mapping[str, Given]) -> tuple[str, str] | None:
    """(the field, why) if the scene names what is not there."""
    if scene.entry not in entries:
        return "entry", f"the flow has no entry {scene.entry!r}; its entries are {', '.join(entries)}"
    if scene.given.like is not None and scene.given.like not in worlds:
        return "given", f"there is no world {scene.given.like!r}; {choose_among(scene.given.like, worlds, 'add it')}"
    return None


def gone_through(name: str, scene: Scene, stage: Stage, worlds: Mapping[str, Given]) -> tuple[Rehearsal, GivenWorld]:
    """The caller of ``scene`` at its end, and the world as it was met."""
    world = GivenWorld(scene.given.within(worlds), stage.calendars)
    session = Session.begin(
        stage.flows, name, scene.entry, scene.language or stage.language, caller=scene.caller, number=scene.number
    )
    caller = Rehearsal(session, world.answers)
    for what in scene.does:
        match what:
            case "listens":
                caller.listens()
            case "waits":
                caller.waits()
            case "is_served":
                caller.is_served()
            case "hangs_up":
                caller.hangs_up()
            case keys:
                caller.presses(keys)
    while caller.ending is None:
        caller.waits()
    return caller, world


def transcript(name: str, steps: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Steps as they are written in a scene of the flow ``name``."""
    return tuple(step if flow == name else f"{flow}.{step}" for flow, step in steps)


def heard(caller: Rehearsal) -> tuple[str, ...]:
    """What began to be said, as it is written in a scene."""
    return tuple(
        f"{said.what.kind} {said.what.value}" if isinstance(said.what, Spoken) else said.what for said in caller.said
    )


def _wrong(name: str, scene: Scene, caller: Rehearsal) -> Iterable[tuple[str, str]]:
    """(the field, what happened instead) of whatever differs."""
    if scene.hears is not None and heard(caller) != scene.hears:
        yield "hears", f"the caller heard {', '.join(heard(caller)) or 'nothing'}"
    steps = transcript(name, steps_entered(caller.session.trace))
    if scene.steps is not None and steps != scene.steps:
        yield "steps", f"the caller came to {', '.join(steps)}"
    found = _found(caller.ending)
    for field_name, expected in scene.ends.model_dump(exclude_none=True).items():
        if found.get(field_name) != expected:
            yield f"ends.{field_name}", f"it ended with {', '.join(f'{key} {value}' for key, value in found.items())}"
            break
    for variable, expected in scene.variables.items():
        value = caller.session.variables.get(variable)
        if value != expected:
            yield f"variables.{variable}", f"it was {value!r}"


def _found(ending: JoinQueue | HangUp | None) -> dict[str, Any]:
    if not isinstance(ending, JoinQueue):
        return {"reason": ending.reason if ending else None}
    return {
        "queue": ending.queue,
        "language": ending.language,
        "skills": dict(ending.skills),
        "priority": ending.priority,
        "operator": ending.operator,
        "shown": dict(ending.shown),
        "called_back": ending.called_back,
    }


def _problem(places: Places, place: int, where: str, scene: Scene, told: str) -> Problem:
    path: tuple[str | int, ...] = ("scenes", place, *where.split("."))
    return places.problem(path, f"{scene.name!r}: {told}", "correct the scene, or the flow")

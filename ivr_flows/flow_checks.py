"""Can every caller who enters this flow reach an end, hear every prompt, and find every queue? Checked when it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from ivr_flows.expressions import names_in
from ivr_flows.flow import GIVEN, AnyStep, Flow
from ivr_flows.languages import LanguagesHeard, languages_heard
from ivr_flows.located_yaml import Located, Path, Places, load
from ivr_flows.name_checks import check_meanings, check_names
from ivr_flows.problems import BadFile, Problem, choose_among
from ivr_flows.saying import VOCABULARY
from ivr_flows.steps import Stepwise


@dataclass(frozen=True, slots=True)
class ServiceNeeds:
    """What a service over HTTP needs: the ``names`` that its URL has, and whether asking it may change something (no GET)."""

    names: frozenset[str] = frozenset()
    changes: bool = True


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a flow may name. None: not known (that file cannot be read), so it is not checked.

    ``languages``: the centre's, the default one first. ``prompts``: the languages that each prompt has. ``skills``: the
    highest level at which anybody has each. ``flows``: those whose shape is right. ``http`` and ``agi``: names of services.
    ``number_problem`` tells why a number may not be called.
    """

    languages: tuple[str, ...] | None = None
    prompts: Mapping[str, Collection[str]] | None = None
    queues: Collection[str] | None = None
    skills: Mapping[str, int] | None = None
    operators: Collection[str] | None = None
    flows: Mapping[str, Flow] | None = None
    calendars: Collection[str] | None = None
    http: Mapping[str, ServiceNeeds] | None = None
    agi: Collection[str] | None = None
    number_problem: Callable[[str], str | None] = lambda number: None


def load_flow(text: str, filename: str, surroundings: Surroundings) -> Located[Flow]:
    """A flow that can be run. Raises BadFile with every problem found."""
    located = load(text, filename, Flow)
    if problems := list(check_flow("", located.value, located.places, surroundings)):
        raise BadFile(problems)
    return located


def check_flow(name: str, flow: Flow, places: Places, surroundings: Surroundings) -> Iterator[Problem]:
    """Every problem of a flow whose shape is right."""
    heard = languages_heard({**(surroundings.flows or {}), name: flow}, (surroundings.languages or ())[:1])
    yield from _unknown_steps(flow, places)
    yield from _unreachable_steps(flow, places)
    yield from _endless_loops(flow, places)
    yield from _prompts(name, flow, places, surroundings, heard)
    yield from _variables(flow, places)
    yield from check_names(flow, places, surroundings)
    yield from check_meanings(flow, places)


def _unknown_steps(flow: Flow, places: Places) -> Iterator[Problem]:
    targets: list[tuple[tuple[str | int, ...], str]] = [
        (("entries", entry), step) for entry, step in flow.entries.items()
    ]
    for name, step in flow.steps.items():
        targets += [(("steps", name, *path), target) for path, target in step.ways_out()]
    for path, target in targets:
        if target not in flow.steps:
            yield places.problem(path, f"there is no step {target!r}", choose_among(target, flow.steps, "add it"))


def reached(flow: Stepwise) -> set[str]:
    """The steps to which some way leads."""
    reached: set[str] = set()
    ahead = list(flow.entries.values())
    while ahead:
        name = ahead.pop()
        if name in flow.steps and name not in reached:
            reached.add(name)
            ahead += [target for _, target in flow.steps[name].ways_out()]
    return reached


def _unreachable_steps(flow: Flow, places: Places) -> Iterator[Problem]:
    there = reached(flow)
    for name in flow.steps:
        if name not in there:
            yield places.problem(
                ("steps", name), "no caller can come here", "lead some step or entry here, or remove it"
            )


def _endless_loops(flow: Flow, places: Places) -> Iterator[Problem]:
    """Loops that a caller who does nothing never leaves: the line would be taken for ever."""
    trapped = set(flow.steps) - _silently_ending(flow)
    for loop in sorted({tuple(_loop_from(name, flow)) for name in trapped}):
        way = " -> ".join([*loop, loop[0]])
        yield places.problem(
            ("steps", loop[0]),
            f"a caller who presses nothing goes round for ever ({way})",
            "lead one of these steps to a queue or to hang_up",
        )


def _silently_ending(flow: Flow) -> set[str]:
    """The steps from which a caller who does nothing can come to an end, or to a step that is reported as unknown."""
    ending: set[str] = set()
    grown = True
    while grown:
        found = {name for name, step in flow.steps.items() if name not in ending and _ends_in(step, ending, flow)}
        ending |= found
        grown = bool(found)
    return ending


def _ends_in(step: AnyStep, ending: set[str], flow: Flow) -> bool:
    ways = step.silent_ways_out()
    return not ways or any(way in ending or way not in flow.steps for way in ways)


def _loop_from(name: str, flow: Flow) -> list[str]:
    """The loop that a trapped caller ends up in, beginning with its step that stands first in the file."""
    way: list[str] = []
    while name not in way:
        way.append(name)
        name = flow.steps[name].silent_ways_out()[0]
    loop = way[way.index(name) :]
    order = list(flow.steps)
    first = loop.index(min(loop, key=order.index))
    return loop[first:] + loop[:first]


def _prompts(
    name: str, flow: Flow, places: Places, surroundings: Surroundings, heard: LanguagesHeard
) -> Iterator[Problem]:
    for at, step in flow.steps.items():
        wanted = heard.get((name, at), set())
        for path, item in step.items():
            where = ("steps", at, *path)
            if item.text is not None:
                for language in sorted(wanted - set(item.text)):
                    what = f"the text is missing in {language!r}, and callers come here in it"
                    yield places.problem(where, what, "add it in that language")
            elif item.value is not None:
                for language in sorted(wanted - set(VOCABULARY)):
                    what = f"no values can be said in {language!r}, and callers come here in it"
                    yield places.problem(where, what, f"only {' and '.join(VOCABULARY)} have them; say it by prompts")
            elif item.prompt is not None and surroundings.prompts is not None:
                yield from _prompt(item.prompt, where, wanted, places, surroundings.prompts)


def _prompt(
    prompt: str, where: Path, wanted: set[str], places: Places, known: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    if prompt not in known:
        yield places.problem(
            where, f"there is no prompt {prompt!r}", choose_among(prompt, known, "add it to prompts.yaml")
        )
        return
    for language in sorted(wanted - set(known[prompt])):
        what = f"the prompt {prompt!r} has no {language!r}, and callers come here in it"
        yield places.problem(where, what, "add that language to it in prompts.yaml")


def _variables(flow: Flow, places: Places) -> Iterator[Problem]:
    """Names that are read and never set, and those that are not the flow's to set."""
    known = {*GIVEN, *flow.parameters, *(name for step in flow.steps.values() for _, name in step.sets())}
    for place, parameter in enumerate(flow.parameters):
        if parameter in GIVEN:
            yield _taken(parameter, ("parameters", place), places)
    for name, step in flow.steps.items():
        for path, variable in step.sets():
            if variable in GIVEN:
                yield _taken(variable, ("steps", name, *path), places)
        said = [((*path, item.value[0]), item.value[1]) for path, item in step.items() if item.value is not None]
        for path, expression in step.expressions() + said:
            for variable in names_in(expression):
                if variable not in known:
                    remedy = choose_among(variable, known, "set it in a step before")
                    yield places.problem(("steps", name, *path), f"nothing sets the variable {variable!r}", remedy)


def _taken(variable: str, where: Path, places: Places) -> Problem:
    return places.problem(where, f"{variable!r} cannot be set: every flow has it", "take another name")

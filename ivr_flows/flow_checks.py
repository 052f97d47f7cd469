"""Can every caller who enters this flow reach an end, hear every prompt, and find every queue? Checked when it is loaded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ivr_flows.expressions import names_in
from ivr_flows.flow import (
    GIVEN,
    Collect,
    Enqueue,
    Flow,
    SetLanguage,
    Step,
    expressions_of,
    prompts_of,
    sets,
    silent_ways_out,
    ways_out,
)
from ivr_flows.located_yaml import Located, Places, load
from ivr_flows.problems import BadFile, Problem, choose_among


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a flow may name. None: not known (that file cannot be read), so it is not checked.

    ``languages``: the centre's, the default one first. ``prompts``: the languages that each prompt has. ``skills``: the
    highest level at which anybody has each.
    """

    languages: tuple[str, ...] | None = None
    prompts: Mapping[str, Collection[str]] | None = None
    queues: Collection[str] | None = None
    skills: Mapping[str, int] | None = None
    operators: Collection[str] | None = None


def load_flow(text: str, filename: str, surroundings: Surroundings) -> Located[Flow]:
    """A flow that can be run. Raises BadFile with every problem found."""
    located = load(text, filename, Flow)
    if problems := list(check_flow(located.value, located.places, surroundings)):
        raise BadFile(problems)
    return located


def check_flow(flow: Flow, places: Places, surroundings: Surroundings) -> Iterator[Problem]:
    """Every problem of a flow whose shape is right."""
    yield from _unknown_steps(flow, places)
    yield from _unreachable_steps(flow, places)
    yield from _endless_loops(flow, places)
    yield from _prompts(flow, places, surroundings)
    yield from _names(flow, places, surroundings)
    yield from _variables(flow, places)
    yield from _keys(flow, places)


def _unknown_steps(flow: Flow, places: Places) -> Iterator[Problem]:
    targets: list[tuple[tuple[str | int, ...], str]] = [
        (("entries", entry), step) for entry, step in flow.entries.items()
    ]
    for name, step in flow.steps.items():
        targets += [(("steps", name, *path), target) for path, target in ways_out(step)]
    for path, target in targets:
        if target not in flow.steps:
            yield places.problem(path, f"there is no step {target!r}", choose_among(target, flow.steps, "add it"))


def _reached(flow: Flow) -> set[str]:
    reached: set[str] = set()
    ahead = list(flow.entries.values())
    while ahead:
        name = ahead.pop()
        if name in flow.steps and name not in reached:
            reached.add(name)
            ahead += [target for _, target in ways_out(flow.steps[name])]
    return reached


def _unreachable_steps(flow: Flow, places: Places) -> Iterator[Problem]:
    reached = _reached(flow)
    for name in flow.steps:
        if name not in reached:
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


def _ends_in(step: Step, ending: set[str], flow: Flow) -> bool:
    ways = silent_ways_out(step)
    return not ways or any(way in ending or way not in flow.steps for way in ways)


def _loop_from(name: str, flow: Flow) -> list[str]:
    """The loop that a trapped caller ends up in, beginning with its step that stands first in the file."""
    way: list[str] = []
    while name not in way:
        way.append(name)
        name = silent_ways_out(flow.steps[name])[0]
    loop = way[way.index(name) :]
    order = list(flow.steps)
    first = loop.index(min(loop, key=order.index))
    return loop[first:] + loop[:first]


def _prompts(flow: Flow, places: Places, surroundings: Surroundings) -> Iterator[Problem]:
    if surroundings.prompts is None:
        return
    heard_in = _languages_heard(flow, surroundings.languages)
    for name, step in flow.steps.items():
        for path, prompt in prompts_of(step):
            where = ("steps", name, *path)
            languages = surroundings.prompts.get(prompt)
            if languages is None:
                remedy = choose_among(prompt, surroundings.prompts, "add it to prompts.yaml")
                yield places.problem(where, f"there is no prompt {prompt!r}", remedy)
                continue
            for language in sorted(heard_in.get(name, set()) - set(languages)):
                what = f"the prompt {prompt!r} has no {language!r}, and callers come here in it"
                yield places.problem(where, what, "add that language to it in prompts.yaml")


def _languages_heard(flow: Flow, languages: tuple[str, ...] | None) -> dict[str, set[str]]:
    """The languages in which callers can come to each step; they enter in the default one."""
    heard: dict[str, set[str]] = {}
    ahead = [(step, language) for step in flow.entries.values() for language in (languages or ())[:1]]
    while ahead:
        name, language = ahead.pop()
        if name not in flow.steps or language in heard.setdefault(name, set()):
            continue
        heard[name].add(language)
        step = flow.steps[name]
        spoken = step.to if isinstance(step, SetLanguage) else language
        ahead += [(target, spoken) for _, target in ways_out(step)]
    return heard


def _names(flow: Flow, places: Places, surroundings: Surroundings) -> Iterator[Problem]:
    for name, step in flow.steps.items():
        if isinstance(step, Enqueue):
            yield from _unknown(("steps", name, "queue"), "queue", [step.queue], surroundings.queues, places)
            asked_for = [step.operator] if step.operator else []
            yield from _unknown(("steps", name, "operator"), "operator", asked_for, surroundings.operators, places)
        if isinstance(step, SetLanguage):
            yield from _unknown(("steps", name, "to"), "language", [step.to], surroundings.languages, places)
        if isinstance(step, (Enqueue, SetLanguage)):
            yield from _unknown(("steps", name, "skills"), "skill", step.skills, surroundings.skills, places)
            yield from _too_high(("steps", name, "skills"), step.skills, surroundings.skills, places)


def _variables(flow: Flow, places: Places) -> Iterator[Problem]:
    """Names that are read and never set, and those that are not the flow's to set."""
    known = {*GIVEN, *(name for step in flow.steps.values() for _, name in sets(step))}
    for name, step in flow.steps.items():
        for path, variable in sets(step):
            if variable in GIVEN:
                yield places.problem(
                    ("steps", name, *path), f"{variable!r} cannot be set: every flow has it", "take another name"
                )
        for at, expression in expressions_of(step):
            for variable in names_in(expression):
                if variable not in known:
                    remedy = choose_among(variable, known, "set it in a step before")
                    yield places.problem(("steps", name, *at), f"nothing sets the variable {variable!r}", remedy)


def _keys(flow: Flow, places: Places) -> Iterator[Problem]:
    """A key that means two things at once."""
    for name, step in flow.steps.items():
        if isinstance(step, Collect) and step.read_back is not None and step.terminator == step.read_back.yes:
            yield places.problem(
                ("steps", name, "read_back", "yes"),
                f"{step.terminator!r} ends the digits, too: pressed once too often, it would confirm them unheard",
                "take another key",
            )


def _unknown(
    path: tuple[str, ...], what: str, names: Collection[str], known: Collection[str] | None, places: Places
) -> Iterator[Problem]:
    for name in names:
        if known is not None and name not in known:
            remedy = choose_among(name, known, f"there is no {what} at all yet: add it")
            said = f"no operator has the skill {name!r}" if what == "skill" else f"there is no {what} {name!r}"
            yield places.problem(path, said, remedy)


def _too_high(
    path: tuple[str, ...], wanted: Mapping[str, int], highest: Mapping[str, int] | None, places: Places
) -> Iterator[Problem]:
    for skill, level in wanted.items():
        there = (highest or {}).get(skill)
        if there is not None and level > there:
            what = f"nobody has {skill!r} at level {level}, the highest is {there}"
            yield places.problem(path, what, "ask for less, or raise somebody's level")

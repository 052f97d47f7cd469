"""Does everything that a flow names exist, and does it mean one thing only? Queues, people, calendars, services, flows, keys."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ivr_flows.expressions import evaluate, names_in
from ivr_flows.flow import AnyStep, Flow
from ivr_flows.located_yaml import Path, Places
from ivr_flows.problem_words import Words
from ivr_flows.problems import Problem, choose_among
from ivr_flows.steps import Branch, Collect, OfferCallback, SetLanguage, SubFlow, Way
from ivr_flows.steps_outside import Agi, Asked, Enqueue, Hours, Payment, Transfer, Voicemail

if TYPE_CHECKING:
    from ivr_flows.flow_checks import ServiceNeeds, Surroundings

Names = Collection[str] | None


def check_names(flow: Flow, places: Places, around: Surroundings) -> Iterator[Problem]:
    """Names of what is not there."""
    for name, step in flow.steps.items():
        at = ("steps", name)
        for field, what, wanted, known in _named(step, around):
            yield from _unknown((*at, field), what, wanted, known, places)
        if isinstance(step, (Enqueue, SetLanguage, OfferCallback)):
            yield from _too_high((*at, "skills"), step.skills, around.skills, places)
        if isinstance(step, Transfer) and step.number is not None and (why := around.number_problem(step.number)):
            yield places.problem((*at, "number"), why, "add it to allowed_numbers in centre.yaml, or take another")
        if isinstance(step, Asked) and around.http is not None and step.service in around.http:
            yield from _service(at, step, around.http[step.service], places)
        if isinstance(step, SubFlow) and around.flows is not None:
            yield from _sub_flow(at, step, around.flows, places)


def _named(step: AnyStep, around: Surroundings) -> Iterator[tuple[str, str, Collection[str], Names]]:
    """(field, what it names, the names, those that there are)."""
    match step:
        case Enqueue() | OfferCallback() | Voicemail():
            yield "queue", "queue", [step.queue], around.queues
        case SetLanguage():
            yield "to", "language", [step.to], around.languages
        case Hours():
            yield "calendar", "calendar", [step.calendar], around.calendars
        case Asked():
            yield "service", "service", [step.service], around.http
        case Agi():
            yield "service", "service of AGI", [step.service], around.agi
        case SubFlow():
            yield "flow", "flow", [step.flow], around.flows
        case _:
            pass
    if isinstance(step, (Enqueue, Transfer)) and step.operator is not None:
        yield "operator", "operator", [step.operator], around.operators
    if isinstance(step, (Enqueue, SetLanguage, OfferCallback)):
        yield "skills", "skill", step.skills, around.skills


def _service(at: tuple[str, str], step: Asked, needs: ServiceNeeds, places: Places) -> Iterator[Problem]:
    for name in sorted(needs.names - set(step.send)):
        what = f"the URL of the service {step.service!r} needs {name!r}"
        yield places.problem((*at, "send"), what, "send it")
    if isinstance(step, Payment) and not needs.changes:
        what = f"the service {step.service!r} is asked by GET, and a card's digits would be in its URL"
        yield places.problem((*at, "service"), what, "let services.yaml ask it by POST")


def _sub_flow(at: tuple[str, str], step: SubFlow, flows: Mapping[str, Flow], places: Places) -> Iterator[Problem]:
    inner = flows.get(step.flow)
    if inner is None:
        return
    if step.entry not in inner.entries:
        remedy = choose_among(step.entry, inner.entries, "add it")
        yield places.problem((*at, "entry"), f"the flow {step.flow!r} has no entry {step.entry!r}", remedy)
    for name in step.values:
        if name not in inner.parameters:
            remedy = choose_among(name, inner.parameters, f"add it to the parameters of {step.flow!r}")
            yield places.problem((*at, "values", name), f"{step.flow!r} has no parameter {name!r}", remedy)
    for name in inner.parameters:
        if name not in step.values:
            yield places.problem((*at, "values"), f"{step.flow!r} needs the parameter {name!r}", "give it a value")
    sets = {*inner.parameters, *(name for one in inner.steps.values() for _, name in one.sets())}
    for name, theirs in step.returns.items():
        if theirs not in sets:
            remedy = choose_among(theirs, sets, "set it there")
            yield places.problem((*at, "returns", name), f"{step.flow!r} sets no variable {theirs!r}", remedy)
    if round_trip := _round(step.flow, flows):
        way = " -> ".join(round_trip)
        yield places.problem((*at, "flow"), f"these flows go through one another ({way})", "end the circle somewhere")


def _round(name: str, flows: Mapping[str, Flow]) -> list[str]:
    """The way from ``name`` through other flows back to it; empty if there is none."""
    ahead, seen = [[name]], set()
    while ahead:
        way = ahead.pop()
        inner = flows.get(way[-1])
        for step in inner.steps.values() if inner is not None else ():
            if isinstance(step, SubFlow):
                if step.flow == name:
                    return [*way, name]
                if step.flow not in seen:
                    seen.add(step.flow)
                    ahead.append([*way, step.flow])
    return []


def _unknown(path: Path, what: str, names: Collection[str], known: Names, places: Places) -> Iterator[Problem]:
    for name in names:
        if known is not None and name not in known:
            remedy = choose_among(name, known, f"there is no {what} at all yet: add it")
            said = f"no operator has the skill {name!r}" if what == "skill" else f"there is no {what} {name!r}"
            yield places.problem(path, said, remedy)


def _too_high(
    path: Path, wanted: Mapping[str, int], highest: Mapping[str, int] | None, places: Places
) -> Iterator[Problem]:
    for skill, level in wanted.items():
        there = (highest or {}).get(skill)
        if there is not None and level > there:
            what = f"nobody has {skill!r} at level {level}, the highest is {there}"
            yield places.problem(path, what, "ask for less, or raise somebody's level")


# -- two meanings ----------------------------------------------------------------------------------------------------------


def check_meanings(flow: Flow, places: Places) -> Iterator[Problem]:
    """Keys and conditions that shadow one another."""
    for name, step in flow.steps.items():
        if isinstance(step, Collect) and step.read_back is not None and step.terminator == step.read_back.yes:
            yield places.problem(
                ("steps", name, "read_back", "yes"),
                f"{step.terminator!r} ends the digits, too: pressed once too often, it would confirm them unheard",
                "take another key",
            )
        if isinstance(step, Branch):
            yield from check_conditions(("steps", name), step.ways, places)


def check_conditions(step: Path, ways: Sequence[Way], places: Places) -> Iterator[Problem]:
    """Conditions that make no difference, among the ways out of one step."""
    before: dict[str, int] = {}
    for place, way in enumerate(ways):
        where = (*step, "ways", place, "when")
        condition = "".join(way.when.split())
        if condition in before:
            what = Words("same_condition", place=before[condition])
            yield places.problem(where, what, Words("remove_or_change"))
        before.setdefault(condition, place)
        if not names_in(way.when):
            what = Words("always_true" if evaluate(way.when, {}) else "never_true")
            yield places.problem(where, what, Words("compare_variable"))

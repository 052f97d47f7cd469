"""Can every operator who follows this script come to its end, with every text in every language? Checked whenever it is read."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass

from ivr_flows.expressions import names_in
from ivr_flows.flow_checks import reached
from ivr_flows.located_yaml import Located, Path, Places, load
from ivr_flows.name_checks import check_conditions
from ivr_flows.problem_words import Words
from ivr_flows.problems import BadFile, Problem, choose_among
from ivr_flows.scripts.placeholders import pieces
from ivr_flows.scripts.questions import AnyQuestion, Choice, YesNo
from ivr_flows.scripts.script import GIVEN, Ask, Branch, End, Script


@dataclass(frozen=True, slots=True)
class ScriptSurroundings:
    """What a script may name. None: not known, so it is not checked.

    ``languages``: the centre's, the default one first. ``queues``: each with the outcomes (dispositions) that its calls may
    have; none given: any.
    """

    languages: tuple[str, ...] | None = None
    queues: Mapping[str, Collection[str]] | None = None


def load_script(text: str, filename: str, around: ScriptSurroundings) -> Located[Script]:
    """A script that can be followed. Raises BadFile with every problem found."""
    located = load(text, filename, Script)
    if problems := list(check_script(located.value, located.places, around)):
        raise BadFile(problems)
    return located


def check_script(script: Script, places: Places, around: ScriptSurroundings) -> Iterator[Problem]:
    """Every problem of a script whose shape is right."""
    yield from _unknown_steps(script, places)
    yield from _unreachable_steps(script, places)
    yield from _loops_without_question(script, places)
    yield from _no_way_to_an_end(script, places)
    yield from _answers(script, places)
    yield from _conditions(script, places)
    yield from _languages(script, places, around.languages)
    yield from _names(script, places, around)


# -- the way through -------------------------------------------------------------------------------------------------------


def _unknown_steps(script: Script, places: Places) -> Iterator[Problem]:
    targets: list[tuple[Path, str]] = [(("start",), script.start)]
    targets += [((*("steps", name), *path), to) for name, step in script.steps.items() for path, to in step.ways_out()]
    targets += [
        (("objections", name, "goes_on"), one.goes_on) for name, one in script.objections.items() if one.goes_on
    ]
    for path, target in targets:
        if target not in script.steps:
            remedy = choose_among(target, script.steps, Words("add_it"))
            yield places.problem(path, Words("no_step", step=target), remedy)


def _unreachable_steps(script: Script, places: Places) -> Iterator[Problem]:
    there = reached(script)
    for name in script.steps if script.start in script.steps else ():  # else all of them, which says nothing
        if name not in there:
            yield places.problem(("steps", name), Words("unreachable"), Words("lead_here"))


def _loops_without_question(script: Script, places: Places) -> Iterator[Problem]:
    """Where nothing is asked, no condition changes: whoever comes into such a loop goes round for ever."""
    silent = {
        name: [to for _, to in step.ways_out() if to in script.steps and not isinstance(script.steps[to], Ask)]
        for name, step in script.steps.items()
        if not isinstance(step, Ask)
    }
    for loop in _loops(silent):
        way = " -> ".join([*loop, loop[0]])
        yield places.problem(("steps", loop[0]), Words("round", way=way), Words("ask_on_the_way"))


def _loops(leads: Mapping[str, list[str]]) -> list[tuple[str, ...]]:
    """One loop for each group of steps that lead to one another, beginning with the first of it in the file."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in leads:
        if start in done:
            continue
        back = _way_back(start, leads)
        if back is not None:
            found.append(back)
            done |= set(back)
    return found


def _way_back(start: str, leads: Mapping[str, list[str]]) -> tuple[str, ...] | None:
    before: dict[str, str] = {}
    ahead = [start]
    while ahead:
        at = ahead.pop(0)
        for to in leads[at]:
            if to == start:
                way = [at]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return tuple(reversed(way))
            if to not in before:
                before[to] = at
                ahead.append(to)
    return None


def _no_way_to_an_end(script: Script, places: Places) -> Iterator[Problem]:
    """Steps in reach from which nothing leads to an end, or to a step that is told to be unknown."""
    ending = {name for name, step in script.steps.items() if isinstance(step, End)}
    grown = True
    while grown:
        more = {
            name
            for name, step in script.steps.items()
            if name not in ending and any(to in ending or to not in script.steps for _, to in step.ways_out())
        }
        ending |= more
        grown = bool(more)
    trapped = [name for name in script.steps if name in reached(script) and name not in ending]
    if trapped:
        what = Words("no_end", steps=", ".join(trapped))
        yield places.problem(("steps", trapped[0]), what, Words("lead_to_end"))


# -- answers ---------------------------------------------------------------------------------------------------------------


def _answers(script: Script, places: Places) -> Iterator[Problem]:
    asked: dict[str, str] = {}
    for name, step in script.steps.items():
        for path, answer in step.sets():
            where = ("steps", name, *path)
            if answer in GIVEN:
                yield places.problem(where, Words("cannot_be_asked", answer=answer), Words("another_name"))
            if answer in asked:
                what = Words("asked_twice", answer=answer, step=asked[answer])
                yield places.problem(where, what, Words("one_step_asks"))
            asked.setdefault(answer, name)
    before = _asked_before(script)
    for name, step in script.steps.items():
        own = {answer for _, answer in step.sets()}
        for path, expression in step.expressions():
            where = ("steps", name, *path)
            for variable in names_in(expression):
                yield from _unasked(variable, where, places, asked, before[name] | own | set(GIVEN))
        if not isinstance(step, Branch):
            for path, texts in step.texts():
                yield from _unasked_in_texts(texts, ("steps", name, *path), places, asked, before[name])
    for name, objection in script.objections.items():  # open from anywhere: whatever is not asked yet is a blank
        for path, texts in objection.texts():
            yield from _unasked_in_texts(texts, ("objections", name, *path), places, asked, set(asked))


def _asked_before(script: Script) -> dict[str, Set[str]]:
    """For each step, what may have been asked before it is shown."""
    comes: dict[str, set[str]] = {name: set() for name in script.steps}
    ahead = list(script.steps)
    while ahead:
        name = ahead.pop()
        step = script.steps[name]
        leaving = comes[name] | {answer for _, answer in step.sets()}
        for _, to in step.ways_out():
            if to in comes and not leaving <= comes[to]:
                comes[to] |= leaving
                ahead.append(to)
    anywhere = {answer for step in script.steps.values() for _, answer in step.sets()}
    for objection in script.objections.values():  # it may have been opened at any step
        for name in _from(objection.goes_on, script):
            comes[name] |= anywhere
    return dict(comes)


def _from(start: str | None, script: Script) -> set[str]:
    found: set[str] = set()
    ahead = [start] if start in script.steps else []
    while ahead:
        name = ahead.pop()
        if name is not None and name in script.steps and name not in found:
            found.add(name)
            ahead += [to for _, to in script.steps[name].ways_out()]
    return found


def _unasked(answer: str, where: Path, places: Places, asked: Mapping[str, str], known: Set[str]) -> Iterator[Problem]:
    if answer in known:
        return
    if answer in asked:
        what = Words("asked_later", answer=answer, step=asked[answer])
        yield places.problem(where, what, Words("ask_before"))
    else:
        remedy = choose_among(answer, {*asked, *GIVEN}, Words("ask_in_step_before"))
        yield places.problem(where, Words("not_asked", answer=answer), remedy)


def _unasked_in_texts(
    texts: Mapping[str, str], path: Path, places: Places, asked: Mapping[str, str], known: Set[str]
) -> Iterator[Problem]:
    is_url = path[-1] == "url"
    for language, text in list(texts.items())[: 1 if is_url else None]:
        for answer in [one.answer for one in pieces(text) if not isinstance(one, str) and one.answer is not None]:
            yield from _unasked(answer, path if is_url else (*path, language), places, asked, known)


def _conditions(script: Script, places: Places) -> Iterator[Problem]:
    questions = script.questions
    for name, step in script.steps.items():
        if not isinstance(step, (Ask, Branch)):
            continue
        yield from check_conditions(("steps", name), step.ways, places)
        for path, expression in step.expressions():
            for answer, value in _compared(expression):
                yield from _impossible(answer, value, questions, ("steps", name, *path), places)


def _compared(expression: str) -> Iterator[tuple[str, object]]:
    """(answer, value) of each ``answer == value``, ``!=`` and ``in``, whichever stands first."""
    for node in ast.walk(ast.parse(expression.strip(), mode="eval")):
        if isinstance(node, ast.Compare):
            for left, operator, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
                if isinstance(operator, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
                    yield from _pairs(left, right)
                    yield from _pairs(right, left)


def _pairs(one: ast.expr, other: ast.expr) -> Iterator[tuple[str, object]]:
    if isinstance(one, ast.Name):
        for value in other.elts if isinstance(other, (ast.Tuple, ast.List)) else [other]:
            if isinstance(value, ast.Constant):
                yield one.id, value.value


def _impossible(
    answer: str, value: object, questions: Mapping[str, AnyQuestion], where: Path, places: Places
) -> Iterator[Problem]:
    match questions.get(answer):
        case Choice(choices=choices) if value not in choices and value is not None:
            remedy = choose_among(str(value), choices, "")
            yield places.problem(where, Words("not_a_choice", value=value, answer=answer), remedy)
        case YesNo() if isinstance(value, str):
            what = Words("yes_or_no", answer=answer, value=value)
            yield places.problem(where, what, Words("write_yes_or_no", answer=answer))


# -- languages and names ---------------------------------------------------------------------------------------------------


def _languages(script: Script, places: Places, languages: tuple[str, ...] | None) -> Iterator[Problem]:
    if languages is None:
        return
    for path, texts in _all_texts(script):
        if path[-1] == "url":
            continue
        for language in languages:
            if language not in texts:
                yield places.problem(path, Words("text_missing", language=language), Words("all_languages"))
        for language in texts:
            if language not in languages:
                remedy = choose_among(language, languages, Words("remove_it"))
                yield places.problem((*path, language), Words("no_language", language=language), remedy)


def _all_texts(script: Script) -> Iterator[tuple[Path, Mapping[str, str]]]:
    yield ("title",), script.title
    for name, step in script.steps.items():
        if not isinstance(step, Branch):
            yield from ((("steps", name, *path), texts) for path, texts in step.texts())
    for name, objection in script.objections.items():
        yield from ((("objections", name, *path), texts) for path, texts in objection.texts())


def _names(script: Script, places: Places, around: ScriptSurroundings) -> Iterator[Problem]:
    if around.queues is None:
        return
    for place, queue in enumerate(script.queues):
        if queue not in around.queues:
            remedy = choose_among(queue, around.queues, Words("add_queue"))
            yield places.problem(("queues", place), Words("no_queue", queue=queue), remedy)
    for name, step in script.steps.items():
        if isinstance(step, End) and step.disposition is not None:
            for queue in script.queues:
                known = around.queues.get(queue)
                if known and step.disposition not in known:
                    what = Words("no_outcome", queue=queue, outcome=step.disposition)
                    remedy = choose_among(step.disposition, known, "")
                    yield places.problem(("steps", name, "disposition"), what, remedy)

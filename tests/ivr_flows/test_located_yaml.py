"""Is everything that can be wrong in a YAML file told with its line and a remedy?"""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field, RootModel

from ivr_flows.located_yaml import load, read
from ivr_flows.problems import BadFile, choose_among
from ivr_flows.shapes import Digit, Name, Names, Seconds, Shape


class Ring(Shape):
    kind: Literal["ring"]
    timeout_s: Seconds = 5.0
    times: Annotated[int, Field(ge=1, le=9)] = 1
    loud: bool = False


class Speak(Shape):
    kind: Literal["speak"]
    prompts: Annotated[tuple[Name, ...], Field(min_length=1)]
    ring: str = ""
    mode: Literal["fast", "slow"] = "fast"
    keys: dict[Digit, Name] = Field(default_factory=dict)
    names: Names = ()
    nested: Ring | None = None


class Plan(Shape):
    title: str
    steps: dict[Name, Annotated[Ring | Speak, Field(discriminator="kind")]] = Field(default_factory=dict)


class Parts(RootModel[dict[Name, Ring]]):
    pass


def problems(text: str, model: type[Plan | Parts] = Plan) -> list[str]:
    with pytest.raises(BadFile) as bad:
        load(text, "plan.yaml", model)
    assert str(bad.value) == "\n".join(map(str, bad.value.problems))
    return [str(problem) for problem in bad.value.problems]


def test_what_is_written_is_loaded_and_every_part_knows_its_line() -> None:
    text = "title: T\nsteps:\n  hello:\n    kind: speak\n    prompts:\n      - a1\n      - a2\n    keys: {1: aa, '*': bb}\n"
    located = load(text, "plan.yaml", Plan)
    step = located.value.steps["hello"]
    assert isinstance(step, Speak)
    assert (step.prompts, step.keys) == (("a1", "a2"), {"1": "aa", "*": "bb"})
    line = located.places.line
    assert [line("title"), line("steps", "hello"), line("steps", "hello", "prompts", 1)] == [1, 3, 7]
    assert line("steps", "hello", "keys", "*") == 8
    assert line("steps", "hello", "not there") == 3, "the nearest thing around it"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: no\n", {"a": "no"}),
        ("a: 08:00\n", {"a": "08:00"}),
        ("a: 0123\n", {"a": "0123"}),
        ("a: 2026-01-01\n", {"a": "2026-01-01"}),
        ("a: +34\n", {"a": "+34"}),
        ("a: [1, -2, 0.5, true, ~, null]\n", {"a": [1, -2, 0.5, True, None, None]}),
        ("a:\n", {"a": None}),
        ("0100: x\nno: y\n", {"0100": "x", "no": "y"}),
        ("a: .inf\n", {"a": ".inf"}),
        ("", {}),
        ("# nothing\n", {}),
    ],
)
def test_scalars_mean_what_a_reader_thinks_and_keys_are_text_as_written(text: str, expected: object) -> None:
    assert read(text, "f.yaml")[0] == expected


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a: is there already, on line 1; keep one of the two"),
        ("a:\n  b: 1\n\n  b: 1\n", 4, "a.b: is there already, on line 2; keep one of the two"),
        ("a: &x 1\n", 1, "found & or * before a name; put it in quotes if it is meant as text"),
        ("a: 1\nb: *x\n", 2, "found & or * before a name; put it in quotes if it is meant as text"),
        ("a:\n  *: x\n", 2, "expected alphabetic or numeric character, but found ':'; put it in quotes: \"*\""),
        ("a: 1\n\tb: 2\n", 2, "found character '\\t' that cannot start any token; indent with spaces"),
        ("a: b: c\n", 1, "mapping values are not allowed here; put text that holds a colon in quotes"),
        ("a: [1,\nb: 2\n", 3, "a bracket opened before is not closed; close the bracket"),
        ("a: 'x\n", 2, "found unexpected end of stream; close the quotation mark"),
        ("a: 1\n---\nb: 2\n", 2, "another document begins here; keep one document a file"),
        ("a: 1\nb: \x07\n", 2, "the character #x0007 cannot stand in a file; check the indentation and the quotes"),
        ("a: !secret x\n", 1, "a: the tag !secret is not read here; remove it"),
        ("? [1, 2]\n: x\n", 1, "a list or mapping stands where a name is needed; give it a name"),
    ],
)
def test_what_is_not_plain_yaml_is_told_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(BadFile) as bad:
        read(text, "f.yaml")
    assert str(bad.value.problems[0]).startswith(f"f.yaml:{line}: {what}")


@pytest.mark.parametrize(
    ("step", "what"),
    [
        (
            "{kind: ring, timeout_s: soon}",
            "steps.xx.timeout_s: 'soon' is not a number; write it in digits, without quotes",
        ),
        ('{kind: ring, timeout_s: "5"}', "steps.xx.timeout_s: '5' is not a number; write it in digits, without quotes"),
        ("{kind: ring, timeout_s: -1}", "steps.xx.timeout_s: -1 is out of range; give a number at least 0"),
        ("{kind: ring, times: 10}", "steps.xx.times: 10 is out of range; give a number at most 9"),
        (
            "{kind: ring, times: 1.5}",
            "steps.xx.times: 1.5 is not a whole number; write it in digits, without quotes or point",
        ),
        (
            "{kind: ring, times: true}",
            "steps.xx.times: true is not a whole number; write it in digits, without quotes or point",
        ),
        ("{kind: ring, loud: yes}", "steps.xx.loud: 'yes' is not true or false; write one of the two, without quotes"),
        ("{kind: ring, timout_s: 1}", "steps.xx.timout_s: there is no such field here; did you mean 'timeout_s'?"),
        ("{kind: ring, zz: 1}", "steps.xx.zz: there is no such field here; choose one of kind, loud, timeout_s, times"),
        ("{kind: rings}", "steps.xx: there is no kind 'rings'; did you mean 'ring'?"),
        ("{prompts: [aa]}", "steps.xx: kind is missing; say which kind it is"),
        ("ring", "steps.xx: 'ring' is not a mapping; write its parts as name: value, indented below"),
        ("{kind: speak}", "steps.xx.prompts: is missing; add it"),
        ("{kind: speak, prompts: []}", "steps.xx.prompts: is empty; give at least 1"),
        ("{kind: speak, prompts: aa}", "steps.xx.prompts: 'aa' is not a list; write it as [first, second]"),
        ("{kind: speak, prompts: [5]}", "steps.xx.prompts.0: 5 is not text; write it in quotes"),
        ("{kind: speak, prompts: [A b]}", "steps.xx.prompts.0: 'A b' is not a name; use 1 to 40 of a-z, 0-9 and _"),
        ("{kind: speak, prompts: [aa], mode: fsat}", "steps.xx.mode: 'fsat' is not possible; write 'fast' or 'slow'"),
        (
            "{kind: speak, prompts: [aa], keys: {x: aa}}",
            "steps.xx.keys.x: 'x' is not a key of a phone; use one of 0 to 9",
        ),
        (
            "{kind: speak, prompts: [aa], keys: {10: aa}}",
            "steps.xx.keys.10: '10' is not a key of a phone; use one of 0 to",
        ),
        (
            "{kind: speak, prompts: [aa], names: [aa, aa]}",
            "steps.xx.names: 'aa' stands there twice; remove one of the two",
        ),
        ("{kind: speak, prompts: [aa], ring: {a: 1}}", "steps.xx.ring: a mapping is not text; write it in quotes"),
        ("{kind: speak, prompts: [aa], ring: }", "steps.xx.ring: nothing is not text; write it in quotes"),
        (
            "{kind: speak, prompts: [aa], nested: {kind: ring, tmes: 1}}",
            "steps.xx.nested.tmes: there is no such field here",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_line_and_a_remedy(step: str, what: str) -> None:
    told = problems(f"title: T\nsteps:\n\n  xx: {step}\n")
    assert len(told) == 1
    assert told[0].startswith(f"plan.yaml:4: {what}")


def test_a_missing_field_is_told_at_the_step_even_where_a_field_is_called_like_a_kind() -> None:
    text = "title: T\nsteps:\n  xx:\n    kind: ring\n    speed: 1\n    ring: x\n  yy:\n    ring: x\n    kind: speak\n"
    assert problems(text) == [
        "plan.yaml:5: steps.xx.speed: there is no such field here; choose one of kind, loud, timeout_s, times",
        "plan.yaml:6: steps.xx.ring: there is no such field here; choose one of kind, loud, timeout_s, times",
        "plan.yaml:7: steps.yy.prompts: is missing; add it",
    ]


def test_all_problems_come_at_once_in_the_order_of_lines() -> None:
    told = problems("titel: T\nsteps:\n  xx: {kind: ring, times: 0}\n  Y: {kind: ring}\n")
    assert [problem.split(" ")[0] for problem in told] == [
        "plan.yaml:1:",
        "plan.yaml:1:",
        "plan.yaml:3:",
        "plan.yaml:4:",
    ]
    assert "titel: there is no such field here; did you mean 'title'?" in told[0]


def test_a_file_that_is_a_mapping_of_parts_is_told_in_the_same_way() -> None:
    assert problems("aa: {kind: ring}\nbb: {kind: ring, x: 1}\n", Parts)[0].startswith("plan.yaml:2: bb.x: there is no")
    assert problems("- aa\n", Parts) == [
        "plan.yaml:1: a list is not a mapping; write its parts as name: value, indented below"
    ]


def test_a_remedy_names_the_nearest_the_choices_or_what_else_to_do() -> None:
    assert choose_among("sopote", ["ventas", "soporte"], "x") == "did you mean 'soporte'?"
    assert choose_among("zzz", ["ventas", "soporte"], "x") == "choose one of soporte, ventas"
    assert choose_among("zzz", [], "add it") == "add it"

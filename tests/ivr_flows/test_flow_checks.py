"""Is a flow refused, with the line and a remedy, in which a caller would get stuck, hear nothing, or reach nobody?"""

from __future__ import annotations

import jsonschema
import pytest

from ivr_flows.flow import Flow
from ivr_flows.flow_checks import Surroundings, load_flow
from ivr_flows.located_yaml import read
from ivr_flows.problems import BadFile

AROUND = Surroundings(
    languages=("es", "en"),
    prompts={"hola": ("es", "en"), "menu": ("es", "en"), "solo_es": ("es",), "adios": ("es", "en")},
    queues=("ventas", "soporte"),
    skills={"english": 1},
)
GOOD = """\
entries: {default: saludo}
steps:
  saludo: {kind: say, prompts: [hola], next: menu}
  menu: {kind: menu, prompts: [menu], choices: {1: cola, 2: menu, "*": ingles, "#": fin}, otherwise: fin}
  ingles: {kind: language, to: en, skills: [english], next: cola}
  cola: {kind: enqueue, queue: ventas, priority: 2}
  fin: {kind: hang_up, reason: bye, prompts: [adios]}
"""


def told(text: str, around: Surroundings = AROUND) -> list[str]:
    try:
        load_flow(text, "f.yaml", around)
    except BadFile as bad:
        return [str(problem) for problem in bad.problems]
    return []


def test_a_good_flow_loads_with_its_defaults() -> None:
    menu = load_flow(GOOD, "f.yaml", AROUND).value.steps["menu"]
    assert menu.kind == "menu"
    assert (menu.tries, menu.timeout_s, menu.choices["#"]) == (3, 5.0, "fin")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("next: menu", "next: menus", "f.yaml:3: steps.saludo.next: there is no step 'menus'; did you mean 'menu'?"),
        ("2: menu", "2: coal", "f.yaml:4: steps.menu.choices.2: there is no step 'coal'; did you mean 'cola'?"),
        (
            "otherwise: fin",
            "otherwise: nn",
            "f.yaml:4: steps.menu.otherwise: there is no step 'nn'; choose one of cola, fin",
        ),
        (
            "default: saludo",
            "default: salud",
            "f.yaml:1: entries.default: there is no step 'salud'; did you mean 'saludo'?",
        ),
        (
            '"*": ingles, ',
            "",
            "f.yaml:5: steps.ingles: no caller can come here; lead some step or entry here, or remove it",
        ),
        ("[hola]", "[ola]", "f.yaml:3: steps.saludo.prompts.0: there is no prompt 'ola'; did you mean 'hola'?"),
        (
            "[adios]",
            "[hola, xyz]",
            "f.yaml:7: steps.fin.prompts.1: there is no prompt 'xyz'; choose one of adios, hola, menu",
        ),
        (
            "queue: ventas",
            "queue: venta",
            "f.yaml:6: steps.cola.queue: there is no queue 'venta'; did you mean 'ventas'?",
        ),
        ("to: en", "to: fr", "f.yaml:5: steps.ingles.to: there is no language 'fr'; choose one of en, es"),
        (
            "[english]",
            "[inglish]",
            "f.yaml:5: steps.ingles.skills: no operator has the skill 'inglish'; did you mean 'english'?",
        ),
        (
            "1: cola",
            "x: cola",
            'f.yaml:4: steps.menu.choices.x: \'x\' is not a key of a phone; use one of 0 to 9, "*" or "#"',
        ),
        (
            "1: cola",
            "A: cola",
            'f.yaml:4: steps.menu.choices.A: \'A\' is not a key of a phone; use one of 0 to 9, "*" or "#"',
        ),
        (
            "1: cola, 2",
            "2: cola, 2",
            "f.yaml:4: steps.menu.choices.2: is there already, on line 4; keep one of the two",
        ),
        ("kind: enqueue", "kind: enqeue", "f.yaml:6: steps.cola: there is no kind 'enqeue'; did you mean 'enqueue'?"),
        (
            "priority: 2",
            "priority: 100",
            "f.yaml:6: steps.cola.priority: 100 is out of range; give a number at most 99",
        ),
    ],
)
def test_each_mistake_is_told_with_its_line_and_a_remedy(old: str, new: str, problem: str) -> None:
    assert old in GOOD
    assert any(line.startswith(problem) for line in told(GOOD.replace(old, new))), told(GOOD.replace(old, new))


@pytest.mark.parametrize("field", ["prompts", "invalid", "silence"])
def test_every_prompt_that_a_menu_may_say_is_looked_up(field: str) -> None:
    text = GOOD.replace(
        "kind: menu, prompts: [menu]", f"kind: menu, {'' if field == 'prompts' else 'prompts: [menu], '}{field}: [zz]"
    )
    assert [line for line in told(text) if f"steps.menu.{field}.0: there is no prompt 'zz'" in line]


def test_a_loop_that_silence_never_leaves_is_refused_once() -> None:
    text = """\
entries: {default: aa}
steps:
  aa: {kind: say, prompts: [hola], next: bb}
  bb: {kind: language, to: es, next: cc}
  cc: {kind: say, prompts: [hola], next: bb}
"""
    assert told(text) == [
        "f.yaml:4: steps.bb: a caller who presses nothing goes round for ever (bb -> cc -> bb); "
        "lead one of these steps to a queue or to hang_up"
    ]


def test_a_menu_whose_silence_leads_back_to_it_is_such_a_loop_even_if_keys_lead_out() -> None:
    assert [
        line
        for line in told(GOOD.replace("otherwise: fin", "otherwise: saludo"))
        if "(saludo -> menu -> saludo)" in line
    ]


def test_a_loop_that_only_keys_keep_up_is_fine() -> None:
    assert "2: menu" in GOOD
    assert told(GOOD) == []


def test_a_prompt_must_have_the_languages_in_which_callers_come_to_it_and_no_others() -> None:
    assert told(GOOD.replace("[hola]", "[solo_es]")) == []
    back = GOOD.replace("to: en, skills: [english], next: cola", "to: en, next: saludo").replace("[hola]", "[solo_es]")
    assert told(back) == [
        "f.yaml:3: steps.saludo.prompts.0: the prompt 'solo_es' has no 'en', and callers come here in it; "
        "add that language to it in prompts.yaml"
    ]


def test_what_is_not_known_is_not_checked() -> None:
    text = GOOD.replace("[hola]", "[zz]").replace("queue: ventas", "queue: zz").replace("to: en", "to: zz")
    assert len(told(text)) == 3
    assert told(text, Surroundings()) == []


def test_a_flow_without_entries_or_steps_is_refused() -> None:
    assert told("entries: {}\nsteps: {}\n") == [
        "f.yaml:1: entries: is empty; give at least 1",
        "f.yaml:2: steps: is empty; give at least 1",
    ]
    assert len(told("")) == 2


def test_the_json_schema_of_flows_accepts_what_is_loaded_and_refuses_what_is_not() -> None:
    schema = Flow.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(read(GOOD, "f.yaml")[0])
    for old, new in [("kind: say", "kind: sya"), ('"*": ingles', "xx: ingles"), ("priority: 2", "prio: 2")]:
        assert not validator.is_valid(read(GOOD.replace(old, new), "f.yaml")[0])

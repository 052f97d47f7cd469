"""Is a script refused, with the line and a remedy, in which an operator would get stuck, read a gap, or be sent nowhere?"""

from __future__ import annotations

import json

import jsonschema
import pytest

from ivr_flows.located_yaml import read
from ivr_flows.problems import BadFile
from ivr_flows.scripts.script import Script, version_of
from ivr_flows.scripts.script_checks import ScriptSurroundings, load_script

AROUND = ScriptSurroundings(("es", "en"), {"ventas": ("venta", "no_interesa"), "soporte": ()})
GOOD = """\
title: {es: Venta, en: Sale}
queues: [ventas]
start: hola
steps:
  hola:
    kind: say
    text: {es: "Hola, {customer.name}", en: "Hello, {customer.name}"}
    links: [{title: {es: Ficha, en: Card}, url: "https://crm.example/c?id={customer.reference}"}]
    next: quiere
  quiere:
    kind: ask
    text: {es: Dígame, en: Tell me}
    questions:
      que:
        type: choice
        text: {es: Quiere, en: Wants}
        choices: {luz: {es: Luz, en: Power}, gas: {es: Gas, en: Gas}}
      cliente: {type: yes_no, text: {es: Cliente, en: Customer}}
    ways:
      - {when: que == "luz" and not cliente, next: rama}
    next: adios
  rama: {kind: branch, ways: [{when: language == "en", next: fin}], otherwise: adios}
  adios: {kind: end, text: {es: "Adiós, {answer.que}", en: Bye}, disposition: venta}
  fin: {kind: end, text: {es: Fin, en: End}}
objections:
  caro: {title: {es: Caro, en: Dear}, text: {es: No, en: "Not, {answer.que}"}, goes_on: adios}
"""


def told(text: str, around: ScriptSurroundings = AROUND) -> list[str]:
    try:
        load_script(text, "s.yaml", around)
    except BadFile as bad:
        return [str(problem) for problem in bad.problems]
    return []


def test_a_good_script_loads() -> None:
    assert told(GOOD) == []
    script = load_script(GOOD, "s.yaml", AROUND).value
    assert list(script.questions) == ["que", "cliente"]
    assert script.entries == {"start": "hola", "caro": "adios"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("start: hola", "start: ola", "s.yaml:3: start: there is no step 'ola'; did you mean 'hola'?"),
        (
            "    next: adios\n  rama",
            "    next: adiosss\n  rama",
            "s.yaml:21: steps.quiere.next: there is no step 'adiosss'; did you mean 'adios'?",
        ),
        (
            "goes_on: adios",
            "goes_on: nada",
            "s.yaml:26: objections.caro.goes_on: there is no step 'nada'; choose one of adios, fin, hola, quiere, rama",
        ),
        (
            "next: fin}]",
            "next: adios}]",
            "s.yaml:24: steps.fin: no operator can come here; lead some step or objection here, or remove it",
        ),
        (
            '{customer.name}", en',
            '{customer.nam}", en',
            "s.yaml:7: steps.hola.text.es: there is no placeholder {customer.nam}; did you mean 'customer.name'?",
        ),
        (
            '{customer.name}", en',
            '{customer.name", en',
            "s.yaml:7: steps.hola.text.es: a { stands alone; close the placeholder, or write the brace twice to show it",
        ),
        (
            "Hola, {customer.name}",
            "Hola, {answer.que}",
            "s.yaml:7: steps.hola.text.es: 'que' is asked in 'quiere', and no way leads from there to here; ask it before",
        ),
        (
            "Adiós, {answer.que}",
            "Adiós, {answer.kue}",
            "s.yaml:23: steps.adios.text.es: no question has the answer 'kue'; did you mean 'que'?",
        ),
        (
            "not cliente,",
            "not client,",
            "s.yaml:20: steps.quiere.ways.0.when: no question has the answer 'client'; did you mean 'cliente'?",
        ),
        (
            'que == "luz"',
            'que == "lux"',
            "s.yaml:20: steps.quiere.ways.0.when: 'lux' is no choice of 'que'; did you mean 'luz'?",
        ),
        (
            'que == "luz" and not cliente',
            '\'que in ("luz", "agua")\'',
            "s.yaml:20: steps.quiere.ways.0.when: 'agua' is no choice of 'que'; choose one of gas, luz",
        ),
        (
            "not cliente,",
            'cliente == "no",',
            "s.yaml:20: steps.quiere.ways.0.when: 'cliente' is yes or no, never 'no'; write cliente, or not cliente",
        ),
        (
            'language == "en"',
            "1 == 1",
            "s.yaml:22: steps.rama.ways.0.when: is always true: it names no variable; compare a variable, or remove it",
        ),
        (
            'language == "en"',
            "open('x')",
            "s.yaml:22: steps.rama.ways.0.when: there is no function 'open'; "
            "choose one of len, number, text, starts_with, ends_with",
        ),
        (
            "cliente: {type",
            "queue: {type",
            "s.yaml:18: steps.quiere.questions.queue: 'queue' cannot be asked: every script has it; take another name",
        ),
        (
            "{es: Luz, en: Power}",
            "{es: Luz}",
            "s.yaml:17: steps.quiere.questions.que.choices.luz: the text is missing in 'en'; "
            "add it: operators read scripts in all of the centre's languages",
        ),
        (
            "{es: Caro, en: Dear}",
            "{es: Caro, en: Dear, fr: Cher}",
            "s.yaml:26: objections.caro.title.fr: the centre has no language 'fr'; choose one of en, es",
        ),
        (
            "queues: [ventas]",
            "queues: [venta]",
            "s.yaml:2: queues.0: there is no queue 'venta'; did you mean 'ventas'?",
        ),
        (
            "disposition: venta}",
            "disposition: vendido}",
            "s.yaml:23: steps.adios.disposition: calls of 'ventas' have no outcome 'vendido'; choose one of no_interesa, venta",
        ),
        (
            "https://crm",
            "http://crm",
            "s.yaml:8: steps.hola.links.0.url: 'http://crm.example/c?id={customer.reference}' is not the address of a page; "
            "write it as https://host/path; placeholders may stand after the host alone",
        ),
        (
            "https://crm.example/c?id={customer.reference}",
            "https://{customer.name}/c",
            "s.yaml:8: steps.hola.links.0.url: 'https://{customer.name}/c' is not the address of a page; "
            "write it as https://host/path; placeholders may stand after the host alone",
        ),
        (
            "type: yes_no",
            "type: yesno",
            "s.yaml:18: steps.quiere.questions.cliente: there is no kind 'yesno'; did you mean 'yes_no'?",
        ),
        (
            "kind: say",
            "kind: ask",
            "s.yaml:5: steps.hola.questions: is missing; add it",
        ),
    ],
)
def test_each_mistake_is_told_with_its_line_and_a_remedy(old: str, new: str, problem: str) -> None:
    assert old in GOOD
    assert problem in told(GOOD.replace(old, new, 1))


def test_a_loop_in_which_nothing_is_asked_is_found_and_one_with_a_question_is_none() -> None:
    round_ = GOOD.replace("otherwise: adios}", "otherwise: hola}").replace("next: quiere", "next: rama", 1)
    found = [line for line in told(round_) if "goes round" in line]
    assert found == [
        "s.yaml:5: steps.hola: goes round without a question (hola -> rama -> hola); "
        "ask something on the way, or lead one of these steps elsewhere"
    ]
    assert told(GOOD.replace("    next: adios\n  rama", "    next: hola\n  rama")) == []


def test_a_step_from_which_nothing_leads_to_an_end_is_found() -> None:
    stuck = GOOD.replace("    next: adios\n  rama", "    next: hola\n  rama").replace("next: rama}", "next: hola}")
    stuck = stuck.replace('  rama: {kind: branch, ways: [{when: language == "en", next: fin}], otherwise: adios}\n', "")
    stuck = stuck.replace("  fin: {kind: end, text: {es: Fin, en: End}}\n", "")
    assert told(stuck) == [
        "s.yaml:5: steps.hola: no way leads to an end from hola, quiere; lead one of them to a step of kind: end"
    ]


def test_an_answer_is_asked_in_one_place_only() -> None:
    twice = GOOD.replace("next: fin}]", "next: otra}]") + ""
    twice = twice.replace(
        "  fin: {kind",
        "  otra: {kind: ask, text: {es: A, en: A}, questions: {que: {type: email, text: {es: A, en: A}}}, next: fin}\n"
        "  fin: {kind",
    )
    assert "s.yaml:24: steps.otra.questions.que: 'que' is asked in 'quiere', too; " in "\n".join(told(twice))


def test_what_is_not_known_of_the_centre_is_not_checked() -> None:
    assert told(GOOD.replace("[ventas]", "[whatever]").replace(", en: End", ""), ScriptSurroundings()) == []


def test_the_schema_takes_what_the_model_takes_and_refuses_what_it_refuses() -> None:
    validator = jsonschema.Draft202012Validator(Script.model_json_schema())
    data, _ = read(GOOD, "s.yaml")
    validator.validate(data)
    data["steps"]["hola"]["colour"] = "red"
    assert not validator.is_valid(data)


def test_a_script_has_its_limits() -> None:
    steps = "".join(f"  s{n}: {{kind: say, text: {{es: a, en: a}}, next: s{n + 1}}}\n" for n in range(201))
    long = f"title: {{es: a, en: a}}\nstart: s0\nsteps:\n{steps}"
    assert told(long) == ["s.yaml:3: steps: has too many parts; give at most 200"]
    unit = GOOD.replace("type: yes_no", f"type: number, unit: {'x' * 21}")
    assert "steps.quiere.questions.cliente.unit: is too long; write at most 20 characters" in told(unit)[0]


def test_a_version_is_another_one_only_when_the_script_means_something_else() -> None:
    script = load_script(GOOD, "s.yaml", AROUND).value
    data, _ = read(GOOD, "s.yaml")
    data["steps"] = dict(reversed(data["steps"].items()))
    data["steps"]["hola"]["note"] = None
    assert version_of(load_script(json.dumps(data), "s.yaml", AROUND).value) == version_of(script)
    changed = [("Adiós", "Hasta luego"), ("type: yes_no", "required: false, type: yes_no"), ("Caro", "Muy caro")]
    others = {version_of(load_script(GOOD.replace(old, new), "s.yaml", AROUND).value) for old, new in changed}
    assert len(others | {version_of(script)}) == 4

"""Is a flow refused that asks for what is not there, or that says one thing twice?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ivr_flows.flow import Flow
from ivr_flows.flow_checks import ServiceNeeds, Surroundings, check_flow
from ivr_flows.located_yaml import load
from ivr_flows.problems import BadFile

INNER = """\
parameters: [tries]
entries: {default: ask}
steps:
  ask: {kind: collect, prompts: [p], variable: code, max_digits: 4, next: back, otherwise: back}
  back: {kind: return}
"""
GOOD = """\
entries: {default: open}
steps:
  open: {kind: hours, calendar: office, open: known, closed: word, holiday: word}
  word: {kind: voicemail, queue: sales, next: out, failed: out}
  known:
    kind: look_up
    service: crm
    send: {who: caller}
    save: {name: person.name}
    next: inner
    failed: old
  old: {kind: agi, service: meter, save: {x: X}, next: which, failed: inner}
  inner: {kind: flow, flow: inner, values: {tries: "1 + 1"}, returns: {code: code}, next: which}
  which:
    kind: branch
    ways:
      - {when: code == '1', next: back}
      - {when: x == '2', next: chief}
    otherwise: pay
  back: {kind: callback, prompts: [p], queue: sales, otherwise: chief}
  chief: {kind: transfer, number: "912345678", failed: duty}
  duty: {kind: transfer, operator: "1001", failed: sales}
  sales: {kind: enqueue, queue: sales, show: {name: name}, after: ask}
  ask: {kind: survey, question: nps, prompts: [p], next: out, otherwise: out}
  pay: {kind: payment, service: crm, send: {who: caller}, card: [p], expiry: [p], next: out, failed: out, otherwise: out}
  out: {kind: hang_up, reason: done, prompts: [{text: {es: Adiós}}, {number: nps}]}
"""


def around(**flows: str) -> Surroundings:
    return Surroundings(
        languages=("es", "en"),
        prompts={"p": ("es", "en"), "solo_es": ("es",)},
        queues=("sales",),
        skills={},
        operators=("1001",),
        calendars=("office",),
        http={"crm": ServiceNeeds(frozenset({"who"}))},
        agi=("meter",),
        flows={name: load(text, f"{name}.yaml", Flow).value for name, text in {"inner": INNER, **flows}.items()},
        number_problem=lambda number: (
            None if number.startswith("9") else f"{number!r} is not among the allowed_numbers"
        ),
    )


def told(text: str, **others: str) -> list[str]:
    try:
        located = load(text, "f.yaml", Flow)
    except BadFile as bad:
        return [str(problem) for problem in bad.problems]
    known = around(f=text, **others)
    return [str(problem) for problem in check_flow("f", located.value, located.places, known)]


def test_a_flow_that_names_only_what_there_is_has_no_problem() -> None:
    assert told(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "calendar: office",
            "calendar: ofice",
            "steps.open.calendar: there is no calendar 'ofice'; did you mean 'office'?",
        ),
        (
            "queue: sales, next",
            "queue: sale, next",
            "steps.word.queue: there is no queue 'sale'; did you mean 'sales'?",
        ),
        ("service: crm\n", "service: cmr\n", "steps.known.service: there is no service 'cmr'; did you mean 'crm'?"),
        (
            "service: meter",
            "service: metre",
            "steps.old.service: there is no service of AGI 'metre'; did you mean 'meter'?",
        ),
        (
            "flow: inner, values",
            "flow: iner, values",
            "steps.inner.flow: there is no flow 'iner'; did you mean 'inner'?",
        ),
        (
            "flow: inner, values",
            "flow: inner, entry: side, values",
            "steps.inner.entry: the flow 'inner' has no entry 'side'",
        ),
        (
            "values: {tries:",
            "values: {trys:",
            "steps.inner.values.trys: 'inner' has no parameter 'trys'; did you mean 'tries'?",
        ),
        (
            'values: {tries: "1 + 1"}',
            "values: {}",
            "steps.inner.values: 'inner' needs the parameter 'tries'; give it a value",
        ),
        (
            "{code: code}",
            "{code: kode}",
            "steps.inner.returns.code: 'inner' sets no variable 'kode'; did you mean 'code'?",
        ),
        (
            'number: "912345678"',
            'number: "812345678"',
            "steps.chief.number: '812345678' is not among the allowed_numbers",
        ),
        (
            'operator: "1001"',
            'operator: "1002"',
            "steps.duty.operator: there is no operator '1002'; did you mean '1001'?",
        ),
        ("{name: name}", "{name: nmae}", "steps.sales.show.name: nothing sets the variable 'nmae'"),
        ("{number: nps}", "{number: nsp}", "steps.out.prompts.1.number: nothing sets the variable 'nsp'"),
        (
            "when: x == '2'",
            "when: code =='1'",
            "steps.which.ways.1.when: is the same condition as that of ways.0: nobody comes",
        ),
        ("when: x == '2'", "when: 1 < 2", "steps.which.ways.1.when: is always true: it names no variable"),
        ("    send: {who: caller}\n", "", "steps.known.send: the URL of the service 'crm' needs 'who'; send it"),
        ("after: ask", "after: nowhere", "steps.sales.after: there is no step 'nowhere'"),
        (
            "next: inner\n",
            "next: inner\n    statuses: {404: lost}\n",
            "steps.known.statuses.404: there is no step 'lost'",
        ),
        (
            "next: inner\n",
            "next: inner\n    statuses: {44: out}\n",
            "steps.known.statuses.44: '44' is not a status of HTTP",
        ),
        ("question: nps", "question: nps, lowest: 5, highest: 5", "steps.ask: there is no choice from 5 to 5"),
        ('number: "912345678"', "ring_s: 3", "steps.chief: a transfer leads to one person or number; give one of"),
        ("question: nps", "question: caller", "steps.ask.question: 'caller' cannot be set: every flow has it"),
        ("{text: {es: Adiós}}", "{text: {es: Adiós}, number: nps}", "steps.out.prompts.0: says number and text; give"),
        ("{text: {es: Adiós}}", "{}", "steps.out.prompts.0: says nothing; give a prompt's id, or one of text, number"),
        ("{text: {es: Adiós}}", "Adiós", "steps.out.prompts.0: 'Adiós' is not a name"),
    ],
)
def test_each_mistake_is_told_with_its_place_and_a_remedy(old: str, new: str, problem: str) -> None:
    assert old in GOOD
    lines = told(GOOD.replace(old, new, 1))
    assert any(problem in line for line in lines), lines


def test_flows_that_go_through_one_another_in_a_circle_are_refused() -> None:
    inner = INNER.replace("back: {kind: return}", "back: {kind: flow, flow: f, next: out}\n  out: {kind: return}")
    known = around(inner=inner, f=GOOD)
    located = load(GOOD, "f.yaml", Flow)
    problems = [str(problem) for problem in check_flow("f", located.value, located.places, known)]
    assert [line for line in problems if "these flows go through one another (inner -> f -> inner)" in line]


SPOKEN: Mapping[str, str] = {
    "outer": """\
entries: {default: english}
steps:
  english: {kind: language, to: en, next: inner}
  inner: {kind: flow, flow: f, next: say}
  say: {kind: say, prompts: [p], next: out}
  out: {kind: hang_up, reason: done}
"""
}
IN_ENGLISH = """\
entries: {default: say}
steps:
  say: {kind: say, prompts: [solo_es, {text: {es: Hola}}], next: back}
  back: {kind: return}
"""


def test_a_flow_that_others_go_through_is_heard_in_the_languages_in_which_they_come() -> None:
    assert told(IN_ENGLISH) == []
    assert told(IN_ENGLISH, **SPOKEN) == [
        "f.yaml:3: steps.say.prompts.0: the prompt 'solo_es' has no 'en', and callers come here in it; "
        "add that language to it in prompts.yaml",
        "f.yaml:3: steps.say.prompts.1: the text is missing in 'en', and callers come here in it; add it in that language",
    ]


def test_the_language_that_is_spoken_inside_stays_afterwards() -> None:
    inner = IN_ENGLISH.replace("next: back", "next: english").replace(
        "  back:", "  english: {kind: language, to: en, next: back}\n  back:"
    )
    outer = """\
entries: {default: through}
steps:
  through: {kind: flow, flow: g, next: say}
  say: {kind: say, prompts: [solo_es], next: out}
  out: {kind: hang_up, reason: done}
"""
    assert [line.split(";")[0] for line in told(outer, g=inner)] == [
        "f.yaml:4: steps.say.prompts.0: the prompt 'solo_es' has no 'en', and callers come here in it"
    ]


def test_the_engines_own_channel_variables_are_not_a_flows_to_send() -> None:
    lines = told(GOOD.replace("save: {x: X}", "send: {CENTRALITA_X: caller}, save: {x: X}"))
    assert any("is not a channel's variable" in line for line in lines)


def test_values_are_refused_in_a_language_that_has_no_words_for_them() -> None:
    known = replace(around(f=GOOD), languages=("fr",))
    located = load(GOOD, "f.yaml", Flow)
    lines = [str(one) for one in check_flow("f", located.value, located.places, known)]
    assert any("no values can be said in 'fr'" in line for line in lines), lines

"""Does an operator come where the answers lead, and does only what was asked on the way count?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_flows.expressions import Value
from ivr_flows.scripts.placeholders import BLANK, Placeholder, filled, pieces
from ivr_flows.scripts.questions import BadAnswer
from ivr_flows.scripts.running import (
    CannotGoOn,
    Facts,
    Run,
    answered,
    begin,
    counting,
    fits,
    goes_back,
    goes_on,
    is_over,
    missing_at,
    opens,
    suggested,
)
from ivr_flows.scripts.script import Script
from ivr_flows.scripts.script_checks import load_script
from ivr_flows.scripts.shown import shown
from tests.ivr_flows.test_script_checks import AROUND, GOOD

SCRIPT = load_script(GOOD, "s.yaml", AROUND).value
ES = Facts("es", "ventas")
TODAY = date(2026, 11, 28)


def with_answers(run: Run, **answers: Any) -> Run:
    run, wrong = answered(SCRIPT, run, answers, TODAY)
    assert wrong == {}
    return run


def asked() -> Run:
    return goes_on(SCRIPT, begin(SCRIPT, ES), ES)


def test_nobody_goes_on_without_the_answers_that_are_required() -> None:
    run = with_answers(asked(), que="luz")
    assert missing_at(SCRIPT, run) == ("cliente",)
    with pytest.raises(CannotGoOn, match="cliente") as stays:
        goes_on(SCRIPT, run, ES)
    assert stays.value.missing == ("cliente",)


def test_a_branch_is_passed_through_and_is_no_screen() -> None:
    run = with_answers(asked(), que="luz", cliente=False)
    assert goes_on(SCRIPT, run, ES).at == "adios"
    spoken_english = goes_on(SCRIPT, run, replace(ES, language="en"))
    assert (spoken_english.at, spoken_english.path) == ("fin", ("hola", "quiere"))
    assert is_over(SCRIPT, spoken_english)
    assert suggested(SCRIPT, spoken_english) is None


def test_an_objection_leads_back_to_where_it_was_opened_or_on() -> None:
    run = opens(SCRIPT, asked(), "caro")
    assert (run.at, run.objection) == ("quiere", "caro")
    assert goes_back(SCRIPT, run).objection is None
    on = goes_on(SCRIPT, run, ES)
    assert (on.at, on.objection, on.objections, on.path) == ("adios", None, ("caro",), ("hola", "quiere"))
    back = SCRIPT.model_copy(
        update={"objections": {"caro": SCRIPT.objections["caro"].model_copy(update={"goes_on": None})}}
    )
    assert goes_on(back, run, ES).at == "quiere"
    with pytest.raises(CannotGoOn, match="barato"):
        opens(SCRIPT, run, "barato")


def test_what_was_answered_on_a_way_that_was_left_does_not_count_and_is_not_lost() -> None:
    run = goes_on(SCRIPT, with_answers(asked(), que="gas", cliente=True), ES)
    first = goes_back(SCRIPT, goes_back(SCRIPT, run))
    assert (first.at, counting(SCRIPT, first)) == ("hola", {})
    assert goes_back(SCRIPT, first) == first
    assert counting(SCRIPT, goes_on(SCRIPT, first, ES)) == {"que": "gas", "cliente": True}


def test_an_answer_that_is_none_is_not_kept_and_the_one_before_neither() -> None:
    run = with_answers(asked(), que="luz")
    run, wrong = answered(SCRIPT, run, {"que": "agua", "cliente": "maybe", "x": 1}, TODAY)
    assert {name: bad.code for name, bad in wrong.items()} == {
        "que": "not_a_choice",
        "cliente": "not_yes_or_no",
        "x": "unknown_question",
    }
    assert run.answers == {}
    assert with_answers(with_answers(run, que="luz"), que=None).answers == {}


def test_a_kept_place_fits_the_script_that_it_was_made_in() -> None:
    assert fits(SCRIPT, opens(SCRIPT, asked(), "caro"))
    assert not fits(SCRIPT, Run("rama"))
    assert not fits(SCRIPT, Run("hola", objection="barato"))


def question(type_: str, **more: Any) -> Any:
    step = {"kind": "ask", "text": {"es": "x"}, "next": "b"}
    step["questions"] = {"a": {"type": type_, "text": {"es": "x"}, **more}}
    end = {"kind": "end", "text": {"es": "x"}}
    steps = {"a": step, "b": end}
    return Script.model_validate({"title": {"es": "x"}, "start": "a", "steps": steps}).questions["a"]


@pytest.mark.parametrize(
    ("type_", "more", "given_", "kept"),
    [
        ("yes_no", {}, "Sí", True),
        ("yes_no", {}, False, False),
        ("number", {"least": 1}, "4,6", 4.6),
        ("number", {}, "12", 12),
        ("number", {}, 3.0, 3),
        ("scale", {"lowest": 1}, "10", 10),
        ("date", {}, " 2026-12-31 ", "2026-12-31"),
        ("date", {"latest": "today"}, "2026-11-28", "2026-11-28"),
        ("phone", {}, "600 11-22.33", "600112233"),
        ("phone", {}, "0034 600 112 233", "+34600112233"),
        ("email", {}, " ana@example.org ", "ana@example.org"),
        ("text", {}, " a\nb\x1b[31m ", "ab[31m"),
        ("text", {"lines": True}, "a\nb", "a\nb"),
    ],
)
def test_good_answers_are_kept_in_one_form(type_: str, more: dict[str, Any], given_: object, kept: Value) -> None:
    found = question(type_, **more).read(given_, TODAY)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("type_", "more", "given_", "code"),
    [
        ("yes_no", {}, 1, "not_yes_or_no"),
        ("number", {"least": 1, "most": 5}, 6, "out_of_range"),
        ("number", {"whole": True}, 1.5, "not_whole"),
        ("number", {}, "1e9", "not_a_number"),
        ("number", {}, True, "not_a_number"),
        ("number", {}, float("nan"), "not_a_number"),
        ("number", {}, 10**400, "not_a_number"),
        ("number", {}, "٣", "not_a_number"),
        ("scale", {}, 11, "out_of_range"),
        ("scale", {}, 1.5, "not_whole"),
        ("date", {}, "2026-02-30", "not_a_date"),
        ("date", {}, "31/12/2026", "not_a_date"),
        ("date", {"earliest": "today"}, "2026-11-27", "too_early"),
        ("date", {"latest": "2026-01-01"}, "2026-11-27", "too_late"),
        ("phone", {}, "12", "not_a_phone"),
        ("phone", {}, "call me", "not_a_phone"),
        ("email", {}, "ana@", "not_an_email"),
        ("email", {}, "a@b@example.org", "not_an_email"),
        ("text", {"longest": 3}, "four", "too_long"),
        ("text", {}, 4, "not_a_text"),
        ("choice", {"choices": {"a": {"es": "A"}, "b": {"es": "B"}}}, ["a"], "not_a_choice"),
    ],
)
def test_what_is_no_answer_says_why(type_: str, more: dict[str, Any], given_: object, code: str) -> None:
    with pytest.raises(BadAnswer) as bad:
        question(type_, **more).read(given_, TODAY)
    assert (bad.value.code, bool(str(bad.value))) == (code, True)


@given(st.text(max_size=40) | st.integers() | st.floats() | st.booleans() | st.lists(st.none()))
@settings(max_examples=150, deadline=None)
def test_whatever_is_given_is_an_answer_or_a_bad_one_and_is_read_again_as_itself(anything: object) -> None:
    for type_ in ("yes_no", "number", "scale", "date", "phone", "email", "text"):
        try:
            kept = question(type_).read(anything, TODAY)
        except BadAnswer:
            continue
        assert question(type_).read(kept, TODAY) == kept
        assert isinstance(question(type_).told(kept, "es"), str)


def test_people_read_answers_in_their_language() -> None:
    assert question("yes_no").told(True, "es") == "sí"
    assert question("number", unit="kW").told(4.6, "es") == "4,6 kW"
    assert question("date").told("2026-12-01", "es") == "1/12/2026"
    assert SCRIPT.questions["que"].told("luz", "en") == "Power"


def test_a_placeholder_without_a_value_is_a_blank_and_doubled_braces_are_braces() -> None:
    assert pieces("a {{b}} {customer.name}!") == ("a {b} ", Placeholder("customer.name"), "!")
    assert filled("Hola, {customer.name}.", {}) == f"Hola, {BLANK}."
    assert filled("Hola, {customer.name}.", {"customer.name": "{operator.name}"}) == "Hola, {operator.name}."


def test_a_page_gets_texts_in_pieces_and_no_conditions() -> None:
    told = shown(SCRIPT)
    assert told["steps"]["hola"]["text"]["es"] == ["Hola, ", {"value": "customer.name"}]
    assert told["steps"]["hola"]["links"][0]["url"] == ["https://crm.example/c?id=", {"value": "customer.reference"}]
    assert [one["name"] for one in told["steps"]["quiere"]["questions"]] == ["que", "cliente"]
    assert "rama" not in told["steps"]
    assert "when" not in str(told)


GAVE = st.fixed_dictionaries({"que": st.sampled_from(["luz", "gas"]), "cliente": st.booleans()})
MOVES = st.lists(st.sampled_from(["on", "back", "caro", "answer"]), max_size=30)


@given(MOVES, GAVE, st.sampled_from(["es", "en"]))
@settings(max_examples=150, deadline=None)
def test_however_an_operator_moves_the_place_fits_and_the_end_can_be_reached(
    moves: list[str], gave: dict[str, Any], language: str
) -> None:
    facts = Facts(language, "ventas")
    run = begin(SCRIPT, facts)
    for move in moves:
        try:
            match move:
                case "on":
                    run = goes_on(SCRIPT, run, facts)
                case "back":
                    run = goes_back(SCRIPT, run)
                case "answer":
                    run, _ = answered(SCRIPT, run, gave, TODAY)
                case objection:
                    run = opens(SCRIPT, run, objection)
        except CannotGoOn:
            pass
        assert fits(SCRIPT, run)
    run, _ = answered(SCRIPT, run, gave, TODAY)
    for _ in range(5):
        if not is_over(SCRIPT, run):
            run = goes_on(SCRIPT, run, facts)
    assert is_over(SCRIPT, run)

"""Do conditions come to what they say, and to nothing at all where they make no sense?"""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from ivr_flows.expressions import Expression, Value, checked, evaluate, names_in

VARIABLES: dict[str, Value] = {
    "caller": "600111222",
    "tries": 2,
    "paid": True,
    "due": 12.5,
    "code": "0042",
    "empty": None,
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("tries < 3 and paid", True),
        ("not paid or due > 12", True),
        ("code == '0042'", True),
        ("number(code) + 1", 43),
        ("'x' + text(tries)", "x2"),
        ("starts_with(caller, '6') and len(caller) == 9", True),
        ("tries in (1, 2, 3)", True),
        ("'111' in caller", True),
        ("'high' if due > 10 else 'low'", "high"),
        ("empty == None", True),
        ("never_set", None),
        ("due / 0", None),
        ("tries + code", None),
        ("code < 5", None),
        ("number('many')", None),
        ("'a' * 100000", None),
        ("due * 1e300", None),
        ("-tries % 5", 3),
    ],
)
def test_what_expressions_come_to(expression: str, value: Value) -> None:
    assert evaluate(checked(expression), VARIABLES) == value


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("caller.upper()", "there is no function 'caller.upper'"),
        ("caller.__class__", "'caller.__class__' cannot stand in an expression"),
        ("open('/etc/passwd')", "there is no function 'open'"),
        ("__import__('os')", "there is no function '__import__'"),
        ("2 ** 100", "cannot stand in an expression"),
        ("[x for x in caller]", "cannot stand in an expression"),
        ("(lambda: 1)()", "there is no function 'lambda: 1'"),
        ("tries = 3", "is not an expression"),
        ("caller[0]", "cannot stand in an expression"),
        ("f'{caller}'", "cannot stand in an expression"),
        ("b'x'", "cannot stand in an expression"),
        ("1j", "cannot stand in an expression"),
        ("len(obj=1)", "there is no function 'len'"),
        ("", "is not an expression"),
        ("(" * 150, "is not an expression"),
    ],
)
def test_what_could_harm_is_refused_with_a_remedy(expression: str, told: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        checked(expression)
    assert told in str(refused.value)
    assert "; " in str(refused.value)


def test_an_expression_in_a_file_is_bounded() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Expression).validate_python("1 + " * 60 + "1")


def test_the_variables_that_are_read_are_known() -> None:
    assert names_in("a + number(b) if len(c) > 2 else a") == ["a", "b", "c"]


WORDS = st.sampled_from(
    [
        "caller",
        "tries",
        "due",
        "paid",
        "empty",
        "unset",
        "1",
        "2.5",
        "'a'",
        "'7'",
        "+",
        "-",
        "*",
        "/",
        "%",
        "and",
        "or",
        "not",
        "in",
        "==",
        "<",
        ">=",
        "(",
        ")",
        ",",
        "if",
        "else",
        "len(",
        "number(",
        "text(",
        "starts_with(",
        "**",
        ".",
        "[",
        "]",
        "lambda",
    ]
)


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=40))
def test_any_text_is_refused_or_comes_to_a_bounded_value(text: str) -> None:
    try:
        checked(text)
    except PydanticCustomError:
        return
    value: Any = evaluate(text, VARIABLES)
    assert value is None or isinstance(value, (str, bool, int, float))
    assert not isinstance(value, float) or math.isfinite(value)

"""What does a condition in a flow come to? Small expressions over the flow's variables, which can harm nothing and never raise.

Python's syntax for what is written with names, texts, numbers, comparisons, ``and or not``, ``in``, ``+ - * / %`` and the functions
of ``FUNCTIONS``; nothing else is let in, and what is let in is evaluated by the library simpleeval, never by Python.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field
from simpleeval import EvalWithCompoundTypes

from ivr_flows.explain import wrong
from ivr_flows.problem_words import Words

Value = str | int | float | bool | None
"""What a variable holds; None: nothing yet."""

LONGEST_TEXT: Final = 1000
LARGEST_NUMBER: Final = 10**15
_REMEDY: Final = Words("how_to_compare")

_ALLOWED: Final = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div,
    ast.Mod, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Name, ast.Load, ast.Constant,
    ast.Call, ast.IfExp, ast.Tuple, ast.List,
)  # fmt: skip


def _number(text: object) -> float | int | None:
    """The number that ``text`` spells; None if it spells none."""
    spelled = str(text).strip()
    try:
        return int(spelled) if spelled.lstrip("-").isdigit() else float(spelled)
    except ValueError:
        return None


FUNCTIONS: Final[Mapping[str, Any]] = {
    "len": lambda text: len(str(text)),
    "number": _number,
    "text": lambda value: "" if value is None else str(value),
    "starts_with": lambda text, beginning: str(text).startswith(str(beginning)),
    "ends_with": lambda text, end: str(text).endswith(str(end)),
}


def checked(expression: str) -> str:
    """Validator: an expression that can be evaluated, whatever comes of it."""
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise wrong(Words("no_expression", expression=expression), _REMEDY) from None
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise wrong(Words("not_in_expression", part=ast.unparse(node)), _REMEDY)
        if isinstance(node, ast.Constant) and not isinstance(node.value, (str, int, float)) and node.value is not None:
            raise wrong(Words("not_in_expression", part=node.value), Words("text_or_number"))
        if isinstance(node, ast.Call):
            function = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
            if function not in FUNCTIONS or node.keywords:
                known = Words("choose_one", known=", ".join(FUNCTIONS))
                raise wrong(Words("no_function", function=function), known)
    return expression


Expression = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(checked)]


def names_in(expression: str) -> list[str]:
    """The variables that ``expression`` reads, in their order."""
    tree = ast.parse(expression.strip(), mode="eval")
    functions = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in functions]
    return list(dict.fromkeys(node.id for node in sorted(names, key=lambda node: (node.lineno, node.col_offset))))


def evaluate(expression: str, variables: Mapping[str, Value]) -> Value:
    """What it comes to; None where it comes to nothing: texts and numbers mixed up, a division by zero, a value out of bounds.

    A name that no variable has is None.
    """
    try:
        found = EvalWithCompoundTypes(functions=dict(FUNCTIONS), names=lambda name: variables.get(name.id)).eval(
            expression.strip()
        )
    except Exception:  # whatever is wrong with it comes to nothing: a flow must not fail in mid-call
        return None
    return bounded(found)


def bounded(found: object) -> Value:
    """``found`` as a variable can hold it; None if it cannot."""
    match found:
        case bool() | None:
            return found
        case str():
            return found if len(found) <= LONGEST_TEXT else None
        case int() | float():
            return found if math.isfinite(found) and abs(found) <= LARGEST_NUMBER else None
        case _:
            return None

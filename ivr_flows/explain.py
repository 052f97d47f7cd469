"""What does pydantic's complaint mean to the person who wrote the file? The path in the file, what is wrong, what to do.

pydantic's locations name the chosen branch of a union as if it were a part of the file; the model's JSON Schema, walked
along the location, tells which elements really are (https://docs.pydantic.dev/latest/errors/validation_errors/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from ivr_flows.problems import choose_among

Schema = Mapping[str, Any]
Explained = tuple[tuple[str | int, ...], str, str]
_DEFAULT_REMEDY = "compare it with the same file of the demo centre"


def wrong(what: str, remedy: str) -> PydanticCustomError:
    """What a model's own validator raises: ``what`` is wrong, and the ``remedy``."""
    return PydanticCustomError("wrong", "{what}; {remedy}", {"what": what, "remedy": remedy})


def explain(invalid: ValidationError, schema: Schema) -> Iterator[Explained]:
    """For each error: the path in the file, what is wrong there, and what to do. ``schema``: the model's JSON Schema."""
    for error in invalid.errors(include_url=False):
        if error["type"] == "too_short" and error["input"]:
            continue  # pydantic counts only the good items; the bad ones are told by themselves
        path, parent = _in_file(error["loc"], schema)
        what, remedy = _in_words(error, parent)
        yield path, what, remedy


def _in_file(loc: tuple[str | int, ...], root: Schema) -> tuple[tuple[str | int, ...], Schema]:
    """The path in the file that ``loc`` means, and the schema of what holds its last element."""
    path: list[str | int] = []
    parent = here = _resolved(root, root)
    for element in loc:
        if element == "[key]":
            break
        if "discriminator" in here:
            here = _resolved({"$ref": here["discriminator"]["mapping"].get(element, "#")}, root)
            continue
        path.append(element)
        parent, here = here, _resolved(_child(here, element), root)
    return tuple(path), parent


def _child(schema: Schema, element: str | int) -> Schema:
    if isinstance(element, int):
        items: Schema = schema.get("items", {})
        return items
    if element in schema.get("properties", {}):
        named: Schema = schema["properties"][element]
        return named
    patterns = list(schema.get("patternProperties", {}).values())
    rest = patterns[0] if patterns else schema.get("additionalProperties")
    return rest if isinstance(rest, Mapping) else {}


def _resolved(schema: Schema, root: Schema) -> Schema:
    while True:
        if "$ref" in schema:
            target: Schema = root
            for part in schema["$ref"].removeprefix("#").strip("/").split("/"):
                target = target[part] if part else target
            schema = target
        elif "anyOf" in schema:
            schema = next(option for option in schema["anyOf"] if option.get("type") != "null")
        else:
            return schema


def _in_words(error: ErrorDetails, parent: Schema) -> tuple[str, str]:
    ctx: Mapping[str, Any] = error.get("ctx", {})
    given = _shown(error["input"])
    name = str(error["loc"][-1]) if error["loc"] else ""
    match error["type"]:
        case "wrong":
            return ctx["what"], ctx["remedy"]
        case "missing":
            return "is missing", "add it"
        case "extra_forbidden":
            fields = parent.get("properties", {})
            return "there is no such field here", choose_among(name, fields, "remove it")
        case "literal_error":
            return f"{given} is not possible", f"write {ctx['expected']}"
        case "union_tag_invalid":
            kinds = [kind.strip(" '") for kind in str(ctx["expected_tags"]).split(",")]
            return f"there is no kind {ctx['tag']!r}", choose_among(str(ctx["tag"]), kinds, _DEFAULT_REMEDY)
        case "union_tag_not_found":
            return f"{ctx['discriminator'].strip(chr(39))} is missing", "say which kind it is"
        case "too_short":
            return "is empty", f"give at least {ctx['min_length']}"
        case "too_long":
            return "has too many parts", f"give at most {ctx['max_length']}"
        case "string_too_long":
            return "is too long", f"write at most {ctx['max_length']} characters"
        case _:
            return _of_a_value(error["type"], ctx, given) or (error["msg"], _DEFAULT_REMEDY)


_NEEDED = {
    "string_type": ("text", "write it in quotes"),
    "int_type": ("a whole number", "write it in digits, without quotes or point"),
    "float_type": ("a number", "write it in digits, without quotes"),
    "bool_type": ("true or false", "write one of the two, without quotes"),
    "tuple_type": ("a list", "write it as [first, second]"),
    "frozen_set_type": ("a list", "write it as [first, second]"),
    "dict_type": ("a mapping", "write its parts as name: value, indented below"),
    "model_type": ("a mapping", "write its parts as name: value, indented below"),
    "model_attributes_type": ("a mapping", "write its parts as name: value, indented below"),
}
_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}


def _of_a_value(kind: str, ctx: Mapping[str, Any], given: str) -> tuple[str, str] | None:
    if kind in _NEEDED:
        needed, remedy = _NEEDED[kind]
        return f"{given} is not {needed}", remedy
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"{given} is out of range", f"give a number {words} {ctx[bound]:g}"
    return None


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return repr(value)

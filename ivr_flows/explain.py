"""What does pydantic's complaint mean to the person who wrote the file? The path in the file, what is wrong, what to do.

pydantic's locations name the chosen branch of a union as if it were a part of the file; the model's JSON Schema, walked
along the location, tells which elements really are (https://docs.pydantic.dev/latest/errors/validation_errors/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from ivr_flows.problem_words import Words
from ivr_flows.problems import choose_among

Schema = Mapping[str, Any]
Explained = tuple[tuple[str | int, ...], str, str]
_DEFAULT_REMEDY = Words("compare_demo")


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
            return Words("is_missing"), Words("add_it")
        case "extra_forbidden":
            fields = parent.get("properties", {})
            return Words("no_field"), choose_among(name, fields, Words("remove_it"))
        case "literal_error":
            return Words("not_possible", given=given), Words("write_expected", expected=ctx["expected"])
        case "union_tag_invalid":
            kinds = [kind.strip(" '") for kind in str(ctx["expected_tags"]).split(",")]
            return Words("no_kind", kind=ctx["tag"]), choose_among(str(ctx["tag"]), kinds, _DEFAULT_REMEDY)
        case "union_tag_not_found":
            return Words("kind_missing", field=ctx["discriminator"].strip("'")), Words("say_which")
        case "too_short":
            return Words("is_empty"), Words("give_at_least", least=ctx["min_length"])
        case "too_long":
            return Words("too_many_parts"), Words("give_at_most", most=ctx["max_length"])
        case "string_too_long":
            return Words("too_long"), Words("characters_at_most", most=ctx["max_length"])
        case _:
            return _of_a_value(error["type"], ctx, given) or (Words("as_said", said=error["msg"]), _DEFAULT_REMEDY)


_NEEDED = {
    "string_type": ("a_text_type", "in_quotes"),
    "int_type": ("a_whole_number", "digits_no_point"),
    "float_type": ("a_number", "digits_no_quotes"),
    "bool_type": ("true_or_false", "one_of_two"),
    "tuple_type": ("a_list", "write_list"),
    "frozen_set_type": ("a_list", "write_list"),
    "dict_type": ("a_mapping", "write_mapping"),
    "model_type": ("a_mapping", "write_mapping"),
    "model_attributes_type": ("a_mapping", "write_mapping"),
}
_BOUNDS = {
    "greater_than": ("gt", "give_above"),
    "greater_than_equal": ("ge", "give_from"),
    "less_than": ("lt", "give_below"),
    "less_than_equal": ("le", "give_to"),
}


def _of_a_value(kind: str, ctx: Mapping[str, Any], given: str) -> tuple[str, str] | None:
    if kind in _NEEDED:
        needed, remedy = _NEEDED[kind]
        return Words("is_not", given=given, needed=Words(needed)), Words(remedy)
    if kind in _BOUNDS:
        bound, remedy = _BOUNDS[kind]
        return Words("out_of_range", given=given), Words(remedy, bound=ctx[bound])
    return None


def _shown(value: object) -> str:
    match value:
        case None:
            return Words("nothing")
        case bool():
            return str(value).lower()
        case dict():
            return Words("a_mapping")
        case list():
            return Words("a_list")
        case _:
            return repr(value)

"""Which words and numbers may stand in the centre's files? The small types that the files' models are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, WithJsonSchema

from ivr_flows.explain import wrong
from ivr_flows.problem_words import Words

KEYS: Final = "0123456789*#"
"""The keys that a flow may ask for (RFC 4733's events 0 to 11)."""


class Shape(BaseModel):
    """A part of a file: unknown fields are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def matching(pattern: str, what: str, remedy: str) -> tuple[AfterValidator, WithJsonSchema]:
    """Metadata for a ``str`` that matches ``pattern`` as a whole; else it "is not ``what``" and the ``remedy`` is told."""
    return AfterValidator(_check(pattern, what, remedy)), WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


def _check(pattern: str, what: str, remedy: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise wrong(Words("does_not_match", given=text, needed=what), remedy)
        return text

    return check


class OrNames:
    """Metadata for a ``dict`` by names for which a plain list of the names may stand, too."""

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic's customising of JSON Schema."""
        return {"anyOf": [handler(core), {"type": "array", "items": {"type": "string"}, "uniqueItems": True}]}


class NoOtherKeys:
    """Metadata for a ``dict``: its JSON Schema, too, refuses keys of another pattern."""

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic's customising of JSON Schema."""
        return {**handler(core), "additionalProperties": False}


def each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    """Validator: no name twice."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise wrong(Words("twice", name=twice[0]), Words("remove_one"))
    return names


_NAME = ("[a-z][a-z0-9_]{0,39}", Words("a_name"), Words("use_name"))
_name = matching(*_NAME)
is_name = _check(*_NAME)
"""Validator: a name."""
_language = matching("[a-z]{2,3}", Words("a_language"), Words("use_language"))
_digit = matching("[0-9*#]", "a key of a phone", 'use one of 0 to 9, "*" or "#"')

Name = Annotated[str, *_name]
Language = Annotated[str, *_language]
Digit = Annotated[str, *_digit]
Code = Annotated[str, *matching("[0-9]{3,8}", "a code", "use 3 to 8 digits: phones dial and register with it")]
Names = Annotated[tuple[Name, ...], AfterValidator(each_once)]


def _by_level(value: Any) -> Any:
    """A list of skills is short for each at level 1."""
    if isinstance(value, (list, tuple)) and all(isinstance(word, str) for word in value):
        return dict.fromkeys(each_once(tuple(value)), 1)
    return value


Level = Annotated[int, Field(ge=1, le=100)]
Skills = Annotated[dict[Name, Level], NoOtherKeys(), BeforeValidator(_by_level), OrNames()]
"""Skills with their least levels; a list of names means level 1 each."""
Text = Annotated[str, *matching(r"\s*\S[\s\S]{0,1999}", Words("a_text"), Words("say_text"))]
DialledNumber = Annotated[str, *matching(r"\+?[0-9]{3,15}", "a phone number", "write its digits, without spaces")]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
SomeSeconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
